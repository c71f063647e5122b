// SPDX-License-Identifier: BSD-2-Clause
//
// Chains of calls, and who kills their members (../chain/system.toml):
//
//    chain_judge ──signal──► head ──call──► middle ──call──► .. ──call──► last
//          ▲                  │                                           │
//          └──────────────────┴────────────── signals ◄───────────────────┘
//
// A region of each chain, zeroed at boot, has what the judge wants and what the members saw.
#pragma once

#include <stdint.h>

enum {
    CHAIN_MEMBERS_MAX = 4,

    CHAIN_PASS = 1,  // to the last and back
    CHAIN_HOLD = 2,  // the last waits for the judge before it answers
    CHAIN_FAULT = 3, // the last faults
};

struct chain_member {
    uint64_t served;     // calls, in all lives
    uint64_t attention;  // as the start page had it in the last of them
    uint64_t generation; // own
};

struct chain_board {
    uint64_t command;
    uint64_t done;  // calls of the head that came back, in all lives
    uint64_t err;   // of the last of them
    uint64_t told;  // first word of its answer
    uint64_t value; // of the head's CALL entry then
    struct chain_member members[CHAIN_MEMBERS_MAX];
};
