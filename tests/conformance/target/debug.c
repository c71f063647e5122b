// SPDX-License-Identifier: BSD-2-Clause
//
// System calls of debug and benchmark kernels; and that a number without a system call is a fault.
//
// DebugHalt has no case, nor has DebugSnapshot: seL4's does not come back once the suite has mapped
// the serial port.
#include "case.h"

#include <sel4/reserved.h>

enum {
    REGISTERS = 31,
    FAULT_WORDS = 13,
    SPSR_WORD = 11,
};

// Registers with a pattern, but for x0 and the number of the system call in x7.
static struct registers pattern(seL4_Word x0, seL4_Word number)
{
    struct registers all;
    for (seL4_Word i = 0; i < REGISTERS; i++) {
        all.x[i] = 0xabcd0000 + i;
    }
    all.x[0] = x0;
    all.x[7] = number;
    all.nzcv = 0x90000000;
    return all;
}

// Makes the system call and checks that x0 alone has changed.
static seL4_Word debug_call(seL4_Word number, seL4_Word x0)
{
    struct registers all = pattern(x0, number);
    const struct registers before = all;
    trap_registers(&all);
    for (seL4_Word i = 1; i < REGISTERS; i++) {
        EXPECT_EQUAL(all.x[i], before.x[i]);
    }
    EXPECT_EQUAL(all.nzcv, before.nzcv);
    return all.x[0];
}

static seL4_Word identify(seL4_CPtr cptr)
{
    return debug_call((seL4_Word)KAAL_SYS_DEBUG_CAP_IDENTIFY, cptr);
}

// --- debug kernels ------------------------------------------------------------------------------

CASE_IF(KCFG_DEBUG_BUILD, cap_identify_tells_the_type)
{
    EXPECT_EQUAL(identify(seL4_CapNull), KAAL_CAP_TAG_NULL);
    EXPECT_EQUAL(identify(frame_new()), KAAL_CAP_TAG_FRAME);
    EXPECT_EQUAL(identify(untyped_new(4)), KAAL_CAP_TAG_UNTYPED);
    EXPECT_EQUAL(identify(page_table_new()), KAAL_CAP_TAG_PAGE_TABLE);
    EXPECT_EQUAL(identify(endpoint_new()), KAAL_CAP_TAG_ENDPOINT);
    EXPECT_EQUAL(identify(notification_new()), KAAL_CAP_TAG_NOTIFICATION);
    EXPECT_EQUAL(identify(reply_new()), KAAL_CAP_TAG_REPLY);
    EXPECT_EQUAL(identify(vspace_new()), KAAL_CAP_TAG_VSPACE);
    EXPECT_EQUAL(identify(cnode_new(1)), KAAL_CAP_TAG_CNODE);
    EXPECT_EQUAL(identify(tcb_new()), KAAL_CAP_TAG_THREAD);
    EXPECT_EQUAL(identify(object_new(seL4_SchedContextObject, 7)), KAAL_CAP_TAG_SCHED_CONTEXT);
    EXPECT_EQUAL(identify(sched_control()), KAAL_CAP_TAG_SCHED_CONTROL);
    EXPECT_EQUAL(identify(seL4_CapASIDControl), KAAL_CAP_TAG_ASID_CONTROL);
    EXPECT_EQUAL(identify(seL4_CapInitThreadASIDPool), KAAL_CAP_TAG_ASID_POOL);
    EXPECT_EQUAL(identify(seL4_CapIRQControl), KAAL_CAP_TAG_IRQ_CONTROL);
    EXPECT_EQUAL(identify(seL4_CapDomain), KAAL_CAP_TAG_DOMAIN);
}

CASE_IF(KCFG_DEBUG_BUILD, cap_identify_tells_interrupt_capabilities)
{
    seL4_CPtr handler = slot_new();
    seL4_CPtr sgi = slot_new();
    EXPECT_SUCCESS(
        call(seL4_CapIRQControl, IRQIssueIRQHandler, WORDS(40, handler, DEPTH), CAPS(ROOT)));
    EXPECT_SUCCESS(
        call(seL4_CapIRQControl, ARMIRQIssueSGISignal, WORDS(3, 0, sgi, DEPTH), CAPS(ROOT)));
    EXPECT_EQUAL(identify(handler), KAAL_CAP_TAG_IRQ_HANDLER);
    EXPECT_EQUAL(identify(sgi), KAAL_CAP_TAG_SGI_SIGNAL);
}

CASE_IF(KCFG_DEBUG_BUILD &&KCFG_ALLOW_SMC, cap_identify_tells_the_smc_capability)
{
    EXPECT_EQUAL(identify(seL4_CapSMC), KAAL_CAP_TAG_SMC);
}

CASE_IF(KCFG_DEBUG_BUILD, cap_identify_answers_0_where_nothing_is_found)
{
    EXPECT_EQUAL(identify(~0UL), 0);
    EXPECT_EQUAL(identify(slot_new()), 0);
}

CASE_IF(KCFG_DEBUG_BUILD, name_thread_changes_nothing_that_can_be_seen)
{
    seL4_CPtr tcb = tcb_new();
    ipc_buffer()->msg[0] = 0x00656d616e; // "name"
    EXPECT_EQUAL(debug_call((seL4_Word)KAAL_SYS_DEBUG_NAME_THREAD, tcb), tcb);
}

CASE_IF(KCFG_PRINTING, put_char_changes_nothing_that_can_be_seen)
{
    EXPECT_EQUAL(debug_call((seL4_Word)KAAL_SYS_DEBUG_PUT_CHAR, '\n'), '\n');
}

