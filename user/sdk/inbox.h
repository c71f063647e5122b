// SPDX-License-Identifier: BSD-2-Clause
//
// The CNode in which capabilities arrive that callers pass on. Slots fill from the first one:
//
//    | kept | kept | next | free |
//
// The kernel puts at most one capability of a message into `next`. After protected() it is deleted,
// unless the component has kept it: then `next` moves on.
#pragma once

#include <kaal/start.h>

#include <sel4/sel4.h>

// Tells the kernel of the inbox that the start page has. Before, nothing can be received.
void inbox_open(const struct kaal_start_entry *entry);

// Before protected(): a message has come that may bring capabilities.
void inbox_arrived(seL4_MessageInfo_t info);

// After protected(): the slot is free again.
void inbox_release(void);
