// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Object types that every architecture has: the first argument of seL4_Untyped_Retype.
//
// Three enums number the types one after the other: this one, then sel4/sel4_arch/objecttype.h,
// then sel4/arch/objecttype.h.

typedef enum api_object {
    seL4_UntypedObject,
    seL4_TCBObject,
    seL4_EndpointObject,
    seL4_NotificationObject,
    seL4_CapTableObject,
    seL4_SchedContextObject,
    seL4_ReplyObject,
    seL4_NonArchObjectTypeCount,
} seL4_ObjectType;

typedef seL4_ObjectType api_object_t;
