// SPDX-License-Identifier: BSD-2-Clause
//
// Invocations of a thread that set what it runs with: spaces, buffer, handlers, priorities, flags.
// Registers are in registers.c.
#include "case.h"

enum {
    VSPACE = seL4_CapInitThreadVSpace,
    BUFFER = 0x5e0000, // any address with the right alignment
    MAX_PRIORITY = 255,
};

static seL4_Word guard_data(seL4_Word guard, seL4_Word size)
{
    return guard << 6 | size;
}

static struct got configure(seL4_CPtr tcb, struct words words, struct words caps)
{
    return call(tcb, TCBConfigure, words, caps);
}

static struct got set_space(seL4_CPtr tcb, seL4_CPtr handler, seL4_CPtr cspace, seL4_CPtr vspace)
{
    return call(tcb, TCBSetSpace, WORDS(0, 0), CAPS(handler, cspace, vspace));
}

// A thread whose MCP is `mcp`, to give authority.
static seL4_CPtr authority(seL4_Word mcp)
{
    seL4_CPtr tcb = tcb_new();
    EXPECT_SUCCESS(call(tcb, TCBSetMCPriority, WORDS(mcp), CAPS(SELF_AUTHORITY)));
    return tcb;
}

// --- labels -------------------------------------------------------------------------------------

CASE(labels_of_other_objects_are_refused)
{
    seL4_CPtr tcb = tcb_new();
    EXPECT_ILLEGAL(call(tcb, 0, NO_WORDS, NO_CAPS));
    EXPECT_ILLEGAL(call(tcb, UntypedRetype, NO_WORDS, NO_CAPS));
    EXPECT_ILLEGAL(call(tcb, TCBSetFlags + 1, NO_WORDS, NO_CAPS));
    EXPECT_ILLEGAL(call(tcb, DomainSetSet, NO_WORDS, NO_CAPS));
}

// --- Configure ----------------------------------------------------------------------------------

CASE(configure_wants_three_words_and_three_capabilities)
{
    seL4_CPtr tcb = tcb_new();
    EXPECT_TRUNCATED(configure(tcb, WORDS(0, 0), CAPS(ROOT, VSPACE, frame_new())));
    EXPECT_TRUNCATED(configure(tcb, WORDS(0, 0, 0), CAPS(ROOT, VSPACE)));
    EXPECT_TRUNCATED(configure(tcb, WORDS(0, 0, 0), NO_CAPS));
}

CASE(configure_without_a_buffer_ignores_the_frame)
{
    EXPECT_SUCCESS(configure(tcb_new(), WORDS(0, 0, 0), CAPS(ROOT, VSPACE, 0)));
    EXPECT_SUCCESS(configure(tcb_new(), WORDS(0, 0, 0), CAPS(ROOT, VSPACE, page_table_new())));
}

CASE(configure_refuses_a_buffer_that_is_no_frame)
{
    EXPECT_ILLEGAL(configure(tcb_new(), WORDS(0, 0, BUFFER), CAPS(ROOT, VSPACE, 0)));
    EXPECT_ILLEGAL(configure(tcb_new(), WORDS(0, 0, BUFFER), CAPS(ROOT, VSPACE, endpoint_new())));
    EXPECT_ILLEGAL(configure(tcb_new(), WORDS(0, 0, BUFFER), CAPS(ROOT, VSPACE, page_table_new())));
}

CASE(configure_passes_on_why_the_buffer_cannot_be_derived)
{
    seL4_CPtr untyped = untyped_new(12);
    EXPECT_SUCCESS(retype(untyped, seL4_EndpointObject, 0, slot_new(), 1));
    EXPECT_REVOKE_FIRST(configure(tcb_new(), WORDS(0, 0, BUFFER), CAPS(ROOT, VSPACE, untyped)));
}

CASE(configure_refuses_a_device_frame_as_buffer)
{
    EXPECT_ILLEGAL(configure(tcb_new(), WORDS(0, 0, BUFFER + 8),
                             CAPS(ROOT, VSPACE, device_frame_new(RTC_PADDR))));
}

