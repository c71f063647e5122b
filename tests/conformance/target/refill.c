// SPDX-License-Identifier: BSD-2-Clause
//
// Refills: when a budget that was used comes back, and how much of it at once. A worker above the
// case goes through steps, and notes each time it was away how long it had run before:
//
//    worker  ###.....#######........###.....#######........
//    log     |run 0 |run 1          |run 2 |run 3          |
//
// It has the processor whenever it has a budget; the case counts the time meanwhile. What is used
// comes back a period after it began to be used, so that a pattern goes on for ever.
#include "budget.h"

enum {
    SPORADIC = 1,
    ROOM = 8, // extra refills that no pattern here fills
    RUNS = 24,
    TOLERANCE = 10, // microseconds
    MINIMUM = 20,   // microseconds that are worth a switch to a thread
};

#define GAP  2000UL
#define REST (RUNS * PERIOD) // works until the log is full

struct step {
    enum {
        WORK,        // without entering the kernel, which would end a budget early
        ENTER,       // works and enters the kernel all the time
        USE_UP,      // works until it has been away
        WAIT,        // until the case wakes it, GAP later
        SIGNAL,      // wakes the thread above, which takes the processor for GAP
        ROUND_ROBIN, // configures its own context: period and budget are PERIOD
        LIMIT,       // configures its own context back
        YIELD,
    } what;
    seL4_Word us;
};

struct steps {
    const struct step *at;
    size_t count;
};

#define STEPS(...)                                                                                 \
    ((struct steps){(const struct step[]){__VA_ARGS__},                                            \
                    sizeof((const struct step[]){__VA_ARGS__}) / sizeof(struct step)})

struct run {
    seL4_Word ran;
    seL4_Word away;
};

static struct {
    struct thread worker;
    struct thread upper; // above the worker, waits for `up`
    seL4_CPtr peer;      // context of a thread beside the worker, or 0
    seL4_CPtr go;        // notifications
    seL4_CPtr up;
    struct steps steps;
    struct run runs[RUNS];
    volatile size_t length;
    volatile seL4_Word clock; // goes on while the worker does not
    seL4_Word seen;
    seL4_Word loops; // that take a microsecond
} log;

// --- time ---------------------------------------------------------------------------------------

static void pass_time(seL4_Word us)
{
    for (seL4_Word i = us * log.loops; i > 0 && log.length < RUNS; i--) {
        log.clock++;
    }
}

static void measure_loops(void)
{
    enum { LOOPS = 1000000 };
    log.loops = 1;
    yield();
    (void)consumed(thread_self()->sc);
    pass_time(LOOPS);
    yield();
    log.loops = LOOPS / consumed(thread_self()->sc);
}

// --- the worker ---------------------------------------------------------------------------------

static seL4_Word consumed_by_others(void)
{
    return consumed(thread_self()->sc) + consumed(log.upper.sc) +
           (log.peer == 0 ? 0 : consumed(log.peer));
}

static void note_if_away(void)
{
    if (log.clock != log.seen && log.length < RUNS) {
        struct run *run = &log.runs[log.length];
        run->ran = consumed(log.worker.sc); // what it was charged when it was switched from
        run->away = consumed_by_others();
        log.length = log.length + 1;
        log.seen = log.clock;
    }
}

static void work(seL4_Word us)
{
    for (seL4_Word i = us * log.loops; i > 0 && log.length < RUNS; i--) {
        note_if_away();
    }
}

static void configure(seL4_Word budget, seL4_Word period, seL4_Word refills, seL4_Word flags)
{
    EXPECT_SUCCESS(call(sched_control(), SchedControlConfigureFlags,
                        WORDS(budget, period, refills, 0, flags), CAPS(log.worker.sc)));
}

