// SPDX-License-Identifier: BSD-2-Clause
//
// The system calls themselves: which registers they change, what each does with a capability of the
// wrong kind, and in which order the phases look at their arguments.
#include "case.h"

enum {
    REGISTERS = 31,
    BADGE = 0x77,
};

#define NZCV 0x60000000UL

// --- registers ----------------------------------------------------------------------------------

// Everything but the arguments, which are x0, x1, x6, x7, x8.
static struct registers pattern(seL4_Word number, seL4_Word x0, seL4_Word info)
{
    struct registers all;
    for (seL4_Word i = 0; i < REGISTERS; i++) {
        all.x[i] = 0x1111000011110000 + i;
    }
    all.x[0] = x0;
    all.x[1] = info;
    all.x[7] = number;
    all.nzcv = NZCV;
    return all;
}

// Traps, and checks that registers `first` on are as they were, NZCV as well.
static struct registers trap_and_keep(struct registers before, seL4_Word first)
{
    struct registers after = before;
    trap_registers(&after);
    for (seL4_Word i = first; i < REGISTERS; i++) {
        EXPECT_EQUAL(after.x[i], before.x[i]);
    }
    EXPECT_EQUAL(after.nzcv, before.nzcv);
    return after;
}

static seL4_Word info_of(seL4_Word label, seL4_Word length)
{
    return label << 12 | length;
}

CASE(an_invocation_without_results_changes_x0_and_x1)
{
    struct registers all = pattern((seL4_Word)seL4_SysCall, tcb_new(), info_of(TCBSetTLSBase, 1));
    all = trap_and_keep(all, 2);
    EXPECT_EQUAL(all.x[0], 0);
    EXPECT_EQUAL(all.x[1], 0);
}

CASE(an_invocation_with_a_result_changes_its_word_only)
{
    struct registers all = pattern((seL4_Word)seL4_SysCall, sched_context_new(1000, 1000, 0),
                                   info_of(SchedContextConsumed, 0));
    all = trap_and_keep(all, 3);
    EXPECT_EQUAL(all.x[0], 0);
    EXPECT_EQUAL(all.x[1], info_of(0, 1));
    EXPECT_EQUAL(all.x[2], 0);
}

CASE(an_error_changes_its_words_only)
{
    struct registers all = pattern((seL4_Word)seL4_SysCall, seL4_CapNull, info_of(5, 3));
    all = trap_and_keep(all, 3);
    EXPECT_EQUAL(all.x[0], 0);
    EXPECT_EQUAL(all.x[1], info_of(seL4_InvalidCapability, 1));
    EXPECT_EQUAL(all.x[2], 0);
}

CASE(an_error_without_words_changes_none)
{
    struct registers all = pattern((seL4_Word)seL4_SysCall, tcb_new(), info_of(0, 0));
    all = trap_and_keep(all, 2);
    EXPECT_EQUAL(all.x[1], info_of(seL4_IllegalOperation, 0));
}

CASE(send_and_nbsend_change_nothing)
{
    const seL4_CPtr dest[] = {tcb_new(), seL4_CapNull, notification_new()};
    for (size_t i = 0; i < 3; i++) {
        (void)trap_and_keep(pattern((seL4_Word)seL4_SysSend, dest[i], info_of(0, 4)), 0);
        (void)trap_and_keep(pattern((seL4_Word)seL4_SysNBSend, dest[i], info_of(0, 4)), 0);
    }
    (void)trap_and_keep(pattern((seL4_Word)seL4_SysNBSend, endpoint_new(), info_of(0, 4)), 0);
}

CASE(yield_changes_nothing)
{
    (void)trap_and_keep(pattern((seL4_Word)seL4_SysYield, 5, 6), 0);
}

