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
// main tells requests apart, grant serves them with memory from piece, log has the output.
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
    bool begun;            // its thread has been resumed
    bool finished;         // its start is over: init() done, or it has faulted or stopped
    uint32_t next_slot;    // in its CNode: free from here on
    uint32_t channels;     // granted
    uint32_t grants;       // of memory
    uint64_t memory;       // bytes in them
    uint64_t next_address; // of dynamic memory
};

struct broker {
    const struct kaal_handover *table; // NULL until the root task has handed over
    struct component components[KAAL_PD_MAX];
    struct untyped_pool pool;
    uint32_t next_slot; // of the store: free from here on
    seL4_Error refusal; // what the kernel said last when it refused something
};

extern struct broker broker;

static inline const struct kaal_handover_pd *broker_pd(uint32_t pd)
{
    const void *table = (const uint8_t *)broker.table + broker.table->pd_offset;
    return (const struct kaal_handover_pd *)table + pd;
}

static inline seL4_CPtr broker_store(void)
{
    return broker.table->caps[KAAL_HANDOVER_STORE];
}

// Bits of an index into the store.
static inline seL4_Uint8 broker_store_depth(void)
{
    return (seL4_Uint8)broker.table->store_bits;
}

// KAAL_ERR_KERNEL, the kernel's error being kept for the answer.
static inline enum kaal_err broker_refused(seL4_Error err)
{
    broker.refusal = err;
    return KAAL_ERR_KERNEL;
}

// --- log.c ---------------------------------------------------------------------------------------

// From the first instruction on, through the mapping of the serial port.
void log_open(void);

// One line. If there is no room for it, it is dropped and counted.
void log_report(const struct kaal_report *report);

// The console asks for output: moves at most KAAL_BROKER_TEXT_MAX bytes of whole lines into message
// registers from `at` on. The first time, the broker leaves the serial port. Returns the bytes, 0
// if there is no output left.
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

// --- piece.c -------------------------------------------------------------------------------------

// A piece of 2^bits bytes of untyped memory for `owner`, a PD: its index in the pool.
enum kaal_err piece_take(uint32_t owner, uint8_t bits, uint32_t *piece);

// Destroys all objects in the piece. Their slots of the store are empty then; it is the caller who
// makes them free (broker.next_slot).
void piece_empty(uint32_t piece);

// The same, and the piece is free for others.
void piece_return(uint32_t piece);

// `count` objects of 2^bits bytes from the piece, into consecutive slots of the store from *first
// on. After an error some may exist: return the piece.
enum kaal_err piece_objects(uint32_t piece, seL4_Word type, uint8_t bits, uint32_t count,
                            uint32_t *first);

// --- grant.c -------------------------------------------------------------------------------------

// The requests of abi/kaal/broker.h for component `pd`. After an error nothing has been granted and
// the results are not written.
//
// `size` > 0 in bytes; *granted is what it was rounded up to.
enum kaal_err grant_memory(uint32_t pd, uint64_t size, bool writable, uint64_t *address,
                           uint64_t *granted);

// `badge` != 0; *wait and *signal are CPtrs of the component.
enum kaal_err grant_channel(uint32_t pd, uint64_t badge, uint64_t *wait, uint64_t *signal);
