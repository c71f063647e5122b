// SPDX-License-Identifier: BSD-2-Clause
//
// What the components of this example share. Values follow from the run's seed (../demo/demo.h).
#pragma once

#include "demo.h"

#include <stdint.h>

// Requests to the server, as message labels.
enum {
    SERVER_ADD = 1, // one word: answered with the word and the server's generation, added up
    SERVER_DIE = 2, // never answered by who gets it
};

// To the cache.
enum { CACHE_ASK = 1 };

// To the manager: where is what the crasher needs? Answered with an address, 0: it needs nothing.
enum { MANAGER_WHERE = 1 };

enum {
    CALLS = 100, // that the client wants answered
    LIVES = 4,   // of the server: it dies after each 25 of them but the last
};

// What survives the crasher: a region of its own, zeroed at boot.
struct diary {
    uint64_t deaths;
    uint64_t died_us;
};

// Nothing is mapped there; `number` tells one place from the others.
static inline uint64_t nowhere(const char *name, uint64_t number)
{
    return 0xdead0000000 + (demo_value(name) & 0xfff8) + number * 0x10000;
}
