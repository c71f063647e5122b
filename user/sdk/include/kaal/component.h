// SPDX-License-Identifier: BSD-2-Clause
//
// A component: functions that the library calls, one at a time, on one thread.
//
//    start ──► init() ──► wait ──┬─ signals ──► notified()  ──┐
//                         ▲      ├─ a call  ──► protected() ──┤ answer
//                         │      └─ a fault ──► fault()     ──┤
//                         └───────────────────────────────────┘
//
// Signals of channels in groups go to notified_channel(), one at a time.
//
// Define those you need; the others have defaults that do nothing (or refuse). A program that wants
// its own loop defines main() instead.
#pragma once

#include <kaal/channel.h>
#include <kaal/console.h>
#include <kaal/fault.h>
#include <kaal/halt.h>
#include <kaal/start_page.h>

#include <sel4/sel4.h>

#include <stdbool.h>

// Once, before anything else. The start page, the IPC buffer and the console work already.
void init(void);

// Signals of notify channels and interrupts have arrived: the union of their badge bits, which
// are the `value` of SIGNALED and IRQ entries.
void notified(seL4_Word bits);

// A signal of a channel beyond those that have a bit of their own: a GROUPED entry. More than one
// may have been sent since the last. What the predecessor of a restarted component has not looked
// at comes right after init().
void notified_channel(const struct kaal_start_entry *channel);

// A call on channel `badge`, the `value` of a SERVES entry. Message registers hold the arguments;
// leave the results there and return their message info. The default answers KAAL_ERR_REQUEST.
seL4_MessageInfo_t protected(seL4_Word badge, seL4_MessageInfo_t info);

// A fault of the child with this badge, the `value` of a CHILD entry; kaal_fault_read() reads it.
// True restarts the child with *reply as answer; false, the default, leaves it stopped.
bool fault(seL4_Word badge, seL4_MessageInfo_t info, seL4_MessageInfo_t *reply);

// The event loop around these. Returns when the component has nothing it could wait for.
// argv[0] is the component's name; the others are the words of its arguments (lib/args.h). What it
// returns is the exit status. A hosted compiler knows main(), in this form and without parameters.
#if !__STDC_HOSTED__
int main(int argc, char **argv);
#endif

// --- for use in these functions (and kaal/channel.h) ---------------------------------------------

// Reads the fault message that arrived last. False if it is none.
bool kaal_fault_read(seL4_MessageInfo_t info, struct kaal_fault *fault);

// Waits until a signal with one of these bits has come, and returns which. Others that come
// meanwhile are kept, and notified() gets them later. For components with a notification of their
// own; without one it returns 0 at once. The bit of a group is nothing to wait for: it stays kept.
seL4_Word kaal_wait_for(seL4_Word bits);

// For a program with a loop of its own: what has come goes to notified() and notified_channel(), as
// in the loop of the library.
void kaal_deliver(seL4_Word bits);

// Ends the component with an exit status, 0 for success. The broker reports it by name with this
// reason, and does what its description says of its end; other components go on. NULL: "finished",
// or "exit status N".
_Noreturn void kaal_exit(int status, const char *reason);

// Ends it because it cannot go on: status 1.
_Noreturn void kaal_stop(const char *reason);

// --- capabilities in calls (channels that grant) -------------------------------------------------

// In protected(): the CPtr of the capability that came with this call, 0 if none. It is deleted
// after protected() returns, unless kept.
seL4_CPtr kaal_inbox_received(void);

// Keeps it. False if there is none; after the last slot no other capability can be received.
bool kaal_inbox_keep(void);
