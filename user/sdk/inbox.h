// SPDX-License-Identifier: BSD-2-Clause
//
// The CNode in which capabilities arrive that callers pass on. Slots fill from the first one:
//
//    | kept | kept | next | free |
//
// The kernel puts at most one capability of a message into `next`. After protected() it is deleted,
// unless the component has kept it: then `next` moves on.
#pragma once

#include <sel4/sel4.h>

// Finds the inbox in the start page and tells the kernel. Without one nothing can be received.
void inbox_open(void);

// Before protected(): a message has come that may bring capabilities.
void inbox_arrived(seL4_MessageInfo_t info);

// After protected(): the slot is free again.
void inbox_release(void);
