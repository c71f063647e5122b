// SPDX-License-Identifier: BSD-2-Clause
//
// Frames: memory that user level reads and writes. Each capability to a frame can map it once.
#include "kernel/asid.h"
#include "kernel/cache.h"
#include "kernel/slot.h"
#include "kernel/vspace.h"

#include <sel4/arch/invocation.h>
#include <sel4/arch/types.h>

static bool is_mapped(struct cap frame)
{
    return cap_get(frame, CAP_ASID) != 0;
}

static unsigned bits_of(struct cap frame)
{
    return frame_bits((enum frame_size)cap_get(frame, CAP_FRAME_SIZE));
}

static vaddr_t address_of(struct cap frame)
{
    return vaddr(cap_get(frame, CAP_VADDR) << 12);
}

// The entry through which the capability maps its frame in the address space of `root`; NULL if it
// does not any more.
static arch_pte_t *entry_of(struct cap frame, paddr_t root)
{
    const struct walk walk = vspace_walk(root, address_of(frame));
    const bool here = level_bits(walk.level) == bits_of(frame) &&
                      arch_pte_kind(*walk.entry, walk.level) == ARCH_PTE_PAGE &&
                      arch_pte_address(*walk.entry).raw == cap_base(frame).raw;
    return here ? walk.entry : NULL;
}

// --- map and unmap ------------------------------------------------------------------------------

void frame_unmap(struct cap cap)
{
    const uint64_t asid = cap_get(cap, CAP_ASID);
    const paddr_t root = asid_root(asid);
    if (root.raw == 0) {
        return;
    }
    arch_pte_t *entry = entry_of(cap, root);
    if (entry != NULL) {
        arch_pte_write(entry, 0);
        arch_tlb_flush_page(asid, address_of(cap));
    }
}

static void unmap_commit(struct syscall *sys)
{
    frame_unmap(sys->cap);
    sys->slot->cap = cap_set(cap_set(sys->cap, CAP_ASID, 0), CAP_VADDR, 0);
}

static void map_commit(struct syscall *sys, struct walk walk, uint64_t asid, vaddr_t address)
{
    const uint64_t rights = syscall_word(sys, 1);
    const uint64_t attributes = syscall_word(sys, 2);
    const struct arch_mapping mapping = {
        .read = (rights & 2) != 0 && cap_get(sys->cap, CAP_READ) != 0,
        .write = (rights & 1) != 0 && cap_get(sys->cap, CAP_WRITE) != 0,
        .execute = (attributes & seL4_ARM_ExecuteNever) == 0,
        .cached = (attributes & seL4_ARM_PageCacheable) != 0,
    };
    const struct cap cap = cap_set(sys->cap, CAP_ASID, asid);
    sys->slot->cap = cap_set(cap, CAP_VADDR, address.raw >> 12);
    // The architecture wants an entry empty between two contents.
    if (arch_pte_kind(*walk.entry, walk.level) != ARCH_PTE_EMPTY) {
        arch_pte_write(walk.entry, 0);
        arch_tlb_flush_page(asid, address);
    }
    arch_pte_write(walk.entry, arch_pte_page(cap_base(cap), walk.level, mapping));
}

// May the capability be mapped at `address`? A mapped one only where it is.
static seL4_Error check_address(struct syscall *sys, uint64_t asid, uint64_t address)
{
    const uint64_t size = UINT64_C(1) << bits_of(sys->cap);
    if ((address & (size - 1)) != 0) {
        return seL4_AlignmentError;
    }
    if (!is_mapped(sys->cap)) {
        // Not address + size - 1: that can wrap.
        return address > seL4_UserTop - (size - 1) ? syscall_invalid_argument(sys, 0)
                                                   : seL4_NoError;
    }
    if (cap_get(sys->cap, CAP_ASID) != asid) {
        return syscall_invalid_capability(sys, 1);
    }
    return address_of(sys->cap).raw == address ? seL4_NoError : syscall_invalid_argument(sys, 0);
}

