// SPDX-License-Identifier: BSD-2-Clause
//
// Messages through endpoints: who gets which, how much of it, and what becomes of the sender.
#include "case.h"

enum {
    BADGE = 0x77,
    LONGEST = 120,
};

static struct {
    seL4_CPtr reply;
    seL4_Word length; // to send
    struct got got;   // received
    seL4_Word last;   // word 119 of it
} order;

// A message of order.length words: 1000, 1001, ...
static struct words counted(seL4_Word length)
{
    static seL4_Word words[LONGEST + 8];
    for (seL4_Word i = 0; i < LONGEST + 8; i++) {
        words[i] = 1000 + i;
    }
    return (struct words){words, length};
}

static seL4_Word send_counted(seL4_Word dest)
{
    struct words words = counted(order.length < LONGEST ? order.length : LONGEST);
    seL4_Word info = message(9, words, NO_CAPS);
    info = (info & ~0x7fUL) | order.length;
    (void)trap((seL4_Word)seL4_SysSend, dest, info, words, 0, 0);
    return 1;
}

static seL4_Word call_counted(seL4_Word dest)
{
    order.got = call(dest, 9, counted(order.length), NO_CAPS);
    order.last = ipc_buffer()->msg[LONGEST - 1];
    return order.got.label;
}

static seL4_Word recv_one(seL4_Word source)
{
    order.got = recv(source, order.reply);
    order.last = ipc_buffer()->msg[LONGEST - 1];
    return order.got.badge;
}

static seL4_Word wait_one(seL4_Word source)
{
    order.got = wait(source);
    return order.got.badge;
}

static struct thread above(void)
{
    return thread_new(CASE_PRIORITY + 1);
}

static void expect_counted(const struct got *g, seL4_Word length)
{
    EXPECT_EQUAL(g->label, 9);
    EXPECT_EQUAL(g->length, length);
    for (seL4_Word i = 0; i < length; i++) {
        EXPECT_EQUAL(got_word(g, i), 1000 + i);
    }
}

// --- sending ------------------------------------------------------------------------------------

CASE(a_send_waits_for_its_receiver)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = above();
    order.length = 3;
    EXPECT_EQUAL(thread_run(&t, send_counted, mint_new(endpoint, RIGHTS_ALL, BADGE)).label,
                 THREAD_RUNS);
    struct got g = recv(endpoint, reply_new());
    EXPECT_EQUAL(g.badge, BADGE);
    expect_counted(&g, 3);
    EXPECT_ANSWER(thread_end(&t), THREAD_RETURNED, WORDS(1));
}

CASE(a_send_that_does_not_block_is_lost_without_a_receiver)
{
    seL4_CPtr endpoint = endpoint_new();
    nbsend(endpoint, 9, counted(3), NO_CAPS);
    EXPECT_EQUAL(nbwait(endpoint).badge, 0);
}

CASE(a_send_that_does_not_block_reaches_a_receiver)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = above();
    order.reply = reply_new();
    EXPECT_EQUAL(thread_run(&t, recv_one, endpoint).label, THREAD_RUNS);
    nbsend(mint_new(endpoint, RIGHTS_W, BADGE), 9, counted(3), NO_CAPS);
    EXPECT_ANSWER(thread_end(&t), THREAD_RETURNED, WORDS(BADGE));
    EXPECT_EQUAL(order.got.mr[2], 1002);
}

CASE(messages_of_every_length_arrive)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = above();
    for (seL4_Word length = 0; length <= LONGEST; length++) {
        order.length = length;
        thread_start(&t, send_counted, endpoint);
        struct got g = recv(endpoint, thread_reply_object());
        expect_counted(&g, length);
        EXPECT_EQUAL(thread_end(&t).label, THREAD_RETURNED);
    }
}

