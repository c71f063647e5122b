// SPDX-License-Identifier: BSD-2-Clause
//
// Timeout faults: of threads that use up their own budget, of servers that use up their client's,
// and of clients that get a context back which is used up.
#include "budget.h"

static struct thread with_timeout(seL4_CPtr handler)
{
    struct thread t = limited(CASE_PRIORITY + 1);
    EXPECT_SUCCESS(call(t.tcb, TCBSetTimeoutEndpoint, NO_WORDS, CAPS(handler)));
    return t;
}

static struct got expect_timeout(struct got g)
{
    EXPECT_EQUAL(g.label, seL4_Fault_Timeout);
    EXPECT_EQUAL(g.length, 2);
    EXPECT_EQUAL(g.mr[0], BADGE);
    EXPECT(g.mr[1] > BUDGET / 2 && g.mr[1] < 2 * BUDGET);
    return g;
}

CASE(a_thread_that_uses_up_its_budget_tells_its_timeout_handler)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = with_timeout(mint_new(endpoint, RIGHTS_ALL, 7));
    thread_start(&t, spin, 0);
    struct got g = recv(endpoint, reply_new());
    EXPECT_EQUAL(g.badge, 7);
    (void)expect_timeout(g);
    stop = true;
}

CASE(a_timeout_answered_without_a_label_goes_on_in_the_next_period)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr reply = reply_new();
    struct thread t = with_timeout(endpoint);
    thread_start(&t, spin, 0);
    (void)expect_timeout(recv(endpoint, reply));
    seL4_Word before = counter;
    send(reply, 0, NO_WORDS, NO_CAPS);
    EXPECT_EQUAL(counter, before);
    (void)expect_timeout(recv(endpoint, reply));
    EXPECT(counter > before);
    stop = true;
    send(reply, 0, NO_WORDS, NO_CAPS);
    EXPECT_ANSWER(recv(t.end, thread_reply_object()), THREAD_RETURNED, WORDS(0));
}

CASE(a_timeout_answered_with_a_label_leaves_the_thread_stopped)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr reply = reply_new();
    struct thread t = with_timeout(endpoint);
    thread_start(&t, spin, 0);
    (void)recv(endpoint, reply);
    send(reply, 1, NO_WORDS, NO_CAPS);
    seL4_Word before = counter;
    spend(2 * PERIOD);
    EXPECT_EQUAL(counter, before);
}

CASE(an_answer_to_a_timeout_may_change_the_registers)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr reply = reply_new();
    struct thread t = with_timeout(endpoint);
    thread_start(&t, spin, 0);
    (void)recv(endpoint, reply);
    // pc, sp, spsr, x0: it goes on as a thread that reads address 8.
    send(reply, 0, WORDS((seL4_Word)peek_instruction, 0x1230, 0x3c5, 8), NO_CAPS);
    struct got g = recv(t.end, thread_reply_object());
    EXPECT_ANSWER(g, seL4_Fault_VMFault, WORDS((seL4_Word)peek_instruction, 8, 0, 0x92000006));
    struct got registers = call(t.tcb, TCBReadRegisters, WORDS(0, 3), NO_CAPS);
    EXPECT_EQUAL(registers.mr[1], 0x1230);
    EXPECT_EQUAL(registers.mr[2] & 0x0fffffff, KCFG_DEBUG_BUILD ? 0x40 : 0x140);
}

CASE(a_round_robin_thread_never_times_out)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = thread_new(CASE_PRIORITY);
    stop = false;
    counter = 0;
    EXPECT_SUCCESS(call(t.tcb, TCBSetTimeoutEndpoint, NO_WORDS, CAPS(endpoint)));
    thread_start(&t, spin, 0);
    for (volatile seL4_Word i = 0; counter < 2000000; i++) {
    }
    EXPECT_EQUAL(nbrecv(endpoint, reply_new()).badge, 0);
    EXPECT_EQUAL(nbrecv(endpoint, reply_new()).label, 0);
    stop = true;
}

