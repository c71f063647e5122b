// SPDX-License-Identifier: BSD-2-Clause
//
// Requests to the capability broker (abi/kaal/broker.h), which every component may make.
#pragma once

#include <kaal/error.h>
#include <kaal/image.h>

#include <sel4/sel4.h>

#include <stddef.h>
#include <stdint.h>

// Zeroed memory, rounded up to pages, mapped where the broker chose. `rights`: KAAL_RIGHT_READ, or
// with KAAL_RIGHT_WRITE.
enum kaal_err kaal_broker_memory(size_t size, uint32_t rights, void **address);

// A notification of one's own: wait on `wait`; pass `signal` on over a channel that grants.
// Whoever signals it sends `badge`.
enum kaal_err kaal_broker_channel(uint64_t badge, seL4_CPtr *wait, seL4_CPtr *signal);

// Tells the broker that init() is done: the next component of the start order begins.
enum kaal_err kaal_broker_started(void);

// The sign of life that a heartbeat in the description asks for.
enum kaal_err kaal_alive(void);

// "out of memory"; for messages. Never NULL.
const char *kaal_strerror(enum kaal_err err);
