// SPDX-License-Identifier: BSD-2-Clause
//
// System calls as such: phases, what may be invoked in which, answers, debug calls (seL4 ABI §1).
#include "actors.h"
#include "fresh.h"

#include "kernel/arch.h"
#include "kernel/ipc.h"
#include "kernel/plat_host.h"
#include "kernel/tcb.h"

#include <sel4/reserved.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { PRIORITY = 100, SLICE = 5000, EMPTY = 4000 };

static uint64_t endpoint;
static uint64_t notification;
static uint64_t reply;
static uint64_t untyped;
static struct actor a;
static struct actor b;

static int fresh(void **state)
{
    (void)state;
    actors_begin();
    endpoint = actors_endpoint();
    notification = actors_notification();
    reply = actors_reply();
    untyped = actors_object(seL4_UntypedObject, 12);
    b = actors_thread(PRIORITY, SLICE, SLICE);
    a = actors_thread(PRIORITY, SLICE, SLICE);
    actors_start(&a);
    actors_mark(&a);
    return 0;
}

static uint64_t info(uint64_t label, unsigned length)
{
    return label << 12 | length;
}

// --- answers -----------------------------------------------------------------------------------

static void a_call_without_results_answers_with_two_zeros(void **state)
{
    (void)state;
    actors_call(b.cap, sim_empty(TCBSuspend));
    assert_int_equal(actors_register(&a, 0), 0);
    assert_int_equal(actors_register(&a, 1), 0);
    assert_true(actors_marked_from(&a, 2));
}

static void an_error_without_details_has_length_0(void **state)
{
    (void)state;
    actors_call(b.cap, sim_empty(CNodeDelete));
    assert_int_equal(actors_register(&a, 0), 0);
    assert_int_equal(actors_register(&a, 1), info(seL4_IllegalOperation, 0));
    assert_true(actors_marked_from(&a, 2));
}

static void a_send_to_a_kernel_object_changes_no_register(void **state)
{
    (void)state;
    actors_send(b.cap, sim_empty(CNodeDelete));
    assert_int_equal(actors_register(&a, 0), b.cap);
    assert_int_equal(actors_register(&a, 1), info(CNodeDelete, 0));
    assert_true(actors_marked_from(&a, 2));
    actors_send(b.cap, sim_empty(TCBSuspend));
    assert_int_equal(actors_register(&a, 1), info(TCBSuspend, 0));
    assert_int_equal(b.tcb->state, THREAD_INACTIVE);
    actors_nbsend(b.cap, sim_empty(TCBResume));
    assert_int_equal(b.tcb->state, THREAD_RUNNING);
}

static void invoking_an_empty_slot_is_an_invalid_capability(void **state)
{
    (void)state;
    actors_call(EMPTY, sim_empty(1));
    assert_int_equal(actors_register(&a, 0), 0);
    assert_int_equal(actors_register(&a, 1), info(seL4_InvalidCapability, 1));
    assert_int_equal(actors_register(&a, 2), 0);
    assert_true(actors_marked_from(&a, 3));
}

static void a_failed_lookup_tells_why(void **state)
{
    (void)state;
    actors_call(seL4_CapInitThreadCNode, SIM_MESSAGE(CNodeDelete, UINT64_C(1) << 40, 64));
    assert_int_equal(actors_register(&a, 1), info(seL4_FailedLookup, 5));
    assert_int_equal(actors_register(&a, 2), 0);
    assert_int_equal(actors_register(&a, 3), 4); // guard mismatch
    assert_int_equal(actors_register(&a, 4), 64);
    assert_int_equal(actors_register(&a, 5), 0);
    assert_int_equal(sim_answer(4), 64 - KCFG_ROOT_CNODE_BITS);
}

static void without_a_buffer_a_long_answer_is_cut_to_four_words(void **state)
{
    (void)state;
    assert_int_equal(actors_invoke(a.cap, sim_with_cap(SIM_MESSAGE(TCBSetIPCBuffer, 0), a.frame)),
                     0);
    actors_call(b.cap, SIM_MESSAGE(TCBReadRegisters, 0, 36));
    assert_int_equal(actors_register(&a, 1), 4);
}

