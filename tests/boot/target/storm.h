// SPDX-License-Identifier: BSD-2-Clause
//
// A storm of faults (../storm/system.toml): the judge ends the others at random, thousands of
// times, while they go on with what they do:
//
//    client ──calls──► server, front server ──calls──► passive server
//    source ──ring──► sink
//    tenant ──asks for memory and channels──► broker
//
// Most ends are faults: by themselves, at a place that is good for that and in each of several
// ways, or wherever they are just then, the judge having set their program counter. Some are
// restarts, a few are kills. A region that all map has what must survive each of them.
#pragma once

#include <stdint.h>

enum {
    STORM_PARTS_MAX = 16,
    STORM_BATCH = 16, // items at a time
};

// How a part is to end by itself.
enum storm_end {
    STORM_GO_ON,
    STORM_EXIT,
    STORM_NULL,     // reads from near 0
    STORM_TEXT,     // writes to its program
    STORM_TRAP,     // an instruction that traps
    STORM_OVERFLOW, // of its stack
    STORM_NO_SYSCALL,
    STORM_END_COUNT,
};

// Of each part, by its number.
struct storm_part {
    uint64_t poisoned; // enum storm_end: at the next place that is good for that
    uint64_t lives;    // that have begun
    uint64_t work;     // calls answered, or items taken
    uint64_t deaths;   // answers that told of one, or new peers at the ring
    uint64_t wrong;    // what must never be
    uint64_t next;     // of a source or sink: number of the next item
};

struct storm_board {
    struct storm_part parts[STORM_PARTS_MAX];
};

struct storm_item {
    uint64_t number;
    uint64_t check;
};

static inline uint64_t storm_check(uint64_t number)
{
    return number * 0x9e3779b97f4a7c15U + 1;
}
