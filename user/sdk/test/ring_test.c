// SPDX-License-Identifier: BSD-2-Clause
#include <kaal/ring.h>

#include <lib/bits.h>
#include <lib/prng.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    CAPACITY = 16,
    SLOT = 64,
    WORDS = SLOT / 8,
    MARGIN = 4096, // bytes of canary before and behind a ring
    MARGINS = 2 * MARGIN,
    FAR = 2 * CAPACITY, // of a lie that is near the truth
    HUGE_SLOT = 2 * KAAL_RING_SLOT_MAX,
    CANARY = 0xa5,
    ROUNDS = 100000,
};

// A ring between two canaries, and both sides of it.
struct pair {
    unsigned char *block;
    size_t size; // of the ring
    struct kaal_ring_memory *memory;
    struct kaal_ring writer;
    struct kaal_ring reader;
};

static struct pair new_memory(size_t size)
{
    size_t room = align_up(size, KAAL_RING_LINE);
    struct pair p = {.block = aligned_alloc(KAAL_RING_LINE, room + MARGINS), .size = size};
    assert_non_null(p.block);
    memset(p.block, CANARY, room + MARGINS);
    p.memory = (struct kaal_ring_memory *)(void *)(p.block + MARGIN);
    memset(p.memory, 0, size);
    return p;
}

static void free_memory(struct pair *p)
{
    for (unsigned i = 0; i < MARGIN; i++) {
        assert_int_equal(p->block[i], CANARY);
        assert_int_equal(p->block[MARGIN + p->size + i], CANARY);
    }
    free(p->block);
}

static struct pair open_pair(uint64_t capacity, size_t slot_size)
{
    struct pair p = new_memory(kaal_ring_bytes(capacity, slot_size));
    assert_int_equal(kaal_ring_open(&p.writer, KAAL_RING_PRODUCER, p.memory, p.size, slot_size, 1),
                     KAAL_OK);
    assert_int_equal(kaal_ring_open(&p.reader, KAAL_RING_CONSUMER, p.memory, p.size, slot_size, 1),
                     KAAL_OK);
    return p;
}

// One item of one word; false if the ring is full, or empty.
static bool put(struct kaal_ring *ring, uint64_t item)
{
    if (kaal_ring_reserve(ring, 1) == 0) {
        return false;
    }
    kaal_ring_write(ring, 0, &item, sizeof(item));
    kaal_ring_publish(ring, 1);
    return true;
}

static bool take(struct kaal_ring *ring, uint64_t *item)
{
    if (kaal_ring_peek(ring, 1) == 0) {
        return false;
    }
    kaal_ring_read(ring, 0, item, sizeof(*item));
    kaal_ring_release(ring, 1);
    return true;
}

// --- opening -------------------------------------------------------------------------------------

static void the_capacity_is_the_largest_power_of_two_that_fits(void **state)
{
    (void)state;
    struct kaal_ring ring;
    for (uint64_t items = 1; items <= CAPACITY; items++) {
        for (size_t more = 0; more < SLOT; more += SLOT - 1) {
            struct pair p = new_memory(kaal_ring_bytes(items, SLOT) + more);
            assert_int_equal(kaal_ring_open(&ring, KAAL_RING_PRODUCER, p.memory, p.size, SLOT, 1),
                             KAAL_OK);
            assert_int_equal(kaal_ring_capacity(&ring), 1u << log2_floor(items));
            free_memory(&p);
        }
    }
}