static void take(const struct step *step)
{
    size_t before = log.length;
    switch (step->what) {
    case WORK:
        work(step->us);
        break;
    case ENTER:
        while (log.length < RUNS) {
            work(1);
            (void)consumed(log.upper.sc);
        }
        break;
    case USE_UP:
        while (log.length == before) {
            work(1);
        }
        break;
    case WAIT:
        (void)wait(log.go);
        break;
    case SIGNAL:
        signal(log.up);
        break;
    case ROUND_ROBIN:
        configure(PERIOD, PERIOD, 0, 0);
        break;
    case LIMIT:
        configure(BUDGET, PERIOD, 0, 0);
        break;
    case YIELD:
        yield();
        break;
    }
}

static seL4_Word be_worker(seL4_Word ignored)
{
    (void)consumed_by_others();
    for (size_t i = 0; i < log.steps.count; i++) {
        take(&log.steps.at[i]);
        note_if_away();
    }
    return ignored;
}

static seL4_Word be_upper(seL4_Word ignored)
{
    (void)wait(log.up);
    pass_time(GAP);
    (void)wait(log.up);
    return ignored;
}

static void start(seL4_Word refills, seL4_Word flags, struct steps steps)
{
    log.length = 0;
    log.peer = 0;
    measure_loops();
    log.seen = log.clock;
    log.go = notification_new();
    log.up = notification_new();
    log.upper = thread_new(CASE_PRIORITY + 2);
    thread_start(&log.upper, be_upper, 0);
    log.worker = thread_new_passive(CASE_PRIORITY + 1);
    log.worker.sc = sched_context_new(BUDGET, PERIOD, refills);
    configure(BUDGET, PERIOD, refills, flags);
    EXPECT_SUCCESS(call(log.worker.sc, SchedContextBind, NO_WORDS, CAPS(log.worker.tcb)));
    log.steps = steps;
    thread_start(&log.worker, be_worker, 0);
}

static void finish(void)
{
    while (log.length < RUNS) {
        pass_time(5);
    }
}

// Wakes it as often as it waits.
static void observe(seL4_Word refills, seL4_Word flags, struct steps steps)
{
    start(refills, flags, steps);
    for (size_t i = 0; i < steps.count; i++) {
        if (steps.at[i].what == WAIT) {
            pass_time(GAP);
            signal(log.go);
        }
    }
    finish();
}

// --- what the log should tell -------------------------------------------------------------------

static bool is_near(seL4_Word a, seL4_Word b)
{
    return a < b + TOLERANCE && b < a + TOLERANCE;
}

static void expect_run(struct here here, size_t i, seL4_Word ran, seL4_Word away)
{
    expect(here, is_near(log.runs[i].ran, ran), "it ran as long as expected");
    expect(here, is_near(log.runs[i].away, away), "it was away as long as expected");
}

#define EXPECT_RUN(i, ran, away) expect_run(HERE, (i), (ran), (away))

// From run `first` on, the runs repeat after `length`.
static void expect_pattern(struct here here, size_t first, size_t length)
{
    for (size_t i = first; i + length < RUNS; i++) {
        expect_run(here, i + length, log.runs[i].ran, log.runs[i].away);
    }
}

#define EXPECT_PATTERN(first, length) expect_pattern(HERE, (first), (length))

static seL4_Word ran(size_t i)
{
    return log.runs[i].ran;
}

static seL4_Word away(size_t i)
{
    return log.runs[i].away;
}

// --- patterns -----------------------------------------------------------------------------------

CASE(a_budget_used_at_once_comes_back_at_once)
{
    observe(0, 0, STEPS({WORK, REST}));
    EXPECT_RUN(0, BUDGET, PERIOD - BUDGET);
    EXPECT_PATTERN(0, 1);
}

CASE(a_budget_used_in_two_pieces_comes_back_in_two)
{
    observe(ROOM, 0, STEPS({WORK, 300}, {WAIT, 0}, {WORK, REST}));
    EXPECT_RUN(1, BUDGET - ran(0), PERIOD - BUDGET - away(0));
    EXPECT_PATTERN(0, 2);
}

