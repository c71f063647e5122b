// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Structures that user level and kernel both read: the IPC buffer and the words packed in messages.

#include <sel4/cap_rights.h>
#include <sel4/cnode_cap_data.h>
#include <sel4/constants.h>
#include <sel4/message_info.h>
#include <sel4/simple_types.h>

// The IPC buffer, aligned to its own size.
//
// Message registers 0 to 3 travel in CPU registers: the kernel neither reads nor writes their
// places in msg, nor tag and userData.
typedef struct __attribute__((__aligned__(1 << seL4_IPCBufferSizeBits))) seL4_IPCBuffer_ {
    seL4_MessageInfo_t tag;
    seL4_Word msg[seL4_MsgMaxLength];
    seL4_Word userData;
    seL4_Word caps_or_badges[seL4_MsgMaxExtraCaps]; // sent: capabilities; received: badges
    seL4_CPtr receiveCNode;                         // where a received capability goes:
    seL4_CPtr receiveIndex;                         // root, index and depth of the slot
    seL4_Word receiveDepth;
} seL4_IPCBuffer __attribute__((__aligned__(1 << seL4_IPCBufferSizeBits)));

_Static_assert(sizeof(seL4_IPCBuffer) == 1 << seL4_IPCBufferSizeBits, "size is part of the ABI");
