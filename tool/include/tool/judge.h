// SPDX-License-Identifier: BSD-2-Clause
//
// The judge reads a system's output line by line, compares it with what is expected, and collects
// what is wrong. It does not know where the lines come from: a machine or a recorded log.
//
//   judge_line()* -> judge_over()? -> judge_finish() -> problem_count == 0: verified
#pragma once

#include "tool/arena.h"
#include "tool/expect.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct judge_seen {
    bool seen;
    bool wrong;   // seen, but not as expected
    bool assumed; // not seen: see expect_item.typed
    uint64_t ms;
};

enum {
    JUDGE_PROBLEMS_SHOWN = 40, // kept as text; the rest is only counted
};

struct judge {
    struct arena *arena;
    struct arena line; // what is needed until the next line
    const struct expect *expect;
    uint64_t seed;
    struct judge_seen *seen; // of each item
    size_t seen_count;
    bool *lines_seen;  // of each of the lines
    size_t lines_left; // that have not come, and must
    size_t next_stage; // all stages below it were seen
    const char *problems[JUDGE_PROBLEMS_SHOWN];
    size_t problem_count;
    bool ended; // the line that ends the run was seen
    bool fatal; // kernel, loader or root task gave up
};

void judge_init(struct judge *j, struct arena *a, const struct expect *e, uint64_t seed);

// One line without its end, `ms` milliseconds after the start. Returns what the tool should type
// now, NULL if nothing; it is good until the next line.
const char *judge_line(struct judge *j, const char *line, uint64_t ms);

// Nothing more is expected.
bool judge_over(const struct judge *j);

__attribute__((format(printf, 2, 3))) void judge_problem(struct judge *j, const char *format, ...);

// Adds what was not seen to the problems. To be called once, in any case.
void judge_finish(struct judge *j);

// "the line `[client] hello`", "a line with `hello`".
const char *judge_line_name(struct arena *a, const struct expect_line *line);

// "[client] @ipc", "[prober] @probe name=x".
const char *judge_item_name(struct arena *a, const struct expect_item *item);
