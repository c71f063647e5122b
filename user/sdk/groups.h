// SPDX-License-Identifier: BSD-2-Clause
//
// Channels in groups, as their receiver sees them: beyond those that have a bit of their own.
//
//    bit of a group ──► its GROUPED entries, one after another ──► a word for each
#pragma once

#include <sel4/sel4.h>

// Of all groups; 0 for nearly every component.
extern seL4_Word groups_bits;

// Finds the groups in the start page. Before main().
void groups_open(void);

// Looks at the words of these groups' channels, and calls notified_channel() for those that were
// set. Each word is looked at once, whatever their senders do meanwhile.
void groups_deliver(seL4_Word bits);
