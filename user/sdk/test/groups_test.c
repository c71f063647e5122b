// SPDX-License-Identifier: BSD-2-Clause
//
// Channels in groups, with a notification of this test's own: a word whose bits are set by senders
// and taken by the receiver at once, as the kernel does it.
#include <kaal/component.h>

#include "../groups.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum {
    CHANNELS = 6,
    SIGNALS = 20,
    ROUNDS = 300,
};

static union {
    struct kaal_start start;
    uint8_t bytes[sizeof(struct kaal_start) + 16 * sizeof(struct kaal_start_entry)];
} page;

const struct kaal_start *kaal_start = &page.start;

static uint64_t words[CHANNELS];
static unsigned delivered[CHANNELS];
static uint64_t notification;
static unsigned finished;            // senders
static uint64_t published[CHANNELS]; // what each sender has done before its last signal
static uint64_t seen[CHANNELS];

static unsigned channel_of(const struct kaal_start_entry *entry)
{
    return (unsigned)((const uint64_t *)entry->word - words); // NOLINT: an address of `words`
}

void notified_channel(const struct kaal_start_entry *channel)
{
    unsigned i = channel_of(channel);
    delivered[i]++;
    seen[i] = __atomic_load_n(&published[i], __ATOMIC_RELAXED);
    sched_yield(); // to the sender, if it has more: a word that were cleared from here on is lost
}

static struct kaal_start_entry *add(uint32_t kind, uint64_t value, uint64_t word)
{
    struct kaal_start_entry *entry = &page.start.entries[page.start.entry_count++];
    *entry = (struct kaal_start_entry){.kind = kind, .value = value, .word = word};
    return entry;
}

// Two groups, of bits 5 and 9, among other entries.
static int setup(void **state)
{
    (void)state;
    memset(&page, 0, sizeof(page));
    memset(words, 0, sizeof(words));
    memset(delivered, 0, sizeof(delivered));
    memset(published, 0, sizeof(published));
    memset(seen, 0, sizeof(seen));
    notification = 0;
    finished = 0;
    for (unsigned i = 0; i < CHANNELS; i++) {
        add(KAAL_START_SIGNALED, 1, 0);
        add(KAAL_START_GROUPED, UINT64_C(1) << (i < 4 ? 5 : 9), (uint64_t)(uintptr_t)&words[i]);
    }
    groups_open();
    return 0;
}

static void only_groups_are_found(void **state)
{
    (void)state;
    assert_int_equal(groups_bits, 1u << 5 | 1u << 9);
    page.start.entry_count = 1;
    groups_open();
    assert_int_equal(groups_bits, 0);
}

static void a_word_that_is_set_is_delivered_once(void **state)
{
    (void)state;
    words[1] = 1;
    words[2] = UINT64_MAX; // nonsense is as good
    groups_deliver(1u << 5);
    groups_deliver(1u << 5);
    const unsigned expected[CHANNELS] = {0, 1, 1};
    assert_memory_equal(delivered, expected, sizeof(expected));
    assert_int_equal(words[1] | words[2], 0);
}

static void a_group_whose_bit_has_not_come_is_left_alone(void **state)
{
    (void)state;
    words[0] = 1;
    words[4] = 1;
    groups_deliver(1u << 9);
    const unsigned expected[CHANNELS] = {0, 0, 0, 0, 1};
    assert_memory_equal(delivered, expected, sizeof(expected));
    assert_int_equal(words[0], 1);
    groups_deliver(1u << 5 | 1u << 9);
    assert_int_equal(delivered[0], 1);
}

// As kaal_signal() does it, with the test's notification in the kernel's place.
static void *send(void *entry)
{
    const struct kaal_start_entry *channel = entry;
    unsigned i = channel_of(channel);
    for (uint64_t n = 1; n <= SIGNALS; n++) {
        __atomic_store_n(&published[i], n, __ATOMIC_RELAXED);
        __atomic_store_n(&words[i], 1, __ATOMIC_RELEASE);
        __atomic_fetch_or(&notification, channel->value, __ATOMIC_SEQ_CST);
    }
    __atomic_fetch_add(&finished, 1, __ATOMIC_RELEASE);
    return NULL;
}

static bool all_seen(void)
{
    bool all = true;
    for (unsigned i = 0; i < CHANNELS; i++) {
        all = all && seen[i] == SIGNALS;
    }
    return all;
}

static void send_from_all_threads(void)
{
    pthread_t threads[CHANNELS];
    for (unsigned i = 0; i < CHANNELS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, send, &page.start.entries[2 * i + 1]),
                         0);
    }
    while (__atomic_load_n(&finished, __ATOMIC_ACQUIRE) < CHANNELS) {
        groups_deliver(__atomic_exchange_n(&notification, 0, __ATOMIC_SEQ_CST));
    }
    for (unsigned i = 0; i < CHANNELS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    groups_deliver(__atomic_exchange_n(&notification, 0, __ATOMIC_SEQ_CST));
}

// Who looks when a bit has come, and only then, sees what each sender did before its last signal.
static void no_signal_is_lost(void **state)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        setup(state);
        send_from_all_threads();
        assert_true(all_seen());
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(only_groups_are_found, setup),
        cmocka_unit_test_setup(a_word_that_is_set_is_delivered_once, setup),
        cmocka_unit_test_setup(a_group_whose_bit_has_not_come_is_left_alone, setup),
        cmocka_unit_test_setup(no_signal_is_lost, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
