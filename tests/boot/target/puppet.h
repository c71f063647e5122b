// SPDX-License-Identifier: BSD-2-Clause
//
// A component that does what it is told: by its first call channel when it runs, by its arguments
// from its beginning.
//
//    exit=N    ends with this status                  fault     reads address 0
//    lookup    waits for the service "late", calls it and ends with its answer
//    parent    spawns "grand", held, which would end with status 9
//    bomb      spawns itself, and so do those, until the broker refuses; ends with the rule
#pragma once

#include <stdint.h>

enum puppet_command {
    PUPPET_ASK = 1, // MR0: request to the broker, MR1: its words, MR2 on: its arguments
                    // answer: the broker's error, its first results
    PUPPET_READ,    // MR0: address; answer: what is there
    PUPPET_WRITE,   // MR0: address, MR1: what to write
    PUPPET_CALL,    // MR0: CPtr; answer: the label of the answer, its first word
    PUPPET_SIGNAL,  // MR0: CPtr
    PUPPET_SIGNALS, // answer: bits of its notification that have come
    PUPPET_SAY,     // answer: PUPPET_SAID
    PUPPET_EXIT,    // MR0: status
};

#define PUPPET_SAID UINT64_C(0x5345525645) // what "late" answers

enum { PUPPET_RESULTS = 4 };
