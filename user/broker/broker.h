// SPDX-License-Identifier: BSD-2-Clause
//
// The capability broker: holds every capability that no component needs to hold, and all policy
// about who gets more.
//
//    root task ── table ──► broker ◄── requests, faults ── components
//                             │
//                             └── lines ──► serial port at first, then the console asks for them
//
// It never waits for a component: it sends nothing, it only answers. So whatever a component does,
// the broker is waiting in its loop when the next one calls.
//
// The files: handover takes over from the root task, start begins the components in their order,
// grant serves requests, log has its output.
#pragma once

#include <kaal/broker.h>
#include <kaal/component.h>
#include <kaal/error.h>
#include <kaal/handover.h>
#include <kaal/untyped.h>

#include <sel4/sel4.h>

#include <stdbool.h>
#include <stdint.h>

// What the broker knows of a component beyond the table.
struct component {
    bool begun;    // its thread has been resumed
    bool finished; // its start is over: init() done, or it has faulted or stopped
    uint32_t next_slot;     // in its CNode: free from here on
    uint32_t channels;      // granted
    uint64_t memory;        // bytes granted
    uint64_t next_address;  // of dynamic memory
};

struct broker {
    const struct kaal_handover *table; // NULL until the root task has handed over
    struct component components[KAAL_PD_MAX];
    struct untyped_pool pool;
    uint32_t next_slot; // of the store: free from here on
};

extern struct broker broker;

static inline const struct kaal_handover_pd *broker_pd(uint32_t pd)
{
    const void *table = (const uint8_t *)broker.table + broker.table->pd_offset;
    return (const struct kaal_handover_pd *)table + pd;
}

// --- log.c ---------------------------------------------------------------------------------------

// From the first instruction on, through the mapping of the serial port.
void log_open(void);

// One line. With nobody to print it, it is dropped and counted.
void log_report(const struct kaal_report *report);

// The console asks for output: moves up to KAAL_BROKER_TEXT_MAX bytes of whole lines into message
// registers from `at` on. The first time, the broker leaves the serial port. Returns the bytes.
unsigned log_take(unsigned at);

// --- handover.c ----------------------------------------------------------------------------------

// Takes over from the root task and removes it. False if the table is not one that we understand.
bool handover_take(void);

// --- start.c -------------------------------------------------------------------------------------

// Begins components, lowest rank first, until one is to be waited for.
void start_continue(void);

// The start of a component is over, one way or another.
void start_finished(uint32_t pd);

// A passive component is about to wait: its scheduling context goes to its notification.
void start_passive(uint32_t pd);

// --- grant.c -------------------------------------------------------------------------------------

enum kaal_err grant_memory(uint32_t pd, uint64_t size, uint32_t rights, uint64_t *address,
                           uint64_t *granted);
enum kaal_err grant_channel(uint32_t pd, uint64_t badge, uint64_t *wait, uint64_t *signal);
