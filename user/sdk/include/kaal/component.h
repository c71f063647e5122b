// SPDX-License-Identifier: BSD-2-Clause
//
// A component: functions that the library calls, one at a time, on one thread.
//
//    start ──► init() ──► wait ──┬─ signals ──► notified()  ──┐
//                         ▲      ├─ a call  ──► protected() ──┤ answer
//                         │      └─ a fault ──► fault()     ──┤
//                         └───────────────────────────────────┘
//
// Define those you need; the others have defaults that do nothing (or refuse). A program that wants
// its own loop defines main() instead.
#pragma once

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

// A call on channel `badge`, the `value` of a SERVES entry. Message registers hold the arguments;
// leave the results there and return their message info. The default answers KAAL_ERR_REQUEST.
seL4_MessageInfo_t protected(seL4_Word badge, seL4_MessageInfo_t info);

// A fault of the child with this badge, the `value` of a CHILD entry; kaal_fault_read() reads it.
// True restarts the child with *reply as answer; false, the default, leaves it stopped.
bool fault(seL4_Word badge, seL4_MessageInfo_t info, seL4_MessageInfo_t *reply);

// The event loop around these four. Returns when the component has nothing it could wait for.
// argv[0] is the component's name; the others are the words of its arguments (lib/args.h). What it
// returns is the exit status. A hosted compiler knows main(), in this form and without parameters.
#if !__STDC_HOSTED__
int main(int argc, char **argv);
#endif

// --- for use in these functions ------------------------------------------------------------------

// Reads the fault message that arrived last. False if it is none.
bool kaal_fault_read(seL4_MessageInfo_t info, struct kaal_fault *fault);

// Signals a notify channel (`slot` of its SIGNAL entry).
void kaal_signal(const struct kaal_start_entry *channel);

// Lets an interrupt come again (IRQ entry).
void kaal_irq_ack(const struct kaal_start_entry *irq);

// Ends the component with an exit status: kaal_stop() with the reason "finished" if it is 0, else
// "exit status N".
_Noreturn void kaal_exit(int status);

// Ends the component: it is suspended, and the broker reports it by name with this reason. Other
// components go on.
_Noreturn void kaal_stop(const char *reason);

// --- capabilities in calls (channels that grant) -------------------------------------------------

// In protected(): the CPtr of the capability that came with this call, 0 if none. It is deleted
// after protected() returns, unless kept.
seL4_CPtr kaal_inbox_received(void);

// Keeps it. False if there is none; after the last slot no other capability can be received.
bool kaal_inbox_keep(void);