CASE_IF(KCFG_PRINTING, dump_scheduler_changes_nothing_that_can_be_seen)
{
    EXPECT_EQUAL(debug_call((seL4_Word)KAAL_SYS_DEBUG_DUMP_SCHEDULER, 5), 5);
}

// --- numbers without a system call --------------------------------------------------------------

static seL4_Word trap_number(seL4_Word number)
{
    struct registers all = pattern(0xabcd0000, number);
    trap_registers(&all);
    return all.x[0];
}

static void expect_unknown(seL4_Word number)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    struct got g = thread_run(&t, trap_number, number);
    seL4_Word svc = (seL4_Word)trap_registers_svc;
    EXPECT_EQUAL(g.label, seL4_Fault_UnknownSyscall);
    EXPECT_EQUAL(g.length, FAULT_WORDS);
    for (seL4_Word i = 0; i < 8; i++) {
        EXPECT_EQUAL(got_word(&g, i), i == 7 ? number : 0xabcd0000 + i);
    }
    EXPECT_EQUAL(got_word(&g, 8), svc);
    EXPECT_EQUAL(got_word(&g, 10), svc + 4);
    EXPECT_EQUAL(got_word(&g, SPSR_WORD), 0x90000000 | (KCFG_DEBUG_BUILD ? 0x40 : 0x140));
    EXPECT_EQUAL(got_word(&g, 12), number);
    EXPECT_SUCCESS(delete (t.tcb));
}

CASE(numbers_outside_the_list_are_unknown_system_calls)
{
    expect_unknown(0);
    expect_unknown(1);
    expect_unknown((seL4_Word)-34);
    expect_unknown(~0UL >> 1);
    expect_unknown(1UL << 63);
    expect_unknown(0xffffffff); // not sign-extended
}

CASE(system_calls_of_other_machines_are_unknown)
{
    expect_unknown((seL4_Word)-18); // of several cores
    expect_unknown((seL4_Word)-19);
    expect_unknown((seL4_Word)-20); // code injection
    expect_unknown((seL4_Word)-30); // x86
    expect_unknown((seL4_Word)-33); // SetTLSBase
}

CASE_IF(!KCFG_PRINTING, without_printing_its_system_calls_are_unknown)
{
    expect_unknown((seL4_Word)KAAL_SYS_DEBUG_PUT_CHAR);
    expect_unknown((seL4_Word)KAAL_SYS_DEBUG_DUMP_SCHEDULER);
}

CASE_IF(!KCFG_DEBUG_BUILD, in_a_release_kernel_debug_system_calls_are_unknown)
{
    expect_unknown((seL4_Word)KAAL_SYS_DEBUG_HALT);
    expect_unknown((seL4_Word)KAAL_SYS_DEBUG_CAP_IDENTIFY);
    expect_unknown((seL4_Word)KAAL_SYS_DEBUG_SNAPSHOT);
    expect_unknown((seL4_Word)KAAL_SYS_DEBUG_NAME_THREAD);
}

CASE_IF(!KCFG_BENCHMARKS, without_benchmarks_their_system_calls_are_unknown)
{
    for (int number = KAAL_SYS_BENCHMARK_FLUSH_CACHES;
         number >= KAAL_SYS_BENCHMARK_RESET_ALL_THREADS_UTILISATION; number -= 2) {
        expect_unknown((seL4_Word)number);
    }
}

// --- benchmark kernels --------------------------------------------------------------------------

CASE_IF(KCFG_BENCHMARKS, reset_log_answers_0_and_the_null_call_nothing)
{
    EXPECT_EQUAL(debug_call((seL4_Word)KAAL_SYS_BENCHMARK_RESET_LOG, 5), 0);
    EXPECT_EQUAL(debug_call((seL4_Word)KAAL_SYS_BENCHMARK_NULL_SYSCALL, 5), 5);
}

CASE_IF(KCFG_BENCHMARKS, flush_caches_changes_nothing_that_can_be_seen)
{
    EXPECT_EQUAL(debug_call((seL4_Word)KAAL_SYS_BENCHMARK_FLUSH_CACHES, 0), 0);
}

static seL4_Word spin(seL4_Word count)
{
    for (volatile seL4_Word i = 0; i < count; i++) {
    }
    return 0;
}

CASE_IF(KCFG_BENCHMARK_UTILISATION, utilisation_of_a_thread_is_counted)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    (void)debug_call((seL4_Word)KAAL_SYS_BENCHMARK_RESET_LOG, 0);
    EXPECT_EQUAL(debug_call((seL4_Word)KAAL_SYS_BENCHMARK_RESET_THREAD_UTILISATION, t.tcb), t.tcb);
    EXPECT_EQUAL(thread_run(&t, spin, 1000).label, THREAD_RETURNED);
    (void)debug_call((seL4_Word)KAAL_SYS_BENCHMARK_FINALIZE_LOG, 0);
    EXPECT_EQUAL(debug_call((seL4_Word)KAAL_SYS_BENCHMARK_GET_THREAD_UTILISATION, t.tcb), t.tcb);
    const seL4_Word *words = ipc_buffer()->msg;
    EXPECT(words[KAAL_BENCHMARK_TCB_UTILISATION] > 0);
    EXPECT(words[KAAL_BENCHMARK_TCB_NUMBER_SCHEDULES] > 0);
    EXPECT(words[KAAL_BENCHMARK_TCB_NUMBER_KERNEL_ENTRIES] > 0);
    EXPECT(words[KAAL_BENCHMARK_TOTAL_UTILISATION] >= words[KAAL_BENCHMARK_TCB_UTILISATION]);
    EXPECT(words[KAAL_BENCHMARK_TOTAL_NUMBER_KERNEL_ENTRIES] >=
           words[KAAL_BENCHMARK_TCB_NUMBER_KERNEL_ENTRIES]);
}