static void parameters_out_of_range_are_refused(void **state)
{
    (void)state;
    struct kaal_ring r;
    struct pair p = new_memory(kaal_ring_bytes(1, KAAL_RING_SLOT_MAX));
    char *at = (char *)p.memory;
    const enum kaal_ring_side side = KAAL_RING_CONSUMER;
    assert_int_equal(kaal_ring_open(&r, side, NULL, p.size, SLOT, 1), KAAL_ERR_ARGUMENT);
    assert_int_equal(kaal_ring_open(&r, side, at + 8, p.size, SLOT, 1), KAAL_ERR_ARGUMENT);
    assert_int_equal(kaal_ring_open(&r, side, at, p.size, SLOT, 0), KAAL_ERR_ARGUMENT);
    assert_int_equal(kaal_ring_open(&r, (enum kaal_ring_side)2, at, p.size, SLOT, 1),
                     KAAL_ERR_ARGUMENT);
    const size_t sizes[] = {0, 1, 4, 9, 65, HUGE_SLOT, SIZE_MAX};
    for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        assert_int_equal(kaal_ring_open(&r, side, at, p.size, sizes[i], 1), KAAL_ERR_ARGUMENT);
    }
    assert_int_equal(kaal_ring_open(&r, side, at, 0, SLOT, 1), KAAL_ERR_MEMORY);
    assert_int_equal(kaal_ring_open(&r, side, at, kaal_ring_bytes(1, SLOT) - 1, SLOT, 1),
                     KAAL_ERR_MEMORY);
    assert_int_equal(kaal_ring_open(&r, side, at, p.size, KAAL_RING_SLOT_MAX, 1), KAAL_OK);
    free_memory(&p);
}

static void sides_that_disagree_about_the_slots_are_refused(void **state)
{
    (void)state;
    struct kaal_ring r;
    struct pair p = new_memory(kaal_ring_bytes(CAPACITY, SLOT));
    assert_int_equal(kaal_ring_open(&r, KAAL_RING_PRODUCER, p.memory, p.size, SLOT, 1), KAAL_OK);
    assert_int_equal(kaal_ring_open(&r, KAAL_RING_CONSUMER, p.memory, p.size, SLOT / 2, 1),
                     KAAL_ERR_VERSION);
    assert_int_equal(kaal_ring_open(&r, KAAL_RING_CONSUMER, p.memory, p.size / 2, SLOT, 1),
                     KAAL_ERR_VERSION);
    assert_int_equal(kaal_ring_open(&r, KAAL_RING_CONSUMER, p.memory, p.size, SLOT, 1), KAAL_OK);
    free_memory(&p);
}

static void counts_that_make_no_sense_are_not_opened(void **state)
{
    (void)state;
    struct kaal_ring r;
    struct pair p = new_memory(kaal_ring_bytes(CAPACITY, SLOT));
    const uint64_t lies[] = {CAPACITY + 1, UINT64_C(1) << 63, UINT64_MAX};
    for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        p.memory->producer.count = lies[i];
        for (int side = KAAL_RING_PRODUCER; side <= KAAL_RING_CONSUMER; side++) {
            assert_int_equal(
                kaal_ring_open(&r, (enum kaal_ring_side)side, p.memory, p.size, SLOT, 1),
                KAAL_ERR_PROTOCOL);
        }
    }
    free_memory(&p);
}

// --- passing items -------------------------------------------------------------------------------

static void items_come_out_in_their_order_around_the_end(void **state)
{
    (void)state;
    for (size_t slot = KAAL_RING_SLOT_MIN; slot <= 1024; slot *= 2) {
        struct pair p = open_pair(CAPACITY, slot);
        uint64_t sent = 0;
        uint64_t received = 0;
        for (unsigned round = 0; round < 50; round++) {
            for (unsigned i = 0; i < 1 + round % CAPACITY; i++) {
                assert_true(put(&p.writer, sent++));
            }
            for (uint64_t item = 0; take(&p.reader, &item);) {
                assert_int_equal(item, received++);
            }
            assert_int_equal(received, sent);
        }
        free_memory(&p);
    }
}

static void a_full_ring_takes_nothing_and_an_empty_one_gives_nothing(void **state)
{
    (void)state;
    struct pair p = open_pair(CAPACITY, SLOT);
    uint64_t item = 77;
    assert_false(take(&p.reader, &item));
    for (uint64_t i = 0; i < CAPACITY; i++) {
        assert_true(put(&p.writer, i));
    }
    assert_false(put(&p.writer, 99));
    assert_true(take(&p.reader, &item));
    assert_int_equal(item, 0);
    assert_true(put(&p.writer, CAPACITY));
    assert_false(put(&p.writer, 99));
    free_memory(&p);
}

