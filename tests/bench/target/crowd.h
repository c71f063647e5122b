// SPDX-License-Identifier: BSD-2-Clause
//
// Many threads that wait for the same.
#pragma once

#include "population.h"

#define CROWD_HOUR_US ((seL4_Time)3600 * 1000000)

// Adds `count` threads of all priorities to `p`, blocked in the system call `number` (Send, Recv,
// Wait) on the object `cap`.
void crowd_block(struct population *p, seL4_CPtr cap, seL4_Word number, seL4_Word count);

// Adds `count` threads to `p` that are out of budget: half of them for one hour, half for three.
void crowd_release(struct population *p, seL4_Word count);

// Adds `count` threads of low priority to `p` that are out of budget until `due`, all within a
// microsecond: an instant of the counter, which counts 1,000 of them in one.
void crowd_await(struct population *p, seL4_Word count, uint32_t due);

// Adds a thread without scheduling context that has run `entry` until it waited.
void crowd_server(struct population *p, void (*entry)(void), seL4_UserContext *registers);
