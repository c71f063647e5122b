// SPDX-License-Identifier: BSD-2-Clause
//
// What the root task leaves to the broker: every capability of the system, and this table that
// says where each is. It is mapped read-only at KAAL_LAYOUT_HANDOVER in the broker.
//
//    struct kaal_handover             the named capabilities, the broker's free slots
//    struct kaal_handover_pd[]        one for each protection domain, in the order of the plan
//    struct kaal_handover_untyped[]   all untyped memory, with the part of each that is in use
//
// All slots are slots of the store: the CNode that is the broker's capability space, in which slot
// n is CPtr n.
//
//    0 .. plan_end     what the description grants to the broker
//    .. first_free     what the root task made, and all that it was given itself
//    .. end            free
#pragma once

#include <kaal/limits.h>

#include <stdint.h>

#define KAAL_HANDOVER_MAGIC   UINT64_C(0x31564f484c41414b) // "KAALHOV1"
#define KAAL_HANDOVER_VERSION 1u

// Capabilities that the root task was started with, and what it made to be able to leave.
enum kaal_handover_cap {
    KAAL_HANDOVER_STORE, // the store itself, without guard: an index has `store_bits` bits
    KAAL_HANDOVER_ROOT_TCB,
    KAAL_HANDOVER_ROOT_CNODE, // the initial CNode: `root_cnode_bits` of index with its own guard
    KAAL_HANDOVER_ROOT_TOP,   // the CNode that joined the initial one and the store
    KAAL_HANDOVER_ROOT_VSPACE,
    KAAL_HANDOVER_ROOT_SCHED_CONTEXT,
    KAAL_HANDOVER_IRQ_CONTROL,
    KAAL_HANDOVER_ASID_CONTROL,
    KAAL_HANDOVER_ASID_POOL,
    KAAL_HANDOVER_SCHED_CONTROL,
    KAAL_HANDOVER_DOMAIN,
    KAAL_HANDOVER_SMC,  // 0 where the kernel has none
    KAAL_HANDOVER_UART, // frame of the serial port, mapped at KAAL_LAYOUT_UART
    KAAL_HANDOVER_CAP_COUNT,
};

#define KAAL_HANDOVER_NO_PD UINT32_MAX

struct kaal_handover_pd {
    char name[KAAL_NAME_SIZE];
    uint32_t role;   // enum kaal_role
    uint32_t flags;  // enum kaal_pd_flag
    uint32_t parent; // KAAL_HANDOVER_NO_PD: the broker gets its faults
    uint32_t start_rank;
    uint32_t cspace_bits;
    uint32_t first_free; // in its CNode: this slot and all above it are empty

    // Slots; 0: it has none.
    uint32_t tcb;
    uint32_t sched_context;
    uint32_t cnode; // without guard
    uint32_t vspace;
    uint32_t endpoint;
    uint32_t notification;
    uint32_t reply;
    uint32_t reserved;
};

struct kaal_handover_untyped {
    uint64_t paddr;
    uint64_t used; // bytes from the start that are in use
    uint32_t slot;
    uint32_t owner; // PD whose objects lie in it, or KAAL_HANDOVER_NO_PD
    uint8_t bits;
    uint8_t device; // 1: device registers, not memory
    uint8_t reserved[6];
};

struct kaal_handover {
    uint64_t magic;
    uint32_t version;
    uint32_t size; // of the whole table
    uint32_t store_bits;
    uint32_t plan_end;
    uint32_t first_free;
    uint32_t root_cnode_bits;
    uint32_t broker;  // the broker's own number
    uint32_t console; // PD that the broker's output goes to, or KAAL_HANDOVER_NO_PD
    uint32_t pd_count;
    uint32_t pd_offset; // bytes from the start of this structure
    uint32_t untyped_count;
    uint32_t untyped_offset;
    uint32_t caps[KAAL_HANDOVER_CAP_COUNT];
    uint32_t reserved;
};

// The root task's last call to the broker, on the broker's endpoint with this badge. It has no
// arguments and no answer.
#define KAAL_HANDOVER_BADGE UINT64_MAX

_Static_assert(sizeof(struct kaal_handover_pd) == 88, "handover layout");
_Static_assert(sizeof(struct kaal_handover_untyped) == 32, "handover layout");
_Static_assert(sizeof(struct kaal_handover) == 112, "handover layout");
