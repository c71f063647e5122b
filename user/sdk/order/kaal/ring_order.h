// SPDX-License-Identifier: BSD-2-Clause
//
// Every access of the rings to a word that the peer may access at the same time, and why its order
// is enough. No read-modify-write, no fence: on AArch64 these are ldar, stlr and ldr alone.
//
//    passing an item                           going to sleep
//
//    A: slot = item                            A: count = n        (S)      B: wake = n       (S)
//    A: count = n         release              A: wake == n?       (S)      B: count == n?    (S)
//    B: count == n?       acquire                 yes: signal B                yes: stay awake
//    B: item = slot                                                            no: wait for the
//    signal
//
// Left: whoever sees the count sees what was done to the slots before it. A is the producer and has
// written them, or the consumer and has read them: then B's writes come after those reads.
//
// Right: all four are sequentially consistent, so there is one order of them. The last of the two
// writes comes before both reads, or before the one that follows it: at least one side sees the
// other's write, and they never both miss. With release and acquire alone both may read the old
// value, and B sleeps for ever (`release-publish` in test/ring_explore.c finds it).
//
// The exhaustive test of ring.c has a file of this name that lets it choose what each access sees.
#pragma once

#include <stdint.h>

// The peer's count, before touching slots. Acquire: pairs with count_publish().
static inline uint64_t count_read(const uint64_t *count)
{
    return __atomic_load_n(count, __ATOMIC_ACQUIRE);
}

// This side's count, after touching slots. Release for count_read(), in the one order for
// wake_read().
// NOLINTNEXTLINE(readability-non-const-parameter): clang-tidy knows no __atomic_store_n
static inline void count_publish(uint64_t *count, uint64_t value)
{
    __atomic_store_n(count, value, __ATOMIC_SEQ_CST);
}

// Does the peer want to be told? Follows count_publish() in the one order.
static inline uint64_t wake_read(const uint64_t *wake)
{
    return __atomic_load_n(wake, __ATOMIC_SEQ_CST);
}

// "Tell me." Pairs with wake_read().
// NOLINTNEXTLINE(readability-non-const-parameter): clang-tidy knows no __atomic_store_n
static inline void wake_write(uint64_t *wake, uint64_t value)
{
    __atomic_store_n(wake, value, __ATOMIC_SEQ_CST);
}

// The look before sleeping. Follows wake_write() in the one order, and acquires as count_read()
// does.
static inline uint64_t count_recheck(const uint64_t *count)
{
    return __atomic_load_n(count, __ATOMIC_SEQ_CST);
}

// Words that are written when a side opens. In the one order: of two sides that open at the same
// time with different shapes, at least one sees it.
static inline uint64_t open_read(const uint64_t *word)
{
    return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

// NOLINTNEXTLINE(readability-non-const-parameter): clang-tidy knows no __atomic_store_n
static inline void open_write(uint64_t *word, uint64_t value)
{
    __atomic_store_n(word, value, __ATOMIC_SEQ_CST);
}