static seL4_Error map_decode(struct syscall *sys)
{
    if (sys->length < 3 || sys->extra_count < 1) {
        return seL4_TruncatedMessage;
    }
    const struct cap space = sys->extra[0]->cap;
    const uint64_t asid = cap_get(space, CAP_ASID);
    const uint64_t address = syscall_word(sys, 0);
    paddr_t root = paddr(0);
    seL4_Error error = vspace_find(sys, space, 1, &root);
    if (error != seL4_NoError) {
        return error;
    }
    error = check_address(sys, asid, address);
    if (error != seL4_NoError) {
        return error;
    }
    const struct walk walk = vspace_walk(root, vaddr(address));
    if (level_bits(walk.level) != bits_of(sys->cap)) {
        const struct lookup_failure missing = {.kind = LOOKUP_MISSING_CAPABILITY,
                                               .bits_left = level_bits(walk.level)};
        return syscall_failed_lookup(sys, false, missing);
    }
    map_commit(sys, walk, asid, vaddr(address));
    return seL4_NoError;
}

// --- caches -------------------------------------------------------------------------------------

static seL4_Error cache_check_range(struct syscall *sys)
{
    const uint64_t size = UINT64_C(1) << bits_of(sys->cap);
    const uint64_t start = syscall_word(sys, 0);
    const uint64_t end = syscall_word(sys, 1);
    if (end <= start) {
        return syscall_invalid_argument(sys, 1);
    }
    return start >= size || end > size ? syscall_invalid_argument(sys, 0) : seL4_NoError;
}

static seL4_Error cache_decode(struct syscall *sys, enum arch_cache_op op)
{
    if (sys->length < 2) {
        return seL4_TruncatedMessage;
    }
    if (!is_mapped(sys->cap)) {
        return seL4_IllegalOperation;
    }
    const paddr_t root = asid_root(cap_get(sys->cap, CAP_ASID));
    if (root.raw == 0) {
        const struct lookup_failure gone = {.kind = LOOKUP_INVALID_ROOT};
        return syscall_failed_lookup(sys, false, gone);
    }
    const seL4_Error error = cache_check_range(sys);
    if (error != seL4_NoError) {
        return error;
    }
    const arch_pte_t *entry = entry_of(sys->cap, root);
    if (entry == NULL) {
        return syscall_invalid_capability(sys, 0);
    }
    if (op == ARCH_CACHE_INVALIDATE && !arch_pte_writable(*entry)) {
        return seL4_IllegalOperation;
    }
    const uint64_t start = syscall_word(sys, 0);
    const struct cache_request request = {
        .op = op,
        .asid = cap_get(sys->cap, CAP_ASID),
        .user = vaddr(address_of(sys->cap).raw + start),
        .start = paddr(cap_base(sys->cap).raw + start),
        .size = syscall_word(sys, 1) - start,
    };
    sys->preempted = cache_commit(request, &sys->caller->resumption) == PROGRESS_PREEMPTED;
    return seL4_NoError;
}

seL4_Error frame_decode(struct syscall *sys)
{
    switch (sys->label) {
    case ARMPageMap:
        return map_decode(sys);
    case ARMPageUnmap:
        if (is_mapped(sys->cap)) {
            unmap_commit(sys);
        }
        return seL4_NoError;
    case ARMPageClean_Data:
        return cache_decode(sys, ARCH_CACHE_CLEAN);
    case ARMPageInvalidate_Data:
        return cache_decode(sys, ARCH_CACHE_INVALIDATE);
    case ARMPageCleanInvalidate_Data:
        return cache_decode(sys, ARCH_CACHE_CLEAN_INVALIDATE);
    case ARMPageUnify_Instruction:
        return cache_decode(sys, ARCH_CACHE_UNIFY);
    case ARMPageGetAddress:
        sys->result[0] = cap_base(sys->cap).raw;
        sys->result_count = 1;
        return seL4_NoError;
    default:
        return seL4_IllegalOperation;
    }
}
