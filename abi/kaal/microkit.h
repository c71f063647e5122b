// SPDX-License-Identifier: BSD-2-Clause
//
// What a Microkit program knows without being told: where it finds its capabilities, what it
// receives, and what lies where in its address space, on a kernel at EL1. The names that such
// programs are written with are in user/microkit/include/microkit.h.
//
//   root CNode, 64 slots   [0] ──► the CNode below    [1..63]  of <cspace>
//   CNode, 512 slots       1 .. 7 | 10 + channel | 74 + channel | 138 + interrupt | 202 + child
//
//   0x0000_0020_0000  program
//          ...        maps of the description
//          ...        (guard)
//          ...        stack        grows down
//   0x7fff_ffff_e000  (guard)
//   0x7fff_ffff_f000  IPC buffer   RW-, one page
//
// A program of a library before 2.3 has its IPC buffer where the symbol __sel4_ipc_buffer_obj says.
#pragma once

#include <stdint.h>

#define KAAL_MICROKIT_STACK_TOP  UINT64_C(0x7fffffffe000)
#define KAAL_MICROKIT_IPC_BUFFER UINT64_C(0x7ffffffff000)

// Where programs for a kernel at EL2 look for it.
#define KAAL_MICROKIT_IPC_BUFFER_EL2 UINT64_C(0xfffffff000)

enum {
    KAAL_MICROKIT_ROOT_BITS = 6,
    KAAL_MICROKIT_CNODE_BITS = 9,
    KAAL_MICROKIT_ID_MAX = 61,    // of a channel or an interrupt: a bit of the notification
    KAAL_MICROKIT_CHILD_MAX = 63, // of a child
    KAAL_MICROKIT_NAME_SIZE = 64,
};

enum kaal_microkit_slot {
    KAAL_MICROKIT_INPUT = 1, // its endpoint if somebody may call it, else its notification
    KAAL_MICROKIT_VSPACE = 3,
    KAAL_MICROKIT_REPLY = 4,
    KAAL_MICROKIT_MONITOR = 5, // of passive ones: a message to it says that init() is over
    KAAL_MICROKIT_TCB = 6,     // where the kernel has benchmark system calls
    KAAL_MICROKIT_SMC = 7,
    KAAL_MICROKIT_NOTIFY = 10, // + channel
    KAAL_MICROKIT_CALL = 74,   // + channel
    KAAL_MICROKIT_IRQ = 138,   // + interrupt
    KAAL_MICROKIT_CHILD = 202, // + child: its thread
};
