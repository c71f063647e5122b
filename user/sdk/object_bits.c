// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/builder.h>

uint8_t kaal_object_bits(seL4_Word type, uint8_t size_bits)
{
    switch (type) {
    case seL4_UntypedObject:
    case seL4_SchedContextObject:
        return size_bits;
    case seL4_CapTableObject:
        return (uint8_t)(size_bits + seL4_SlotBits);
    case seL4_TCBObject:
        return seL4_TCBBits;
    case seL4_EndpointObject:
        return seL4_EndpointBits;
    case seL4_NotificationObject:
        return seL4_NotificationBits;
    case seL4_ReplyObject:
        return seL4_ReplyBits;
    case seL4_ARM_LargePageObject:
        return seL4_LargePageBits;
    // NOLINTNEXTLINE(bugprone-branch-clone): equal sizes of different things
    case seL4_ARM_VSpaceObject:
        return seL4_VSpaceBits;
    default: // pages and page tables
        return seL4_PageBits;
    }
}
