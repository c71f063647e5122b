// SPDX-License-Identifier: BSD-2-Clause
//
// Look-ups in the start page (abi/kaal/start.h): what does this component hold?
//
//    const struct kaal_start_entry *buffer = kaal_need(KAAL_START_MEMORY, "buffer");
//    volatile uint64_t *words = (volatile uint64_t *)buffer->address;
#pragma once

#include <kaal/start.h>

#include <stdbool.h>
#include <stddef.h>

// The component's own start page; set by the start-up code before init().
extern const struct kaal_start *kaal_start;

// Is this a start page that we understand? `room` is how many bytes may be read.
bool kaal_start_ok(const struct kaal_start *start, size_t room);

// The first entry of a kind with this name; a NULL name matches all. NULL if there is none.
const struct kaal_start_entry *kaal_start_find(const struct kaal_start *start, uint32_t kind,
                                               const char *name);

// The entry of a kind whose `value` is this: whose call, signal or fault was it?
const struct kaal_start_entry *kaal_start_by_value(const struct kaal_start *start, uint32_t kind,
                                                   uint64_t value);

// "call channel", for messages. Never NULL.
const char *kaal_start_kind_name(uint32_t kind);

// The entry, or the component stops with a report that says what its description lacks.
const struct kaal_start_entry *kaal_need(uint32_t kind, const char *name);