CASE(configure_refuses_a_buffer_that_is_not_aligned)
{
    EXPECT_ALIGNMENT(configure(tcb_new(), WORDS(0, 0, BUFFER + 512), CAPS(0, 0, frame_new())));
    EXPECT_ALIGNMENT(configure(tcb_new(), WORDS(0, 0, 1), CAPS(0, 0, frame_new())));
    EXPECT_SUCCESS(
        configure(tcb_new(), WORDS(0, 0, BUFFER + 1024), CAPS(ROOT, VSPACE, frame_new())));
}

CASE(configure_refuses_a_capability_space_that_is_no_cnode)
{
    EXPECT_ILLEGAL(configure(tcb_new(), WORDS(0, 0, 0), CAPS(0, VSPACE, 0)));
    EXPECT_ILLEGAL(configure(tcb_new(), WORDS(0, 0, 0), CAPS(endpoint_new(), VSPACE, 0)));
    EXPECT_ILLEGAL(configure(tcb_new(), WORDS(0, 0, 0), CAPS(seL4_CapIRQControl, VSPACE, 0)));
}

CASE(configure_refuses_a_guard_that_does_not_fit)
{
    EXPECT_ILLEGAL(configure(tcb_new(), WORDS(62, 0, 0), CAPS(cnode_new(3), VSPACE, 0)));
    EXPECT_SUCCESS(configure(tcb_new(), WORDS(61, 0, 0), CAPS(cnode_new(3), VSPACE, 0)));
}

CASE(configure_refuses_an_address_space_that_is_none)
{
    EXPECT_ILLEGAL(configure(tcb_new(), WORDS(0, 0, 0), CAPS(ROOT, 0, 0)));
    EXPECT_ILLEGAL(configure(tcb_new(), WORDS(0, 0, 0), CAPS(ROOT, page_table_new(), 0)));
    EXPECT_ILLEGAL(configure(tcb_new(), WORDS(0, 0, 0), CAPS(ROOT, frame_new(), 0)));
    EXPECT_ILLEGAL(
        configure(tcb_new(), WORDS(0, 0, 0), CAPS(ROOT, object_new(seL4_ARM_VSpaceObject, 0), 0)));
}

CASE(configure_passes_on_why_a_space_cannot_be_derived)
{
    seL4_CPtr untyped = untyped_new(12);
    EXPECT_SUCCESS(retype(untyped, seL4_EndpointObject, 0, slot_new(), 1));
    EXPECT_REVOKE_FIRST(configure(tcb_new(), WORDS(0, 0, 0), CAPS(untyped, VSPACE, 0)));
    EXPECT_REVOKE_FIRST(configure(tcb_new(), WORDS(0, 0, 0), CAPS(ROOT, untyped, 0)));
}

static seL4_Word send_six(seL4_Word dest)
{
    send(dest, 1, WORDS(1, 2, 3, 4, 5, 6), NO_CAPS);
    return 0;
}

CASE(configure_with_address_0_takes_the_buffer_away)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_EQUAL(thread_run(&t, send_six, endpoint).label, THREAD_RUNS);
    EXPECT_ANSWER(wait(endpoint), 1, WORDS(1, 2, 3, 4, 5, 6));
    EXPECT_SUCCESS(configure(t.tcb, WORDS(0, 0, 0), CAPS(ROOT, VSPACE, 0)));
    thread_start(&t, send_six, endpoint);
    EXPECT_ANSWER(wait(endpoint), 1, WORDS(1, 2, 3, 4));
}

// A thread with the given root finds its own endpoint at `address`.
static void expect_reaches(seL4_CPtr cspace, seL4_Word data, seL4_Word address, seL4_CPtr endpoint)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_SUCCESS(configure(t.tcb, WORDS(data, 0, 0), CAPS(cspace, VSPACE, 0)));
    thread_start(&t, call_empty, address);
    EXPECT_EQUAL(nbrecv(endpoint, reply_new()).badge, 3);
}

CASE(the_guard_of_a_root_stays_or_is_set)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr badged = mint_new(endpoint, RIGHTS_ALL, 3);
    seL4_CPtr cnode = cnode_new(2);
    EXPECT_SUCCESS(call(cnode, CNodeCopy, WORDS(1, 2, badged, DEPTH, RIGHTS_ALL), CAPS(ROOT)));
    seL4_CPtr guarded = mint_new(cnode, RIGHTS_ALL, guard_data(5, 62));
    expect_reaches(guarded, 0, 5 << 2 | 1, endpoint);
    expect_reaches(guarded, guard_data(9, 62), 9 << 2 | 1, endpoint);
    expect_reaches(cnode, guard_data(0, 62), 1, endpoint);
}