CASE(a_sporadic_budget_used_in_three_pieces_comes_back_in_three)
{
    observe(ROOM, SPORADIC, STEPS({WORK, 200}, {WAIT, 0}, {WORK, 300}, {WAIT, 0}, {WORK, REST}));
    EXPECT_RUN(2, BUDGET - ran(0) - ran(1), PERIOD - BUDGET - away(0) - away(1));
    EXPECT_PATTERN(0, 3);
}

CASE(pieces_that_are_due_together_are_joined)
{
    start(ROOM, 0, STEPS({WORK, 300}, {WAIT, 0}, {WORK, 300}, {WAIT, 0}, {WORK, REST}));
    pass_time(GAP);
    signal(log.go);
    pass_time(2 * PERIOD);
    signal(log.go);
    finish();
    EXPECT_RUN(2, BUDGET, PERIOD - BUDGET);
    EXPECT_PATTERN(2, 1);
}

CASE(a_rest_below_the_minimum_is_added_to_the_next_refill)
{
    observe(0, 0, STEPS({ENTER, 0}));
    EXPECT_RUN(0, BUDGET - MINIMUM, PERIOD - BUDGET);
    EXPECT_PATTERN(0, 1);
}

CASE(yield_gives_up_one_piece)
{
    observe(ROOM, 0,
            STEPS({WORK, 300}, {WAIT, 0}, {USE_UP, 0}, {WORK, 100}, {YIELD, 0}, {WORK, REST}));
    EXPECT(ran(2) < 200);
    EXPECT_RUN(2, ran(2), ran(0) + away(0) - ran(2));
    EXPECT_RUN(3, ran(1), away(1));
    EXPECT_RUN(4, ran(0), away(0)); // the piece comes back as a whole
    EXPECT_PATTERN(3, 2);
}

// --- lists that are full ------------------------------------------------------------------------

CASE(without_extra_refills_two_pieces_move_apart)
{
    observe(0, 0, STEPS({WORK, 300}, {WAIT, 0}, {WORK, REST}));
    EXPECT_RUN(1, BUDGET - ran(0), PERIOD - BUDGET - away(0));
    EXPECT_RUN(2, ran(0), PERIOD - BUDGET);
    EXPECT_RUN(3, ran(1), PERIOD - BUDGET);
    EXPECT_PATTERN(2, 2);
}

CASE(without_extra_refills_many_pieces_become_two)
{
    observe(0, 0,
            STEPS({WORK, 100}, {WAIT, 0}, {WORK, 100}, {WAIT, 0}, {WORK, 100}, {WAIT, 0},
                  {WORK, 100}, {WAIT, 0}, {WORK, REST}));
    EXPECT_RUN(5, BUDGET - ran(4), PERIOD - BUDGET);
    EXPECT_RUN(6, ran(4), PERIOD - BUDGET);
    EXPECT_PATTERN(5, 2);
}

CASE(with_one_extra_refill_the_second_of_three_pieces_comes_late)
{
    observe(1, 0, STEPS({WORK, 200}, {WAIT, 0}, {WORK, 200}, {WAIT, 0}, {WORK, REST}));
    EXPECT_RUN(3, ran(0), away(0));
    EXPECT_RUN(4, ran(1), PERIOD - BUDGET - away(0));
    EXPECT_RUN(5, ran(2), away(0));
    EXPECT_PATTERN(3, 6);
}

// --- when a piece begins ------------------------------------------------------------------------

CASE(a_preempted_budget_begins_anew)
{
    observe(ROOM, 0, STEPS({WORK, 300}, {SIGNAL, 0}, {WORK, REST}));
    EXPECT_RUN(1, BUDGET - ran(0), PERIOD - BUDGET - away(0));
    EXPECT_PATTERN(0, 2);
}

CASE(a_preempted_sporadic_budget_stays_one)
{
    observe(ROOM, SPORADIC, STEPS({WORK, 300}, {SIGNAL, 0}, {WORK, REST}));
    EXPECT_RUN(1, BUDGET - ran(0), PERIOD - BUDGET - away(0));
    EXPECT_RUN(2, BUDGET, PERIOD - BUDGET);
    EXPECT_PATTERN(2, 1);
}

