// SPDX-License-Identifier: BSD-2-Clause
//
// What user level may do without the kernel: registers that it reads, instructions that trap; by
// the configuration.
#include "case.h"

// ESR of a trapped system register or instruction has this class; what it was is in the lower bits.
#define CLASS_SHIFT   26
#define CLASS_UNKNOWN 0x00
#define CLASS_SYSREG  0x18

// A thread's function of one instruction, which may use x9 and the address of `line` in %0.
// NOLINTBEGIN(bugprone-macro-parentheses): the name of a function
#define ACTION(name, instruction)                                                                  \
    static seL4_Word name(seL4_Word address)                                                       \
    {                                                                                              \
        __asm__ volatile(instruction : : "r"(address) : "x9", "memory");                           \
        return address;                                                                            \
    }
// NOLINTEND(bugprone-macro-parentheses)

ACTION(read_ctr, "mrs x9, ctr_el0")
ACTION(read_tpidrro, "mrs x9, tpidrro_el0")
ACTION(read_cntvct, "mrs x9, cntvct_el0")
ACTION(read_cntpct, "mrs x9, cntpct_el0")
ACTION(read_cntfrq, "mrs x9, cntfrq_el0")
ACTION(read_cntp_ctl, "mrs x9, cntp_ctl_el0")
ACTION(read_cntv_ctl, "mrs x9, cntv_ctl_el0")
ACTION(read_pmccntr, "mrs x9, pmccntr_el0")
ACTION(read_sctlr, "mrs x9, sctlr_el1")
ACTION(clean_to_unification, "dc cvau, %0")
ACTION(invalidate_instruction, "ic ivau, %0")
ACTION(clean_to_coherency, "dc cvac, %0")
ACTION(invalidate_data, "dc ivac, %0")
ACTION(zero, "dc zva, %0")
ACTION(wait_for_interrupt, "wfi")
ACTION(undefined, "udf #0")
ACTION(mask_interrupts, "msr daifset, #2")

static _Alignas(64) seL4_Word line[8];

static void expect_allowed(thread_function *action)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_ANSWER(thread_run(&t, action, (seL4_Word)line), THREAD_RETURNED, WORDS((seL4_Word)line));
}

// A UserException of this class.
static void expect_trap(thread_function *action, seL4_Word class)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    struct got g = thread_run(&t, action, (seL4_Word)line);
    EXPECT_EQUAL(g.label, seL4_Fault_UserException);
    EXPECT_EQUAL(g.length, 5);
    EXPECT_EQUAL(g.mr[3] >> CLASS_SHIFT, class);
    EXPECT_EQUAL(got_word(&g, 4), 0);
}

static void expect_if(bool allowed, thread_function *action)
{
    if (allowed) {
        expect_allowed(action);
    } else {
        expect_trap(action, CLASS_SYSREG);
    }
}

CASE(cache_type_and_thread_register_can_be_read)
{
    expect_allowed(read_ctr);
    expect_allowed(read_tpidrro);
}

CASE(caches_can_be_cleaned_but_not_invalidated)
{
    expect_allowed(clean_to_unification);
    expect_allowed(invalidate_instruction);
    expect_allowed(clean_to_coherency);
    expect_trap(invalidate_data, CLASS_UNKNOWN);
}

CASE(clearing_a_cache_line_traps)
{
    expect_trap(zero, CLASS_SYSREG);
}

CASE(waiting_for_an_interrupt_does_not_trap)
{
    expect_allowed(wait_for_interrupt);
}

CASE(the_virtual_counter_can_be_read_where_it_is_exported)
{
    expect_if(KCFG_EXPORT_VCNT, read_cntvct);
}

CASE(the_physical_counter_can_be_read_where_it_is_exported)
{
    expect_if(KCFG_EXPORT_PCNT, read_cntpct);
}

CASE(the_frequency_can_be_read_where_a_counter_is_exported)
{
    expect_if(KCFG_EXPORT_PCNT || KCFG_EXPORT_VCNT, read_cntfrq);
}

CASE(timers_can_be_read_where_they_are_exported)
{
    expect_if(KCFG_EXPORT_PTMR, read_cntp_ctl);
    expect_if(KCFG_EXPORT_VTMR, read_cntv_ctl);
}

CASE(the_cycle_counter_can_be_read_where_it_is_exported)
{
    expect_if(KCFG_EXPORT_PMU || KCFG_BENCHMARKS, read_pmccntr);
}

CASE(registers_of_the_kernel_are_undefined)
{
    expect_trap(read_sctlr, CLASS_UNKNOWN);
}

CASE(an_undefined_instruction_is_a_user_exception)
{
    expect_trap(undefined, CLASS_UNKNOWN);
}

CASE(interrupts_cannot_be_masked)
{
    expect_trap(mask_interrupts, CLASS_SYSREG);
}

static seL4_Word load_exclusive(seL4_Word address)
{
    __asm__ volatile("ldxr %0, [%0]" : "+r"(address));
    return address;
}

CASE(an_exclusive_load_that_is_not_aligned_is_a_memory_fault)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    seL4_Word address = (seL4_Word)&t.block->stack[1];
    struct got g = thread_run(&t, load_exclusive, address);
    EXPECT_EQUAL(g.label, seL4_Fault_VMFault);
    EXPECT_EQUAL(g.mr[1], address);
    EXPECT_EQUAL(g.mr[2], 0);
    EXPECT_EQUAL(g.mr[3], 0x92000021); // alignment
}
