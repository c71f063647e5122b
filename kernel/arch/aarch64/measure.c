// SPDX-License-Identifier: BSD-2-Clause
//
// What benchmark configurations need of the processor.
#include "measure.h"

#include "kernel/arch.h"
#include "kernel/config.h"
#include "kernel/sysreg.h"

enum {
    PMCR_ENABLE = 1 << 0,
    PMCR_DIVIDE = 1 << 3, // count every 64th cycle
};

static const uint64_t CYCLE_COUNTER = UINT64_C(1) << 31;

void measure_init(void)
{
    if (!KCFG_BENCHMARKS) {
        return;
    }
    sysreg_write(pmccfiltr_el0, 0); // EL0 and EL1
    sysreg_write(pmcntenset_el0, CYCLE_COUNTER);
    sysreg_write(pmcr_el0, (sysreg_read(pmcr_el0) & ~(uint64_t)PMCR_DIVIDE) | PMCR_ENABLE);
    barrier_instruction();
}

// --- whole caches -------------------------------------------------------------------------------

// A cache's shape, from CCSIDR_EL1.
static void clean_invalidate_level(unsigned level)
{
    sysreg_write(csselr_el1, (uint64_t)level << 1);
    barrier_instruction();
    const uint64_t shape = sysreg_read(ccsidr_el1);
    const unsigned line_bits = (unsigned)(shape & 7) + 4;
    const unsigned last_way = (unsigned)(shape >> 3 & 0x3ff);
    const unsigned last_set = (unsigned)(shape >> 13 & 0x7fff);
    const unsigned way_shift = last_way == 0 ? 0 : (unsigned)__builtin_clz(last_way);
    for (uint64_t way = 0; way <= last_way; way++) {
        for (uint64_t set = 0; set <= last_set; set++) {
            const uint64_t operand = way << way_shift | set << line_bits | (uint64_t)level << 1;
            __asm__ volatile("dc cisw, %0" : : "r"(operand) : "memory");
        }
    }
}

static void clean_invalidate_data(bool first_level)
{
    enum { LEVEL_BITS = 3, KIND_DATA = 2, COHERENCY_SHIFT = 24 };
    const uint64_t levels = sysreg_read(clidr_el1);
    const unsigned end = first_level ? 1 : (unsigned)(levels >> COHERENCY_SHIFT & 7);
    barrier_data();
    for (unsigned level = 0; level < end; level++) {
        if ((levels >> level * LEVEL_BITS & 7) >= KIND_DATA) {
            clean_invalidate_level(level);
        }
    }
    barrier_data();
}

void arch_flush_caches(bool instruction, bool data, bool first_level)
{
    if (data) {
        clean_invalidate_data(first_level);
    }
    if (instruction) {
        __asm__ volatile("ic iallu" : : : "memory");
    }
    barrier_data();
    barrier_instruction();
}