static void a_batch_is_seen_whole_or_not_at_all(void **state)
{
    (void)state;
    struct pair p = open_pair(CAPACITY, SLOT);
    for (uint64_t n = 1, base = 0; n <= CAPACITY; base += n, n++) {
        assert_int_equal(kaal_ring_reserve(&p.writer, n), n);
        for (uint64_t i = 0; i < n; i++) {
            uint64_t words[WORDS] = {base + i, ~(base + i)};
            kaal_ring_write(&p.writer, i, words, sizeof(words));
            assert_int_equal(kaal_ring_peek(&p.reader, n), 0);
        }
        kaal_ring_publish(&p.writer, n);
        assert_int_equal(kaal_ring_peek(&p.reader, UINT64_MAX), n);
        for (uint64_t i = 0; i < n; i++) {
            uint64_t words[WORDS];
            kaal_ring_read(&p.reader, i, words, sizeof(words));
            assert_int_equal(words[0], base + i);
            assert_int_equal(words[1], ~(base + i));
        }
        kaal_ring_release(&p.reader, n);
    }
    free_memory(&p);
}

static void counts_may_wrap(void **state)
{
    (void)state;
    struct pair p = new_memory(kaal_ring_bytes(CAPACITY, SLOT));
    p.memory->producer.count = UINT64_MAX - 5;
    p.memory->consumer.count = UINT64_MAX - 5;
    kaal_ring_open(&p.writer, KAAL_RING_PRODUCER, p.memory, p.size, SLOT, 1);
    kaal_ring_open(&p.reader, KAAL_RING_CONSUMER, p.memory, p.size, SLOT, 1);
    assert_true(kaal_ring_sleep(&p.reader, CAPACITY));
    for (uint64_t i = 0; i < CAPACITY; i++) {
        assert_int_equal(kaal_ring_reserve(&p.writer, 1), 1);
        uint64_t words[WORDS] = {i};
        kaal_ring_write(&p.writer, 0, words, sizeof(words));
        assert_int_equal(kaal_ring_publish(&p.writer, 1), i == CAPACITY - 1);
    }
    assert_false(put(&p.writer, 99));
    uint64_t item = 0;
    for (uint64_t i = 0; i < CAPACITY; i++) {
        assert_true(take(&p.reader, &item));
        assert_int_equal(item, i);
    }
    assert_false(take(&p.reader, &item));
    free_memory(&p);
}

// --- waiting -------------------------------------------------------------------------------------

static void a_sleeper_is_signalled_once_and_nobody_else(void **state)
{
    (void)state;
    struct pair p = open_pair(CAPACITY, SLOT);
    kaal_ring_reserve(&p.writer, CAPACITY);
    assert_false(kaal_ring_publish(&p.writer, 1));
    kaal_ring_peek(&p.reader, 1);
    assert_false(kaal_ring_release(&p.reader, 1));

    assert_true(kaal_ring_sleep(&p.reader, 1));
    assert_true(kaal_ring_publish(&p.writer, 1));
    assert_false(kaal_ring_publish(&p.writer, 1));
    assert_false(kaal_ring_publish(&p.writer, 2));
    free_memory(&p);
}

static void a_sleeper_is_told_when_as_much_is_there_as_it_wants(void **state)
{
    (void)state;
    struct pair p = open_pair(CAPACITY, SLOT);
    assert_true(kaal_ring_sleep(&p.reader, 4));
    kaal_ring_reserve(&p.writer, CAPACITY);
    assert_false(kaal_ring_publish(&p.writer, 3));
    assert_true(kaal_ring_publish(&p.writer, 13)); // the fourth is in the middle of them

    assert_true(kaal_ring_sleep(&p.writer, CAPACITY / 2));
    kaal_ring_peek(&p.reader, CAPACITY);
    assert_false(kaal_ring_release(&p.reader, CAPACITY / 2 - 1));
    assert_true(kaal_ring_release(&p.reader, 1));
    assert_int_equal(kaal_ring_reserve(&p.writer, CAPACITY), CAPACITY / 2);
    free_memory(&p);
}

static void nobody_sleeps_when_there_is_what_it_wants(void **state)
{
    (void)state;
    struct pair p = open_pair(CAPACITY, SLOT);
    assert_false(kaal_ring_sleep(&p.writer, CAPACITY));
    assert_false(kaal_ring_sleep(&p.writer, UINT64_MAX)); // no more than there can be
    assert_true(put(&p.writer, 1));
    assert_false(kaal_ring_sleep(&p.reader, 0)); // no less than one
    assert_false(kaal_ring_sleep(&p.reader, 1));
    assert_true(kaal_ring_sleep(&p.reader, 2));
    free_memory(&p);
}