static void without_a_buffer_words_and_capabilities_are_missing(void **state)
{
    (void)state;
    assert_int_equal(actors_invoke(a.cap, sim_with_cap(SIM_MESSAGE(TCBSetIPCBuffer, 0), a.frame)),
                     0);
    actors_call(b.cap, SIM_MESSAGE(TCBWriteRegisters, 0, 3, 1, 2, 3)); // 5 words, 4 arrive
    assert_int_equal(actors_register(&a, 1), info(seL4_TruncatedMessage, 0));
    a.tcb->context.x[0] = b.cap;
    a.tcb->context.x[1] = info(TCBSetTimeoutEndpoint, 0) | 1 << 7;
    sim_trap(seL4_SysCall);
    assert_int_equal(actors_register(&a, 1), info(seL4_TruncatedMessage, 0));
}

// --- combined calls ----------------------------------------------------------------------------

static void a_combined_call_refuses_to_control_threads(void **state)
{
    (void)state;
    actors_nbsend_recv(b.cap, endpoint, reply, sim_empty(TCBSuspend));
    assert_int_equal(a.tcb->state, THREAD_BLOCKED_RECEIVE);
    assert_int_equal(b.tcb->state, THREAD_RUNNING);
}

static void a_combined_call_may_invoke_untyped_memory(void **state)
{
    (void)state;
    actors_nbsend_wait(
        untyped, notification,
        sim_with_cap(SIM_MESSAGE(UntypedRetype, seL4_EndpointObject, 0, 0, 0, EMPTY, 1),
                     seL4_CapInitThreadCNode));
    assert_int_equal(a.tcb->state, THREAD_BLOCKED_NOTIFICATION);
    assert_int_equal(cap_type(fresh_slot(EMPTY)->cap), CAP_ENDPOINT);
}

static void a_combined_call_signals_and_waits(void **state)
{
    (void)state;
    actors_nbsend_wait(notification, endpoint, sim_empty(0));
    assert_int_equal(a.tcb->state, THREAD_BLOCKED_RECEIVE);
    assert_null(a.tcb->reply);
    actors_nbwait(notification);
    assert_ptr_equal(kernel.current, b.tcb);
}

static void nbsend_recv_meets_its_own_signal(void **state)
{
    (void)state;
    const uint64_t badged = EMPTY;
    assert_int_equal(sim_mint(badged, notification, 15, 6), seL4_NoError);
    actors_nbsend_recv(badged, notification, reply, sim_empty(0));
    assert_ptr_equal(kernel.current, a.tcb);
    assert_int_equal(actors_register(&a, 0), 6);
}

// --- debug calls -------------------------------------------------------------------------------

// Whether the configuration has them.
enum { DEBUG = KCFG_DEBUG_BUILD && KCFG_PRINTING };

static void debug(int64_t number, uint64_t x0)
{
    if (!DEBUG) {
        skip();
    }
    a.tcb->context.x[0] = x0;
    sim_trap(number);
}

static void without_debugging_its_calls_are_unknown(void **state)
{
    (void)state;
    if (DEBUG) {
        skip();
    }
    for (int64_t number = KAAL_SYS_DEBUG_NAME_THREAD; number <= KAAL_SYS_DEBUG_PUT_CHAR; number++) {
        actors_become(&a);
        actors_mark(&a);
        sim_trap(number);
        assert_int_equal(host_machine.output_length, 0);
        assert_int_equal(a.tcb->state, THREAD_INACTIVE); // the fault has no handler
        a.tcb->context.x[7] = actors_mark_of(7);         // the number
        assert_true(actors_marked_from(&a, 0));
    }
}

static void put_char_prints_and_changes_nothing(void **state)
{
    (void)state;
    host_machine.output_length = 0;
    debug(KAAL_SYS_DEBUG_PUT_CHAR, 'k');
    assert_int_equal(host_machine.output[0], 'k');
    assert_int_equal(host_machine.output_length, 1);
    assert_int_equal(actors_register(&a, 0), 'k');
    assert_true(actors_marked_from(&a, 1));
    assert_true(actors_goes_on(&a));
}

static void cap_identify_answers_with_the_type(void **state)
{
    (void)state;
    const uint64_t slots[] = {
        endpoint, notification, reply,      untyped, a.cap, a.context, a.frame, 2,
        3,        EMPTY,        0x3fffffff, 4,       5,     6};
    const uint64_t types[] = {4, 6, 8, 2, 12, 22, 1, 10, 9, 0, 0, 14, 11, 13};
    for (unsigned i = 0; i < sizeof(slots) / sizeof(slots[0]); i++) {
        debug(KAAL_SYS_DEBUG_CAP_IDENTIFY, slots[i]);
        assert_int_equal(actors_register(&a, 0), types[i]);
        assert_true(actors_marked_from(&a, 1));
    }
}

