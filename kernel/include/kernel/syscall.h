// SPDX-License-Identifier: BSD-2-Clause
//
// One invocation while it is decoded: its message, its extra capabilities, and where the details of
// an error go. There are no error globals.
//
// Every invocation is X_decode, then X_commit. Decode reads and checks, changes nothing, and
// returns an error or, if it returns 0, has called its commit as the last thing it did. Commit
// cannot fail; the long ones can be preempted: they return PROGRESS_PREEMPTED with every invariant
// true, and the system call is executed again later.
#pragma once

#include "kernel/arch.h"
#include "kernel/fault.h"
#include "kernel/ipc.h"
#include "kernel/progress.h"
#include "kernel/slot.h"

#include <sel4/constants.h>
#include <sel4/errors.h>

struct tcb;

struct syscall {
    struct tcb *caller;
    struct cap cap;    // invoked
    struct slot *slot; // that holds it
    uint64_t label;
    uint64_t length; // words
    unsigned extra_count;
    struct slot *extra[seL4_MsgMaxExtraCaps];
    const uint64_t *buffer; // caller's IPC buffer (its first word), NULL if none
    bool is_call;           // the answer is wanted
    bool may_block;         // false in the send phase of ReplyRecv and its kin: some refuse that
    bool preempted;         // set by a long operation: execute the call again later

    // Results of a success.
    unsigned result_count;
    uint64_t result[ARCH_USER_REGISTERS];

    // Details of an error (seL4 ABI §3).
    uint64_t argument;             // InvalidArgument, InvalidCapability
    uint64_t range_min, range_max; // RangeError
    uint64_t memory_left;          // NotEnoughMemory
    bool lookup_is_source;         // FailedLookup
    struct lookup_failure lookup;  // FailedLookup
};

// Message word `index`, index < sys->length.
static inline uint64_t syscall_word(const struct syscall *sys, unsigned index)
{
    ASSERT(index < sys->length);
    return message_word(sys->caller, sys->buffer, index);
}

// Fill in the details and return the error code.
seL4_Error syscall_invalid_argument(struct syscall *sys, uint64_t argument);
seL4_Error syscall_invalid_capability(struct syscall *sys, uint64_t argument);
seL4_Error syscall_range(struct syscall *sys, uint64_t min, uint64_t max);
seL4_Error syscall_failed_lookup(struct syscall *sys, bool source, struct lookup_failure failure);
seL4_Error syscall_no_memory(struct syscall *sys, uint64_t bytes_left);

// Dispatch on the type of sys->cap: one function per capability type, each in the file of its
// object.
MUST_CHECK seL4_Error invoke(struct syscall *sys);

// --- entries from the trap code ----------------------------------------------------------------
// Each finds the registers of the thread that trapped in kernel.current->context, and returns the
// thread to return to, which is kernel.current by then.

// `caller` is the current thread.
struct tcb *entry_syscall(struct tcb *caller, int64_t number);
struct tcb *entry_interrupt(void);
struct tcb *entry_vm_fault(uint64_t address, uint64_t syndrome, bool instruction);
struct tcb *entry_user_exception(uint64_t syndrome);
struct tcb *entry_debug_exception(uint64_t reason, uint64_t address, uint64_t breakpoint);
// The current thread is stepped and has done an instruction (`done`), or none since it was entered.
// Returns NULL if it is to do one now; the port sees to that.
struct tcb *entry_step(bool done);

// What is not usual for the fast paths (fastpath.h). `irq` was claimed, or is PLAT_IRQ_NONE.
struct tcb *syscall_slow(struct tcb *caller, int64_t number);
struct tcb *interrupt_slow(unsigned irq);
struct tcb *fault_slow(const struct fault *fault);
