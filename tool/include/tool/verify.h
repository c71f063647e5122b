// SPDX-License-Identifier: BSD-2-Clause
//
// Runs a system and verifies what it shows: image -> machine -> judge -> summary.
#pragma once

#include "tool/judge.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct arena;
struct build_result;
struct diag;
struct options;
struct system;

// How a run ended.
enum ending {
    ENDING_POWER_OFF, // by the guest
    ENDING_BROKEN,    // QEMU gave up
    ENDING_STOPPED,   // by the tool, after the last line
    ENDING_TIMEOUT,
    ENDING_SIGNAL, // Ctrl-C
    ENDING_LOG,    // end of a recorded log
    ENDING_FLOOD,  // more output than anyone will read
    ENDING_GONE,   // who is awaited has ended
};

struct verdict {
    bool judged; // the run came as far as a verdict
    bool verified;
    enum ending ending;
    const char *reason;  // why it ended other than it should; NULL
    const char *problem; // the first one of all; NULL
    uint64_t ms;
    const char *details[JUDGE_PROBLEMS_SHOWN]; // for people, below a problem; NULL: nothing
};

// What a system must show, from its plan and its file of expectations.
bool verify_expect(struct arena *a, const struct system *s, const struct build_result *b,
                   struct expect *out, struct diag *d);

// Runs the built system, or judges the log of --replay. False, with `d` saying why, if it could not
// be run at all; else the verdict, and its summary printed.
bool verify(struct arena *a, const struct options *o, const struct system *s,
            const struct build_result *b, struct verdict *out, struct diag *d);

// The summary, for people.
void summary_print(const struct judge *j, const struct verdict *v, const struct options *o,
                   FILE *to);