// --- SetSpace -----------------------------------------------------------------------------------

CASE(set_space_wants_two_words_and_three_capabilities)
{
    EXPECT_TRUNCATED(call(tcb_new(), TCBSetSpace, WORDS(0), CAPS(0, ROOT, VSPACE)));
    EXPECT_TRUNCATED(call(tcb_new(), TCBSetSpace, WORDS(0, 0), CAPS(0, ROOT)));
}

CASE(set_space_refuses_spaces_before_the_fault_handler)
{
    seL4_CPtr no_handler = frame_new();
    EXPECT_ILLEGAL(set_space(tcb_new(), no_handler, 0, VSPACE));
    EXPECT_ILLEGAL(set_space(tcb_new(), no_handler, ROOT, 0));
    EXPECT_INVALID_CAPABILITY(set_space(tcb_new(), no_handler, ROOT, VSPACE), 1);
}

static void expect_handlers(struct got (*set)(seL4_CPtr tcb, seL4_CPtr handler), seL4_Word number)
{
    seL4_CPtr tcb = tcb_new();
    seL4_CPtr endpoint = endpoint_new();
    EXPECT_SUCCESS(set(tcb, 0));
    EXPECT_SUCCESS(set(tcb, endpoint));
    EXPECT_SUCCESS(set(tcb, copy_new(endpoint, RIGHTS_W | RIGHTS_G)));
    EXPECT_SUCCESS(set(tcb, copy_new(endpoint, RIGHTS_W | RIGHTS_GR)));
    EXPECT_INVALID_CAPABILITY(set(tcb, copy_new(endpoint, RIGHTS_ALL & ~RIGHTS_W)), number);
    EXPECT_INVALID_CAPABILITY(set(tcb, copy_new(endpoint, RIGHTS_RW)), number);
    EXPECT_INVALID_CAPABILITY(set(tcb, notification_new()), number);
    EXPECT_INVALID_CAPABILITY(set(tcb, reply_new()), number);
    EXPECT_SUCCESS(set(tcb, mint_new(endpoint, RIGHTS_ALL, 9)));
}

static struct got set_handler(seL4_CPtr tcb, seL4_CPtr handler)
{
    return set_space(tcb, handler, ROOT, VSPACE);
}

CASE(a_fault_handler_is_nothing_or_an_endpoint_with_write_and_grant)
{
    expect_handlers(set_handler, 1);
}

static struct got set_timeout_handler(seL4_CPtr tcb, seL4_CPtr handler)
{
    return call(tcb, TCBSetTimeoutEndpoint, NO_WORDS, CAPS(handler));
}

CASE(a_timeout_handler_is_nothing_or_an_endpoint_with_write_and_grant)
{
    EXPECT_TRUNCATED(call(tcb_new(), TCBSetTimeoutEndpoint, NO_WORDS, NO_CAPS));
    expect_handlers(set_timeout_handler, 1);
}

CASE(faults_carry_the_badge_of_the_handler)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_SUCCESS(set_handler(t.tcb, mint_new(endpoint, RIGHTS_W | RIGHTS_GR, 0x99)));
    thread_start(&t, peek, 8);
    EXPECT_EQUAL(nbrecv(endpoint, reply_new()).badge, 0x99);
}

CASE(a_capability_space_that_the_thread_alone_holds_is_not_replaced)
{
    seL4_CPtr tcb = tcb_new();
    seL4_CPtr cnode = cnode_new(2);
    EXPECT_SUCCESS(set_space(tcb, 0, cnode, VSPACE));
    EXPECT_SUCCESS(set_space(tcb, 0, cnode, VSPACE));
    EXPECT_SUCCESS(delete (cnode));
    EXPECT_ILLEGAL(set_space(tcb, frame_new(), ROOT, VSPACE));
    EXPECT_ILLEGAL(configure(tcb, WORDS(0, 0, 0), CAPS(ROOT, VSPACE, 0)));
    EXPECT_ALIGNMENT(configure(tcb, WORDS(0, 0, 1), CAPS(ROOT, VSPACE, frame_new())));
}

// --- SetIPCBuffer -------------------------------------------------------------------------------

static struct got set_buffer(seL4_CPtr tcb, seL4_Word address, seL4_CPtr frame)
{
    return call(tcb, TCBSetIPCBuffer, WORDS(address), CAPS(frame));
}

