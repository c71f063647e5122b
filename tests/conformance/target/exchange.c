// SPDX-License-Identifier: BSD-2-Clause
//
// Call and ReplyRecv between a client and a server, with all registers of both sides looked at: for
// messages of every length that goes in registers and one that does not, for servers that are
// passive or not, above, beside and below their client. Kernels have fast paths for some of these;
// no difference may show.
#include "case.h"

enum {
    REGISTERS = 31,
    FIRST_WORD = 2, // message word 0 is in x2
    IN_REGISTERS = 4,
    LONGEST = 5,
    BADGE = 0x77,
    CALL_LABEL = 0x31,
    REPLY_LABEL = 0x32,
    ROUNDS = (LONGEST + 1) * (LONGEST + 1),
};

#define CLIENT_MARK 0xc000000000000000UL
#define SERVER_MARK 0x5000000000000000UL
#define NZCV        0xa0000000UL

static struct {
    seL4_CPtr endpoint;
    seL4_CPtr reply;
    volatile seL4_Word call_length;
    volatile seL4_Word reply_length;
    volatile seL4_Word rounds; // that the server has seen
} exchange;

// Registers that tell their owner and number, then the arguments.
static struct registers marked(seL4_Word mark, seL4_Word number, seL4_CPtr x0, seL4_Word label,
                               seL4_Word length)
{
    struct registers all;
    for (seL4_Word i = 0; i < REGISTERS; i++) {
        all.x[i] = mark + i;
    }
    all.x[0] = x0;
    all.x[1] = seL4_MessageInfo_new(label, 0, 0, length).words[0];
    all.x[7] = number;
    all.nzcv = NZCV;
    return all;
}

// Was a message of `length` words received by who had `before`, from who marks with `mark`?
static void expect_received(const struct registers *after, const struct registers *before,
                            seL4_Word mark, seL4_Word badge, seL4_Word label, seL4_Word length)
{
    seL4_Word words = length < IN_REGISTERS ? length : IN_REGISTERS;
    EXPECT_EQUAL(after->x[0], badge);
    EXPECT_EQUAL(after->x[1], seL4_MessageInfo_new(label, 0, 0, length).words[0]);
    for (seL4_Word i = FIRST_WORD; i < REGISTERS; i++) {
        EXPECT_EQUAL(after->x[i], i < FIRST_WORD + words ? mark + i : before->x[i]);
    }
    EXPECT_EQUAL(after->nzcv, NZCV);
}

static seL4_Word serve(seL4_Word ignored)
{
    struct registers before =
        marked(SERVER_MARK, (seL4_Word)seL4_SysRecv, exchange.endpoint, REPLY_LABEL, 0);
    before.x[6] = exchange.reply;
    while (exchange.rounds <= ROUNDS) {
        struct registers after = before;
        trap_registers(&after);
        expect_received(&after, &before, CLIENT_MARK, BADGE, CALL_LABEL, exchange.call_length);
        exchange.rounds = exchange.rounds + 1;
        before = marked(SERVER_MARK, (seL4_Word)seL4_SysReplyRecv, exchange.endpoint, REPLY_LABEL,
                        exchange.reply_length);
        before.x[6] = exchange.reply;
    }
    return ignored;
}

// Every pair of lengths, with a server of this priority.
static void run(seL4_Word priority, bool passive)
{
    struct thread server = thread_new(CASE_PRIORITY + 1);
    exchange.endpoint = endpoint_new();
    exchange.reply = reply_new();
    exchange.rounds = 0;
    EXPECT_EQUAL(thread_run(&server, serve, 0).label, THREAD_RUNS); // it waits for the first call
    if (passive) {
        EXPECT_SUCCESS(call(server.sc, SchedContextUnbind, NO_WORDS, NO_CAPS));
    }
    EXPECT_SUCCESS(call(server.tcb, TCBSetPriority, WORDS(priority), CAPS(SELF_AUTHORITY)));
    seL4_CPtr client = mint_new(exchange.endpoint, RIGHTS_ALL, BADGE);
    for (seL4_Word i = 0; i < ROUNDS; i++) {
        exchange.call_length = i % (LONGEST + 1);
        exchange.reply_length = i / (LONGEST + 1);
        struct registers before =
            marked(CLIENT_MARK, (seL4_Word)seL4_SysCall, client, CALL_LABEL, exchange.call_length);
        struct registers after = before;
        trap_registers(&after);
        expect_received(&after, &before, SERVER_MARK, 0, REPLY_LABEL, exchange.reply_length);
        EXPECT_EQUAL(exchange.rounds, i + 1);
    }
}