CASE(nothing_to_receive_clears_x0_only)
{
    const seL4_CPtr source[] = {endpoint_new(), notification_new()};
    for (size_t i = 0; i < 2; i++) {
        struct registers all = pattern((seL4_Word)seL4_SysNBRecv, source[i], 99);
        all.x[6] = reply_new();
        EXPECT_EQUAL(trap_and_keep(all, 1).x[0], 0);
        all = pattern((seL4_Word)seL4_SysNBWait, source[i], 99);
        EXPECT_EQUAL(trap_and_keep(all, 1).x[0], 0);
    }
}

CASE(a_notification_changes_x0_only)
{
    const seL4_Word calls[] = {(seL4_Word)seL4_SysRecv, (seL4_Word)seL4_SysNBRecv,
                               (seL4_Word)seL4_SysWait, (seL4_Word)seL4_SysNBWait};
    seL4_CPtr notification = notification_new();
    seL4_CPtr badged = mint_new(notification, RIGHTS_ALL, BADGE);
    for (size_t i = 0; i < 4; i++) {
        signal(badged);
        EXPECT_EQUAL(trap_and_keep(pattern(calls[i], notification, 99), 1).x[0], BADGE);
    }
}

static seL4_Word send_three(seL4_Word dest)
{
    send(dest, 0x123, WORDS(7, 8, 9), NO_CAPS);
    return 0;
}

CASE(a_message_changes_x0_x1_and_its_words)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = thread_new(CASE_PRIORITY + 1);
    thread_start(&t, send_three, mint_new(endpoint, RIGHTS_ALL, BADGE));
    struct registers all = pattern((seL4_Word)seL4_SysRecv, endpoint, 99);
    all.x[6] = reply_new();
    all = trap_and_keep(all, 5);
    EXPECT_EQUAL(all.x[0], BADGE);
    EXPECT_EQUAL(all.x[1], info_of(0x123, 3));
    EXPECT_EQUAL(all.x[2], 7);
    EXPECT_EQUAL(all.x[4], 9);
}

CASE(the_immediate_of_svc_is_ignored)
{
    register seL4_Word x0 __asm__("x0") = seL4_CapNull;
    register seL4_Word x1 __asm__("x1") = 0;
    register seL4_Word x2 __asm__("x2") = 5;
    register seL4_Word x7 __asm__("x7") = (seL4_Word)seL4_SysCall;
    __asm__ volatile("svc #0xabc" : "+r"(x0), "+r"(x1), "+r"(x2) : "r"(x7) : "memory");
    seL4_Word info = x1;
    EXPECT_EQUAL(info, info_of(seL4_InvalidCapability, 1));
}

// --- the send phase -----------------------------------------------------------------------------

CASE(a_null_capability_is_an_error_and_no_fault)
{
    EXPECT_INVALID_CAPABILITY(call(seL4_CapNull, 0, NO_WORDS, NO_CAPS), 0);
    EXPECT_INVALID_CAPABILITY(call(slot_new(), 0, NO_WORDS, NO_CAPS), 0);
    send(seL4_CapNull, 0, NO_WORDS, NO_CAPS);
    nbsend(seL4_CapNull, 0, NO_WORDS, NO_CAPS);
}

CASE(calling_a_notification_signals_and_ignores_the_message)
{
    seL4_CPtr notification = notification_new();
    seL4_CPtr badged = mint_new(notification, RIGHTS_ALL, BADGE);
    EXPECT_SUCCESS(call(badged, 0xfff, WORDS(1, 2, 3), NO_CAPS));
    EXPECT_EQUAL(nbwait(notification).badge, BADGE);
    nbsend(badged, 5, WORDS(1), NO_CAPS);
    EXPECT_EQUAL(nbwait(notification).badge, BADGE);
}

CASE(calling_a_reply_object_that_owes_nothing_succeeds)
{
    EXPECT_SUCCESS(call(reply_new(), 0xfff, WORDS(1, 2, 3), NO_CAPS));
}

static const seL4_Word blocking[] = {(seL4_Word)seL4_SysCall, (seL4_Word)seL4_SysSend};