CASE(set_ipc_buffer_refuses_as_configure_does)
{
    seL4_CPtr tcb = tcb_new();
    EXPECT_TRUNCATED(call(tcb, TCBSetIPCBuffer, NO_WORDS, CAPS(frame_new())));
    EXPECT_TRUNCATED(call(tcb, TCBSetIPCBuffer, WORDS(0), NO_CAPS));
    EXPECT_ILLEGAL(set_buffer(tcb, BUFFER, endpoint_new()));
    EXPECT_ILLEGAL(set_buffer(tcb, BUFFER + 8, device_frame_new(RTC_PADDR)));
    EXPECT_ALIGNMENT(set_buffer(tcb, BUFFER + 1023, frame_new()));
    EXPECT_SUCCESS(set_buffer(tcb, 0, 0));
    EXPECT_SUCCESS(set_buffer(tcb, BUFFER, frame_new()));
}

CASE(a_buffer_is_reached_through_its_frame_wherever_that_is_mapped)
{
    enum { MAPPED_AT = 0x5e0000, TOLD = 0x12345000, OFFSET = 0xc00, WORD_4 = 5 };
    struct thread t = thread_new(CASE_PRIORITY + 1);
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr frame = frame_new();
    EXPECT_SUCCESS(
        call(frame, ARMPageMap, WORDS(MAPPED_AT, RIGHTS_RW, 3), CAPS(seL4_CapInitThreadVSpace)));
    seL4_Word *buffer = (seL4_Word *)(MAPPED_AT + OFFSET);
    buffer[WORD_4] = 0x44;
    buffer[WORD_4 + 1] = 0x55;
    EXPECT_SUCCESS(call(t.tcb, TCBSetIPCBuffer, WORDS(TOLD + OFFSET), CAPS(frame)));
    thread_start(&t, send_six, endpoint);
    EXPECT_ANSWER(wait(endpoint), 1, WORDS(1, 2, 3, 4, 0x44, 0x55));
}

CASE(a_buffer_may_lie_in_a_large_page)
{
    EXPECT_SUCCESS(set_buffer(tcb_new(), BUFFER + 0x1400, object_new(seL4_ARM_LargePageObject, 0)));
}

// --- priorities ---------------------------------------------------------------------------------

static void expect_priority_checks(seL4_Word label)
{
    seL4_CPtr tcb = tcb_new();
    EXPECT_TRUNCATED(call(tcb, label, NO_WORDS, CAPS(SELF_AUTHORITY)));
    EXPECT_TRUNCATED(call(tcb, label, WORDS(1), NO_CAPS));
    EXPECT_INVALID_CAPABILITY(call(tcb, label, WORDS(256), CAPS(endpoint_new())), 1);
    EXPECT_INVALID_CAPABILITY(call(tcb, label, WORDS(256), CAPS(0)), 1);
    EXPECT_RANGE(call(tcb, label, WORDS(256), CAPS(SELF_AUTHORITY)), 0, MAX_PRIORITY);
    EXPECT_RANGE(call(tcb, label, WORDS(~0UL), CAPS(SELF_AUTHORITY)), 0, MAX_PRIORITY);
    EXPECT_RANGE(call(tcb, label, WORDS(31), CAPS(authority(30))), 0, 30);
    EXPECT_RANGE(call(tcb, label, WORDS(1), CAPS(tcb_new())), 0, 0);
    EXPECT_SUCCESS(call(tcb, label, WORDS(30), CAPS(authority(30))));
    EXPECT_SUCCESS(call(tcb, label, WORDS(MAX_PRIORITY), CAPS(SELF_AUTHORITY)));
}

CASE(set_priority_is_limited_by_the_authority)
{
    expect_priority_checks(TCBSetPriority);
}

CASE(set_mcpriority_is_limited_by_the_authority)
{
    expect_priority_checks(TCBSetMCPriority);
}

CASE(a_priority_may_be_above_the_threads_own_maximum)
{
    seL4_CPtr tcb = authority(10);
    EXPECT_SUCCESS(call(tcb, TCBSetPriority, WORDS(200), CAPS(SELF_AUTHORITY)));
    EXPECT_RANGE(call(tcb, TCBSetPriority, WORDS(11), CAPS(tcb)), 0, 10);
}