CASE(a_length_above_120_is_cut)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = above();
    for (seL4_Word length = LONGEST + 1; length < 128; length++) {
        order.length = length;
        thread_start(&t, send_counted, endpoint);
        struct got g = recv(endpoint, thread_reply_object());
        expect_counted(&g, LONGEST);
        EXPECT_EQUAL(thread_end(&t).label, THREAD_RETURNED);
    }
}

static void take_buffer(const struct thread *t)
{
    EXPECT_SUCCESS(call(t->tcb, TCBSetIPCBuffer, WORDS(0), CAPS(0)));
}

CASE(a_sender_without_a_buffer_sends_four_words)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = above();
    take_buffer(&t);
    order.length = 7;
    thread_start(&t, send_counted, endpoint);
    struct got g = recv(endpoint, reply_new());
    expect_counted(&g, 4);
}

CASE(a_receiver_without_a_buffer_gets_four_words)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = above();
    take_buffer(&t);
    EXPECT_EQUAL(thread_run(&t, wait_one, endpoint).label, THREAD_RUNS);
    send(endpoint, 9, counted(7), NO_CAPS);
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RETURNED);
    EXPECT_EQUAL(order.got.length, 4);
    EXPECT_EQUAL(order.got.mr[3], 1003);
}

CASE(a_buffer_that_is_read_only_sends_but_does_not_receive)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = above();
    EXPECT_SUCCESS(call(t.tcb, TCBSetIPCBuffer, WORDS((seL4_Word)&t.block->buffer),
                        CAPS(copy_new(image_frame(t.block), RIGHTS_R))));
    order.length = 7;
    thread_start(&t, send_counted, endpoint);
    struct got g = recv(endpoint, reply_new());
    expect_counted(&g, 7);
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RETURNED);
    EXPECT_EQUAL(thread_run(&t, wait_one, endpoint).label, THREAD_RUNS);
    send(endpoint, 9, counted(7), NO_CAPS);
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RETURNED);
    EXPECT_EQUAL(order.got.length, 4);
}

CASE(the_kernel_leaves_the_first_words_of_the_buffer_alone)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = above();
    order.length = 6;
    thread_start(&t, send_counted, endpoint);
    seL4_IPCBuffer *buffer = ipc_buffer();
    buffer->tag.words[0] = 0xaa;
    for (int i = 0; i < 4; i++) {
        buffer->msg[i] = 0xbb;
    }
    buffer->userData = 0xcc;
    EXPECT_EQUAL(wait(endpoint).length, 6);
    EXPECT_EQUAL(buffer->tag.words[0], 0xaa);
    EXPECT_EQUAL(buffer->userData, 0xcc);
    for (int i = 0; i < 4; i++) {
        EXPECT_EQUAL(buffer->msg[i], 0xbb);
    }
    EXPECT_EQUAL(buffer->msg[5], 1005);
}

CASE(a_label_has_52_bits)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = above();
    EXPECT_EQUAL(thread_run(&t, wait_one, endpoint).label, THREAD_RUNS);
    send(endpoint, (1UL << 52) - 1, NO_WORDS, NO_CAPS);
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RETURNED);
    EXPECT_EQUAL(order.got.info, ~0UL << 12);
}

// --- queues -------------------------------------------------------------------------------------

static seL4_Word send_itself(seL4_Word dest)
{
    send(dest, 1, NO_WORDS, NO_CAPS);
    return 0;
}

CASE(senders_queue_by_priority_and_then_in_their_order)
{
    seL4_CPtr endpoint = endpoint_new();
    const seL4_Word above_case[] = {2, 5, 2, 9};
    const seL4_Word expected[] = {4, 2, 1, 3};
    for (seL4_Word i = 0; i < 4; i++) {
        struct thread t = thread_new(CASE_PRIORITY + above_case[i]);
        thread_start(&t, send_itself, mint_new(endpoint, RIGHTS_ALL, i + 1));
    }
    for (seL4_Word i = 0; i < 4; i++) {
        EXPECT_EQUAL(nbwait(endpoint).badge, expected[i]);
    }
}

