// SPDX-License-Identifier: BSD-2-Clause

// Every size, alignment and offset of the API's types.

#include "probe.h"

#include <stddef.h>

#include <sel4/sel4.h>

#define SIZE(type)                                                                                 \
    {                                                                                              \
#type, sizeof(type), _Alignof(type)                                                        \
    }

const struct size sizes[] = {
    SIZE(seL4_Word),
    SIZE(seL4_CPtr),
    SIZE(seL4_Bool),
    SIZE(seL4_Time),
    SIZE(seL4_MessageInfo_t),
    SIZE(seL4_CapRights_t),
    SIZE(seL4_CNode_CapData_t),
    SIZE(seL4_IPCBuffer),
    SIZE(seL4_BootInfo),
    SIZE(seL4_UntypedDesc),
    SIZE(seL4_SlotRegion),
    SIZE(seL4_BootInfoHeader),
    SIZE(seL4_UserContext),
    SIZE(seL4_ARM_SMCContext),
    SIZE(seL4_Fault_t),
    SIZE(seL4_Error),
    SIZE(seL4_SlotPos),
};

const size_t size_count = sizeof(sizes) / sizeof(sizes[0]);

#define OFFSET(type, member)                                                                       \
    {                                                                                              \
#type, #member, offsetof(type, member)                                                     \
    }

const struct offset offsets[] = {
    OFFSET(seL4_IPCBuffer, tag),
    OFFSET(seL4_IPCBuffer, msg),
    OFFSET(seL4_IPCBuffer, userData),
    OFFSET(seL4_IPCBuffer, caps_or_badges),
    OFFSET(seL4_IPCBuffer, receiveCNode),
    OFFSET(seL4_IPCBuffer, receiveIndex),
    OFFSET(seL4_IPCBuffer, receiveDepth),
    OFFSET(seL4_UntypedDesc, paddr),
    OFFSET(seL4_UntypedDesc, sizeBits),
    OFFSET(seL4_UntypedDesc, isDevice),
    OFFSET(seL4_UntypedDesc, padding),
    OFFSET(seL4_BootInfoHeader, id),
    OFFSET(seL4_BootInfoHeader, len),
    OFFSET(seL4_ARM_SMCContext, x0),
    OFFSET(seL4_ARM_SMCContext, x1),
    OFFSET(seL4_ARM_SMCContext, x2),
    OFFSET(seL4_ARM_SMCContext, x3),
    OFFSET(seL4_ARM_SMCContext, x4),
    OFFSET(seL4_ARM_SMCContext, x5),
    OFFSET(seL4_ARM_SMCContext, x6),
    OFFSET(seL4_ARM_SMCContext, x7),
    OFFSET(seL4_UserContext, pc),
    OFFSET(seL4_UserContext, sp),
    OFFSET(seL4_UserContext, spsr),
    OFFSET(seL4_UserContext, x0),
    OFFSET(seL4_UserContext, x1),
    OFFSET(seL4_UserContext, x2),
    OFFSET(seL4_UserContext, x3),
    OFFSET(seL4_UserContext, x4),
    OFFSET(seL4_UserContext, x5),
    OFFSET(seL4_UserContext, x6),
    OFFSET(seL4_UserContext, x7),
    OFFSET(seL4_UserContext, x8),
    OFFSET(seL4_UserContext, x16),
    OFFSET(seL4_UserContext, x17),
    OFFSET(seL4_UserContext, x18),
    OFFSET(seL4_UserContext, x29),
    OFFSET(seL4_UserContext, x30),
    OFFSET(seL4_UserContext, x9),
    OFFSET(seL4_UserContext, x10),
    OFFSET(seL4_UserContext, x11),
    OFFSET(seL4_UserContext, x12),
    OFFSET(seL4_UserContext, x13),
    OFFSET(seL4_UserContext, x14),
    OFFSET(seL4_UserContext, x15),
    OFFSET(seL4_UserContext, x19),
    OFFSET(seL4_UserContext, x20),
    OFFSET(seL4_UserContext, x21),
    OFFSET(seL4_UserContext, x22),
    OFFSET(seL4_UserContext, x23),
    OFFSET(seL4_UserContext, x24),
    OFFSET(seL4_UserContext, x25),
    OFFSET(seL4_UserContext, x26),
    OFFSET(seL4_UserContext, x27),
    OFFSET(seL4_UserContext, x28),
    OFFSET(seL4_UserContext, tpidr_el0),
    OFFSET(seL4_UserContext, tpidrro_el0),
    OFFSET(seL4_BootInfo, extraLen),
    OFFSET(seL4_BootInfo, nodeID),
    OFFSET(seL4_BootInfo, numNodes),
    OFFSET(seL4_BootInfo, numIOPTLevels),
    OFFSET(seL4_BootInfo, ipcBuffer),
    OFFSET(seL4_BootInfo, empty),
    OFFSET(seL4_BootInfo, sharedFrames),
    OFFSET(seL4_BootInfo, userImageFrames),
    OFFSET(seL4_BootInfo, userImagePaging),
    OFFSET(seL4_BootInfo, ioSpaceCaps),
    OFFSET(seL4_BootInfo, extraBIPages),
    OFFSET(seL4_BootInfo, initThreadCNodeSizeBits),
    OFFSET(seL4_BootInfo, initThreadDomain),
    OFFSET(seL4_BootInfo, schedcontrol),
    OFFSET(seL4_BootInfo, untyped),
    OFFSET(seL4_BootInfo, untypedList),
};

const size_t offset_count = sizeof(offsets) / sizeof(offsets[0]);
