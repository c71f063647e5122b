// SPDX-License-Identifier: BSD-2-Clause
//
// The timers of all clients, without system calls: main.c has the requests.
//
//    entries[]   client, deadline, period        in no order
//    next        the earliest deadline           what the clock's alarm is set to
#pragma once

#include <kaal/limits.h>

#include <stdbool.h>
#include <stdint.h>

enum { TIMER_CLIENTS_MAX = KAAL_PD_MAX };

// Invariant: entries[0..count) have deadline_us != 0, and no two are of one client.
struct timer_entry {
    uint64_t client; // badge of its calls
    uint64_t deadline_us;
    uint64_t period_us; // 0: once
};

struct timers {
    struct timer_entry entries[TIMER_CLIENTS_MAX];
    uint32_t count;
};

// Replaces what the client has set. False if there are too many clients.
bool timer_set(struct timers *timers, uint64_t client, uint64_t deadline_us, uint64_t period_us);

// False if nothing was set.
bool timer_cancel(struct timers *timers, uint64_t client);

// Calls `ring` for each client whose deadline has come, once, however many periods have passed.
void timer_expire(struct timers *timers, uint64_t now_us, void (*ring)(uint64_t client));

// The earliest deadline; 0 if nothing is set.
uint64_t timer_next(const struct timers *timers);