CASE(receivers_queue_by_priority_and_then_in_their_order)
{
    seL4_CPtr endpoint = endpoint_new();
    const seL4_Word above_case[] = {2, 5, 2, 9};
    const seL4_Word expected[] = {3, 1, 0, 2};
    struct thread t[4];
    for (seL4_Word i = 0; i < 4; i++) {
        t[i] = thread_new(CASE_PRIORITY + above_case[i]);
        EXPECT_EQUAL(thread_run(&t[i], wait_one, endpoint).label, THREAD_RUNS);
    }
    for (seL4_Word i = 0; i < 4; i++) {
        send(endpoint, 1, NO_WORDS, NO_CAPS);
        EXPECT_EQUAL(thread_end(&t[expected[i]]).label, THREAD_RETURNED);
    }
}

CASE(a_changed_priority_moves_a_queued_thread)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread first = thread_new(CASE_PRIORITY + 3);
    struct thread second = thread_new(CASE_PRIORITY + 2);
    thread_start(&first, send_itself, mint_new(endpoint, RIGHTS_ALL, 1));
    thread_start(&second, send_itself, mint_new(endpoint, RIGHTS_ALL, 2));
    EXPECT_SUCCESS(
        call(second.tcb, TCBSetPriority, WORDS(CASE_PRIORITY + 4), CAPS(SELF_AUTHORITY)));
    EXPECT_EQUAL(nbwait(endpoint).badge, 2);
    EXPECT_EQUAL(nbwait(endpoint).badge, 1);
}

// --- calls --------------------------------------------------------------------------------------

CASE(a_call_is_answered_through_the_reply_object)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr reply = reply_new();
    struct thread t = above();
    order.length = 5;
    thread_start(&t, call_counted, mint_new(endpoint, RIGHTS_ALL, BADGE));
    struct got g = recv(endpoint, reply);
    EXPECT_EQUAL(g.badge, BADGE);
    expect_counted(&g, 5);
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RUNS);
    send(reply, 0x88, counted(LONGEST), NO_CAPS);
    EXPECT_ANSWER(thread_end(&t), THREAD_RETURNED, WORDS(0x88));
    EXPECT_EQUAL(order.got.badge, 0);
    EXPECT_EQUAL(order.got.length, LONGEST);
    EXPECT_EQUAL(order.last, 1000 + LONGEST - 1);
}

static void expect_stranded(seL4_CPtr endpoint, seL4_Word rights, bool stranded)
{
    seL4_CPtr reply = reply_new();
    struct thread t = above();
    order.length = 0;
    thread_start(&t, call_counted, copy_new(endpoint, rights));
    EXPECT_EQUAL(recv(endpoint, reply).label, 9);
    EXPECT_SUCCESS(call(reply, 5, NO_WORDS, NO_CAPS));
    EXPECT_EQUAL(thread_end(&t).label, stranded ? THREAD_RUNS : THREAD_RETURNED);
}

CASE(a_call_without_grant_or_grantreply_is_never_answered)
{
    seL4_CPtr endpoint = endpoint_new();
    expect_stranded(endpoint, RIGHTS_W, true);
    expect_stranded(endpoint, RIGHTS_RW, true);
    expect_stranded(endpoint, RIGHTS_W | RIGHTS_G, false);
    expect_stranded(endpoint, RIGHTS_W | RIGHTS_GR, false);
}

CASE(a_call_that_a_wait_receives_is_never_answered)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = above();
    order.length = 0;
    thread_start(&t, call_counted, endpoint);
    EXPECT_EQUAL(wait(endpoint).label, 9);
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RUNS);
    EXPECT_SUCCESS(call(t.tcb, TCBResume, NO_WORDS, NO_CAPS));
    EXPECT_EQUAL(nbwait(endpoint).label, 9); // it calls again
}

