// SPDX-License-Identifier: BSD-2-Clause
//
// Scheduling contexts that go along call chains, and where they end when the chain is broken.
//
//    client ──call──► middle ──call──► last, which waits for `gate`
//            `lower`          `upper`            the reply objects
//
// Only the client has a scheduling context; while last holds it, each case does something to the
// chain, opens the gate, and looks who has it then.
#include "case.h"

enum {
    FROM_MIDDLE = 0x22, // labels of the replies
    FROM_LAST = 0x33,
};

static struct {
    seL4_CPtr to_middle; // endpoints
    seL4_CPtr to_last;
    seL4_CPtr lower;
    seL4_CPtr upper;
    seL4_CPtr gate;
    seL4_CPtr never;
    struct thread client;
    struct thread middle;
    struct thread last;
    volatile seL4_Word middle_got; // label of last's reply; 0: none yet
    volatile bool last_went_on;    // after its reply
} chain;

static seL4_Word be_client(seL4_Word ignored)
{
    (void)ignored;
    return call(chain.to_middle, 1, NO_WORDS, NO_CAPS).label;
}

static seL4_Word be_middle(seL4_Word ignored)
{
    (void)recv(chain.to_middle, chain.lower);
    chain.middle_got = call(chain.to_last, 2, NO_WORDS, NO_CAPS).label;
    send(chain.lower, FROM_MIDDLE, NO_WORDS, NO_CAPS);
    (void)wait(chain.never);
    return ignored;
}

static seL4_Word be_last(seL4_Word ignored)
{
    (void)recv(chain.to_last, chain.upper);
    (void)wait(chain.gate);
    send(chain.upper, FROM_LAST, NO_WORDS, NO_CAPS);
    chain.last_went_on = true;
    (void)wait(chain.never);
    return ignored;
}

static void make_passive(const struct thread *t)
{
    EXPECT_EQUAL(thread_end(t).label, THREAD_RUNS);
    EXPECT_SUCCESS(call(t->sc, SchedContextUnbind, NO_WORDS, NO_CAPS));
}

static void open_chain(void)
{
    chain.to_middle = endpoint_new();
    chain.to_last = endpoint_new();
    chain.lower = reply_new();
    chain.upper = reply_new();
    chain.gate = notification_new();
    chain.never = notification_new();
    chain.client = thread_new(CASE_PRIORITY + 1);
    chain.middle = thread_new(CASE_PRIORITY + 2);
    chain.last = thread_new(CASE_PRIORITY + 3);
    chain.middle_got = 0;
    chain.last_went_on = false;
    thread_start(&chain.middle, be_middle, 0);
    make_passive(&chain.middle);
    thread_start(&chain.last, be_last, 0);
    make_passive(&chain.last);
    EXPECT_EQUAL(thread_run(&chain.client, be_client, 0).label, THREAD_RUNS);
}

static void open_gate(void)
{
    signal(chain.gate);
}

enum holder {
    NOBODY,
    CLIENT,
    MIDDLE,
    LAST,
};

// Who has the client's scheduling context; it is taken away.
static enum holder holder(void)
{
    const struct thread *const all[] = {&chain.client, &chain.middle, &chain.last};
    for (unsigned i = 0; i < 3; i++) {
        struct got g = call(chain.client.sc, SchedContextUnbindObject, NO_WORDS, CAPS(all[i]->tcb));
        if (g.label == seL4_NoError) {
            return (enum holder)(CLIENT + i);
        }
    }
    return NOBODY;
}

static void suspend(const struct thread *t)
{
    EXPECT_SUCCESS(call(t->tcb, TCBSuspend, NO_WORDS, NO_CAPS));
}

static void expect_client_waits(void)
{
    EXPECT_EQUAL(thread_end(&chain.client).label, THREAD_RUNS);
}

// --- as it should go ----------------------------------------------------------------------------

CASE(the_last_of_a_chain_holds_the_clients_context)
{
    open_chain();
    EXPECT_EQUAL(holder(), LAST);
}

CASE(replies_bring_the_context_back_step_by_step)
{
    open_chain();
    open_gate();
    EXPECT_ANSWER(thread_end(&chain.client), THREAD_RETURNED, WORDS(FROM_MIDDLE));
    EXPECT_EQUAL(chain.middle_got, FROM_LAST);
    EXPECT(!chain.last_went_on);
    EXPECT_EQUAL(holder(), CLIENT);
}

// --- reply objects that are deleted -------------------------------------------------------------

CASE(without_the_lower_reply_object_the_context_ends_at_the_middle)
{
    open_chain();
    EXPECT_SUCCESS(delete (chain.lower));
    open_gate();
    EXPECT_EQUAL(chain.middle_got, FROM_LAST);
    expect_client_waits();
    EXPECT_EQUAL(holder(), MIDDLE);
}

CASE(deleting_the_lower_reply_object_leaves_the_context_where_it_is)
{
    open_chain();
    EXPECT_SUCCESS(delete (chain.lower));
    EXPECT_EQUAL(holder(), LAST);
}

