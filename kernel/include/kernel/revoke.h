// SPDX-License-Identifier: BSD-2-Clause
//
// Delete and revoke: how capabilities, and with the last of them objects, disappear.
//
// CNodes and TCBs hold slots themselves. When the last capability of one is deleted it becomes a
// zombie: a capability that nobody can invoke or copy, and that counts the slots still to be
// emptied. The slots are emptied from the last to the first, so that the operation can be preempted
// after any of them and goes on when the system call is executed again.
//
//   slot: zombie, 3 left ---> [ cap | cap | cap |     |     |     |     |     ]
//                                           ^ next                   emptied
//
// A slot of a zombie may hold the last capability of another CNode. Emptying that one as well would
// need a stack. It is instead made a zombie that lies in its own first slot, out of anybody's
// reach, until the untyped memory it came from is revoked; what that first slot held takes its
// place and is dealt with next.
//
//   before   zombie A, slot i: last capability of B      B, slot 0: x
//   after    zombie A, slot i: x                         B, slot 0: zombie B
//
// An endpoint or a notification that many threads wait for becomes a zombie too: they are sent back
// to their system calls one after the other. It needs no count, and is out of reach at once.
//
// Invariant Z1: a zombie is the only capability of its object.
// Invariant Z2: the slots of a zombie's object at and above its count are empty, but for the zombie
//               itself.
#pragma once

#include "kernel/syscall.h"

// Deletes the capability, and its object if it was the last. PROGRESS_PREEMPTED: `slot` holds a
// zombie; every invariant is true; call again.
MUST_CHECK enum progress slot_delete(struct slot *slot);

// Deletes all descendants. Stops early if the capability itself disappears on the way.
MUST_CHECK enum progress slot_revoke(struct slot *slot);

// Deletes at once, however many threads wait for an endpoint or a notification. Only for a slot
// that holds neither the last capability of a CNode or TCB nor what is left of one: those of a TCB
// other than its CSpace never do, nor does an interrupt's.
void slot_delete_now(struct slot *slot);