CASE(a_reply_is_given_once)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr reply = reply_new();
    struct thread t = above();
    order.length = 0;
    thread_start(&t, call_counted, endpoint);
    (void)recv(endpoint, reply);
    EXPECT_SUCCESS(call(copy_new(reply, RIGHTS_ALL), 3, NO_WORDS, NO_CAPS));
    EXPECT_ANSWER(thread_end(&t), THREAD_RETURNED, WORDS(3));
    thread_start(&t, call_counted, endpoint);
    EXPECT_SUCCESS(call(reply, 4, NO_WORDS, NO_CAPS));
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RUNS);
}

CASE(a_reply_object_in_use_again_lets_its_caller_down)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr reply = reply_new();
    struct thread first = above();
    struct thread second = above();
    order.length = 0;
    thread_start(&first, call_counted, mint_new(endpoint, RIGHTS_ALL, 1));
    EXPECT_EQUAL(recv(endpoint, reply).badge, 1);
    thread_start(&second, call_counted, mint_new(endpoint, RIGHTS_ALL, 2));
    EXPECT_EQUAL(recv(endpoint, reply).badge, 2);
    EXPECT_SUCCESS(call(reply, 6, NO_WORDS, NO_CAPS));
    EXPECT_ANSWER(thread_end(&second), THREAD_RETURNED, WORDS(6));
    EXPECT_EQUAL(thread_end(&first).label, THREAD_RUNS);
    EXPECT_SUCCESS(call(first.tcb, TCBResume, NO_WORDS, NO_CAPS));
    EXPECT_EQUAL(nbwait(endpoint).badge, 1);
}

CASE(a_reply_object_of_a_waiting_receiver_cancels_its_receive)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = above();
    order.reply = reply_new();
    EXPECT_EQUAL(thread_run(&t, recv_one, endpoint).label, THREAD_RUNS);
    EXPECT_EQUAL(nbrecv(endpoint_new(), order.reply).badge, 0);
    nbsend(endpoint, 9, NO_WORDS, NO_CAPS);
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RUNS);
}

CASE(a_suspended_caller_gets_no_reply)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr reply = reply_new();
    struct thread t = above();
    order.length = 0;
    thread_start(&t, call_counted, endpoint);
    (void)recv(endpoint, reply);
    EXPECT_SUCCESS(call(t.tcb, TCBSuspend, NO_WORDS, NO_CAPS));
    EXPECT_SUCCESS(call(reply, 6, NO_WORDS, NO_CAPS));
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RUNS);
}

CASE(reply_recv_answers_and_receives)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr reply = reply_new();
    struct thread first = above();
    struct thread second = above();
    order.length = 0;
    thread_start(&first, call_counted, mint_new(endpoint, RIGHTS_ALL, 1));
    thread_start(&second, call_counted, mint_new(endpoint, RIGHTS_ALL, 2));
    EXPECT_EQUAL(recv(endpoint, reply).badge, 1);
    EXPECT_EQUAL(reply_recv(endpoint, 7, WORDS(1), reply).badge, 2);
    EXPECT_ANSWER(thread_end(&first), THREAD_RETURNED, WORDS(7));
    EXPECT_EQUAL(thread_end(&second).label, THREAD_RUNS);
}

CASE(nbsend_recv_sends_and_receives)
{
    seL4_CPtr to = endpoint_new();
    seL4_CPtr from = endpoint_new();
    struct thread receiver = above();
    struct thread sender = above();
    order.length = 2;
    EXPECT_EQUAL(thread_run(&receiver, wait_one, to).label, THREAD_RUNS);
    thread_start(&sender, send_counted, mint_new(from, RIGHTS_ALL, BADGE));
    struct got g = nbsend_recv(mint_new(to, RIGHTS_ALL, 5), 8, WORDS(1), from, reply_new());
    EXPECT_EQUAL(g.badge, BADGE);
    expect_counted(&g, 2);
}