// --- a peer that dies ----------------------------------------------------------------------------

static void a_producer_that_comes_back_goes_on_behind_what_was_published(void **state)
{
    (void)state;
    struct pair p = open_pair(CAPACITY, SLOT);
    uint64_t item = 0;
    assert_true(put(&p.writer, 1));
    assert_int_equal(kaal_ring_reserve(&p.writer, 2), 2);
    kaal_ring_write(&p.writer, 0, &(uint64_t){666}, sizeof(item)); // and dies
    assert_int_equal(kaal_ring_open(&p.writer, KAAL_RING_PRODUCER, p.memory, p.size, SLOT, 2),
                     KAAL_OK);
    assert_int_equal(kaal_ring_count(&p.writer), 1);
    assert_true(put(&p.writer, 2));
    assert_true(take(&p.reader, &item) && item == 1);
    assert_true(take(&p.reader, &item) && item == 2);
    assert_false(take(&p.reader, &item));
    free_memory(&p);
}

static void a_consumer_that_comes_back_gets_what_was_not_released(void **state)
{
    (void)state;
    struct pair p = open_pair(CAPACITY, SLOT);
    uint64_t item = 0;
    for (uint64_t i = 1; i <= 3; i++) {
        assert_true(put(&p.writer, i));
    }
    assert_true(take(&p.reader, &item) && item == 1);
    assert_int_equal(kaal_ring_peek(&p.reader, 2), 2); // and dies
    assert_int_equal(kaal_ring_open(&p.reader, KAAL_RING_CONSUMER, p.memory, p.size, SLOT, 2),
                     KAAL_OK);
    assert_int_equal(kaal_ring_count(&p.reader), 1);
    assert_true(take(&p.reader, &item) && item == 2);
    assert_true(take(&p.reader, &item) && item == 3);
    assert_false(take(&p.reader, &item));
    free_memory(&p);
}

static void a_peer_is_absent_until_the_one_that_the_broker_knows_has_opened(void **state)
{
    (void)state;
    struct pair p = new_memory(kaal_ring_bytes(CAPACITY, SLOT));
    kaal_ring_open(&p.writer, KAAL_RING_PRODUCER, p.memory, p.size, SLOT, 1);
    assert_int_equal(kaal_ring_peer(&p.writer, 1), KAAL_RING_PEER_ABSENT);
    assert_int_equal(kaal_ring_peer(&p.writer, 0), KAAL_RING_PEER_ABSENT);
    kaal_ring_open(&p.reader, KAAL_RING_CONSUMER, p.memory, p.size, SLOT, 1);
    assert_int_equal(kaal_ring_peer(&p.writer, 1), KAAL_RING_PEER_NEW);
    assert_int_equal(kaal_ring_peer(&p.writer, 1), KAAL_RING_PEER_SAME);
    assert_int_equal(kaal_ring_peer(&p.writer, 2), KAAL_RING_PEER_ABSENT); // restarted
    kaal_ring_open(&p.reader, KAAL_RING_CONSUMER, p.memory, p.size, SLOT, 2);
    assert_int_equal(kaal_ring_peer(&p.writer, 2), KAAL_RING_PEER_NEW);
    assert_int_equal(kaal_ring_peer(&p.writer, 2), KAAL_RING_PEER_SAME);
    free_memory(&p);
}

// --- a peer that lies ----------------------------------------------------------------------------

static void a_consumer_that_claims_what_was_never_published_gives_no_room(void **state)
{
    (void)state;
    struct pair p = open_pair(CAPACITY, SLOT);
    const uint64_t lies[] = {1, CAPACITY, UINT64_C(1) << 63, UINT64_MAX, UINT64_MAX - CAPACITY};
    for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        p.memory->consumer.count = lies[i];
        assert_int_equal(kaal_ring_reserve(&p.writer, UINT64_MAX), CAPACITY);
        assert_false(kaal_ring_sleep(&p.writer, CAPACITY));
    }
    free_memory(&p);
}