// --- SetSchedParams -----------------------------------------------------------------------------

static struct got set_params(seL4_CPtr tcb, seL4_Word mcp, seL4_Word priority, seL4_CPtr sc,
                             seL4_CPtr handler)
{
    return call(tcb, TCBSetSchedParams, WORDS(mcp, priority), CAPS(SELF_AUTHORITY, sc, handler));
}

CASE(set_sched_params_wants_two_words_and_three_capabilities)
{
    seL4_CPtr tcb = tcb_new();
    EXPECT_TRUNCATED(call(tcb, TCBSetSchedParams, WORDS(1), CAPS(SELF_AUTHORITY, 0, 0)));
    EXPECT_TRUNCATED(call(tcb, TCBSetSchedParams, WORDS(1, 1), CAPS(SELF_AUTHORITY, 0)));
}

CASE(set_sched_params_checks_authority_then_maximum_then_priority)
{
    seL4_CPtr tcb = tcb_new();
    struct words words = WORDS(300, 301);
    EXPECT_INVALID_CAPABILITY(
        call(tcb, TCBSetSchedParams, words, CAPS(endpoint_new(), frame_new(), frame_new())), 1);
    EXPECT_RANGE(set_params(tcb, 256, 0, frame_new(), frame_new()), 0, MAX_PRIORITY);
    EXPECT_RANGE(set_params(tcb, 255, 256, frame_new(), frame_new()), 0, MAX_PRIORITY);
    EXPECT_RANGE(call(tcb, TCBSetSchedParams, WORDS(0, 31), CAPS(authority(30), 0, 0)), 0, 30);
}

CASE(set_sched_params_refuses_what_is_no_scheduling_context_and_then_no_handler)
{
    EXPECT_INVALID_CAPABILITY(set_params(tcb_new(), 1, 1, endpoint_new(), frame_new()), 2);
    EXPECT_INVALID_CAPABILITY(set_params(tcb_new(), 1, 1, 0, frame_new()), 3);
}

static struct got set_params_handler(seL4_CPtr tcb, seL4_CPtr handler)
{
    return set_params(tcb, 1, 1, 0, handler);
}

CASE(set_sched_params_takes_the_same_fault_handlers)
{
    expect_handlers(set_params_handler, 3);
}

CASE(set_sched_params_binds_and_unbinds)
{
    seL4_CPtr tcb = tcb_new();
    seL4_CPtr sc = sched_context_new(1000, 1000, 0);
    EXPECT_SUCCESS(set_params(tcb, 1, 1, sc, 0));
    EXPECT_SUCCESS(set_params(tcb, 2, 2, sc, 0));
    EXPECT_ILLEGAL(set_params(tcb, 1, 1, sched_context_new(1000, 1000, 0), 0));
    EXPECT_ILLEGAL(set_params(tcb_new(), 1, 1, sc, 0));
    EXPECT_SUCCESS(set_params(tcb, 1, 1, 0, 0));
    EXPECT_SUCCESS(set_params(tcb_new(), 1, 1, sc, 0));
}

CASE(set_sched_params_refuses_to_take_the_callers_own_context)
{
    EXPECT_ILLEGAL(set_params(thread_self()->tcb, 1, CASE_PRIORITY, 0, 0));
    EXPECT_SUCCESS(set_params(thread_self()->tcb, 254, CASE_PRIORITY, thread_self()->sc, 0));
}

CASE(set_sched_params_refuses_a_context_without_budget_for_a_blocked_thread)
{
    struct thread t = thread_new_passive(CASE_PRIORITY + 1);
    seL4_CPtr sc = sched_context_new(5000, 5000, 0);
    EXPECT_SUCCESS(call(sc, SchedContextBind, NO_WORDS, CAPS(t.tcb)));
    EXPECT_EQUAL(thread_run(&t, call_empty, endpoint_new()).label, THREAD_RUNS);
    EXPECT_SUCCESS(call(sc, SchedContextUnbind, NO_WORDS, NO_CAPS));
    seL4_CPtr never_configured = object_new(seL4_SchedContextObject, 7);
    EXPECT_ILLEGAL(set_params(t.tcb, 1, 1, never_configured, t.end));
    EXPECT_SUCCESS(set_params(t.tcb, 1, 1, sc, t.end));
}

// --- suspend, resume ----------------------------------------------------------------------------