CASE(a_yield_is_no_timeout)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = with_timeout(endpoint);
    thread_start(&t, yield_often, 0);
    spend(3 * PERIOD);
    EXPECT_EQUAL(nbrecv(endpoint, reply_new()).label, 0);
    stop = true;
}

static volatile bool handled;
static seL4_CPtr handler_reply;

static seL4_Word handle(seL4_Word endpoint)
{
    (void)recv(endpoint, handler_reply);
    handled = true;
    return 0;
}

CASE(a_timeout_lends_nothing_to_a_passive_handler)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = with_timeout(endpoint);
    struct thread handler = thread_new(CASE_PRIORITY + 2);
    handled = false;
    handler_reply = reply_new();
    EXPECT_EQUAL(thread_run(&handler, handle, endpoint).label, THREAD_RUNS);
    EXPECT_SUCCESS(call(handler.sc, SchedContextUnbind, NO_WORDS, NO_CAPS));
    thread_start(&t, spin, 0);
    spend(2 * PERIOD);
    EXPECT(!handled);
    EXPECT_SUCCESS(call(handler.sc, SchedContextBind, NO_WORDS, CAPS(handler.tcb)));
    EXPECT(handled);
    stop = true;
}

// --- along calls --------------------------------------------------------------------------------

enum {
    OF_CLIENT = 1, // badges of the timeout handlers
    OF_SERVER = 2,
    ANSWER = 0x77,
};

static struct {
    seL4_CPtr requests;
    seL4_CPtr timeouts;
    seL4_CPtr reply; // to the client
    struct thread client;
    struct thread server;
} service;

static seL4_Word serve_slowly(seL4_Word ignored)
{
    (void)recv(service.requests, service.reply);
    (void)spin(ignored);
    (void)reply_recv(service.requests, ANSWER, NO_WORDS, service.reply);
    return ignored;
}

static seL4_Word be_client(seL4_Word ignored)
{
    (void)ignored;
    return call(service.requests, 1, NO_WORDS, NO_CAPS).label;
}

static void set_timeout_handler(const struct thread *t, seL4_Word badge)
{
    seL4_CPtr handler = mint_new(service.timeouts, RIGHTS_ALL, badge);
    EXPECT_SUCCESS(call(t->tcb, TCBSetTimeoutEndpoint, NO_WORDS, CAPS(handler)));
}

// The server is passive, has a timeout handler, and spends the client's budget.
static void open_service(void)
{
    service.requests = endpoint_new();
    service.timeouts = endpoint_new();
    service.reply = reply_new();
    service.server = thread_new(CASE_PRIORITY + 2);
    set_timeout_handler(&service.server, OF_SERVER);
    thread_start(&service.server, serve_slowly, 0);
    EXPECT_SUCCESS(call(service.server.sc, SchedContextUnbind, NO_WORDS, NO_CAPS));
    service.client = limited(CASE_PRIORITY + 1);
}

static struct got recv_timeout(seL4_Word badge, seL4_CPtr reply)
{
    struct got g = recv(service.timeouts, reply);
    EXPECT_EQUAL(g.badge, badge);
    EXPECT_EQUAL(g.label, seL4_Fault_Timeout);
    EXPECT_EQUAL(g.mr[0], BADGE);
    return g;
}

static void expect_client_returns(void)
{
    struct got g = recv(service.client.end, thread_reply_object());
    EXPECT_ANSWER(g, THREAD_RETURNED, WORDS(ANSWER));
}

CASE(a_server_that_uses_up_its_clients_budget_tells_its_own_handler)
{
    open_service();
    thread_start(&service.client, be_client, 0);
    (void)expect_timeout(recv_timeout(OF_SERVER, reply_new()));
    EXPECT_EQUAL(thread_end(&service.client).label, THREAD_RUNS);
}

CASE(a_server_goes_on_with_the_next_refill_of_its_client)
{
    seL4_CPtr reply = reply_new();
    open_service();
    thread_start(&service.client, be_client, 0);
    (void)recv_timeout(OF_SERVER, reply);
    stop = true;
    send(reply, 0, NO_WORDS, NO_CAPS);
    EXPECT_EQUAL(thread_end(&service.client).label, THREAD_RUNS);
    expect_client_returns();
}