static void a_producer_that_claims_more_than_fits_gives_nothing(void **state)
{
    (void)state;
    struct pair p = open_pair(CAPACITY, SLOT);
    const uint64_t lies[] = {CAPACITY + 1, UINT64_C(1) << 63, UINT64_MAX};
    for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        p.memory->producer.count = lies[i];
        assert_int_equal(kaal_ring_peek(&p.reader, UINT64_MAX), 0);
        assert_true(kaal_ring_sleep(&p.reader, 1));
    }
    free_memory(&p);
}

static void what_was_ready_once_stays_ready_when_the_peer_takes_it_back(void **state)
{
    (void)state;
    struct pair p = open_pair(CAPACITY, SLOT);
    p.memory->producer.count = 3;
    assert_false(kaal_ring_sleep(&p.reader, 1));
    p.memory->producer.count = 0;
    assert_int_equal(kaal_ring_peek(&p.reader, CAPACITY), 3);
    free_memory(&p);
}

// The slots that a side believes to have lie in the ring, and are at most as many as there are.
static void check_slots(const struct pair *p, const struct kaal_ring *ring, uint64_t ready)
{
    assert_true(ready <= CAPACITY);
    for (uint64_t i = 0; i < ready; i++) {
        uintptr_t at = (uintptr_t)kaal_ring_slot(ring, i);
        assert_true(at >= (uintptr_t)p->memory->slots);
        assert_true(at + SLOT <= (uintptr_t)p->memory + p->size);
    }
}

// A random word, half of the time near the truth, where a lie is believed.
static uint64_t lie(struct prng *prng, uint64_t truth)
{
    uint64_t r = prng_next(prng);
    return (r & 1) != 0 ? truth + (r >> 8) % (2 * (uint64_t)FAR) - FAR : r;
}

// Whatever the shared words say, each side stays in the ring and goes on by itself, and can open it
// again or is told that it cannot.
static void a_peer_that_writes_random_words_cannot_lead_anyone_out_of_the_ring(void **state)
{
    (void)state;
    struct pair p = open_pair(CAPACITY, SLOT);
    struct prng prng = {.state = 1};
    uint64_t words[WORDS] = {0};
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct kaal_ring *ring = round % 2 == 0 ? &p.writer : &p.reader;
        ring->its->count = lie(&prng, ring->own);
        ring->its->wake = lie(&prng, ring->own);
        ring->mine->count = lie(&prng, ring->own);
        uint64_t ready = kaal_ring_ready(ring, prng_next(&prng) % FAR);
        check_slots(&p, ring, ready);
        if (ready > 0) {
            kaal_ring_write(ring, ready - 1, words, sizeof(words));
            kaal_ring_advance(ring, 1 + prng_next(&prng) % ready);
        }
        if (!kaal_ring_sleep(ring, 1)) {
            assert_true(kaal_ring_ready(ring, 1) == 1);
        }
        if (round % 7 == 0) {
            struct kaal_ring again;
            ring->its->shape = lie(&prng, ring->mine->shape);
            enum kaal_ring_side side = ring == &p.writer ? KAAL_RING_PRODUCER : KAAL_RING_CONSUMER;
            if (kaal_ring_open(&again, side, p.memory, p.size, SLOT, 1) == KAAL_OK) {
                check_slots(&p, &again, kaal_ring_ready(&again, UINT64_MAX));
            }
        }
    }
    free_memory(&p);
}

struct scribbler {
    struct pair *pair;
    bool stop;
};

// Writes random words over the header and the slots as long as it is let.
static void *scribble(void *argument)
{
    struct scribbler *s = argument;
    struct prng prng = {.state = 3};
    uint64_t *words = (uint64_t *)(void *)s->pair->memory;
    while (!__atomic_load_n(&s->stop, __ATOMIC_RELAXED)) {
        uint64_t r = prng_next(&prng);
        uint64_t at = (r & 3) == 0 ? (r >> 8) % (s->pair->size / 8) : (r >> 8) % 4 * WORDS;
        uint64_t old = __atomic_load_n(&words[at], __ATOMIC_RELAXED);
        __atomic_store_n(&words[at], (r & 4) != 0 ? old + (r >> 32) % CAPACITY : r,
                         __ATOMIC_RELAXED);
    }
    return NULL;
}