static void set_own_priority(seL4_Word priority)
{
    EXPECT_SUCCESS(call(thread_self()->tcb, TCBSetPriority, WORDS(priority), CAPS(SELF_AUTHORITY)));
}

// The worker is woken, but has the processor only GAP later.
static void observe_late(seL4_Word flags)
{
    start(ROOM, flags, STEPS({WORK, 300}, {WAIT, 0}, {WORK, REST}));
    set_own_priority(CASE_PRIORITY + 2);
    signal(log.go);
    pass_time(GAP);
    set_own_priority(CASE_PRIORITY);
    finish();
}

CASE(a_budget_begins_when_its_thread_runs)
{
    observe_late(0);
    EXPECT_RUN(1, BUDGET - ran(0), PERIOD - BUDGET - away(0));
    EXPECT_PATTERN(0, 2);
}

CASE(a_sporadic_budget_begins_when_its_thread_could_run)
{
    observe_late(SPORADIC);
    EXPECT_RUN(1, BUDGET - ran(0), PERIOD - BUDGET - away(0));
    EXPECT(away(2) < UINT64_C(5) * TOLERANCE); // all but adjacent
    EXPECT_RUN(3, ran(1), PERIOD - BUDGET - away(2));
    EXPECT_PATTERN(2, 2);
}

// --- changes ------------------------------------------------------------------------------------

// The worker has used its budget up; what happens then.
static void use_up(void)
{
    start(ROOM, 0, STEPS({WORK, REST}));
    pass_time(GAP);
}

CASE(a_smaller_budget_cuts_the_next_refill)
{
    use_up();
    configure(BUDGET / 2, PERIOD / 2, ROOM, 0);
    finish();
    EXPECT_RUN(0, BUDGET, PERIOD - BUDGET);
    EXPECT_RUN(1, BUDGET / 2, PERIOD / 2 - BUDGET / 2);
    EXPECT_PATTERN(1, 1);
}

CASE(what_a_larger_budget_adds_comes_a_period_after_the_next_refill)
{
    use_up();
    configure(2 * BUDGET, PERIOD, ROOM, 0);
    finish();
    EXPECT_RUN(0, BUDGET, PERIOD - BUDGET);
    EXPECT_RUN(1, BUDGET, PERIOD - BUDGET);
    EXPECT_RUN(2, 2 * BUDGET, PERIOD - 2 * BUDGET);
    EXPECT_PATTERN(2, 1);
}

CASE(configuring_keeps_the_first_refill_and_joins_the_others)
{
    start(ROOM, 0, STEPS({WORK, 300}, {WAIT, 0}, {WORK, REST}));
    pass_time(GAP);
    signal(log.go);
    pass_time(GAP);
    configure(BUDGET, PERIOD, ROOM, 0);
    finish();
    EXPECT_RUN(2, ran(0), PERIOD - ran(0));
    EXPECT_RUN(3, BUDGET, PERIOD - BUDGET);
    EXPECT_PATTERN(3, 1);
}

CASE(configuring_fills_the_budget_of_a_blocked_thread)
{
    start(ROOM, 0, STEPS({WORK, 300}, {WAIT, 0}, {WORK, REST}));
    pass_time(GAP);
    configure(BUDGET, PERIOD, ROOM, 0);
    signal(log.go);
    finish();
    EXPECT_RUN(1, BUDGET, PERIOD - BUDGET);
    EXPECT_PATTERN(1, 1);
}

CASE(suspending_and_resuming_brings_no_budget)
{
    use_up();
    EXPECT_SUCCESS(call(log.worker.tcb, TCBSuspend, NO_WORDS, NO_CAPS));
    EXPECT_SUCCESS(call(log.worker.tcb, TCBResume, NO_WORDS, NO_CAPS));
    finish();
    EXPECT_RUN(0, BUDGET, PERIOD - BUDGET);
    EXPECT_PATTERN(0, 1);
}

