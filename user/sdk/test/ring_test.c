// SPDX-License-Identifier: BSD-2-Clause
#include <kaal/ring.h>

#include <lib/bits.h>
#include <lib/prng.h>

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    CAPACITY = 16,
    REACH = 2 * CAPACITY, // of a lie that is near the truth
    STRESS_ITEMS = 300000,
    HOSTILE_ROUNDS = 100000,
};

// Zeroed memory of exactly a ring's size: the sanitizer sees every access beyond it.
static struct kaal_ring_memory *new_memory(uint64_t capacity)
{
    size_t size = align_up(kaal_ring_bytes(capacity), KAAL_RING_LINE);
    struct kaal_ring_memory *memory = aligned_alloc(KAAL_RING_LINE, size);
    assert_non_null(memory);
    memset(memory, 0, size);
    return memory;
}

struct pair {
    struct kaal_ring_memory *memory;
    struct kaal_ring writer;
    struct kaal_ring reader;
};

static struct pair open_pair(void)
{
    struct pair p = {.memory = new_memory(CAPACITY)};
    assert_true(kaal_ring_open(&p.writer, p.memory, kaal_ring_bytes(CAPACITY)));
    assert_true(kaal_ring_open(&p.reader, p.memory, kaal_ring_bytes(CAPACITY)));
    return p;
}

static void the_capacity_is_the_largest_power_of_two_that_fits(void **state)
{
    (void)state;
    struct kaal_ring ring;
    struct kaal_ring_memory *memory = new_memory(CAPACITY);
    for (uint64_t items = 1; items <= CAPACITY; items++) {
        assert_true(kaal_ring_open(&ring, memory, kaal_ring_bytes(items)));
        assert_int_equal(ring.capacity, 1u << log2_floor(items));
        assert_true(kaal_ring_open(&ring, memory, kaal_ring_bytes(items) + 7));
        assert_int_equal(ring.capacity, 1u << log2_floor(items));
    }
    free(memory);
}

static void memory_that_is_too_small_or_not_aligned_is_refused(void **state)
{
    (void)state;
    struct kaal_ring ring;
    struct kaal_ring_memory *memory = new_memory(CAPACITY);
    assert_false(kaal_ring_open(&ring, memory, 0));
    assert_false(kaal_ring_open(&ring, memory, kaal_ring_bytes(1) - 1));
    assert_false(kaal_ring_open(&ring, (char *)memory + 8, kaal_ring_bytes(1)));
    free(memory);
}

static void items_come_out_in_their_order_around_the_end(void **state)
{
    (void)state;
    struct pair p = open_pair();
    uint64_t put = 0;
    uint64_t taken = 0;
    for (unsigned round = 0; round < 50; round++) {
        for (unsigned i = 0; i < 1 + round % CAPACITY; i++) {
            assert_true(kaal_ring_put(&p.writer, put++));
        }
        for (uint64_t item = 0; kaal_ring_take(&p.reader, &item);) {
            assert_int_equal(item, taken++);
        }
        assert_int_equal(taken, put);
    }
    free(p.memory);
}

static void a_full_ring_takes_nothing_and_an_empty_one_gives_nothing(void **state)
{
    (void)state;
    struct pair p = open_pair();
    uint64_t item = 77;
    assert_false(kaal_ring_take(&p.reader, &item));
    for (uint64_t i = 0; i < CAPACITY; i++) {
        assert_true(kaal_ring_put(&p.writer, i));
    }
    assert_false(kaal_ring_put(&p.writer, 99));
    assert_true(kaal_ring_take(&p.reader, &item));
    assert_int_equal(item, 0);
    assert_true(kaal_ring_put(&p.writer, CAPACITY));
    assert_false(kaal_ring_put(&p.writer, 99));
    free(p.memory);
}

static void counts_may_wrap(void **state)
{
    (void)state;
    struct pair p = open_pair();
    const uint64_t start = UINT64_MAX - 5;
    p.memory->written = start;
    p.memory->taken = start;
    p.writer.own = start;
    p.reader.own = start;
    for (uint64_t i = 0; i < CAPACITY; i++) {
        assert_true(kaal_ring_put(&p.writer, i));
    }
    assert_false(kaal_ring_put(&p.writer, 99));
    uint64_t item = 0;
    for (uint64_t i = 0; i < CAPACITY; i++) {
        assert_true(kaal_ring_take(&p.reader, &item));
        assert_int_equal(item, i);
    }
    assert_false(kaal_ring_take(&p.reader, &item));
    free(p.memory);
}