static void a_peer_that_writes_everywhere_meanwhile_cannot_either(void **state)
{
    (void)state;
    struct pair p = open_pair(CAPACITY, SLOT);
    struct scribbler scribbler = {.pair = &p};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, scribble, &scribbler), 0);
    uint64_t words[WORDS];
    for (unsigned round = 0; round < 10 * ROUNDS; round++) {
        struct kaal_ring *ring = round % 2 == 0 ? &p.writer : &p.reader;
        uint64_t ready = kaal_ring_ready(ring, 1 + round % CAPACITY);
        check_slots(&p, ring, ready);
        if (ready > 0) {
            kaal_ring_read(ring, ready - 1, words, sizeof(words));
            kaal_ring_advance(ring, ready);
        } else if (!kaal_ring_sleep(ring, 1)) {
            assert_true(kaal_ring_ready(ring, 1) == 1);
        }
    }
    __atomic_store_n(&scribbler.stop, true, __ATOMIC_RELAXED);
    pthread_join(thread, NULL);
    free_memory(&p);
}

// --- many producers ------------------------------------------------------------------------------

enum { LANES = 3 };

struct crowd {
    struct pair memory;
    struct kaal_ring writers[LANES];
    struct kaal_ring rings[LANES];
    struct kaal_ring_many many;
};

static void open_crowd(struct crowd *c)
{
    c->memory = new_memory(LANES * kaal_ring_bytes(CAPACITY, SLOT) + LANES - 1);
    for (unsigned i = 0; i < LANES; i++) {
        size_t size = c->memory.size;
        void *lane = kaal_ring_lane(c->memory.memory, &size, LANES, i);
        assert_int_equal(kaal_ring_open(&c->writers[i], KAAL_RING_PRODUCER, lane, size, SLOT, 1),
                         KAAL_OK);
        assert_int_equal(kaal_ring_capacity(&c->writers[i]), CAPACITY);
    }
    assert_int_equal(
        kaal_ring_many_open(&c->many, c->rings, LANES, c->memory.memory, c->memory.size, SLOT, 1),
        KAAL_OK);
}

static void lanes_lie_side_by_side_in_the_memory(void **state)
{
    (void)state;
    char memory[1];
    for (unsigned lanes = 1; lanes <= KAAL_RING_LANES_MAX; lanes++) {
        for (unsigned lane = 0; lane < lanes; lane++) {
            size_t size = 0x10000;
            char *at = kaal_ring_lane(memory, &size, lanes, lane);
            assert_true(size % KAAL_RING_LINE == 0 && lanes * size <= 0x10000);
            assert_int_equal(at - memory, lane * size);
        }
    }
    size_t size = 0x10000;
    assert_null(kaal_ring_lane(memory, &size, 0, 0));
    assert_null(kaal_ring_lane(memory, &size, 2, 2));
    assert_null(kaal_ring_lane(memory, &size, KAAL_RING_LANES_MAX + 1, 0));
}

static void a_ring_of_many_that_cannot_be_opened_tells_why(void **state)
{
    (void)state;
    struct kaal_ring rings[2];
    struct kaal_ring_many many;
    struct pair p = new_memory(2 * kaal_ring_bytes(1, SLOT));
    assert_int_equal(kaal_ring_many_open(&many, rings, 0, p.memory, p.size, SLOT, 1),
                     KAAL_ERR_ARGUMENT);
    assert_int_equal(
        kaal_ring_many_open(&many, rings, KAAL_RING_LANES_MAX + 1, p.memory, p.size, SLOT, 1),
        KAAL_ERR_ARGUMENT);
    assert_int_equal(kaal_ring_many_open(&many, rings, 2, p.memory, p.size - 1, SLOT, 1),
                     KAAL_ERR_MEMORY);
    assert_int_equal(kaal_ring_many_open(&many, rings, 2, p.memory, p.size, SLOT, 1), KAAL_OK);
    free_memory(&p);
}

