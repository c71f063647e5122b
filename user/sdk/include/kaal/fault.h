// SPDX-License-Identifier: BSD-2-Clause
//
// What a fault message says (sel4/fault_types.h has the raw words).
#pragma once

#include <sel4/fault_types.h>
#include <sel4/simple_types.h>

#include <stdbool.h>

enum kaal_fault_access {
    KAAL_ACCESS_READ,
    KAAL_ACCESS_WRITE,
    KAAL_ACCESS_EXECUTE,
};

struct kaal_fault {
    seL4_Word type; // seL4_Fault_*
    seL4_Word ip;   // of the instruction that faulted; 0 where a hypervisor does not tell
    seL4_Word addr; // vm: the address; cap: the CPtr; syscall: its number; else 0
    seL4_Word code; // vm and user exception: the syndrome (ESR); cap: the lookup failure; else 0
    enum kaal_fault_access access; // of vm faults
};

// From a message's label and its `count` words. False if it is no fault message, or is too short
// for its type.
bool kaal_fault_decode(seL4_Word label, const seL4_Word *words, seL4_Word count,
                       struct kaal_fault *fault);

// "vm", "cap", "syscall", "exception", "timeout", "debug"; never NULL.
const char *kaal_fault_kind(const struct kaal_fault *fault);

// "read", "write", "execute" of a vm fault.
const char *kaal_fault_access_name(const struct kaal_fault *fault);

// Of a vm fault "translation", "permission", "access_flag", "alignment", "external" or "other";
// of an exception "undefined", "fpu", "register", "breakpoint" or "other"; of a cap fault
// "invalid_root", "missing", "depth" or "guard". Never NULL.
const char *kaal_fault_cause(const struct kaal_fault *fault);
