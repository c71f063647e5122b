// SPDX-License-Identifier: BSD-2-Clause
//
// Memory, capability slots and threads of a row. All of it comes from one untyped capability, so
// one Revoke ends it.

#include "bench.h"

#define UART_PADDR   0x09000000ULL
#define UART_ADDRESS 0x3000000000ULL
#define PAGES        0x20000000ULL

enum {
    ROW_BITS = 24, // memory of a row
    PAGE = 4096,
    FPU_DISABLED = 1,
};

// --- objects -----------------------------------------------------------------------------------

seL4_CPtr world_slot(struct bench *b)
{
    if (b->slot == b->slots_end) {
        bench_fail(b, "slots", b->slot);
    }
    return b->slot++;
}

seL4_CPtr world_object_of(struct bench *b, seL4_CPtr untyped, seL4_Word type, seL4_Word bits)
{
    seL4_CPtr slot = world_slot(b);
    bench_check(b, seL4_Untyped_Retype(untyped, type, bits, seL4_CapInitThreadCNode, 0, 0, slot, 1),
                "retype");
    return slot;
}

seL4_CPtr world_object(struct bench *b, seL4_Word type, seL4_Word bits)
{
    return world_object_of(b, b->memory, type, bits);
}

static bool take_table(void *context, seL4_CPtr *table)
{
    *table = world_object(context, seL4_ARM_PageTableObject, 0);
    return true;
}

void world_map(struct bench *b, seL4_CPtr vspace, seL4_CPtr frame, seL4_Word vaddr,
               enum kaal_page_kind kind)
{
    const struct kaal_table_source tables = {.take = take_table, .context = b};
    bench_check(b, kaal_vspace_map(vspace, frame, vaddr, seL4_ReadWrite, kind, &tables), "map");
}

seL4_CPtr world_page(struct bench *b, seL4_Word *vaddr)
{
    seL4_CPtr frame = world_object(b, seL4_ARM_SmallPageObject, 0);
    *vaddr = b->page;
    b->page += PAGE;
    world_map(b, seL4_CapInitThreadVSpace, frame, *vaddr, KAAL_PAGE_DATA);
    return frame;
}

// --- opening -----------------------------------------------------------------------------------

seL4_CPtr world_untyped(struct bench *b, unsigned rank)
{
    const seL4_BootInfo *info = b->info;
    for (unsigned bits = seL4_MaxUntypedBits; bits >= seL4_MinUntypedBits; bits--) {
        for (seL4_Word i = 0; i < info->untyped.end - info->untyped.start; i++) {
            const seL4_UntypedDesc *entry = &info->untypedList[i];
            if (entry->isDevice == 0 && entry->sizeBits == bits && rank-- == 0) {
                return info->untyped.start + i;
            }
        }
    }
    bench_fail(b, "memory", rank);
}

static seL4_CPtr find_device(struct bench *b, seL4_Word paddr)
{
    const seL4_BootInfo *info = b->info;
    for (seL4_Word i = 0; i < info->untyped.end - info->untyped.start; i++) {
        const seL4_UntypedDesc *entry = &info->untypedList[i];
        if (entry->isDevice != 0 && paddr - entry->paddr < (seL4_Word)1 << entry->sizeBits) {
            return info->untyped.start + i;
        }
    }
    bench_fail(b, "device", paddr);
}

// The serial port's page: whatever lies before it in its untyped memory is skipped.
static void open_uart(struct bench *b)
{
    seL4_CPtr untyped = find_device(b, UART_PADDR);
    seL4_Word at = b->info->untypedList[untyped - b->info->untyped.start].paddr;
    while (at != UART_PADDR) {
        unsigned bits = (unsigned)__builtin_ctzll(at | (seL4_Word)1 << 47);
        while (UART_PADDR - at < (seL4_Word)1 << bits) {
            bits--;
        }
        world_object_of(b, untyped, seL4_UntypedObject, bits);
        at += (seL4_Word)1 << bits;
    }
    seL4_CPtr frame = world_object_of(b, untyped, seL4_ARM_SmallPageObject, 0);
    world_map(b, seL4_CapInitThreadVSpace, frame, UART_ADDRESS, KAAL_PAGE_REGISTERS);
    b->uart = (volatile struct pl011_registers *)UART_ADDRESS; // NOLINT: mapped just now
}

void world_keep(struct bench *b)
{
    b->slots_row = b->slot;
}

void world_open(struct bench *b)
{
    b->slot = b->info->empty.start;
    b->slots_end = b->info->empty.end - WORLD_HAND;
    b->page = PAGES;
    b->memory = world_untyped(b, 0);
    open_uart(b);
    // A budget without end, so that no timer interrupt falls into a measurement.
    world_budget(b, seL4_CapInitThreadSC, WORLD_FOREVER, WORLD_FOREVER);
    world_priority(b, seL4_CapInitThreadTCB, PRIO_ROOT);
    b->memory = world_object(b, seL4_UntypedObject, ROW_BITS);
    world_keep(b);
}