static void who_sends_much_does_not_keep_others_waiting(void **state)
{
    (void)state;
    struct crowd c;
    open_crowd(&c);
    assert_null(kaal_ring_many_next(&c.many));
    for (uint64_t i = 0; i < CAPACITY; i++) {
        assert_true(put(&c.writers[1], 100 + i));
    }
    assert_true(put(&c.writers[0], 1));
    assert_true(put(&c.writers[2], 2));
    const uint64_t order[] = {1, 100, 2, 101, 102};
    for (unsigned i = 0; i < 5; i++) {
        uint64_t item = 0;
        struct kaal_ring *lane = kaal_ring_many_next(&c.many);
        assert_non_null(lane);
        assert_true(take(lane, &item));
        assert_int_equal(item, order[i]);
    }
    free_memory(&c.memory);
}

static void a_producer_that_stops_anywhere_holds_up_nobody(void **state)
{
    (void)state;
    struct crowd c;
    open_crowd(&c);
    assert_int_equal(kaal_ring_reserve(&c.writers[0], CAPACITY),
                     CAPACITY); // and is never seen again
    for (uint64_t i = 0; i < UINT64_C(10) * CAPACITY; i++) {
        uint64_t item = 0;
        assert_true(put(&c.writers[1 + i % 2], i));
        assert_true(take(kaal_ring_many_next(&c.many), &item));
        assert_int_equal(item, i);
    }
    assert_null(kaal_ring_many_next(&c.many));
    free_memory(&c.memory);
}

static void any_of_many_wakes_the_consumer(void **state)
{
    (void)state;
    struct crowd c;
    open_crowd(&c);
    for (unsigned i = 0; i < LANES; i++) {
        assert_true(kaal_ring_many_sleep(&c.many));
        kaal_ring_reserve(&c.writers[i], 1);
        assert_true(kaal_ring_publish(&c.writers[i], 1));
        assert_false(kaal_ring_many_sleep(&c.many));
        struct kaal_ring *lane = kaal_ring_many_next(&c.many);
        assert_ptr_equal(lane, &c.many.lanes[i]);
        kaal_ring_release(lane, 1);
    }
    free_memory(&c.memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_capacity_is_the_largest_power_of_two_that_fits),
        cmocka_unit_test(parameters_out_of_range_are_refused),
        cmocka_unit_test(sides_that_disagree_about_the_slots_are_refused),
        cmocka_unit_test(counts_that_make_no_sense_are_not_opened),
        cmocka_unit_test(items_come_out_in_their_order_around_the_end),
        cmocka_unit_test(a_full_ring_takes_nothing_and_an_empty_one_gives_nothing),
        cmocka_unit_test(a_batch_is_seen_whole_or_not_at_all),
        cmocka_unit_test(counts_may_wrap),
        cmocka_unit_test(a_sleeper_is_signalled_once_and_nobody_else),
        cmocka_unit_test(a_sleeper_is_told_when_as_much_is_there_as_it_wants),
        cmocka_unit_test(nobody_sleeps_when_there_is_what_it_wants),
        cmocka_unit_test(a_producer_that_comes_back_goes_on_behind_what_was_published),
        cmocka_unit_test(a_consumer_that_comes_back_gets_what_was_not_released),
        cmocka_unit_test(a_peer_is_absent_until_the_one_that_the_broker_knows_has_opened),
        cmocka_unit_test(a_consumer_that_claims_what_was_never_published_gives_no_room),
        cmocka_unit_test(a_producer_that_claims_more_than_fits_gives_nothing),
        cmocka_unit_test(what_was_ready_once_stays_ready_when_the_peer_takes_it_back),
        cmocka_unit_test(a_peer_that_writes_random_words_cannot_lead_anyone_out_of_the_ring),
        cmocka_unit_test(a_peer_that_writes_everywhere_meanwhile_cannot_either),
        cmocka_unit_test(lanes_lie_side_by_side_in_the_memory),
        cmocka_unit_test(a_ring_of_many_that_cannot_be_opened_tells_why),
        cmocka_unit_test(who_sends_much_does_not_keep_others_waiting),
        cmocka_unit_test(a_producer_that_stops_anywhere_holds_up_nobody),
        cmocka_unit_test(any_of_many_wakes_the_consumer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
