// SPDX-License-Identifier: BSD-2-Clause
//
// In place of user/sdk/order/kaal/ring_order.h for the exhaustive test: each access is a step of
// explore.h, which decides what it sees.
#pragma once

#include "../../explore.h"

#include <stdint.h>

static inline uint64_t count_read(const uint64_t *count)
{
    return explore_load(ACCESS_COUNT_READ, count);
}

static inline void count_publish(uint64_t *count, uint64_t value)
{
    explore_store(ACCESS_COUNT_PUBLISH, count, value);
}

static inline uint64_t wake_read(const uint64_t *wake)
{
    return explore_load(ACCESS_WAKE_READ, wake);
}

static inline void wake_write(uint64_t *wake, uint64_t value)
{
    explore_store(ACCESS_WAKE_WRITE, wake, value);
}

static inline uint64_t count_recheck(const uint64_t *count)
{
    return explore_load(ACCESS_COUNT_RECHECK, count);
}

static inline uint64_t open_read(const uint64_t *word)
{
    return explore_load(ACCESS_OPEN_READ, word);
}

static inline void open_write(uint64_t *word, uint64_t value)
{
    explore_store(ACCESS_OPEN_WRITE, word, value);
}