// --- one row -----------------------------------------------------------------------------------

void world_begin(struct bench *b)
{
    b->stamp = 0;
    b->object = seL4_CapNull;
    b->partner = (struct thread){0};
    world_own_fpu(b, true);
    // The first object after a Revoke would pay for the reset of the memory. It is a thread, so
    // that the neighbours in the derivation tree are as in the reference: what a kernel compares
    // them with costs a few instructions more or less.
    (void)world_object(b, seL4_TCBObject, 0);
}

static void delete_slots(struct bench *b, seL4_CPtr first, seL4_Word count)
{
    for (seL4_Word i = 0; i < count; i++) {
        bench_check(b, seL4_CNode_Delete(seL4_CapInitThreadCNode, first + i, seL4_WordBits),
                    "delete");
    }
}

static void revoke(struct bench *b, seL4_CPtr untyped)
{
    bench_check(b, seL4_CNode_Revoke(seL4_CapInitThreadCNode, untyped, seL4_WordBits), "revoke");
}

void world_end(struct bench *b)
{
    delete_slots(b, b->irq, b->irq != seL4_CapNull ? 1 : 0);
    delete_slots(b, b->copies, b->copy_count);
    b->irq = seL4_CapNull;
    b->copy_count = 0;
    if (b->foreign != seL4_CapNull) {
        revoke(b, b->foreign);
        b->foreign = seL4_CapNull;
    }
    revoke(b, b->memory);
    b->slot = b->slots_row;
    b->page = PAGES;
    world_priority(b, seL4_CapInitThreadTCB, PRIO_ROOT);
}

void world_own_fpu(struct bench *b, bool allowed)
{
    seL4_TCB_SetFlags_t result = seL4_TCB_SetFlags(
        seL4_CapInitThreadTCB, allowed ? FPU_DISABLED : 0, allowed ? 0 : FPU_DISABLED);
    bench_check(b, (seL4_Error)result.error, "own flags");
}

// --- threads -----------------------------------------------------------------------------------

void world_budget(struct bench *b, seL4_CPtr sc, seL4_Time budget, seL4_Time period)
{
    bench_check(b,
                seL4_SchedControl_Configure(b->info->schedcontrol.start, sc, budget, period, 0, 0),
                "budget");
}

void world_registers(struct bench *b, seL4_CPtr tcb, bool start, seL4_UserContext *registers)
{
    bench_check(b,
                seL4_TCB_WriteRegisters(tcb, start ? 1 : 0, 0,
                                        sizeof(*registers) / sizeof(seL4_Word), registers),
                "registers");
}

void world_priority(struct bench *b, seL4_CPtr tcb, unsigned prio)
{
    bench_check(b, seL4_TCB_SetPriority(tcb, seL4_CapInitThreadTCB, prio), "priority");
}

static void give_buffer(struct bench *b, struct thread *t)
{
    seL4_CPtr frame = world_page(b, &t->buffer);
    bench_check(b, seL4_TCB_SetIPCBuffer(t->tcb, t->buffer, frame), "IPC buffer");
}

static void give_context(struct bench *b, struct thread *t)
{
    t->sc = world_object(b, seL4_SchedContextObject, seL4_MinSchedContextBits);
    world_budget(b, t->sc, WORLD_FOREVER, WORLD_FOREVER);
    bench_check(
        b,
        seL4_TCB_SetSchedParams(t->tcb, seL4_CapInitThreadTCB, 0, PRIO_HIGH, t->sc, seL4_CapNull),
        "scheduling");
}

void world_thread(struct bench *b, struct thread *out, unsigned flags, void (*entry)(void),
                  seL4_UserContext *registers)
{
    struct thread t = {.tcb = world_object(b, seL4_TCBObject, 0)};
    bench_check(b,
                seL4_TCB_Configure(t.tcb, seL4_CapInitThreadCNode, 0, seL4_CapInitThreadVSpace, 0,
                                   0, seL4_CapNull),
                "configure");
    if ((flags & THREAD_BUFFER) != 0) {
        give_buffer(b, &t);
    }
    if ((flags & THREAD_FPU) == 0) {
        bench_check(b, (seL4_Error)seL4_TCB_SetFlags(t.tcb, 0, FPU_DISABLED).error, "flags");
    }
    give_context(b, &t);
    registers->pc = (seL4_Word)entry;
    world_registers(b, t.tcb, (flags & THREAD_STOPPED) == 0, registers);
    if ((flags & THREAD_PASSIVE) != 0) {
        bench_check(b, seL4_SchedContext_Unbind(t.sc), "unbind");
    }
    *out = t;
}
