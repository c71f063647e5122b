// SPDX-License-Identifier: BSD-2-Clause
//
// Faults: what a thread cannot resolve itself and its handler is told.
#pragma once

#include "kernel/addr.h"
#include "kernel/cap.h"

#include <stdbool.h>
#include <stdint.h>

struct tcb;

// Why a capability address did not lead to a slot (numbers: seL4 ABI, lookup failures).
enum lookup_kind {
    LOOKUP_OK = 0,
    LOOKUP_INVALID_ROOT = 1,
    LOOKUP_MISSING_CAPABILITY = 2,
    LOOKUP_DEPTH_MISMATCH = 3,
    LOOKUP_GUARD_MISMATCH = 4,
};

struct lookup_failure {
    enum lookup_kind kind;
    uint32_t bits_left;
    uint32_t bits_found;  // DEPTH_MISMATCH, GUARD_MISMATCH
    uint64_t guard_found; // GUARD_MISMATCH
};

// Message words of a lookup failure, its kind first: at most 4. Returns how many.
unsigned lookup_failure_words(const struct lookup_failure *failure, uint64_t words[4]);

// Labels of fault messages (seL4 ABI §4).
enum fault_kind {
    FAULT_NONE = 0,
    FAULT_CAP = 1,
    FAULT_UNKNOWN_SYSCALL = 2,
    FAULT_USER_EXCEPTION = 3,
    FAULT_DEBUG = 4,
    FAULT_TIMEOUT = 5,
    FAULT_VM = 6,
};

struct fault {
    enum fault_kind kind;
    bool in_receive;  // CAP
    bool instruction; // VM
    uint64_t address; // CAP: capability address; VM: virtual address; DEBUG: trigger address
    uint64_t code;    // number of the system call, syndrome, TIMEOUT: badge, DEBUG: reason
    union {
        uint64_t extra;               // DEBUG: breakpoint number
        struct lookup_failure lookup; // CAP
    };
};

// `tcb` is told on: its handler receives the fault as if the thread had called. Without a valid
// handler the thread becomes inactive.
void fault_raise(struct tcb *tcb, const struct fault *fault);

// The words of the fault message of `tcb`. Returns how many.
enum { FAULT_WORDS_MAX = 13 };
unsigned fault_words(struct tcb *tcb, uint64_t words[FAULT_WORDS_MAX]);

// The handler's answer, in the message registers of `replier`, is applied to `tcb`, whose fault is
// over. Returns whether it goes on, at its restart program counter.
bool fault_answer(struct tcb *replier, struct tcb *tcb);

// Whether the capability may serve as a fault handler: an endpoint with Write and Grant or
// GrantReply.
bool fault_handler_is_valid(struct cap cap);