static struct {
    seL4_Word number;
    seL4_CPtr x6;
    seL4_CPtr x8;
    seL4_Word info;
    seL4_CPtr cap;
} order;

// The system call of `order` with x0.
static seL4_Word do_order(seL4_Word x0)
{
    ipc_buffer()->caps_or_badges[0] = order.cap;
    return trap(order.number, x0, order.info, NO_WORDS, order.x6, order.x8).badge;
}

static void expect_cap_fault(struct got g, seL4_Word address, bool receiving, struct words lookup)
{
    EXPECT_EQUAL(g.label, seL4_Fault_CapFault);
    EXPECT_EQUAL(g.length, 3 + lookup.count);
    EXPECT_EQUAL(g.mr[1], address);
    EXPECT_EQUAL(g.mr[2], receiving);
    for (size_t i = 0; i < lookup.count; i++) {
        EXPECT_EQUAL(got_word(&g, 3 + i), lookup.at[i]);
    }
}

#define NOWHERE (1UL << 63)

static struct words guard_failure(void)
{
    static seL4_Word words[] = {seL4_GuardMismatch, 64, 0, 0};
    words[3] = 64 - boot_info()->initThreadCNodeSizeBits;
    return (struct words){words, 4};
}

CASE(a_blocking_send_to_nowhere_faults)
{
    for (size_t i = 0; i < 2; i++) {
        struct thread t = thread_new(CASE_PRIORITY + 1);
        order.number = blocking[i];
        order.info = 0;
        expect_cap_fault(thread_run(&t, do_order, NOWHERE), NOWHERE, false, guard_failure());
    }
}

CASE(a_blocking_send_of_a_capability_from_nowhere_faults)
{
    for (size_t i = 0; i < 2; i++) {
        struct thread t = thread_new(CASE_PRIORITY + 1);
        order.number = blocking[i];
        order.info = seL4_MessageInfo_new(0, 0, 1, 0).words[0];
        order.cap = NOWHERE;
        expect_cap_fault(thread_run(&t, do_order, tcb_new()), NOWHERE, false, guard_failure());
    }
}

CASE(a_send_that_does_not_block_to_nowhere_does_nothing)
{
    nbsend(NOWHERE, 0, NO_WORDS, NO_CAPS);
    nbsend(endpoint_new(), 0, NO_WORDS, CAPS(NOWHERE));
    seL4_CPtr notification = notification_new();
    nbsend(notification, 0, NO_WORDS, CAPS(NOWHERE));
    struct got g = trap((seL4_Word)seL4_SysNBWait, notification, 99, NO_WORDS, 0, 0);
    EXPECT_EQUAL(g.badge, 0);
}

CASE(a_fault_of_the_send_phase_can_be_answered_and_comes_again)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    order.number = (seL4_Word)seL4_SysCall;
    order.info = 0;
    struct got g = thread_run(&t, do_order, NOWHERE);
    seL4_Word ip = g.mr[0];
    thread_reply(7, WORDS(1, 2, 3));
    g = thread_end(&t);
    expect_cap_fault(g, NOWHERE, false, guard_failure());
    EXPECT_EQUAL(g.mr[0], ip);
}

static seL4_Word retype_without_buffer(seL4_Word untyped)
{
    return trap((seL4_Word)seL4_SysCall, untyped,
                seL4_MessageInfo_new(UntypedRetype, 0, 1, 6).words[0], NO_WORDS, 0, 0)
        .label;
}

CASE(without_a_buffer_a_message_has_four_words_and_no_capability)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_SUCCESS(call(t.tcb, TCBSetIPCBuffer, WORDS(0), CAPS(0)));
    EXPECT_ANSWER(thread_run(&t, retype_without_buffer, untyped_new(12)), THREAD_RETURNED,
                  WORDS(seL4_TruncatedMessage));
}

// --- the send phase of combined calls -----------------------------------------------------------