CASE(deleting_the_upper_reply_object_gives_the_context_to_the_middle_at_once)
{
    open_chain();
    EXPECT_SUCCESS(delete (chain.upper));
    EXPECT_EQUAL(chain.middle_got, 0);
    open_gate();
    EXPECT(!chain.last_went_on);
    expect_client_waits();
    EXPECT_EQUAL(holder(), MIDDLE);
}

CASE(deleting_both_reply_objects_gives_the_context_to_the_middle)
{
    open_chain();
    EXPECT_SUCCESS(delete (chain.lower));
    EXPECT_SUCCESS(delete (chain.upper));
    open_gate();
    EXPECT(!chain.last_went_on);
    EXPECT_EQUAL(chain.middle_got, 0);
    expect_client_waits();
    EXPECT_EQUAL(holder(), MIDDLE);
}

CASE(deleting_the_upper_reply_object_first_gives_the_context_on_to_the_client)
{
    open_chain();
    EXPECT_SUCCESS(delete (chain.upper));
    EXPECT_SUCCESS(delete (chain.lower));
    expect_client_waits();
    EXPECT_EQUAL(holder(), CLIENT);
}

// --- threads that are suspended -----------------------------------------------------------------

CASE(suspending_the_middle_leaves_the_context_with_the_last)
{
    open_chain();
    suspend(&chain.middle);
    open_gate();
    EXPECT(chain.last_went_on);
    EXPECT_EQUAL(chain.middle_got, 0);
    expect_client_waits();
    EXPECT_EQUAL(holder(), LAST);
}

CASE(suspending_the_client_ends_the_context_at_the_middle)
{
    open_chain();
    suspend(&chain.client);
    open_gate();
    EXPECT_EQUAL(chain.middle_got, FROM_LAST);
    expect_client_waits();
    EXPECT_EQUAL(holder(), MIDDLE);
}

CASE(suspending_the_last_leaves_the_context_with_it)
{
    open_chain();
    suspend(&chain.last);
    open_gate();
    EXPECT_EQUAL(chain.middle_got, 0);
    expect_client_waits();
    EXPECT_EQUAL(holder(), LAST);
}

// --- threads that are deleted -------------------------------------------------------------------

static void destroy(const struct thread *t)
{
    EXPECT_SUCCESS(delete (t->tcb));
}

CASE(deleting_the_middle_leaves_the_context_with_the_last)
{
    open_chain();
    destroy(&chain.middle);
    open_gate();
    EXPECT(chain.last_went_on);
    expect_client_waits();
    EXPECT_EQUAL(holder(), LAST);
}

CASE(deleting_the_client_ends_the_context_at_the_middle)
{
    open_chain();
    destroy(&chain.client);
    open_gate();
    EXPECT_EQUAL(chain.middle_got, FROM_LAST);
    EXPECT_EQUAL(holder(), MIDDLE);
}

CASE(deleting_the_last_frees_the_context)
{
    open_chain();
    destroy(&chain.last);
    EXPECT_EQUAL(chain.middle_got, 0);
    expect_client_waits();
    EXPECT_EQUAL(holder(), NOBODY);
}

CASE(a_context_that_nobody_has_goes_back_when_the_reply_object_is_deleted)
{
    open_chain();
    destroy(&chain.last);
    EXPECT_SUCCESS(delete (chain.upper));
    EXPECT_EQUAL(chain.middle_got, 0);
    EXPECT_EQUAL(holder(), MIDDLE);
}

CASE(a_context_that_nobody_has_goes_back_with_an_answer)
{
    open_chain();
    destroy(&chain.last);
    send(chain.upper, FROM_LAST, NO_WORDS, NO_CAPS);
    EXPECT_ANSWER(thread_end(&chain.client), THREAD_RETURNED, WORDS(FROM_MIDDLE));
    EXPECT_EQUAL(chain.middle_got, FROM_LAST);
    EXPECT_EQUAL(holder(), CLIENT);
}

// --- the context itself -------------------------------------------------------------------------

CASE(unbinding_the_context_breaks_the_chain)
{
    open_chain();
    EXPECT_SUCCESS(call(chain.client.sc, SchedContextUnbind, NO_WORDS, NO_CAPS));
    open_gate();
    EXPECT(!chain.last_went_on);
    EXPECT_EQUAL(holder(), NOBODY);
    // On a context of its own, last replies; nothing comes back with it.
    EXPECT_SUCCESS(call(chain.last.sc, SchedContextBind, NO_WORDS, CAPS(chain.last.tcb)));
    EXPECT(chain.last_went_on);
    EXPECT_EQUAL(chain.middle_got, 0);
}

CASE(deleting_the_context_stops_the_last)
{
    open_chain();
    EXPECT_SUCCESS(delete (chain.client.sc));
    open_gate();
    EXPECT(!chain.last_went_on);
    expect_client_waits();
}

// --- who may donate -----------------------------------------------------------------------------

static seL4_Word recv_passive(seL4_Word source)
{
    (void)recv(source, chain.upper);
    chain.last_went_on = true;
    return 0;
}