CASE(suspend_and_resume_want_nothing_and_always_succeed)
{
    seL4_CPtr tcb = tcb_new();
    EXPECT_SUCCESS(call(tcb, TCBSuspend, NO_WORDS, NO_CAPS));
    EXPECT_SUCCESS(call(tcb, TCBSuspend, NO_WORDS, NO_CAPS));
    EXPECT_SUCCESS(call(tcb, TCBResume, NO_WORDS, NO_CAPS));
    EXPECT_SUCCESS(call(tcb, TCBResume, NO_WORDS, NO_CAPS));
    EXPECT_SUCCESS(call(thread_self()->tcb, TCBResume, NO_WORDS, NO_CAPS));
}

CASE(resume_of_a_blocked_thread_repeats_its_system_call)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_EQUAL(thread_run(&t, send_six, endpoint).label, THREAD_RUNS);
    EXPECT_SUCCESS(call(t.tcb, TCBSuspend, NO_WORDS, NO_CAPS));
    EXPECT_EQUAL(nbwait(endpoint).label, 0);
    EXPECT_SUCCESS(call(t.tcb, TCBResume, NO_WORDS, NO_CAPS));
    EXPECT_ANSWER(nbwait(endpoint), 1, WORDS(1, 2, 3, 4, 5, 6));
}

// --- notifications ------------------------------------------------------------------------------

static struct got bind(seL4_CPtr tcb, seL4_CPtr notification)
{
    return call(tcb, TCBBindNotification, NO_WORDS, CAPS(notification));
}

static seL4_Word wait_on(seL4_Word source)
{
    return wait(source).badge;
}

CASE(bind_notification_refuses_what_cannot_be_bound)
{
    seL4_CPtr tcb = tcb_new();
    seL4_CPtr notification = notification_new();
    EXPECT_TRUNCATED(call(tcb, TCBBindNotification, NO_WORDS, NO_CAPS));
    EXPECT_ILLEGAL(bind(tcb, 0));
    EXPECT_ILLEGAL(bind(tcb, endpoint_new()));
    EXPECT_ILLEGAL(bind(tcb, copy_new(notification, RIGHTS_W)));
    EXPECT_SUCCESS(bind(tcb, copy_new(notification, RIGHTS_R)));
    EXPECT_ILLEGAL(bind(tcb, notification));
    EXPECT_ILLEGAL(bind(tcb, notification_new()));
    EXPECT_ILLEGAL(bind(tcb_new(), notification));
}

CASE(bind_notification_refuses_one_with_waiters)
{
    seL4_CPtr notification = notification_new();
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_EQUAL(thread_run(&t, wait_on, notification).label, THREAD_RUNS);
    EXPECT_ILLEGAL(bind(tcb_new(), notification));
}

CASE(unbind_notification_refuses_when_nothing_is_bound)
{
    seL4_CPtr tcb = tcb_new();
    seL4_CPtr notification = notification_new();
    EXPECT_ILLEGAL(call(tcb, TCBUnbindNotification, NO_WORDS, NO_CAPS));
    EXPECT_SUCCESS(bind(tcb, notification));
    EXPECT_SUCCESS(call(tcb, TCBUnbindNotification, NO_WORDS, NO_CAPS));
    EXPECT_SUCCESS(bind(tcb_new(), notification));
}

// --- flags --------------------------------------------------------------------------------------

CASE(set_flags_wants_two_words)
{
    EXPECT_TRUNCATED(call(tcb_new(), TCBSetFlags, WORDS(0), NO_CAPS));
}

CASE(set_flags_clears_then_sets_what_there_is)
{
    seL4_CPtr tcb = tcb_new();
    EXPECT_RESULT(call(tcb, TCBSetFlags, WORDS(0, 0), NO_CAPS), WORDS(0));
    EXPECT_RESULT(call(tcb, TCBSetFlags, WORDS(0, ~0UL), NO_CAPS), WORDS(1));
    EXPECT_RESULT(call(tcb, TCBSetFlags, WORDS(0, 0), NO_CAPS), WORDS(1));
    EXPECT_RESULT(call(tcb, TCBSetFlags, WORDS(1, 1), NO_CAPS), WORDS(1));
    EXPECT_RESULT(call(tcb, TCBSetFlags, WORDS(~0UL, 0), NO_CAPS), WORDS(0));
}