// The send phase refuses these; the receive phase then takes what is pending.
static bool is_set(seL4_CPtr tcb, seL4_Word word)
{
    struct got g = call(tcb, TCBReadRegisters, WORDS(0, 36), NO_CAPS);
    return got_word(&g, 34) == word;
}

CASE(combined_calls_do_not_invoke_threads_and_cnodes)
{
    seL4_CPtr tcb = tcb_new();
    seL4_CPtr notification = notification_new();
    seL4_CPtr badged = mint_new(notification, RIGHTS_ALL, BADGE);
    seL4_CPtr kept = frame_new();
    signal(badged);
    EXPECT_EQUAL(nbsend_recv(tcb, TCBSetTLSBase, WORDS(5), notification, 0).badge, BADGE);
    EXPECT(is_set(tcb, 0));
    signal(badged);
    EXPECT_EQUAL(nbsend_recv(ROOT, CNodeDelete, WORDS(kept, DEPTH), notification, 0).badge, BADGE);
    EXPECT(!slot_is_empty(kept));
    signal(badged);
    EXPECT_EQUAL(nbsend_wait(ROOT, CNodeDelete, WORDS(kept, DEPTH), notification).badge, BADGE);
    EXPECT(!slot_is_empty(kept));
}

CASE(combined_calls_invoke_pages_and_interrupts)
{
    seL4_CPtr notification = notification_new();
    seL4_CPtr badged = mint_new(notification, RIGHTS_ALL, BADGE);
    seL4_CPtr frame = frame_new();
    EXPECT_SUCCESS(
        call(frame, ARMPageMap, WORDS(0x5e0000, RIGHTS_RW, 3), CAPS(seL4_CapInitThreadVSpace)));
    signal(badged);
    EXPECT_EQUAL(nbsend_recv(frame, ARMPageUnmap, NO_WORDS, notification, 0).badge, BADGE);
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_EQUAL(thread_run(&t, peek, 0x5e0000).label, seL4_Fault_VMFault);
}

CASE(combined_calls_signal)
{
    seL4_CPtr notification = notification_new();
    seL4_CPtr badged = mint_new(notification, RIGHTS_ALL, BADGE);
    EXPECT_EQUAL(nbsend_recv(badged, 0, NO_WORDS, notification, 0).badge, BADGE);
    EXPECT_EQUAL(nbsend_wait(badged, 0, NO_WORDS, notification).badge, BADGE);
    EXPECT_EQUAL(reply_recv(notification, 0, NO_WORDS, badged).badge, BADGE);
}

CASE(combined_calls_to_nowhere_receive_nonetheless)
{
    seL4_CPtr notification = notification_new();
    seL4_CPtr badged = mint_new(notification, RIGHTS_ALL, BADGE);
    signal(badged);
    EXPECT_EQUAL(nbsend_recv(NOWHERE, 0, NO_WORDS, notification, 0).badge, BADGE);
    signal(badged);
    EXPECT_EQUAL(nbsend_wait(NOWHERE, 0, NO_WORDS, notification).badge, BADGE);
    signal(badged);
    EXPECT_EQUAL(nbsend_recv(seL4_CapNull, 0, NO_WORDS, notification, 0).badge, BADGE);
    signal(badged);
    EXPECT_EQUAL(reply_recv(notification, 0, NO_WORDS, NOWHERE).badge, BADGE);
}

CASE(combined_calls_keep_the_message_when_a_notification_comes)
{
    seL4_CPtr notification = notification_new();
    signal(mint_new(notification, RIGHTS_ALL, BADGE));
    struct registers all = pattern((seL4_Word)seL4_SysNBSendRecv, notification, info_of(3, 2));
    all.x[6] = reply_new();
    all.x[8] = endpoint_new();
    EXPECT_EQUAL(trap_and_keep(all, 1).x[0], BADGE);
}

// --- the receive phase --------------------------------------------------------------------------

#define MISSING WORDS(seL4_MissingCapability, 0)

