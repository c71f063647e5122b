// SPDX-License-Identifier: BSD-2-Clause
//
// A fault, kept: numbers and names alone, so that a record can be copied, stored, and put into
// words later, when the component is gone (kaal/fault_text.h).
//
//    who        component, program, number, generation
//    what       type, ip, addr, code, access      the kernel's message (kaal/fault.h)
//    why        reason, object, distance          what the component has at that address
//    where      context                           registers, if has_registers
//    callers    returns[return_count]             return addresses, innermost first
//
// What is not known is 0; of context and returns, what has not been taken means nothing.
#pragma once

#include <kaal/limits.h>

#include <sel4/types.h>

#include <stdint.h>

enum { KAAL_FAULT_RETURNS = 16 };

// Add at the end: records may outlive the program that wrote them.
enum kaal_fault_reason {
    KAAL_REASON_UNKNOWN,

    // Memory. `object` is a region or a device, `distance` counts from its end or start.
    KAAL_REASON_NOWHERE,       // nothing of the component is at or near the address
    KAAL_REASON_NULL,          // in the first pages
    KAAL_REASON_NOT_USER,      // above what user level has
    KAAL_REASON_STACK_GUARD,   // the stack grew into its guard page
    KAAL_REASON_STACK_SKIPPED, // ... or over it; `distance` below the stack
    KAAL_REASON_STACK,         // next to a stack pointer that has left the stack
    KAAL_REASON_STACK_ABOVE,   // `distance` above the stack
    KAAL_REASON_TEXT,          // not allowed on program text
    KAAL_REASON_CONSTANTS,     // ... on read-only data
    KAAL_REASON_DATA,          // ... on data
    KAAL_REASON_DATA_BEYOND,   // `distance` past a segment of the program
    KAAL_REASON_ON_STACK,
    KAAL_REASON_START_PAGE,
    KAAL_REASON_IPC_BUFFER,
    KAAL_REASON_REGION, // not allowed on it
    KAAL_REASON_REGION_BEYOND,
    KAAL_REASON_REGION_BEFORE,
    KAAL_REASON_REGION_GONE, // the component had it, its mapping is not there
    KAAL_REASON_DEVICE,
    KAAL_REASON_DEVICE_BEYOND,
    KAAL_REASON_DEVICE_BEFORE,
    KAAL_REASON_DEVICE_GONE,
    KAAL_REASON_RIGHTS, // not allowed there; what is there is not known
    KAAL_REASON_UNALIGNED,
    KAAL_REASON_EXTERNAL, // nothing answered on the bus

    // Capabilities: `addr` is the CPtr.
    KAAL_REASON_SLOT_EMPTY,
    KAAL_REASON_SLOT_GUARD,
    KAAL_REASON_SLOT_DEPTH,
    KAAL_REASON_SLOT_ROOT,

    // Instructions and time.
    KAAL_REASON_SYSCALL, // `addr` is its number
    KAAL_REASON_UNDEFINED,
    KAAL_REASON_FPU,
    KAAL_REASON_REGISTER,
    KAAL_REASON_BREAKPOINT,
    KAAL_REASON_TIMEOUT,
    KAAL_REASON_COUNT,
};

struct kaal_fault_why {
    uint32_t reason; // enum kaal_fault_reason
    uint32_t reserved;
    uint64_t distance; // bytes
    char object[KAAL_NAME_SIZE];
};

struct kaal_fault_record {
    char component[KAAL_NAME_SIZE];
    char program[KAAL_NAME_SIZE]; // its ELF file; empty: the one that the description says
    uint64_t generation;          // 0: not known
    uint32_t number;              // of the component
    uint32_t type;                // seL4_Fault_*
    uint64_t ip;
    uint64_t addr;
    uint64_t code;
    uint32_t access; // enum kaal_fault_access
    uint8_t has_registers;
    uint8_t return_count;
    uint16_t reserved;
    struct kaal_fault_why why;
    seL4_UserContext context;
    uint64_t returns[KAAL_FAULT_RETURNS];
};

_Static_assert(sizeof(struct kaal_fault_why) == 80, "record layout");
_Static_assert(sizeof(struct kaal_fault_record) == 672, "record layout");
