// SPDX-License-Identifier: BSD-2-Clause
//
// ring.c itself, in every order that two or three components can run, with every value that their
// loads may see, and with a death at every step: no item is lost, doubled or seen half-written, and
// nobody waits for ever.
//
//    sdk_ring_explore                    all scenarios; each must be without failure
//    sdk_ring_explore --broken MUTANT    with one access or one rule broken; a failure must be
//    found

#include "explore.h"

#include <kaal/ring.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    CONSUMER,
    PRODUCER,
    SECOND, // producer
    WORDS_MAX = 2,
};

// What the programs of a scenario do.
static struct plan {
    unsigned lanes;    // producers
    uint64_t items;    // of each producer
    uint64_t capacity; // slots
    unsigned words;    // of a slot
    uint64_t batch;    // slots that are passed in one step
    uint64_t want;     // slots that a sleeper waits for
    bool loses_one;    // the first producer does not come back
} plan;

// Rules of docs/rings.md that a mutant breaks.
static bool publishes_before_writing;
static bool releases_before_reading;
static bool is_silent_after_opening;

static _Alignas(KAAL_RING_LINE) unsigned char memory[2048];

static size_t lane_size(void)
{
    size_t bytes = kaal_ring_bytes(plan.capacity, plan.words * sizeof(uint64_t));
    return (bytes + KAAL_RING_LINE - 1) / KAAL_RING_LINE * KAAL_RING_LINE;
}

static void open_lane(struct kaal_ring *ring, enum kaal_ring_side side, unsigned lane,
                      unsigned generation)
{
    size_t bytes = kaal_ring_bytes(plan.capacity, plan.words * sizeof(uint64_t));
    if (kaal_ring_open(ring, side, memory + lane * lane_size(), bytes,
                       plan.words * sizeof(uint64_t), generation) != KAAL_OK) {
        explore_fail("a ring that cannot be opened");
    }
}

// Each word of item n of a lane is this: none is like another, or 0.
static uint64_t item(unsigned lane, uint64_t n)
{
    return UINT64_C(100) * lane + n + 1;
}

// --- producer ------------------------------------------------------------------------------------

static void write_slots(const struct kaal_ring *ring, unsigned lane, uint64_t first, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        uint64_t *slot = kaal_ring_slot(ring, i + first - ring->own);
        for (unsigned w = 0; w < plan.words; w++) {
            explore_store(ACCESS_SLOT, &slot[w], item(lane, first + i));
        }
    }
}

static void send(struct kaal_ring *ring, unsigned lane, uint64_t count)
{
    uint64_t first = ring->own;
    if (!publishes_before_writing) {
        write_slots(ring, lane, first, count);
    }
    bool told = kaal_ring_publish(ring, count);
    if (publishes_before_writing) {
        write_slots(ring, lane, first, count);
    }
    if (told) {
        explore_signal(CONSUMER);
    }
}

static void produce(unsigned lane, unsigned generation)
{
    struct kaal_ring ring;
    open_lane(&ring, KAAL_RING_PRODUCER, lane, generation);
    if (!is_silent_after_opening) {
        explore_signal(CONSUMER);
    }
    while (ring.own < plan.items) {
        uint64_t left = plan.items - ring.own;
        uint64_t count = kaal_ring_reserve(&ring, left < plan.batch ? left : plan.batch);
        if (count > 0) {
            send(&ring, lane, count);
        } else if (kaal_ring_sleep(&ring, left < plan.want ? left : plan.want)) {
            explore_wait();
        }
    }
}

static void producer(unsigned generation)
{
    produce(0, generation);
}

static void second_producer(unsigned generation)
{
    produce(1, generation);
}

// --- consumer ------------------------------------------------------------------------------------

