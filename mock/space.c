// SPDX-License-Identifier: BSD-2-Clause
//
// Translation tables, read as the processor would: for a process, everything at once; for an
// address, the walk that finds it or says why not.

#include "machine.h"

#include "kernel/arch.h"
#include "kernel/arch_host.h"
#include "kernel/vspace.h"

#include <kaal/mock.h>

#include <sel4/constants.h>

#include <stdio.h>
#include <stdlib.h>

// Where the kernel has its text and its view of physical memory; above user level's addresses.
#define KERNEL_START UINT64_C(0xffffff8000000000)

enum {
    ENTRIES = 1 << ARCH_INDEX_BITS,

    // Syndromes (ESR of AArch64): classes, with the bit for instructions of 32 bits; what happened.
    SYNDROME_TRANSLATION = 0x04, // + level
    SYNDROME_PERMISSION = 0x0c,  // + level
    SYNDROME_WRITE = 1 << 6,
    KERNEL_LEVEL = 3, // our kernel maps itself in small pages
};

#define SYNDROME_INSTRUCTION UINT64_C(0x82000000)
#define SYNDROME_DATA        UINT64_C(0x92000000)

// --- all of it -----------------------------------------------------------------------------------

static void append(struct runs *out, struct run run)
{
    struct run *last = out->count == 0 ? NULL : &out->items[out->count - 1];
    if (last != NULL && last->end == run.start && last->access == run.access &&
        last->offset + (last->end - last->start) == run.offset) {
        last->end = run.end;
        return;
    }
    if (out->count == out->room) {
        out->room = out->room == 0 ? 64 : 2 * out->room;
        out->items = realloc(out->items, out->room * sizeof(*out->items));
        if (out->items == NULL) {
            fputs("kaal-mock: the host has no memory left\n", stderr);
            machine_end(EXIT_FAILURE);
        }
    }
    out->items[out->count++] = run;
}

// Executable pages are not: what they hold is no code of the host.
static uint32_t page_access(arch_pte_t pte)
{
    uint32_t access = 0;
    access |= (pte & HOST_PTE_READ) != 0 ? 1u << KAAL_MOCK_READ : 0;
    access |= (pte & HOST_PTE_WRITE) != 0 ? 1u << KAAL_MOCK_WRITE : 0;
    return access;
}

// Device registers are no memory: they are left out, and answer to calls alone.
static void add_page(struct runs *out, arch_pte_t pte, uint64_t address, unsigned level)
{
    const uint64_t offset = arch_pte_address(pte).raw - host_memory.base;
    const uint32_t access = page_access(pte);
    if (offset < host_memory.size && access != 0) {
        append(out,
               (struct run){address, address + (UINT64_C(1) << level_bits(level)), offset, access});
    }
}

static void add_table(struct runs *out, paddr_t table, unsigned level, uint64_t base)
{
    const arch_pte_t *entries = arch_ptr(table);
    for (unsigned i = 0; i < ENTRIES; i++) {
        const uint64_t address = base + ((uint64_t)i << level_bits(level));
        switch (arch_pte_kind(entries[i], level)) {
        case ARCH_PTE_TABLE:
            add_table(out, arch_pte_address(entries[i]), level + 1, address);
            break;
        case ARCH_PTE_PAGE:
            add_page(out, entries[i], address, level);
            break;
        case ARCH_PTE_EMPTY:
            break;
        }
    }
}

void space_runs(paddr_t root, struct runs *out)
{
    out->count = 0;
    if (root.raw != 0) {
        add_table(out, root, 0, 0);
    }
}

// --- one address ---------------------------------------------------------------------------------

static bool allows(arch_pte_t pte, uint32_t access)
{
    switch ((enum kaal_mock_access)access) {
    case KAAL_MOCK_READ:
        return (pte & HOST_PTE_READ) != 0;
    case KAAL_MOCK_WRITE:
        return (pte & HOST_PTE_WRITE) != 0;
    case KAAL_MOCK_EXECUTE:
        return (pte & HOST_PTE_EXECUTE) != 0;
    }
    return false;
}

static uint64_t syndrome_of(uint32_t access, unsigned status)
{
    if (access == KAAL_MOCK_EXECUTE) {
        return SYNDROME_INSTRUCTION | status;
    }
    return SYNDROME_DATA | status | (access == KAAL_MOCK_WRITE ? SYNDROME_WRITE : 0u);
}

bool space_translate(paddr_t root, uint64_t address, uint32_t access, uint64_t *physical,
                     uint64_t *syndrome)
{
    if (address >= KERNEL_START && address != UINT64_MAX) {
        *syndrome = syndrome_of(access, SYNDROME_PERMISSION | KERNEL_LEVEL);
        return false;
    }
    if (address >= seL4_UserTop || root.raw == 0) {
        *syndrome = syndrome_of(access, SYNDROME_TRANSLATION);
        return false;
    }
    const struct walk walk = vspace_walk(root, vaddr(address));
    if (arch_pte_kind(*walk.entry, walk.level) != ARCH_PTE_PAGE) {
        *syndrome = syndrome_of(access, SYNDROME_TRANSLATION | walk.level);
        return false;
    }
    if (!allows(*walk.entry, access)) {
        *syndrome = syndrome_of(access, SYNDROME_PERMISSION | walk.level);
        return false;
    }
    const uint64_t within = (UINT64_C(1) << level_bits(walk.level)) - 1;
    *physical = arch_pte_address(*walk.entry).raw + (address & within);
    return true;
}