static void a_name_appears_in_the_dump(void **state)
{
    (void)state;
    memcpy(&sim_buffer(a.tcb)[BUFFER_MESSAGE], "bert", sizeof("bert"));
    debug(KAAL_SYS_DEBUG_NAME_THREAD, b.cap);
    assert_string_equal(b.tcb->name, "bert");
    memset(host_machine.output, 0, sizeof(host_machine.output));
    host_machine.output_length = 0;
    debug(KAAL_SYS_DEBUG_DUMP_SCHEDULER, 0);
    assert_non_null(strstr(host_machine.output, "thread=bert state=running priority=100"));
    assert_non_null(strstr(host_machine.output, "budget_us=5000"));
    debug(KAAL_SYS_DEBUG_SNAPSHOT, 0);
    assert_non_null(strstr(host_machine.output, "cspace="));
}

static void a_long_name_is_cut(void **state)
{
    (void)state;
    memset(&sim_buffer(a.tcb)[BUFFER_MESSAGE], 'x', 900);
    ((char *)&sim_buffer(a.tcb)[BUFFER_MESSAGE])[900] = '\0';
    debug(KAAL_SYS_DEBUG_NAME_THREAD, b.cap);
    assert_int_equal(strlen(b.tcb->name), sizeof(b.tcb->name) - 1);
}

// A name is printed in lines of the kernel's, which it must not end.
static void a_name_has_no_control_characters(void **state)
{
    (void)state;
    memcpy(&sim_buffer(a.tcb)[BUFFER_MESSAGE], "b\n\x1b\x7f\xfft", sizeof("b\n\x1b\x7f\xfft"));
    debug(KAAL_SYS_DEBUG_NAME_THREAD, b.cap);
    assert_string_equal(b.tcb->name, "b????t");
}

static void naming_nonsense_does_not_stop_the_kernel(void **state)
{
    (void)state;
    debug(KAAL_SYS_DEBUG_NAME_THREAD, endpoint);
    debug(KAAL_SYS_DEBUG_NAME_THREAD, 0x3fffffff);
    memset(&sim_buffer(a.tcb)[BUFFER_MESSAGE], 'x', 960);
    debug(KAAL_SYS_DEBUG_NAME_THREAD, b.cap);
    assert_int_equal(b.tcb->name[0], '\0');
    assert_int_equal(actors_invoke(a.cap, sim_with_cap(SIM_MESSAGE(TCBSetIPCBuffer, 0), a.frame)),
                     0);
    debug(KAAL_SYS_DEBUG_NAME_THREAD, b.cap);
    assert_ptr_equal(kernel.current, a.tcb);
    assert_non_null(strstr(host_machine.output, "refused debug call"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_call_without_results_answers_with_two_zeros, fresh),
        cmocka_unit_test_setup(an_error_without_details_has_length_0, fresh),
        cmocka_unit_test_setup(a_send_to_a_kernel_object_changes_no_register, fresh),
        cmocka_unit_test_setup(invoking_an_empty_slot_is_an_invalid_capability, fresh),
        cmocka_unit_test_setup(a_failed_lookup_tells_why, fresh),
        cmocka_unit_test_setup(without_a_buffer_a_long_answer_is_cut_to_four_words, fresh),
        cmocka_unit_test_setup(without_a_buffer_words_and_capabilities_are_missing, fresh),
        cmocka_unit_test_setup(a_combined_call_refuses_to_control_threads, fresh),
        cmocka_unit_test_setup(a_combined_call_may_invoke_untyped_memory, fresh),
        cmocka_unit_test_setup(a_combined_call_signals_and_waits, fresh),
        cmocka_unit_test_setup(nbsend_recv_meets_its_own_signal, fresh),
        cmocka_unit_test_setup(without_debugging_its_calls_are_unknown, fresh),
        cmocka_unit_test_setup(put_char_prints_and_changes_nothing, fresh),
        cmocka_unit_test_setup(cap_identify_answers_with_the_type, fresh),
        cmocka_unit_test_setup(a_name_appears_in_the_dump, fresh),
        cmocka_unit_test_setup(a_long_name_is_cut, fresh),
        cmocka_unit_test_setup(a_name_has_no_control_characters, fresh),
        cmocka_unit_test_setup(naming_nonsense_does_not_stop_the_kernel, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
