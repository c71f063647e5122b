// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/vspace.h"

#include "kernel/asid.h"
#include "kernel/cache.h"
#include "kernel/kernel.h"
#include "kernel/tcb.h"

#include <sel4/arch/invocation.h>

// --- walking ------------------------------------------------------------------------------------

static arch_pte_t *table_entry(paddr_t table, vaddr_t address, unsigned level)
{
    arch_pte_t *entries = arch_ptr(table);
    return &entries[(address.raw >> level_bits(level)) & ((1u << ARCH_INDEX_BITS) - 1)];
}

struct walk vspace_walk_to(paddr_t root, vaddr_t address, unsigned level)
{
    struct walk walk = {table_entry(root, address, 0), 0};
    while (walk.level < level && arch_pte_kind(*walk.entry, walk.level) == ARCH_PTE_TABLE) {
        const paddr_t table = arch_pte_address(*walk.entry);
        walk.level++;
        walk.entry = table_entry(table, address, walk.level);
    }
    return walk;
}

struct walk vspace_walk(paddr_t root, vaddr_t address)
{
    return vspace_walk_to(root, address, ARCH_LEVELS - 1);
}

// --- which address space ------------------------------------------------------------------------

bool vspace_is_assigned(struct cap cap)
{
    return cap_type(cap) == CAP_VSPACE && cap_get(cap, CAP_ASID) != 0;
}

seL4_Error vspace_find(struct syscall *sys, struct cap cap, uint64_t argument, paddr_t *root)
{
    if (!vspace_is_assigned(cap)) {
        return syscall_invalid_capability(sys, argument);
    }
    *root = asid_root(cap_get(cap, CAP_ASID));
    if (root->raw == 0) {
        const struct lookup_failure gone = {.kind = LOOKUP_INVALID_ROOT};
        return syscall_failed_lookup(sys, false, gone);
    }
    if (root->raw != cap_base(cap).raw) {
        return syscall_invalid_capability(sys, argument);
    }
    return seL4_NoError;
}

static uint64_t active_asid(void)
{
    return cap_get((struct cap){{kernel.space}}, CAP_ASID);
}

void vspace_forget(uint64_t asid)
{
    // First out of it: from an active space the processor could fetch again what is flushed.
    if (active_asid() == asid) {
        vspace_activate(0);
    }
    arch_tlb_flush_asid(asid);
}

void vspace_destroy(struct cap cap)
{
    if (vspace_is_assigned(cap)) {
        asid_release(cap);
    }
}

// --- invocations --------------------------------------------------------------------------------

// Between two looks for a reason to stop. A few thousand instructions: no smaller units are
// counted.
enum { CACHE_CHUNK = 1 << 13 };

// From `done` on, as far as a multiple of the chunk. Returns how far.
static uint64_t cache_some(struct cache_request request, uint64_t done)
{
    const uint64_t start = request.user.raw + done;
    const uint64_t room = CACHE_CHUNK - start % CACHE_CHUNK;
    const uint64_t size = request.size - done < room ? request.size - done : room;
    arch_cache(request.op, vaddr(start), paddr(request.start.raw + done), size);
    return done + size;
}

enum progress cache_commit(struct cache_request request, struct resumption *resumption)
{
    // User addresses have 47 bits, physical ones 48, operations 2.
    const uint64_t what0 = request.asid << 48 | request.user.raw;
    const uint64_t what1 = request.start.raw << 2 | request.op;
    const uint64_t space = kernel.space;
    uint64_t done = resumption_is_of(resumption, what0, what1) ? resumption->reached[0] : 0;
    // By the user's address, in its address space: so device memory that the kernel does not map is
    // reached as well.
    vspace_activate(asid_entry(request.asid));
    while (done < request.size) {
        done = cache_some(request, done);
        kernel.work_units += KCFG_WORK_UNITS_PER_PREEMPTION;
        if (preemption_wanted() && done < request.size) {
            *resumption = (struct resumption){.what = {what0, what1}, .reached = {done}};
            vspace_activate(space);
            return PROGRESS_PREEMPTED;
        }
    }
    vspace_activate(space);
    return PROGRESS_DONE;
}

static bool cache_label(uint64_t label, enum arch_cache_op *op)
{
    switch (label) {
    case ARMVSpaceClean_Data:
        *op = ARCH_CACHE_CLEAN;
        return true;
    case ARMVSpaceInvalidate_Data:
        *op = ARCH_CACHE_INVALIDATE;
        return true;
    case ARMVSpaceCleanInvalidate_Data:
        *op = ARCH_CACHE_CLEAN_INVALIDATE;
        return true;
    case ARMVSpaceUnify_Instruction:
        *op = ARCH_CACHE_UNIFY;
        return true;
    default:
        return false;
    }
}

// Cache maintenance of [start, end), which lies in one page of the address space.
static seL4_Error range_decode(struct syscall *sys, enum arch_cache_op op, paddr_t root)
{
    const uint64_t start = syscall_word(sys, 0);
    const uint64_t end = syscall_word(sys, 1);
    const struct walk walk = vspace_walk(root, vaddr(start));
    if (arch_pte_kind(*walk.entry, walk.level) != ARCH_PTE_PAGE) {
        return seL4_NoError;
    }
    const uint64_t offset_mask = (UINT64_C(1) << level_bits(walk.level)) - 1;
    if (((start ^ (end - 1)) & ~offset_mask) != 0) {
        return syscall_range(sys, start, start | offset_mask);
    }
    if (op == ARCH_CACHE_INVALIDATE && !arch_pte_writable(*walk.entry)) {
        return seL4_IllegalOperation;
    }
    const struct cache_request request = {
        .op = op,
        .asid = cap_get(sys->cap, CAP_ASID),
        .user = vaddr(start),
        .start = paddr(arch_pte_address(*walk.entry).raw + (start & offset_mask)),
        .size = end - start,
    };
    sys->preempted = cache_commit(request, &sys->caller->resumption) == PROGRESS_PREEMPTED;
    return seL4_NoError;
}

seL4_Error vspace_decode(struct syscall *sys)
{
    enum arch_cache_op op;
    if (!cache_label(sys->label, &op)) {
        return seL4_IllegalOperation;
    }
    if (sys->length < 2) {
        return seL4_TruncatedMessage;
    }
    if (syscall_word(sys, 1) <= syscall_word(sys, 0)) {
        return syscall_invalid_argument(sys, 1);
    }
    if (syscall_word(sys, 1) > seL4_UserTop) {
        return seL4_IllegalOperation;
    }
    paddr_t root = paddr(0);
    const seL4_Error error = vspace_find(sys, sys->cap, 0, &root);
    if (error != seL4_NoError) {
        return error;
    }
    return range_decode(sys, op, root);
}