static void a_consumer_that_claims_what_was_never_written_stops_the_producer(void **state)
{
    (void)state;
    struct pair p = open_pair();
    const uint64_t lies[] = {1, CAPACITY, UINT64_C(1) << 63, UINT64_MAX - CAPACITY};
    for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        p.memory->taken = lies[i];
        assert_false(kaal_ring_put(&p.writer, 1));
        assert_int_equal(p.writer.own, 0);
    }
    p.memory->taken = 0;
    assert_true(kaal_ring_put(&p.writer, 1));
    free(p.memory);
}

static void a_producer_that_claims_more_than_fits_gives_nothing(void **state)
{
    (void)state;
    struct pair p = open_pair();
    const uint64_t lies[] = {CAPACITY + 1, UINT64_C(1) << 63, UINT64_MAX};
    uint64_t item = 0;
    for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        p.memory->written = lies[i];
        assert_false(kaal_ring_take(&p.reader, &item));
        assert_int_equal(p.reader.own, 0);
    }
    free(p.memory);
}

// Whatever the counts say, neither side touches anything but the ring, and each goes on by itself.
static void a_peer_that_writes_random_counts_cannot_lead_anyone_out_of_the_ring(void **state)
{
    (void)state;
    struct pair p = open_pair();
    struct prng prng = {.state = 1};
    uint64_t item = 0;
    for (unsigned i = 0; i < HOSTILE_ROUNDS; i++) {
        // Near the own count half of the time, where a lie is believed.
        uint64_t r = prng_next(&prng);
        p.memory->taken = (r & 1) != 0 ? p.writer.own - (r >> 8) % REACH : r;
        p.memory->written = (r & 2) != 0 ? p.reader.own + (r >> 8) % REACH : r;
        uint64_t before = p.writer.own;
        bool put = kaal_ring_put(&p.writer, r);
        assert_int_equal(p.writer.own - before, put);
        before = p.reader.own;
        bool taken = kaal_ring_take(&p.reader, &item);
        assert_int_equal(p.reader.own - before, taken);
    }
    free(p.memory);
}

// --- two threads ---------------------------------------------------------------------------------

static void *produce(void *argument)
{
    struct kaal_ring *ring = argument;
    struct prng prng = {.state = 2};
    for (unsigned i = 0; i < STRESS_ITEMS; i++) {
        uint64_t item = prng_next(&prng);
        while (!kaal_ring_put(ring, item)) {
            sched_yield();
        }
    }
    return NULL;
}

static void two_threads_pass_every_item_in_order(void **state)
{
    (void)state;
    struct pair p = open_pair();
    struct prng prng = {.state = 2};
    pthread_t producer;
    assert_int_equal(pthread_create(&producer, NULL, produce, &p.writer), 0);
    for (unsigned i = 0; i < STRESS_ITEMS; i++) {
        uint64_t item = 0;
        while (!kaal_ring_take(&p.reader, &item)) {
            sched_yield();
        }
        assert_int_equal(item, prng_next(&prng));
    }
    pthread_join(producer, NULL);
    free(p.memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_capacity_is_the_largest_power_of_two_that_fits),
        cmocka_unit_test(memory_that_is_too_small_or_not_aligned_is_refused),
        cmocka_unit_test(items_come_out_in_their_order_around_the_end),
        cmocka_unit_test(a_full_ring_takes_nothing_and_an_empty_one_gives_nothing),
        cmocka_unit_test(counts_may_wrap),
        cmocka_unit_test(a_consumer_that_claims_what_was_never_written_stops_the_producer),
        cmocka_unit_test(a_producer_that_claims_more_than_fits_gives_nothing),
        cmocka_unit_test(a_peer_that_writes_random_counts_cannot_lead_anyone_out_of_the_ring),
        cmocka_unit_test(two_threads_pass_every_item_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