CASE(with_a_passive_server_above_the_client)
{
    run(CASE_PRIORITY + 1, true);
}

CASE(with_a_passive_server_beside_the_client)
{
    run(CASE_PRIORITY, true);
}

CASE(with_a_passive_server_below_the_client)
{
    run(CASE_PRIORITY - 1, true);
}

CASE(with_an_active_server_above_the_client)
{
    run(CASE_PRIORITY + 1, false);
}

CASE(with_an_active_server_beside_the_client)
{
    run(CASE_PRIORITY, false);
}

CASE(with_an_active_server_below_the_client)
{
    run(CASE_PRIORITY - 1, false);
}

// --- with something else that is ready ----------------------------------------------------------

static seL4_Word count_up(seL4_Word address)
{
    volatile seL4_Word *counter = (volatile seL4_Word *)address; // NOLINT: given by the case
    for (;;) {
        *counter = *counter + 1;
        yield();
    }
    return 0;
}

CASE(with_a_thread_of_the_clients_priority_that_is_ready)
{
    static volatile seL4_Word counter;
    struct thread t = thread_new(CASE_PRIORITY);
    thread_start(&t, count_up, (seL4_Word)&counter);
    run(CASE_PRIORITY + 1, true);
}

static seL4_Word count_three(seL4_Word address)
{
    volatile seL4_Word *counter = (volatile seL4_Word *)address; // NOLINT: given by the case
    for (int i = 0; i < 3; i++) {
        *counter = *counter + 1;
        yield();
    }
    return 0;
}

// It runs before the server does, though the client has given its time to the server.
static void run_with_one_between(bool passive)
{
    static volatile seL4_Word counter;
    struct thread t = thread_new(CASE_PRIORITY - 1);
    counter = 0;
    thread_start(&t, count_three, (seL4_Word)&counter);
    run(CASE_PRIORITY - 2, passive);
    EXPECT_EQUAL(counter, 3);
}

CASE(with_a_passive_server_and_a_thread_between_it_and_its_client)
{
    run_with_one_between(true);
}

CASE(with_an_active_server_and_a_thread_between_it_and_its_client)
{
    run_with_one_between(false);
}

// --- signals ------------------------------------------------------------------------------------

static struct {
    seL4_CPtr notification;
    volatile seL4_Word woken;
} waiter;

static seL4_Word wait_marked(seL4_Word rounds)
{
    for (seL4_Word i = 0; i < rounds; i++) {
        struct registers before =
            marked(SERVER_MARK, (seL4_Word)seL4_SysWait, waiter.notification, 0, 0);
        struct registers after = before;
        trap_registers(&after);
        for (seL4_Word r = 1; r < REGISTERS; r++) {
            EXPECT_EQUAL(after.x[r], before.x[r]);
        }
        EXPECT_EQUAL(after.x[0], BADGE);
        EXPECT_EQUAL(after.nzcv, NZCV);
        waiter.woken = waiter.woken + 1;
    }
    return 0;
}

static void run_signals(seL4_Word priority, bool at_once)
{
    enum { TIMES = 5 };
    struct thread t = thread_new(priority);
    waiter.notification = notification_new();
    waiter.woken = 0;
    seL4_CPtr badged = mint_new(waiter.notification, RIGHTS_W, BADGE);
    thread_start(&t, wait_marked, TIMES);
    yield();
    for (seL4_Word i = 0; i < TIMES; i++) {
        struct registers before = marked(CLIENT_MARK, (seL4_Word)seL4_SysSend, badged, 0, 0);
        struct registers after = before;
        trap_registers(&after);
        for (seL4_Word r = 0; r < REGISTERS; r++) {
            EXPECT_EQUAL(after.x[r], before.x[r]);
        }
        EXPECT_EQUAL(waiter.woken, at_once ? i + 1 : i);
        if (!at_once) {
            yield();
            EXPECT_EQUAL(waiter.woken, i + 1);
        }
    }
}

CASE(with_signals_to_a_waiter_above)
{
    run_signals(CASE_PRIORITY + 1, true);
}

CASE(with_signals_to_a_waiter_beside)
{
    run_signals(CASE_PRIORITY, false);
}