static void check_slots(const struct kaal_ring *ring, unsigned lane, uint64_t first, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t *slot = kaal_ring_slot(ring, i + first - ring->own);
        for (unsigned w = 0; w < plan.words; w++) {
            if (explore_load(ACCESS_SLOT, &slot[w]) != item(lane, first + i)) {
                explore_fail("a wrong item");
            }
        }
    }
}

static void receive(struct kaal_ring *ring, unsigned lane)
{
    uint64_t first = ring->own;
    uint64_t count = kaal_ring_peek(ring, plan.batch);
    if (!releases_before_reading) {
        check_slots(ring, lane, first, count);
    }
    bool told = kaal_ring_release(ring, count);
    if (releases_before_reading) {
        check_slots(ring, lane, first, count);
    }
    if (told) {
        explore_signal(PRODUCER + lane);
    }
}

static bool all_received(const struct kaal_ring_many *many)
{
    for (unsigned i = plan.loses_one ? 1 : 0; i < many->count; i++) {
        if (many->lanes[i].own < plan.items) {
            return false;
        }
    }
    return true;
}

static bool sleeps(struct kaal_ring_many *many)
{
    if (many->count > 1) {
        return kaal_ring_many_sleep(many);
    }
    uint64_t left = plan.items - many->lanes[0].own;
    return kaal_ring_sleep(&many->lanes[0], left < plan.want ? left : plan.want);
}

static void consumer(unsigned generation)
{
    struct kaal_ring rings[2];
    struct kaal_ring_many many = {.lanes = rings, .count = plan.lanes};
    for (unsigned i = 0; i < plan.lanes; i++) {
        open_lane(&rings[i], KAAL_RING_CONSUMER, i, generation);
        if (!is_silent_after_opening) {
            explore_signal(PRODUCER + i);
        }
    }
    while (!all_received(&many)) {
        struct kaal_ring *lane = kaal_ring_many_next(&many);
        if (lane != NULL) {
            receive(lane, (unsigned)(lane - rings));
        } else if (sleeps(&many)) {
            explore_wait();
        }
    }
}

// --- scenarios -----------------------------------------------------------------------------------

struct scenario {
    const char *name;
    struct plan plan;
    unsigned deaths[EXPLORE_THREADS];
};

static const struct scenario scenarios[] = {
    {"one by one", {.lanes = 1, .items = 3, .capacity = 2, .words = 1, .batch = 1, .want = 1}, {0}},
    {"one slot", {.lanes = 1, .items = 2, .capacity = 1, .words = 2, .batch = 1, .want = 1}, {0}},
    {"batches", {.lanes = 1, .items = 3, .capacity = 2, .words = 1, .batch = 2, .want = 1}, {0}},
    {"sleepers that want all",
     {.lanes = 1, .items = 3, .capacity = 2, .words = 1, .batch = 1, .want = 2},
     {0}},
    {"the producer dies",
     {.lanes = 1, .items = 2, .capacity = 1, .words = 2, .batch = 1, .want = 1},
     {[PRODUCER] = 1}},
    {"the consumer dies",
     {.lanes = 1, .items = 2, .capacity = 1, .words = 1, .batch = 1, .want = 1},
     {[CONSUMER] = 1}},
    {"both die",
     {.lanes = 1, .items = 1, .capacity = 1, .words = 1, .batch = 1, .want = 1},
     {1, 1}},
    {"two producers",
     {.lanes = 2, .items = 1, .capacity = 1, .words = 1, .batch = 1, .want = 1},
     {0}},
    {"one of two does not come back",
     {.lanes = 2, .items = 1, .capacity = 1, .words = 1, .batch = 1, .want = 1, .loses_one = true},
     {[PRODUCER] = 1}},
};

