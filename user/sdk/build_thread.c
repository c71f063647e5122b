// SPDX-License-Identifier: BSD-2-Clause
//
// Pages and threads of a component.

#include <kaal/builder.h>
#include <kaal/vspace.h>

enum {
    PAGE_SIZE = 4096,
    ENTRY_REGISTERS = 4, // of seL4_UserContext: pc, sp, spsr, x0
};

// --- pages ---------------------------------------------------------------------------------------

struct table_request {
    struct kaal_builder *builder;
    enum kaal_err err;
};

static bool take_table(void *context, seL4_CPtr *table)
{
    struct table_request *request = context;
    request->err =
        request->builder->objects(request->builder, seL4_ARM_PageTableObject, 0, 1, table);
    return request->err == KAAL_OK;
}

enum kaal_err kaal_build_map(struct kaal_builder *builder, seL4_CPtr frame, uint64_t vaddr,
                             seL4_CapRights_t rights, bool executable, bool cached)
{
    struct table_request request = {.builder = builder, .err = KAAL_OK};
    struct kaal_table_source tables = {.take = take_table, .context = &request};
    enum kaal_page_kind kind = executable ? KAAL_PAGE_CODE : KAAL_PAGE_DATA;
    kind = cached ? kind : KAAL_PAGE_REGISTERS;
    seL4_Error err = kaal_vspace_map(builder->vspace, frame, vaddr, rights, kind, &tables);
    if (err == seL4_NoError) {
        return KAAL_OK;
    }
    if (request.err != KAAL_OK) {
        return request.err;
    }
    builder->refusal = err;
    return KAAL_ERR_KERNEL;
}

enum kaal_err kaal_build_tables(struct kaal_builder *builder, uint64_t vaddr, uint32_t missing)
{
    seL4_CPtr first = 0;
    enum kaal_err err = builder->objects(builder, seL4_ARM_PageTableObject, 0, missing, &first);
    for (uint32_t i = 0; i < missing && err == KAAL_OK; i++) {
        builder->refusal = seL4_ARM_PageTable_Map(first + i, builder->vspace, vaddr,
                                                  seL4_ARM_Default_VMAttributes);
        err = builder->refusal == seL4_NoError ? KAAL_OK : KAAL_ERR_KERNEL;
    }
    return err;
}

enum kaal_err kaal_build_pages(struct kaal_builder *builder, uint64_t vaddr, uint32_t pages,
                               seL4_CapRights_t rights, seL4_CPtr *first)
{
    enum kaal_err err = builder->objects(builder, seL4_ARM_SmallPageObject, 0, pages, first);
    for (uint32_t i = 0; i < pages && err == KAAL_OK; i++) {
        err = kaal_build_map(builder, *first + i, vaddr + (uint64_t)i * PAGE_SIZE, rights, false,
                             true);
    }
    return err;
}

// --- threads -------------------------------------------------------------------------------------

seL4_Error kaal_thread_reset(seL4_CPtr tcb, const struct kaal_entry *entry, bool resume)
{
    seL4_UserContext context = {
        .pc = entry->address,
        .sp = entry->stack_top,
        .x0 = entry->argument,
    };
    return seL4_TCB_WriteRegisters(tcb, resume ? 1 : 0, 0, ENTRY_REGISTERS, &context);
}

seL4_Error kaal_build_thread(const struct kaal_thread *thread)
{
    seL4_CPtr tcb = thread->tcb;
    seL4_Error err = seL4_TCB_Configure(tcb, thread->cspace, thread->cspace_data, thread->vspace, 0,
                                        thread->ipc_buffer, thread->ipc_frame);
    if (err == seL4_NoError) {
        err =
            seL4_TCB_SetSchedParams(tcb, thread->authority, thread->max_priority, thread->priority,
                                    thread->sched_context, thread->fault_handler);
    }
    if (err == seL4_NoError && thread->timeout_handler != seL4_CapNull) {
        err = seL4_TCB_SetTimeoutEndpoint(tcb, thread->timeout_handler);
    }
    if (err == seL4_NoError && !thread->fpu) {
        err = (seL4_Error)seL4_TCB_SetFlags(tcb, 0, seL4_TCBFlag_fpuDisabled).error;
    }
    if (err == seL4_NoError && thread->notification != seL4_CapNull) {
        err = seL4_TCB_BindNotification(tcb, thread->notification);
    }
    return err == seL4_NoError ? kaal_thread_reset(tcb, &thread->entry, false) : err;
}
