// SPDX-License-Identifier: BSD-2-Clause
//
// Rings between threads that sleep when there is nothing to do and are woken by each other alone,
// with batches of random size, and sides that die and open again in the middle. A lost signal hangs
// the test.
#include <kaal/ring.h>

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
    PRODUCERS = 3,
    ITEMS = 100000, // of each producer
    LIFE = 1000,    // steps, on average
};

// What the kernel's notification does.
struct notification {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool signalled;
};

static void signal_to(struct notification *n)
{
    pthread_mutex_lock(&n->mutex);
    n->signalled = true;
    pthread_cond_signal(&n->changed);
    pthread_mutex_unlock(&n->mutex);
}

static void wait_for(struct notification *n)
{
    pthread_mutex_lock(&n->mutex);
    while (!n->signalled) {
        pthread_cond_wait(&n->changed, &n->mutex);
    }
    n->signalled = false;
    pthread_mutex_unlock(&n->mutex);
}

struct side {
    struct notification wakes;
    struct kaal_ring ring;
    unsigned lane;
    uint64_t generation;
    struct prng prng;
    bool dead; // and to be opened again
};

struct crowd {
    unsigned lanes;
    bool mortal;
    size_t size; // of the memory
    unsigned char *memory;
    struct side producers[PRODUCERS];
    struct side consumers[PRODUCERS]; // one thread; the first one's notification is its own
};

static struct crowd crowd;

static bool dies(struct side *side)
{
    side->dead = side->dead || (crowd.mortal && prng_next(&side->prng) % LIFE == 0);
    return side->dead;
}

// Opens the side, again and again: what it knew is gone.
static void open_side(struct side *side, enum kaal_ring_side which, struct notification *peer)
{
    size_t size = crowd.size;
    void *lane = kaal_ring_lane(crowd.memory, &size, crowd.lanes, side->lane);
    memset(&side->ring, 0, sizeof(side->ring));
    side->dead = false;
    if (kaal_ring_open(&side->ring, which, lane, size, SLOT, ++side->generation) != KAAL_OK) {
        abort();
    }
    signal_to(peer);
}

// All words of item n of a lane differ, and from those of every other.
static uint64_t word_of(unsigned lane, uint64_t n, unsigned w)
{
    return prng_at(lane, n * WORDS + w);
}

// --- producers -----------------------------------------------------------------------------------

static void send(struct side *side, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        uint64_t words[WORDS];
        for (unsigned w = 0; w < WORDS; w++) {
            words[w] = word_of(side->lane, side->ring.own + i, w);
        }
        kaal_ring_write(&side->ring, i, words, sizeof(words));
    }
    if (!dies(side) && kaal_ring_publish(&side->ring, count) && !dies(side)) {
        signal_to(&crowd.consumers[0].wakes);
    }
}

static void *produce(void *argument)
{
    struct side *side = argument;
    struct notification *peer = &crowd.consumers[0].wakes;
    open_side(side, KAAL_RING_PRODUCER, peer);
    while (side->ring.own < ITEMS) {
        uint64_t batch = 1 + prng_next(&side->prng) % CAPACITY;
        uint64_t left = ITEMS - side->ring.own;
        uint64_t count = kaal_ring_reserve(&side->ring, batch < left ? batch : left);
        if (count > 0) {
            send(side, count);
        } else if (kaal_ring_sleep(&side->ring, batch < left ? batch : left)) {
            wait_for(&side->wakes);
        }
        if (dies(side)) {
            open_side(side, KAAL_RING_PRODUCER, peer);
        }
    }
    // It may have died before its last signal.
    signal_to(peer);
    return NULL;
}

// --- consumer ------------------------------------------------------------------------------------

static void receive(struct side *side)
{
    uint64_t count = kaal_ring_peek(&side->ring, 1 + prng_next(&side->prng) % CAPACITY);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t words[WORDS];
        kaal_ring_read(&side->ring, i, words, sizeof(words));
        for (unsigned w = 0; w < WORDS; w++) {
            if (words[w] != word_of(side->lane, side->ring.own + i, w)) {
                abort();
            }
        }
    }
    if (!dies(side) && kaal_ring_release(&side->ring, count) && !dies(side)) {
        signal_to(&crowd.producers[side->lane].wakes);
    }
    if (dies(side)) {
        open_side(side, KAAL_RING_CONSUMER, &crowd.producers[side->lane].wakes);
    }
}

// Takes what there is. False if nothing was.
static bool receive_all(void)
{
    bool any = false;
    for (unsigned i = 0; i < crowd.lanes; i++) {
        if (kaal_ring_peek(&crowd.consumers[i].ring, 1) != 0) {
            receive(&crowd.consumers[i]);
            any = true;
        }
    }
    return any;
}

static bool finished(void)
{
    for (unsigned i = 0; i < crowd.lanes; i++) {
        if (crowd.consumers[i].ring.own < ITEMS) {
            return false;
        }
    }
    return true;
}

static bool sleeps(void)
{
    for (unsigned i = 0; i < crowd.lanes; i++) {
        if (!kaal_ring_sleep(&crowd.consumers[i].ring, 1)) {
            return false;
        }
    }
    return true;
}

static void consume(void)
{
    for (unsigned i = 0; i < crowd.lanes; i++) {
        open_side(&crowd.consumers[i], KAAL_RING_CONSUMER, &crowd.producers[i].wakes);
    }
    while (!finished()) {
        if (!receive_all() && sleeps()) {
            wait_for(&crowd.consumers[0].wakes);
        }
    }
}

// --- the tests -----------------------------------------------------------------------------------

static void init_side(struct side *side, unsigned lane, uint64_t seed)
{
    *side = (struct side){.lane = lane, .prng = {.state = seed}};
    pthread_mutex_init(&side->wakes.mutex, NULL);
    pthread_cond_init(&side->wakes.changed, NULL);
}

static void run(unsigned lanes, bool mortal)
{
    crowd = (struct crowd){.lanes = lanes, .mortal = mortal};
    crowd.size = lanes * kaal_ring_bytes(CAPACITY, SLOT);
    crowd.memory = aligned_alloc(KAAL_RING_LINE, crowd.size);
    assert_non_null(crowd.memory);
    memset(crowd.memory, 0, crowd.size);
    pthread_t threads[PRODUCERS];
    for (unsigned i = 0; i < lanes; i++) {
        init_side(&crowd.producers[i], i, i);
        init_side(&crowd.consumers[i], i, 100 + i);
    }
    for (unsigned i = 0; i < lanes; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, produce, &crowd.producers[i]), 0);
    }
    consume();
    for (unsigned i = 0; i < lanes; i++) {
        signal_to(&crowd.producers[i].wakes); // the consumer may have died before its last signal
        pthread_join(threads[i], NULL);
    }
    free(crowd.memory);
}

static void two_threads_pass_every_item_in_order(void **state)
{
    (void)state;
    run(1, false);
}

static void many_producers_pass_every_item_in_order(void **state)
{
    (void)state;
    run(PRODUCERS, false);
}

static void nothing_is_lost_when_sides_die_and_come_back(void **state)
{
    (void)state;
    run(1, true);
    run(PRODUCERS, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_threads_pass_every_item_in_order),
        cmocka_unit_test(many_producers_pass_every_item_in_order),
        cmocka_unit_test(nothing_is_lost_when_sides_die_and_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