CASE(unbinding_and_binding_brings_no_budget)
{
    use_up();
    EXPECT_SUCCESS(call(log.worker.sc, SchedContextUnbind, NO_WORDS, NO_CAPS));
    EXPECT_SUCCESS(call(log.worker.sc, SchedContextBind, NO_WORDS, CAPS(log.worker.tcb)));
    finish();
    EXPECT_RUN(0, BUDGET, PERIOD - BUDGET);
    EXPECT_PATTERN(0, 1);
}

CASE(a_thread_that_configures_itself_keeps_what_is_left)
{
    observe(0, 0, STEPS({WORK, 300}, {LIMIT, 0}, {WORK, REST}));
    EXPECT(is_near(ran(0), BUDGET));
    EXPECT(away(0) > PERIOD - BUDGET + 200); // the rest comes a period later
    EXPECT_RUN(1, BUDGET, PERIOD - BUDGET);
    EXPECT_PATTERN(1, 1);
}

// --- round robin --------------------------------------------------------------------------------

#define TURN      2000UL
#define PEER_TURN 5000UL // of thread_new()

static seL4_Word be_peer(seL4_Word ignored)
{
    finish();
    return ignored;
}

// The worker takes turns with a peer, which comes first.
static void observe_turns(struct steps steps)
{
    struct thread peer = thread_new(CASE_PRIORITY + 1);
    set_own_priority(CASE_PRIORITY + 2);
    start(0, 0, steps);
    configure(TURN, TURN, 0, 0);
    log.peer = peer.sc;
    thread_start(&peer, be_peer, 0);
    set_own_priority(CASE_PRIORITY);
    finish();
}

CASE(round_robin_is_turns_of_a_budget)
{
    observe_turns(STEPS({WORK, REST}));
    EXPECT_RUN(1, TURN, PEER_TURN);
    EXPECT_PATTERN(1, 1);
}

CASE(yield_ends_a_turn_and_the_next_is_whole)
{
    observe_turns(STEPS({WORK, 500}, {YIELD, 0}, {WORK, REST}));
    EXPECT_RUN(1, ran(1), PEER_TURN);
    EXPECT(ran(1) < TURN / 2);
    EXPECT_RUN(2, TURN, PEER_TURN);
    EXPECT_PATTERN(2, 1);
}

CASE(a_turn_goes_on_after_a_thread_above)
{
    observe_turns(STEPS({WORK, 500}, {SIGNAL, 0}, {WORK, REST}));
    EXPECT(ran(1) < TURN / 2);
    EXPECT_RUN(2, TURN - ran(1), PEER_TURN);
    EXPECT_PATTERN(3, 1);
}

CASE(a_turn_ends_when_less_than_the_minimum_is_left)
{
    observe_turns(STEPS({ENTER, 0}));
    EXPECT_RUN(2, TURN - MINIMUM, PEER_TURN);
    EXPECT_PATTERN(2, 1);
}

CASE(round_robin_ends_the_wait_for_a_refill)
{
    start(0, 0, STEPS({USE_UP, 0}));
    pass_time(GAP);
    configure(PERIOD, PERIOD, 0, 0);
    EXPECT_ANSWER(thread_end(&log.worker), THREAD_RETURNED, WORDS(0));
    EXPECT(is_near(ran(0), BUDGET));
    EXPECT(away(0) < 2 * GAP);
}

CASE(round_robin_starts_with_a_whole_budget)
{
    observe(0, 0, STEPS({WORK, 300}, {ROUND_ROBIN, 0}, {WORK, 500}, {LIMIT, 0}, {WORK, REST}));
    EXPECT(ran(0) > BUDGET + 600); // all of it is left of the turn
    EXPECT(is_near(away(0), PERIOD - BUDGET));
    EXPECT_PATTERN(1, 1);
}
