// SPDX-License-Identifier: BSD-2-Clause
//
// Translation and caches, once the kernel runs.
#include "mmu.h"

#include "kernel/arch.h"
#include "kernel/sysreg.h"

// The address space of whoever has none: entries are empty.
static _Alignas(4096) arch_pte_t no_space[1 << ARCH_INDEX_BITS];

_Alignas(4096) arch_pte_t kernel_tables[KERNEL_TABLE_COUNT][1 << ARCH_INDEX_BITS];

// --- tables -------------------------------------------------------------------------------------

void arch_pte_write(arch_pte_t *entry, arch_pte_t pte)
{
    *(volatile arch_pte_t *)entry = pte;
    __asm__ volatile("dsb ishst" : : : "memory");
}

// An operand of TLBI: the address in pages, the ASID above.
static uint64_t tlbi_operand(uint64_t asid, uint64_t address)
{
    return asid << TTBR_ASID_SHIFT | ((address >> 12) & UINT64_C(0xfffffffffff));
}

void arch_tlb_flush_page(uint64_t asid, vaddr_t address)
{
    __asm__ volatile("tlbi vae1, %0\n\tdsb nsh\n\tisb"
                     :
                     : "r"(tlbi_operand(asid, address.raw))
                     : "memory");
}

void arch_tlb_flush_asid(uint64_t asid)
{
    __asm__ volatile("tlbi aside1, %0\n\tdsb nsh\n\tisb" : : "r"(tlbi_operand(asid, 0)) : "memory");
}

void arch_vspace_deactivate(void)
{
    arch_vspace_activate(paddr(kernel_image_paddr(no_space)), 0);
}

void mmu_forget_boot(void)
{
    const uint64_t start = (uint64_t)(uintptr_t)ki_base;
    const uint64_t end = (uint64_t)(uintptr_t)ki_boot_end;
    for (uint64_t page = start; page < end; page += 1u << level_bits(ARCH_LAST_LEVEL)) {
        arch_pte_t *table = kernel_tables[0];
        for (unsigned level = 0; level < ARCH_LAST_LEVEL; level++) {
            table = kernel_table_at(*kernel_entry_at(table, page, level));
        }
        arch_pte_write(kernel_entry_at(table, page, ARCH_LAST_LEVEL), 0);
    }
    __asm__ volatile("tlbi vmalle1\n\tdsb nsh\n\tisb" : : : "memory");
}

// --- caches -------------------------------------------------------------------------------------

// log2 of the smallest line, from CTR_EL0: field at `shift`, in words.
static unsigned line_bits(unsigned shift)
{
    return 2 + ((unsigned)(sysreg_read(ctr_el0) >> shift) & 15);
}

enum { CTR_DATA_LINE = 16, CTR_INSTRUCTION_LINE = 0 };

enum { LINES_UNROLLED = 8 };

// Complete for devices, too, not for processors only: they may read the memory next.
#define each_line(operation, start, size, shift)                                                   \
    do {                                                                                           \
        const uint64_t line_ = UINT64_C(1) << line_bits(shift);                                    \
        const uint64_t end_ = (start) + (size);                                                    \
        uint64_t at_ = (start) & ~(line_ - 1);                                                     \
        for (uint64_t runs_ = (end_ - at_) / (LINES_UNROLLED * line_); runs_ > 0; runs_--) {       \
            __asm__ volatile(".rept %c2\n\t" operation ", %0\n\tadd %0, %0, %1\n\t.endr"           \
                             : "+r"(at_)                                                           \
                             : "r"(line_), "i"(LINES_UNROLLED)                                     \
                             : "memory");                                                          \
        }                                                                                          \
        for (; at_ < end_; at_ += line_) {                                                         \
            __asm__ volatile(operation ", %0" : : "r"(at_) : "memory");                            \
        }                                                                                          \
        barrier_data();                                                                            \
    } while (0)

// Lines that the range covers in part also hold what is not to be lost.
static void invalidate_lines(uint64_t start, uint64_t size)
{
    const uint64_t line = UINT64_C(1) << line_bits(CTR_DATA_LINE);
    if ((start & (line - 1)) != 0) {
        __asm__ volatile("dc civac, %0" : : "r"(start) : "memory");
    }
    if (((start + size) & (line - 1)) != 0) {
        __asm__ volatile("dc civac, %0" : : "r"(start + size - 1) : "memory");
    }
    barrier_data();
    each_line("dc ivac", start, size, CTR_DATA_LINE);
}

static void clean_lines(uint64_t start, uint64_t size)
{
    each_line("dc cvac", start, size, CTR_DATA_LINE);
}

static void clean_invalidate_lines(uint64_t start, uint64_t size)
{
    each_line("dc civac", start, size, CTR_DATA_LINE);
}

static void unify_lines(uint64_t start, uint64_t size)
{
    each_line("dc cvau", start, size, CTR_DATA_LINE);
    each_line("ic ivau", start, size, CTR_INSTRUCTION_LINE);
    barrier_instruction();
}

void arch_cache(enum arch_cache_op op, vaddr_t user, paddr_t start, uint64_t size)
{
    (void)start;
    switch (op) {
    case ARCH_CACHE_CLEAN:
        clean_lines(user.raw, size);
        break;
    case ARCH_CACHE_INVALIDATE:
        invalidate_lines(user.raw, size);
        break;
    case ARCH_CACHE_CLEAN_INVALIDATE:
        clean_invalidate_lines(user.raw, size);
        break;
    case ARCH_CACHE_UNIFY:
        unify_lines(user.raw, size);
        break;
    }
}

void arch_clean(paddr_t base, uint64_t size)
{
    clean_lines((uint64_t)(uintptr_t)arch_ptr(base), size);
}

// The table walker reads through the caches (TCR_EL1): to have been written is enough.
void arch_clean_table(paddr_t base, uint64_t size)
{
    (void)base, (void)size;
    __asm__ volatile("dsb ishst" : : : "memory");
}

// --- zeroing ------------------------------------------------------------------------------------

enum { ZVA_UNROLLED = 8 };

// Bytes that one DC ZVA zeroes; 0 if it may not be used.
static uint64_t zva_bytes(void)
{
    const uint64_t id = sysreg_read(dczid_el0);
    return (id & 16) != 0 ? 0 : UINT64_C(4) << (id & 15);
}

static void zero_words(uint64_t start, uint64_t end)
{
    for (uint64_t at = start; at < end; at += 16) {
        __asm__ volatile("stp xzr, xzr, [%0]" : : "r"(at) : "memory");
    }
}

void arch_zero(void *at, uint64_t size)
{
    const uint64_t block = zva_bytes();
    const uint64_t start = (uint64_t)(uintptr_t)at;
    const uint64_t end = start + size;
    if (block == 0 || size < 2 * block) {
        zero_words(start, end);
        return;
    }
    const uint64_t first = (start + block - 1) & ~(block - 1);
    const uint64_t last = end & ~(block - 1);
    zero_words(start, first);
    uint64_t line = first;
    for (; last - line >= ZVA_UNROLLED * block; line += ZVA_UNROLLED * block) {
        uint64_t at_line = line;
        __asm__ volatile(".rept %c2\n\tdc zva, %0\n\tadd %0, %0, %1\n\t.endr"
                         : "+r"(at_line)
                         : "r"(block), "i"(ZVA_UNROLLED)
                         : "memory");
    }
    for (; line < last; line += block) {
        __asm__ volatile("dc zva, %0" : : "r"(line) : "memory");
    }
    zero_words(last, end);
}
