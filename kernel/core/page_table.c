// SPDX-License-Identifier: BSD-2-Clause
//
// Page tables. One type serves all levels: which one it becomes follows from what is missing where
// it is mapped.
#include "kernel/asid.h"
#include "kernel/slot.h"
#include "kernel/vspace.h"

#include <sel4/arch/invocation.h>

enum { TABLE_BYTES = 1 << seL4_PageTableBits };

static bool is_mapped(struct cap table)
{
    return cap_get(table, CAP_ASID) != 0;
}

// The entry that points to a table, NULL if the address space is gone or has another table there.
static arch_pte_t *entry_of(struct cap table)
{
    const paddr_t root = asid_root(cap_get(table, CAP_ASID));
    if (root.raw == 0) {
        return NULL;
    }
    const unsigned above = (unsigned)cap_get(table, CAP_LEVEL) - 1;
    const vaddr_t address = vaddr(cap_get(table, CAP_VADDR) << 12);
    const struct walk walk = vspace_walk_to(root, address, above);
    const bool here = walk.level == above && arch_pte_kind(*walk.entry, above) == ARCH_PTE_TABLE &&
                      arch_pte_address(*walk.entry).raw == cap_base(table).raw;
    return here ? walk.entry : NULL;
}

void page_table_unmap(struct cap cap)
{
    if (!is_mapped(cap)) {
        return;
    }
    arch_pte_t *entry = entry_of(cap);
    if (entry != NULL) {
        arch_pte_write(entry, 0);
        arch_tlb_flush_asid(cap_get(cap, CAP_ASID));
    }
}

// What is mapped in the table goes with it: the frames' capabilities may outlive it, and the table
// may be mapped into another address space next.
static void unmap_commit(struct syscall *sys)
{
    page_table_unmap(sys->cap);
    arch_zero(arch_ptr(cap_base(sys->cap)), TABLE_BYTES);
    arch_clean_table(cap_base(sys->cap), TABLE_BYTES);
    sys->slot->cap = cap_new_paged(CAP_PAGE_TABLE, cap_base(sys->cap));
}

static seL4_Error unmap_decode(struct syscall *sys)
{
    if (!slot_is_final(sys->slot)) {
        return seL4_RevokeFirst;
    }
    if (is_mapped(sys->cap)) {
        unmap_commit(sys);
    }
    return seL4_NoError;
}

static void map_commit(struct syscall *sys, struct walk walk, uint64_t asid, uint64_t address)
{
    const uint64_t start = address >> level_bits(walk.level) << level_bits(walk.level);
    struct cap cap = cap_set(sys->cap, CAP_ASID, asid);
    cap = cap_set(cap, CAP_VADDR, start >> 12);
    cap = cap_set(cap, CAP_LEVEL, walk.level + 1);
    sys->slot->cap = cap;
    arch_pte_write(walk.entry, arch_pte_table(cap_base(cap)));
}

static seL4_Error map_decode(struct syscall *sys)
{
    if (sys->length < 2 || sys->extra_count < 1) {
        return seL4_TruncatedMessage;
    }
    if (is_mapped(sys->cap)) {
        return syscall_invalid_capability(sys, 0);
    }
    const struct cap space = sys->extra[0]->cap;
    if (!vspace_is_assigned(space)) {
        return syscall_invalid_capability(sys, 1);
    }
    const uint64_t address = syscall_word(sys, 0);
    if (address > seL4_UserTop) {
        return syscall_invalid_argument(sys, 0);
    }
    paddr_t root = paddr(0);
    const seL4_Error error = vspace_find(sys, space, 1, &root);
    if (error != seL4_NoError) {
        return error;
    }
    const struct walk walk = vspace_walk(root, vaddr(address));
    if (walk.level == ARCH_LEVELS - 1 || arch_pte_kind(*walk.entry, walk.level) != ARCH_PTE_EMPTY) {
        return seL4_DeleteFirst;
    }
    map_commit(sys, walk, cap_get(space, CAP_ASID), address);
    return seL4_NoError;
}

seL4_Error page_table_decode(struct syscall *sys)
{
    switch (sys->label) {
    case ARMPageTableMap:
        return map_decode(sys);
    case ARMPageTableUnmap:
        return unmap_decode(sys);
    default:
        return seL4_IllegalOperation;
    }
}