static struct thread passive_receiver(seL4_CPtr endpoint)
{
    struct thread t = thread_new(CASE_PRIORITY + 2);
    chain.upper = reply_new();
    chain.last_went_on = false;
    thread_start(&t, recv_passive, endpoint);
    make_passive(&t);
    return t;
}

static seL4_Word nbsend_recv_it(seL4_Word dest)
{
    return nbsend_recv(dest, 1, NO_WORDS, endpoint_new(), reply_new()).badge;
}

static seL4_Word nbsend_wait_it(seL4_Word dest)
{
    return nbsend_wait(dest, 1, NO_WORDS, endpoint_new()).badge;
}

// Where the receive phase does not look at it, the target need not be a reply object.
static seL4_Word reply_recv_it(seL4_Word dest)
{
    return trap((seL4_Word)seL4_SysReplyRecv, notification_new(), 0, NO_WORDS, dest, 0).badge;
}

static seL4_Word send_it(seL4_Word dest)
{
    send(dest, 1, NO_WORDS, NO_CAPS);
    return 0;
}

CASE(a_send_to_a_passive_receiver_donates_nothing)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread receiver = passive_receiver(endpoint);
    struct thread sender = thread_new(CASE_PRIORITY + 1);
    EXPECT_EQUAL(thread_run(&sender, send_it, endpoint).label, THREAD_RETURNED);
    EXPECT(!chain.last_went_on);
    EXPECT_SUCCESS(call(receiver.sc, SchedContextBind, NO_WORDS, CAPS(receiver.tcb)));
    EXPECT(chain.last_went_on);
}

static void expect_donates_for_good(thread_function *run)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread receiver = passive_receiver(endpoint);
    struct thread sender = thread_new(CASE_PRIORITY + 1);
    thread_start(&sender, run, endpoint);
    EXPECT_EQUAL(thread_end(&receiver).label, THREAD_RETURNED);
    EXPECT(chain.last_went_on);
    EXPECT_SUCCESS(call(sender.sc, SchedContextUnbindObject, NO_WORDS, CAPS(receiver.tcb)));
}

CASE(nbsend_recv_donates_for_good)
{
    expect_donates_for_good(nbsend_recv_it);
}

CASE(nbsend_wait_donates_for_good)
{
    expect_donates_for_good(nbsend_wait_it);
}

CASE(reply_recv_to_an_endpoint_donates_for_good)
{
    expect_donates_for_good(reply_recv_it);
}

static seL4_Word call_it(seL4_Word dest)
{
    return call(dest, 1, NO_WORDS, NO_CAPS).label;
}

CASE(a_call_without_the_right_to_a_reply_donates_nothing)
{
    seL4_CPtr endpoint = endpoint_new();
    (void)passive_receiver(endpoint);
    struct thread caller = thread_new(CASE_PRIORITY + 1);
    EXPECT_EQUAL(thread_run(&caller, call_it, copy_new(endpoint, RIGHTS_W)).label, THREAD_RUNS);
    EXPECT(!chain.last_went_on);
}

CASE(a_fault_donates_to_a_passive_handler)
{
    seL4_CPtr endpoint = endpoint_new();
    (void)passive_receiver(endpoint);
    struct thread faulty = thread_new(CASE_PRIORITY + 1);
    EXPECT_SUCCESS(
        call(faulty.tcb, TCBSetSpace, WORDS(0, 0), CAPS(endpoint, ROOT, seL4_CapInitThreadVSpace)));
    thread_start(&faulty, peek, 8);
    EXPECT(chain.last_went_on);
}

// --- how servers become passive -----------------------------------------------------------------

static seL4_Word serve_passively(seL4_Word ready)
{
    // The signal tells that the server waits: both happen in one system call.
    (void)nbsend_recv(ready, 0, NO_WORDS, chain.to_last, chain.upper);
    for (;;) {
        (void)reply_recv(chain.to_last, FROM_LAST, NO_WORDS, chain.upper);
    }
    return 0;
}

CASE(a_server_that_has_told_that_it_waits_can_be_made_passive)
{
    struct thread server = thread_new(CASE_PRIORITY - 1);
    seL4_CPtr ready = notification_new();
    chain.to_last = endpoint_new();
    chain.upper = reply_new();
    thread_start(&server, serve_passively, mint_new(ready, RIGHTS_W, 1));
    EXPECT_EQUAL(wait(ready).badge, 1);
    EXPECT_SUCCESS(call(server.sc, SchedContextUnbind, NO_WORDS, NO_CAPS));
    for (int i = 0; i < 3; i++) {
        EXPECT_ANSWER(call(chain.to_last, 1, NO_WORDS, NO_CAPS), FROM_LAST, NO_WORDS);
    }
    EXPECT_SUCCESS(call(server.sc, SchedContextBind, NO_WORDS, CAPS(server.tcb)));
    EXPECT_ANSWER(call(chain.to_last, 1, NO_WORDS, NO_CAPS), FROM_LAST, NO_WORDS);
}
