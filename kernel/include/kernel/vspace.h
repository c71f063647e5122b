// SPDX-License-Identifier: BSD-2-Clause
//
// Address spaces: a root table, page tables below it, frames in them.
//
//   cap VSpace (asid, root)          cap PageTable (asid, vaddr, base)   cap Frame (asid, vaddr,
//   base)
//        |                                 |                                  |
//   level 0 table --entry--> level 1 table --entry--> ... level 3 table --entry--> page
//
// What is mapped where is remembered twice: in the table entry, and in the capability that made it.
// The entry is what the processor sees. The capability may be out of date: its table was unmapped,
// its address space deleted, another frame mapped over it. So whatever starts at a capability
// checks the entry before it changes anything.
//
// Invariant V1: an address-space identifier (ASID) names at most one root table (asid.h).
// Invariant V2: a table is entered in one place, and only while its capability says mapped there.
// Invariant V3: user tables translate addresses up to seL4_UserTop only.
// Invariant V4: a page is entered only while a capability to its frame says mapped there.
#pragma once

#include "kernel/addr.h"
#include "kernel/arch.h"
#include "kernel/asid.h"
#include "kernel/cap.h"
#include "kernel/kernel.h"
#include "kernel/syscall.h"
#include "kernel/tcb.h"

// Where an address leads: the entry that ends the walk, because it is empty or a page, or because
// the last level is reached.
struct walk {
    arch_pte_t *entry;
    unsigned level;
};

// Bits of an address below those that the tables of level 0..level resolve: 39, 30, 21, 12.
static inline unsigned level_bits(unsigned level)
{
    return 12u + ARCH_INDEX_BITS * (ARCH_LEVELS - 1u - level);
}

struct walk vspace_walk(paddr_t root, vaddr_t address);

// The walk as far as the entry of `level` or the first entry above it that is not a table.
struct walk vspace_walk_to(paddr_t root, vaddr_t address, unsigned level);

MUST_CHECK seL4_Error vspace_decode(struct syscall *sys);
MUST_CHECK seL4_Error page_table_decode(struct syscall *sys);
MUST_CHECK seL4_Error frame_decode(struct syscall *sys);

// Is `cap` a VSpace that has an ASID?
bool vspace_is_assigned(struct cap cap);

// The address space that `cap`, extra capability `argument` of the invocation, names: checked as
// mapping operations do. The ASID goes to *asid.
MUST_CHECK seL4_Error vspace_find(struct syscall *sys, struct cap cap, uint64_t argument,
                                  paddr_t *root);

// A capability is about to disappear, and with it the mapping made through it. Frames: for each
// capability; tables and address spaces: for the last one.
void frame_unmap(struct cap cap);
void page_table_unmap(struct cap cap);
void vspace_destroy(struct cap cap);

// The processor translates by this address space: word 0 of its capability (asid.h), 0: none.
static inline void vspace_activate(uint64_t space)
{
    if (space == kernel.space) {
        return;
    }
    kernel.space = space;
    if (space == 0) {
        arch_vspace_deactivate();
    } else {
        const struct cap cap = {{space, 0}};
        arch_vspace_activate(cap_base(cap), cap_get(cap, CAP_ASID));
    }
}

// The address space of `thread` as vspace_activate() takes it; 0 if it has no valid one.
static inline uint64_t vspace_of(const struct tcb *thread)
{
    const struct cap cap = thread->slots[TCB_SLOT_VSPACE].cap;
    const uint64_t entry = asid_entry(cap_get(cap, CAP_ASID));
    return entry == cap.word[0] ? entry : 0;
}

// The address space of `asid` is gone: it is not active any more, and nothing of it stays cached.
void vspace_forget(uint64_t asid);
