// SPDX-License-Identifier: BSD-2-Clause
//
// A script: steps in order, the first of which makes the world. As a file, one step a line; `#` and
// what is behind it is for the reader.
//
// Scripts are played in processes of their own: what goes wrong may be a broken invariant, a panic,
// a sanitizer's report, a crash, or no end.
#pragma once

#include "step.h"

#include <stddef.h>

struct script {
    struct step *steps;
    size_t count;
    size_t capacity;
};

void script_add(struct script *script, const struct step *step);
void script_copy(struct script *to, const struct script *from);
void script_free(struct script *script);

void script_write(const struct script *script, FILE *out);
// False, and the number of the line that is none in *line, unless the whole file is a script.
bool script_read(struct script *script, FILE *in, unsigned *line);

// What became of a run.
struct outcome {
    bool failed;
    size_t step; // the last one that was taken; it failed there, or before it was looked at
    char what[200];
};

// Whether both failed in the same way: the same invariant, or word for word.
bool outcome_is_same(const struct outcome *a, const struct outcome *b);

// Calls `body` in a child process, which tells by *outcome, in memory that the two share, how far
// it has come. If the child does not come back, the outcome tells how it ended. `seconds`: how long
// it may take; `quiet`: without what a sanitizer says.
struct outcome outcome_of(void (*body)(void *context, struct outcome *outcome), void *context,
                          unsigned seconds, bool quiet);

// Plays the script in this process, looking at the state after every `every` steps and after the
// last. A kernel that halts ends the process, with the reason in *outcome.
void script_play(const struct script *script, unsigned every, struct outcome *outcome);

// One step of a run: taken, and told by *outcome if it does not end well.
void script_take(const struct step *step, struct outcome *outcome);

// The state, all of it or but for what takes time; false if an invariant is broken.
bool script_look(bool all, struct outcome *outcome);
