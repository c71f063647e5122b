// SPDX-License-Identifier: BSD-2-Clause
#include "boot_map.h"

#include "mmu.h"

#include "kernel/arch.h"
#include "kernel/sysreg.h"

#include <stddef.h>

enum { PAGE = 4096, FIRST_BLOCK_LEVEL = 1 };

static const arch_pte_t KERNEL_PAGE = PTE_VALID | PTE_ACCESSED | PTE_SHARED;
static const arch_pte_t DATA = PTE_USER_XN | PTE_PRIVILEGED_XN;

static unsigned tables_used = 1; // the first one is the root

// The table below an empty or a table entry, NULL if there is none left.
static arch_pte_t *descend(arch_pte_t *entry, unsigned level)
{
    if (arch_pte_kind(*entry, level) == ARCH_PTE_EMPTY) {
        if (tables_used == KERNEL_TABLE_COUNT) {
            return NULL;
        }
        const arch_pte_t *fresh = kernel_tables[tables_used++];
        arch_pte_write(entry, arch_pte_table(paddr(kernel_image_paddr(fresh))));
    }
    return kernel_table_at(*entry);
}

// What is to be mapped, and how far that is done.
struct job {
    uint64_t address;
    uint64_t end;
    uint64_t offset; // physical = address - offset
    arch_pte_t attributes;
};

// Fills entries of one table for as long as each is empty and the job covers all that it maps.
// Returns whether there was one.
static bool fill(struct job *job, arch_pte_t *entry, unsigned level)
{
    const uint64_t size = UINT64_C(1) << level_bits(level);
    const uint64_t table_end = (job->address | ((size << ARCH_INDEX_BITS) - 1)) + 1;
    const arch_pte_t page =
        job->attributes | KERNEL_PAGE | (level == ARCH_LAST_LEVEL ? PTE_TABLE : 0);
    uint64_t at = job->address;
    if (level < FIRST_BLOCK_LEVEL || ((at | (at - job->offset)) & (size - 1)) != 0) {
        return false;
    }
    while (at != table_end && job->end - at >= size && *entry == 0) {
        *entry = (at - job->offset) | page;
        entry++;
        at += size;
    }
    const bool some = at != job->address;
    job->address = at;
    return some;
}

// One step: some entries of one table, or over a block that is mapped already. False if the tables
// are used up.
static bool map_some(struct job *job)
{
    arch_pte_t *table = kernel_tables[0];
    for (unsigned level = 0;; level++) {
        arch_pte_t *entry = kernel_entry_at(table, job->address, level);
        if (arch_pte_kind(*entry, level) == ARCH_PTE_PAGE) {
            const uint64_t last = job->address | ((UINT64_C(1) << level_bits(level)) - 1);
            job->address = last < job->end - 1 ? last + 1 : job->end;
            return true;
        }
        if (fill(job, entry, level)) {
            return true;
        }
        table = descend(entry, level);
        if (table == NULL) {
            return false;
        }
    }
}

static bool map(uint64_t address, uint64_t physical, uint64_t size, arch_pte_t attributes)
{
    struct job job = {address, address + size, address - physical, attributes};
    while (job.address != job.end) {
        if (!map_some(&job)) {
            return false;
        }
    }
    __asm__ volatile("dsb ishst\n\tisb" : : : "memory");
    return true;
}

// --- the image ----------------------------------------------------------------------------------

static void map_part(const char *start, const char *end, arch_pte_t attributes)
{
    const bool mapped = map((uint64_t)(uintptr_t)start, kernel_image_paddr(start),
                            (uint64_t)(end - start), attributes | PTE_NORMAL);
    if (!mapped) {
        PANIC("the kernel image needs too many tables");
    }
}

void boot_map_image(void)
{
    map_part(ki_base, ki_boot_end, PTE_USER_XN);
    map_part(ki_boot_end, ki_text_end, PTE_USER_XN | PTE_READONLY);
    map_part(ki_text_end, ki_rodata_end, DATA | PTE_READONLY);
    map_part(ki_rodata_end, kernel_stack_guard, DATA);
    map_part(kernel_stack_guard + PAGE, ki_end, DATA);
    // Old and new tables translate what runs now alike, so it does not matter which one is cached.
    sysreg_write(ttbr1_el1, kernel_image_paddr(kernel_tables));
    barrier_instruction();
    __asm__ volatile("tlbi vmalle1\n\tdsb nsh\n\tisb" : : : "memory");
}

// --- the window ---------------------------------------------------------------------------------

static bool map_window(uint64_t start, uint64_t end, arch_pte_t attributes)
{
    return start >= end || map(start + ARCH_WINDOW, start, end - start, attributes | DATA);
}

bool boot_map_ram(struct plat_range range)
{
    // Not the image itself: it is mapped elsewhere, with stricter permissions.
    const uint64_t hole_start = kernel_image_paddr(ki_boot_end);
    const uint64_t hole_end = kernel_image_paddr(ki_end);
    if (range.end.raw <= hole_start || hole_end <= range.start.raw) {
        return map_window(range.start.raw, range.end.raw, PTE_NORMAL);
    }
    return map_window(range.start.raw, hole_start, PTE_NORMAL) &&
           map_window(hole_end, range.end.raw, PTE_NORMAL);
}

bool boot_map_device(struct plat_range range)
{
    return map_window(range.start.raw, range.end.raw, PTE_DEVICE);
}
