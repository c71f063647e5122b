// SPDX-License-Identifier: BSD-2-Clause
//
// The kernel's own translation tables.
#pragma once

#include "kernel/arch.h"
#include "kernel/vspace.h"

// Root, two levels each for the window and for the image, and tables where RAM or devices do not
// fill the block of a level.
enum { KERNEL_TABLE_COUNT = 20 };

extern arch_pte_t kernel_tables[KERNEL_TABLE_COUNT][1 << ARCH_INDEX_BITS];

// Symbols of kernel.ld: virtual addresses of page boundaries.
extern const char ki_base[], ki_boot_end[], ki_text_end[], ki_rodata_end[], ki_end[];
extern const char kernel_stack_guard[], kernel_stack_top[];
// The difference between virtual and physical addresses of the image, as an absolute symbol.
extern const char ki_offset[];

static inline uint64_t kernel_image_paddr(const void *symbol)
{
    return (uint64_t)(uintptr_t)symbol - (uint64_t)(uintptr_t)ki_offset;
}

// Kernel tables lie in the image, which is mapped before the window is.
static inline arch_pte_t *kernel_table_at(arch_pte_t pte)
{
    return (arch_pte_t *)(uintptr_t)(arch_pte_address(pte).raw + (uint64_t)(uintptr_t)ki_offset);
}

static inline arch_pte_t *kernel_entry_at(arch_pte_t *table, uint64_t address, unsigned level)
{
    return &table[(address >> level_bits(level)) & ((1u << ARCH_INDEX_BITS) - 1)];
}

// The boot code has run, and its memory is user level's: it leaves the mapping of the image.
void mmu_forget_boot(void);
