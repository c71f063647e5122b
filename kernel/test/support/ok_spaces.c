// SPDX-License-Identifier: BSD-2-Clause
//
// Address spaces and interrupts (asid.h, vspace.h, irq.h).
#include "ok.h"

#include "kernel/arch.h"
#include "kernel/asid.h"
#include "kernel/irq.h"
#include "kernel/plat_host.h"
#include "kernel/vspace.h"

enum { POOL_ENTRIES = 1 << ASID_POOL_BITS, TABLE_ENTRIES = 1 << ARCH_INDEX_BITS };

// --- identifiers ---------------------------------------------------------------------------------

static const char *check_pool(unsigned index)
{
    if (kernel.asid_pools[index] == NULL) {
        return NULL;
    }
    const paddr_t base = arch_paddr(kernel.asid_pools[index]);
    const struct slot *pool = ok_object_at(CAP_ASID_POOL, base.raw);
    if (pool == NULL || cap_get(pool->cap, CAP_POOL) != index) {
        return "A3: a pool without capability is in use";
    }
    for (unsigned entry = 0; entry < POOL_ENTRIES; entry++) {
        const uint64_t asid = ((uint64_t)index << ASID_POOL_BITS) + entry;
        const paddr_t root = asid_root(asid);
        if (root.raw == 0) {
            continue;
        }
        const struct slot *space = ok_object_at(CAP_VSPACE, root.raw);
        if (asid == 0) {
            return "A2: ASID 0 is in use";
        }
        if (space == NULL || cap_get(space->cap, CAP_ASID) != asid ||
            space->cap.word[0] != asid_entry(asid)) {
            return "A1: an ASID belongs to an address space that has no capability";
        }
    }
    return NULL;
}

// --- tables --------------------------------------------------------------------------------------

// Whether some capability of the run that starts at `slot` was mapped at `address` of `asid`.
static bool mapped_by(const struct slot *slot, uint64_t asid, uint64_t address)
{
    const enum cap_type type = cap_type(slot->cap);
    const uint64_t base = cap_base(slot->cap).raw;
    for (; slot != NULL && cap_type(slot->cap) == type && cap_base(slot->cap).raw == base;
         slot = slot_next(slot)) {
        if (cap_get(slot->cap, CAP_ASID) == asid &&
            cap_get(slot->cap, CAP_VADDR) == address >> seL4_PageBits) {
            return true;
        }
    }
    return false;
}

struct table {
    const arch_pte_t *entry;
    uint64_t address; // that the first entry translates
};

// A walk over all tables, deepest open table last.
struct tour {
    struct table open[ARCH_LEVELS];
    unsigned next[ARCH_LEVELS];
    unsigned level;
    uint64_t asid;
};

static const char *check_entry(struct tour *tour, arch_pte_t pte, uint64_t address)
{
    const enum arch_pte_kind kind = arch_pte_kind(pte, tour->level);
    if (kind == ARCH_PTE_EMPTY) {
        return NULL;
    }
    if (address > seL4_UserTop) {
        return "V3: a mapping above the top of user addresses";
    }
    const bool table = kind == ARCH_PTE_TABLE;
    const struct slot *slot =
        ok_object_at(table ? CAP_PAGE_TABLE : CAP_FRAME, arch_pte_address(pte).raw);
    if (slot == NULL || !mapped_by(slot, tour->asid, address)) {
        return table ? "V2: a table is entered without a capability that says so"
                     : "V4: a page is mapped without a capability that says so";
    }
    if (table) {
        tour->level++;
        tour->open[tour->level] = (struct table){arch_ptr(arch_pte_address(pte)), address};
        tour->next[tour->level] = 0;
    }
    return NULL;
}

static const char *check_space(paddr_t root, uint64_t asid)
{
    struct tour tour = {.open[0] = {arch_ptr(root), 0}, .asid = asid};
    const char *broken = NULL;
    while (broken == NULL) {
        const unsigned level = tour.level;
        const unsigned index = tour.next[level]++;
        if (index == TABLE_ENTRIES && level == 0) {
            break;
        }
        if (index == TABLE_ENTRIES) {
            tour.level--;
            continue;
        }
        const struct table table = tour.open[level];
        broken = check_entry(&tour, table.entry[index],
                             table.address + ((uint64_t)index << level_bits(level)));
    }
    return broken;
}

const char *ok_spaces(const struct ok_stock *stock)
{
    for (unsigned i = 0; i < ASID_POOL_COUNT; i++) {
        const char *broken = check_pool(i);
        if (broken != NULL) {
            return broken;
        }
    }
    for (size_t i = 0; i < stock->count; i++) {
        const struct slot *slot = stock->slots[i].slot;
        if (cap_type(slot->cap) != CAP_VSPACE ||
            ok_object_at(CAP_VSPACE, cap_base(slot->cap).raw) != slot) {
            continue;
        }
        const uint64_t asid = cap_get(slot->cap, CAP_ASID);
        if (asid != 0 && asid_root(asid).raw == cap_base(slot->cap).raw) {
            const char *broken = check_space(cap_base(slot->cap), asid);
            if (broken != NULL) {
                return broken;
            }
        }
    }
    return NULL;
}

// --- interrupts ----------------------------------------------------------------------------------

static const char *check_interrupt(unsigned irq, bool has_handler)
{
    const enum irq_state state = kernel.irq_state[irq];
    const struct slot *slot = &kernel.irq_notification[irq];
    if ((state == IRQ_HANDLER) != has_handler) {
        return "I1: an interrupt's state does not tell whether there is a handler";
    }
    if (!slot_is_empty(slot) && (state != IRQ_HANDLER || cap_type(slot->cap) != CAP_NOTIFICATION ||
                                 cap_get(slot->cap, CAP_WRITE) == 0)) {
        return "I2: an interrupt signals what it must not";
    }
    if ((state == IRQ_FREE || state == IRQ_RESERVED) && !host_machine.masked[irq]) {
        return "I3: an interrupt that nobody handles is not masked";
    }
    return NULL;
}

const char *ok_interrupts(const struct ok_stock *stock)
{
    bool has_handler[PLAT_IRQ_COUNT] = {false};
    for (size_t i = 0; i < stock->count; i++) {
        const struct cap cap = stock->slots[i].slot->cap;
        if (cap_type(cap) == CAP_IRQ_HANDLER) {
            has_handler[cap_get(cap, CAP_IRQ)] = true;
        }
    }
    for (unsigned irq = 0; irq < PLAT_IRQ_COUNT; irq++) {
        const char *broken = check_interrupt(irq, has_handler[irq]);
        if (broken != NULL) {
            return broken;
        }
    }
    return NULL;
}