static const enum order shipped[ACCESS_COUNT] = {
    [ACCESS_COUNT_READ] = ORDER_ACQUIRE,    [ACCESS_COUNT_PUBLISH] = ORDER_SEQ_CST,
    [ACCESS_WAKE_READ] = ORDER_SEQ_CST,     [ACCESS_WAKE_WRITE] = ORDER_SEQ_CST,
    [ACCESS_COUNT_RECHECK] = ORDER_SEQ_CST, [ACCESS_OPEN_READ] = ORDER_SEQ_CST,
    [ACCESS_OPEN_WRITE] = ORDER_SEQ_CST,    [ACCESS_SLOT] = ORDER_RELAXED,
};

struct mutant {
    const char *name;
    enum access access; // whose order is another,
    enum order order;
    bool *rule; // or the rule that is broken
};

static const struct mutant mutants[] = {
    {"relaxed-read", ACCESS_COUNT_READ, ORDER_RELAXED, NULL},
    {"relaxed-publish", ACCESS_COUNT_PUBLISH, ORDER_RELAXED, NULL},
    {"release-publish", ACCESS_COUNT_PUBLISH, ORDER_RELEASE, NULL},
    {"acquire-wake", ACCESS_WAKE_READ, ORDER_ACQUIRE, NULL},
    {"no-wake", ACCESS_WAKE_READ, ORDER_NEVER, NULL},
    {"release-sleep", ACCESS_WAKE_WRITE, ORDER_RELEASE, NULL},
    {"acquire-recheck", ACCESS_COUNT_RECHECK, ORDER_ACQUIRE, NULL},
    {"no-recheck", ACCESS_COUNT_RECHECK, ORDER_NEVER, NULL},
    {"early-recheck", ACCESS_COUNT_RECHECK, ORDER_BEFORE_WAKE, NULL},
    {"forgetful-open", ACCESS_OPEN_READ, ORDER_NEVER, NULL},
    {"publish-before-write", ACCESS_COUNT, ORDER_RELAXED, &publishes_before_writing},
    {"release-before-read", ACCESS_COUNT, ORDER_RELAXED, &releases_before_reading},
    {"silent-after-opening", ACCESS_COUNT, ORDER_RELAXED, &is_silent_after_opening},
};

static struct explore_result run(const struct scenario *scenario, const struct mutant *mutant)
{
    plan = scenario->plan;
    struct explore_scenario s = {
        .name = scenario->name,
        .threads = {{.name = "consumer", .run = consumer, .returns = true},
                    {.name = "producer", .run = producer, .returns = !plan.loses_one},
                    {.name = "second", .run = second_producer, .returns = true}},
        .thread_count = 1 + plan.lanes,
        .memory = memory,
        .size = plan.lanes * lane_size(),
    };
    for (unsigned t = 0; t < EXPLORE_THREADS; t++) {
        s.threads[t].deaths = scenario->deaths[t];
    }
    memcpy(s.orders, shipped, sizeof(s.orders));
    if (mutant != NULL && mutant->access != ACCESS_COUNT) {
        s.orders[mutant->access] = mutant->order;
    }
    struct explore_result result = explore(&s, true);
    printf("%-32s %9" PRIu64 " states, %s\n", s.name, result.states,
           result.failure == NULL ? "no failure" : result.failure);
    return result;
}

static const struct mutant *find_mutant(const char *name)
{
    for (unsigned i = 0; i < sizeof(mutants) / sizeof(mutants[0]); i++) {
        if (strcmp(mutants[i].name, name) == 0) {
            return &mutants[i];
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    const struct mutant *mutant =
        argc == 3 && strcmp(argv[1], "--broken") == 0 ? find_mutant(argv[2]) : NULL;
    if (argc != 1 && mutant == NULL) {
        fprintf(stderr, "usage: %s [--broken MUTANT]\n", argv[0]);
        return 2;
    }
    if (mutant != NULL && mutant->rule != NULL) {
        *mutant->rule = true;
    }
    for (unsigned i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
        if (run(&scenarios[i], mutant).failure != NULL) {
            return mutant == NULL ? 1 : 0;
        }
    }
    return mutant == NULL ? 0 : 1;
}
