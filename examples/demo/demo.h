// SPDX-License-Identifier: BSD-2-Clause
//
// What several components of the demo share: values that follow from the run's seed. The host knows
// the seed too and computes the same values by itself, so a component cannot guess its way through,
// and the log of another run does not pass.
#pragma once

#include <kaal/start_page.h>

#include <lib/prng.h>

#include <stdint.h>

enum {
    RING_ITEMS = 100000,
    BATCH = 64, // items that become visible, or free, in one step

    // Requests of the client to the server, as message labels.
    SERVER_ECHO = 1,
    SERVER_REPORT = 2,
    SERVER_SIGNAL = 3,
};

// A stream of numbers of its own for each label: splitmix64 from seed ^ FNV-1a(label).
static inline struct prng demo_stream(const char *label)
{
    uint64_t hash = 0xcbf29ce484222325U;
    for (; *label != '\0'; label++) {
        hash = (hash ^ (unsigned char)*label) * 0x100000001b3U;
    }
    return (struct prng){.state = kaal_start->seed ^ hash};
}

// The first number of a stream.
static inline uint64_t demo_value(const char *label)
{
    struct prng stream = demo_stream(label);
    return prng_next(&stream);
}

// The server answers each word of a message of `length` words xor this.
static inline uint64_t demo_key(uint64_t length)
{
    return (length + 1) * 0x9e3779b97f4a7c15U;
}