CASE(a_client_that_gets_back_a_used_up_context_times_out)
{
    seL4_CPtr reply = reply_new();
    open_service();
    set_timeout_handler(&service.client, OF_CLIENT);
    thread_start(&service.client, be_client, 0);
    (void)recv_timeout(OF_SERVER, reply_new());
    send(service.reply, ANSWER, NO_WORDS, NO_CAPS);
    struct got g = recv_timeout(OF_CLIENT, reply);
    EXPECT_EQUAL(g.length, 2);
    EXPECT(g.mr[1] < BUDGET / 2); // the server's fault told the rest
    send(reply, 0, NO_WORDS, NO_CAPS);
    EXPECT_EQUAL(thread_end(&service.client).label, THREAD_RUNS);
    // It goes on at the svc, and so calls what the answer has put into x0: capability 0.
    g = recv(service.client.end, thread_reply_object());
    EXPECT_ANSWER(g, THREAD_RETURNED, WORDS(seL4_InvalidCapability));
}

CASE(a_client_without_a_handler_waits_for_the_next_refill)
{
    open_service();
    thread_start(&service.client, be_client, 0);
    (void)recv_timeout(OF_SERVER, reply_new());
    send(service.reply, ANSWER, NO_WORDS, NO_CAPS);
    EXPECT_EQUAL(thread_end(&service.client).label, THREAD_RUNS);
    spend(PERIOD);
    expect_client_returns();
}

CASE(the_end_of_the_reply_object_gives_a_used_up_context_back_without_a_timeout)
{
    open_service();
    set_timeout_handler(&service.client, OF_CLIENT);
    thread_start(&service.client, be_client, 0);
    (void)recv_timeout(OF_SERVER, reply_new());
    EXPECT_SUCCESS(delete (service.reply));
    EXPECT_EQUAL(nbrecv(service.timeouts, reply_new()).label, 0);
    EXPECT_SUCCESS(
        call(service.client.sc, SchedContextUnbindObject, NO_WORDS, CAPS(service.client.tcb)));
}

// --- the message and its answer -----------------------------------------------------------------

CASE(a_timeout_of_a_thread_that_lost_its_context_tells_one_word)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = with_timeout(endpoint);
    thread_start(&t, spin, 0);
    spend(PERIOD);
    EXPECT_SUCCESS(call(t.sc, SchedContextUnbind, NO_WORDS, NO_CAPS));
    EXPECT_ANSWER(recv(endpoint, reply_new()), seL4_Fault_Timeout, WORDS(BADGE));
}

CASE(an_answer_to_a_timeout_writes_34_registers)
{
    enum { WRITTEN = 34, ALL = 36, SPSR = 2 };
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr reply = reply_new();
    struct thread t = with_timeout(endpoint);
    seL4_Word words[ALL];
    for (seL4_Word i = 0; i < ALL; i++) {
        words[i] = 0x1000 * (i + 1);
    }
    thread_start(&t, spin, 0);
    (void)recv(endpoint, reply);
    send(reply, 1, (struct words){words, ALL}, NO_CAPS);
    struct got g = call(t.tcb, TCBReadRegisters, WORDS(0, ALL), NO_CAPS);
    for (seL4_Word i = 0; i < ALL; i++) {
        seL4_Word expected = i < WRITTEN ? words[i] : 0;
        expected = i == SPSR ? (KCFG_DEBUG_BUILD ? 0x40 : 0x140) : expected;
        EXPECT_EQUAL(got_word(&g, i), expected);
    }
}

CASE(a_handler_that_is_gone_is_as_none)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = with_timeout(endpoint);
    EXPECT_SUCCESS(revoke(endpoint));
    thread_start(&t, spin, 0);
    spend(PERIOD);
    seL4_Word before = counter;
    EXPECT_EQUAL(nbrecv(endpoint, reply_new()).label, 0);
    spend(PERIOD);
    EXPECT(counter > before);
    stop = true;
}
