// SPDX-License-Identifier: BSD-2-Clause
//
// What the root task leaves to the broker: every capability of the system, and this table that
// says where each is. It is mapped read-only at KAAL_LAYOUT_HANDOVER in the broker.
//
//    struct kaal_handover             the named capabilities, the image, the broker's free slots
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
#define KAAL_HANDOVER_VERSION 3u

// Capabilities that the root task was started with, and what it made of them: the broker, and what
// it needs to be able to leave.
enum kaal_handover_cap {
    KAAL_HANDOVER_STORE, // the store itself, without guard: an index has `store_bits` bits
    KAAL_HANDOVER_ROOT_TCB,
    KAAL_HANDOVER_ROOT_CNODE, // the initial CNode: `root_cnode_bits` of index with its own guard
    KAAL_HANDOVER_ROOT_VSPACE,
    KAAL_HANDOVER_ROOT_SCHED_CONTEXT,
    KAAL_HANDOVER_IRQ_CONTROL,
    KAAL_HANDOVER_ASID_CONTROL,
    KAAL_HANDOVER_ASID_POOL,
    KAAL_HANDOVER_SCHED_CONTROL,
    KAAL_HANDOVER_DOMAIN,
    KAAL_HANDOVER_SMC,        // 0 where the kernel has none
    KAAL_HANDOVER_UART,       // frame of the serial port, mapped at KAAL_LAYOUT_UART
    KAAL_HANDOVER_UART_FRAME, // the same, to make copies of
    KAAL_HANDOVER_BROKER_TCB,
    KAAL_HANDOVER_BROKER_VSPACE,
    KAAL_HANDOVER_BROKER_SCHED_CONTEXT,
    KAAL_HANDOVER_BROKER_ENDPOINT,
    KAAL_HANDOVER_BROKER_NOTIFICATION,
    KAAL_HANDOVER_CAP_COUNT,
};

struct kaal_handover_untyped {
    uint64_t paddr;
    uint64_t used; // bytes from the start that are in use
    uint32_t slot;
    uint8_t bits;
    uint8_t device; // 1: device registers, not memory
    uint8_t reserved[2];
};

struct kaal_handover {
    uint64_t magic;
    uint32_t version;
    uint32_t size; // of the whole table
    uint32_t store_bits;
    uint32_t plan_end;
    uint32_t first_free;
    uint32_t root_cnode_bits;
    uint32_t broker; // its number in the plan
    uint32_t untyped_count;
    uint32_t untyped_offset; // bytes from the start of this structure
    uint32_t image_frames;   // frames that the packed system lies in, one after another
    uint32_t image_frame_count;
    uint32_t tree_frames; // those with the device tree
    uint32_t tree_frame_count;
    uint32_t tree_offset; // bytes from the start of the first
    uint64_t tree_size;
    uint64_t uart_paddr;
    uint64_t seed; // of this run
    uint32_t caps[KAAL_HANDOVER_CAP_COUNT];
};

// The root task's last call to the broker, on the broker's endpoint with this badge. It has no
// arguments and no answer.
#define KAAL_HANDOVER_BADGE UINT64_MAX

_Static_assert(sizeof(struct kaal_handover_untyped) == 24, "handover layout");
_Static_assert(sizeof(struct kaal_handover) == 160, "handover layout");
