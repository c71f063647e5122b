// SPDX-License-Identifier: BSD-2-Clause
//
// The start page: how a component learns what it holds. Its address is in x0 when the component
// starts; it is mapped read-only, `size` bytes long, and never moves.
//
//   struct kaal_start          name, arguments, stack, IPC buffer, seed
//   struct kaal_start_entry[]  one for each capability, mapping and channel end
//
// No slot number and no address is known to a component in any other way.
#pragma once

#include <kaal/limits.h>

#include <stdint.h>

#define KAAL_START_MAGIC   UINT64_C(0x314154534c41414b) // "KAALSTA1"
#define KAAL_START_VERSION 3u

enum kaal_start_kind {
    KAAL_START_NONE,

    // Capabilities: `slot` is the CPtr.
    KAAL_START_ENDPOINT,      // the component's own endpoint, to receive from
    KAAL_START_NOTIFICATION,  // the component's own notification, bound to its thread
    KAAL_START_REPLY,         // the component's reply object
    KAAL_START_BROKER,        // the broker's endpoint, badged for this component
    KAAL_START_CALL,          // a channel that this component calls
    KAAL_START_SIGNAL,        // a channel that this component signals
    KAAL_START_RECEIVE,       // another component's endpoint or notification, to receive from
    KAAL_START_IRQ,           // an interrupt handler; `value`: the badge bit that it signals
    KAAL_START_CNODE,         // a CNode; `value`: bits of its index, `size`: how many slots
    KAAL_START_VSPACE,        // an address space
    KAAL_START_TCB,           // a thread
    KAAL_START_SCHED_CONTEXT, // a scheduling context
    KAAL_START_FRAME,         // a frame, not mapped; `size` in bytes
    KAAL_START_INBOX, // CNode for received capabilities: `slot` is the CNode, `size` how many
                      // slots (a power of two), `value` the CPtr of the first of them

    // No capability: the receiving end of a channel.
    KAAL_START_SERVES,   // `value`: badge of calls that come over this channel
    KAAL_START_SIGNALED, // `value`: badge bit that this channel sets, and no other
    KAAL_START_CHILD,    // `value`: badge of faults of this child

    // Memory: `address`, `size`.
    KAAL_START_MEMORY, // a shared region
    KAAL_START_DEVICE, // registers; that can only be read: configuration space of a PCI function
    KAAL_START_DMA,    // contiguous memory; a device finds it at `paddr`

    // No capability: `value` is the badge bit that tells that the component `name` was restarted.
    KAAL_START_WATCHES,

    // No capability: the receiving end of a channel in a group; `value`: badge bit of the group,
    // `word`. Those of a group follow each other, in the order of these bits.
    KAAL_START_GROUPED,
};

// Entries that a component's page has room for beyond those of the description: grants that come
// later.
#define KAAL_START_LATER 16u

struct kaal_start_entry {
    char name[KAAL_NAME_SIZE];
    uint32_t kind;   // enum kaal_start_kind
    uint32_t rights; // enum kaal_rights of image.h
    union {
        uint64_t slot;  // CPtr, 0 if none
        uint64_t paddr; // of DMA memory
    };
    union {
        uint64_t address;
        uint64_t value;
    };
    union {
        uint64_t size; // bytes
        uint64_t word; // of a SIGNAL or GROUPED entry: address of the word that is set before the
                       // bit; 0: the channel has a bit of its own
    };
};

struct kaal_start {
    uint64_t magic;
    uint32_t version;
    uint32_t size; // bytes: this structure and its entries
    char name[KAAL_NAME_SIZE];
    char args[KAAL_ARGS_SIZE];
    uint64_t generation; // 1 at boot, one more at each restart
    uint64_t seed;       // of this run; 0 if the run has none
    uint64_t ipc_buffer; // address of the seL4 IPC buffer
    uint64_t stack_top;  // address just above the stack
    uint64_t stack_size; // bytes; below it lies a guard page
    uint32_t flags;      // enum kaal_pd_flag of image.h
    uint32_t entry_count;
    uint32_t attention; // not 0: this passive component runs on time that the broker has lent it;
                        // after its next answer it says PASSIVE once more. Changes at any time
    uint32_t reserved;
    struct kaal_start_entry entries[];
};

_Static_assert(sizeof(struct kaal_start_entry) == 96, "start page layout");
_Static_assert(sizeof(struct kaal_start) == 264, "start page layout");
