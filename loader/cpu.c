// SPDX-License-Identifier: BSD-2-Clause
#include "cpu.h"

#include "lib/bits.h"

#define READ(reg, out)    __asm__ volatile("mrs %0, " reg : "=r"(out))
#define WRITE(reg, value) __asm__ volatile("msr " reg ", %0" ::"r"((uint64_t)(value)) : "memory")

// Bits of SCTLR_EL1 and SCTLR_EL2 that are one in Armv8.0; all others off.
#define SCTLR_RES1     0x30d00800ULL
#define SCTLR_EL2_RES1 0x30c50830ULL

// Translation, data cache, instruction cache.
#define SCTLR_ON (1ULL | 1ULL << 2 | 1ULL << 12)

// What seL4 asks for at EL2: 48-bit addresses, 4 KiB pages, tables in write-back inner-shareable
// memory, 40 bits of physical address. It does not boot with another value.
#define TCR_EL2 0x80823510ULL

enum { LINES_UNROLLED = 8 };

unsigned cpu_el(void)
{
    uint64_t el;
    READ("CurrentEL", el);
    return (unsigned)(el >> 2) & 3;
}

// With a GICv3, EL1 may use its CPU interface only if EL2 lets it.
static void el2_allow_gic_registers(void)
{
    uint64_t features;
    READ("id_aa64pfr0_el1", features);
    if ((features >> 24 & 0xf) != 0) {
        WRITE("S3_4_C12_C9_5", 0xf); // ICC_SRE_EL2: SRE, DFB, DIB, Enable
        __asm__ volatile("isb");
        WRITE("S3_4_C12_C11_0", 0); // ICH_HCR_EL2
    }
}

void el2_prepare(void)
{
    uint64_t id;
    WRITE("sctlr_el1", SCTLR_RES1); // unknown after reset, and EL1 begins with it: MMU off
    WRITE("hcr_el2", 1ULL << 31);   // RW: EL1 is AArch64; no traps
    WRITE("cptr_el2", 0x33ff);      // floating point untrapped
    READ("pmcr_el0", id);
    WRITE("mdcr_el2", id >> 11 & 0x1f); // debug registers and all event counters for EL1
    WRITE("hstr_el2", 0);
    WRITE("vttbr_el2", 0);
    WRITE("cntvoff_el2", 0);
    WRITE("cnthctl_el2", 3); // physical counter and timer for EL1
    READ("midr_el1", id);
    WRITE("vpidr_el2", id);
    READ("mpidr_el1", id);
    WRITE("vmpidr_el2", id);
    el2_allow_gic_registers();
    __asm__ volatile("isb");
}

void cpu_discard_cached(uint64_t start, uint64_t size)
{
    uint64_t type;
    READ("ctr_el0", type);
    uint64_t line = 4ULL << (type >> 16 & 0xf);
    uint64_t end = start + size;
    __asm__ volatile("dsb sy" ::: "memory");
    uint64_t at = align_down(start, line);
    for (uint64_t runs = (end - at) / (LINES_UNROLLED * line); runs > 0; runs--) {
        __asm__ volatile(".rept %c2\n\tdc ivac, %0\n\tadd %0, %0, %1\n\t.endr"
                         : "+r"(at)
                         : "r"(line), "i"(LINES_UNROLLED)
                         : "memory");
    }
    for (; at < end; at += line) {
        __asm__ volatile("dc ivac, %0" ::"r"(at) : "memory");
    }
    __asm__ volatile("dsb sy" ::: "memory");
}

// 48-bit addresses in both halves, 4 KiB pages, tables in write-back inner-shareable memory, 16-bit
// ASIDs.
static uint64_t el1_tcr(void)
{
    uint64_t mmfr0;
    READ("id_aa64mmfr0_el1", mmfr0);
    uint64_t pa_range = mmfr0 & 0xf;
    return 16ULL | 16ULL << 16                                 // T0SZ, T1SZ
           | 1ULL << 8 | 1ULL << 10 | 3 << 12                  // IRGN0, ORGN0, SH0
           | 1ULL << 24 | 1ULL << 26 | 3ULL << 28 | 2ULL << 30 // TG1
           | (pa_range > 5 ? 5 : pa_range) << 32               // IPS: 48 bits with 4 KiB pages
           | 1ULL << 36;                                       // AS
}

void cpu_translation(struct enter *e)
{
    // Indices 0 to 4 are seL4's: two device types, gathering ones, uncached, write-back. It writes
    // neither MAIR nor TCR.
    e->mair = 0x0000aaff440c0400ULL;
    if (e->el == 2) {
        e->tcr = TCR_EL2;
        e->sctlr = SCTLR_EL2_RES1 | SCTLR_ON;
    } else {
        e->tcr = el1_tcr();
        e->sctlr = SCTLR_RES1 | SCTLR_ON | 1 << 16 | 1 << 18; // no traps of WFI and WFE at EL0
    }
}

void cpu_hvc(uint32_t function)
{
    register uint64_t x0 __asm__("x0") = function;
    __asm__ volatile("hvc #0" : "+r"(x0)::"x1", "x2", "x3", "memory");
}

void cpu_smc(uint32_t function)
{
    register uint64_t x0 __asm__("x0") = function;
    __asm__ volatile("smc #0" : "+r"(x0)::"x1", "x2", "x3", "memory");
}

_Noreturn void cpu_halt(void)
{
    for (;;) {
        __asm__ volatile("wfi");
    }
}
