// SPDX-License-Identifier: BSD-2-Clause
//
// Begin, failure, restart and end of components.
#pragma once

#include "broker.h"

// --- life.c --------------------------------------------------------------------------------------

// Begins to run.
void life_begin(struct component *c);

// Stops it where it is; whoever works for it goes on.
enum kaal_err life_suspend(struct component *c);

// Starts it again from its entry, clean, with the next generation, whether it is alive or not. What
// it had been granted is taken back, and so are its children but for those that it is to keep.
enum kaal_err life_restart(struct component *c);

// It stops, for a while; who waits for its answer learns that it has died.
void life_pause(struct component *c);

// It stays where it faulted. Calls to it are answered by the broker from now on.
void life_leave(struct component *c);

// Destroys it. One that was described can be restarted; of one that was spawned its parent can
// still ask how it ended.
void life_end(struct component *c, enum kaal_end end, int64_t status);

// Ends it, and its number is free.
void life_remove(struct component *c);

// --- supervise.c ---------------------------------------------------------------------------------

// It has ended by itself, or cannot go on: restarted, at once or later, or ended, by its policy.
void supervise_failure(struct component *c, enum kaal_end end, int64_t status);

// It was restarted: those that depend on it are as well, those that watch it are told.
void supervise_restarted(const struct component *c);

// It has begun, once more or for the first time.
void supervise_begun(struct component *c);

// Time has passed: restarts that are due, heartbeats that did not come.
void supervise_tick(void);

// Finds the clock of the description, if there is one.
void supervise_open(void);