static const seL4_Word receiving[] = {(seL4_Word)seL4_SysRecv, (seL4_Word)seL4_SysNBRecv,
                                      (seL4_Word)seL4_SysReplyRecv, (seL4_Word)seL4_SysNBSendRecv};
static const seL4_Word waiting[] = {(seL4_Word)seL4_SysWait, (seL4_Word)seL4_SysNBWait,
                                    (seL4_Word)seL4_SysNBSendWait};
enum { RECEIVING = 4, WAITING = 3 };

// The fault of this receiving call in a thread of its own.
static struct got fault_of(seL4_Word number, seL4_CPtr x0, seL4_CPtr x6)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    order.number = number;
    order.info = 0;
    order.x6 = x6;
    order.x8 = 0;
    struct got g = thread_run(&t, do_order, x0);
    (void)delete (t.tcb);
    return g;
}

CASE(receiving_from_nowhere_faults)
{
    for (size_t i = 0; i < RECEIVING; i++) {
        expect_cap_fault(fault_of(receiving[i], NOWHERE, NOWHERE), NOWHERE, true, guard_failure());
    }
    for (size_t i = 0; i < WAITING; i++) {
        expect_cap_fault(fault_of(waiting[i], NOWHERE, 0), NOWHERE, true, guard_failure());
    }
}

CASE(receiving_from_what_is_no_endpoint_faults)
{
    seL4_CPtr tcb = tcb_new();
    for (size_t i = 0; i < 2; i++) {
        expect_cap_fault(fault_of(receiving[i], tcb, NOWHERE), tcb, true, MISSING);
        expect_cap_fault(fault_of(receiving[i], seL4_CapNull, NOWHERE), seL4_CapNull, true,
                         MISSING);
        expect_cap_fault(fault_of(waiting[i], tcb, 0), tcb, true, MISSING);
    }
}

CASE(receiving_from_an_endpoint_wants_a_reply_object)
{
    seL4_CPtr endpoint = endpoint_new();
    for (size_t i = 0; i < 2; i++) {
        expect_cap_fault(fault_of(receiving[i], endpoint, NOWHERE), NOWHERE, true, guard_failure());
        expect_cap_fault(fault_of(receiving[i], endpoint, 0), 0, true, MISSING);
        expect_cap_fault(fault_of(receiving[i], endpoint, endpoint), endpoint, true, MISSING);
    }
    for (size_t i = 0; i < 2; i++) {
        EXPECT_EQUAL(fault_of(waiting[i], endpoint, NOWHERE).label,
                     i == 0 ? THREAD_RUNS : THREAD_RETURNED);
    }
}

CASE(receiving_from_a_notification_does_not_look_at_the_reply_object)
{
    seL4_CPtr notification = notification_new();
    EXPECT_EQUAL(fault_of((seL4_Word)seL4_SysNBRecv, notification, NOWHERE).label, THREAD_RETURNED);
}

CASE(the_right_to_read_comes_before_the_reply_object)
{
    seL4_CPtr endpoint = copy_new(endpoint_new(), RIGHTS_W);
    expect_cap_fault(fault_of((seL4_Word)seL4_SysRecv, endpoint, NOWHERE), endpoint, true, MISSING);
}

CASE(only_the_bound_thread_may_wait_on_a_bound_notification)
{
    seL4_CPtr notification = notification_new();
    EXPECT_SUCCESS(call(tcb_new(), TCBBindNotification, NO_WORDS, CAPS(notification)));
    for (size_t i = 0; i < 2; i++) {
        expect_cap_fault(fault_of(receiving[i], notification, 0), notification, true, MISSING);
        expect_cap_fault(fault_of(waiting[i], notification, 0), notification, true, MISSING);
    }
    seL4_CPtr own = notification_new();
    EXPECT_SUCCESS(call(thread_self()->tcb, TCBBindNotification, NO_WORDS, CAPS(own)));
    EXPECT_EQUAL(nbwait(own).badge, 0);
}
