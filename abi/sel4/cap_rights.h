// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Capability rights: bit 0 Write, 1 Read, 2 Grant, 3 GrantReply. Other bits are ignored.
//
// A right argument counts as given if it is not zero.

#include <sel4/macros.h>
#include <sel4/simple_types.h>

struct seL4_CapRights {
    seL4_Uint64 words[1];
};
typedef struct seL4_CapRights seL4_CapRights_t;

LIBSEL4_INLINE_FUNC CONST seL4_CapRights_t seL4_CapRights_new(seL4_Uint64 capAllowGrantReply,
                                                              seL4_Uint64 capAllowGrant,
                                                              seL4_Uint64 capAllowRead,
                                                              seL4_Uint64 capAllowWrite)
{
    seL4_CapRights_t rights = {{(capAllowGrantReply ? 0x8u : 0) | (capAllowGrant ? 0x4u : 0) |
                                (capAllowRead ? 0x2u : 0) | (capAllowWrite ? 0x1u : 0)}};
    return rights;
}

LIBSEL4_INLINE_FUNC CONST seL4_Uint64 seL4_CapRights_get_capAllowGrantReply(seL4_CapRights_t rights)
{
    return (rights.words[0] >> 3) & 1;
}

LIBSEL4_INLINE_FUNC CONST seL4_Uint64 seL4_CapRights_get_capAllowGrant(seL4_CapRights_t rights)
{
    return (rights.words[0] >> 2) & 1;
}

LIBSEL4_INLINE_FUNC CONST seL4_Uint64 seL4_CapRights_get_capAllowRead(seL4_CapRights_t rights)
{
    return (rights.words[0] >> 1) & 1;
}

LIBSEL4_INLINE_FUNC CONST seL4_Uint64 seL4_CapRights_get_capAllowWrite(seL4_CapRights_t rights)
{
    return rights.words[0] & 1;
}

LIBSEL4_INLINE_FUNC CONST seL4_CapRights_t
seL4_CapRights_set_capAllowGrantReply(seL4_CapRights_t rights, seL4_Uint64 allow)
{
    rights.words[0] = (rights.words[0] & ~(seL4_Uint64)0x8) | (allow ? 0x8u : 0);
    return rights;
}

LIBSEL4_INLINE_FUNC CONST seL4_CapRights_t seL4_CapRights_set_capAllowGrant(seL4_CapRights_t rights,
                                                                            seL4_Uint64 allow)
{
    rights.words[0] = (rights.words[0] & ~(seL4_Uint64)0x4) | (allow ? 0x4u : 0);
    return rights;
}

LIBSEL4_INLINE_FUNC CONST seL4_CapRights_t seL4_CapRights_set_capAllowRead(seL4_CapRights_t rights,
                                                                           seL4_Uint64 allow)
{
    rights.words[0] = (rights.words[0] & ~(seL4_Uint64)0x2) | (allow ? 0x2u : 0);
    return rights;
}

LIBSEL4_INLINE_FUNC CONST seL4_CapRights_t seL4_CapRights_set_capAllowWrite(seL4_CapRights_t rights,
                                                                            seL4_Uint64 allow)
{
    rights.words[0] = (rights.words[0] & ~(seL4_Uint64)0x1) | (allow ? 0x1u : 0);
    return rights;
}

// The same through a pointer.

LIBSEL4_INLINE_FUNC void seL4_CapRights_ptr_new(seL4_CapRights_t *rights,
                                                seL4_Uint64 capAllowGrantReply,
                                                seL4_Uint64 capAllowGrant, seL4_Uint64 capAllowRead,
                                                seL4_Uint64 capAllowWrite)
{
    *rights = seL4_CapRights_new(capAllowGrantReply, capAllowGrant, capAllowRead, capAllowWrite);
}

LIBSEL4_INLINE_FUNC PURE seL4_Uint64
seL4_CapRights_ptr_get_capAllowGrantReply(seL4_CapRights_t *rights)
{
    return seL4_CapRights_get_capAllowGrantReply(*rights);
}

LIBSEL4_INLINE_FUNC PURE seL4_Uint64 seL4_CapRights_ptr_get_capAllowGrant(seL4_CapRights_t *rights)
{
    return seL4_CapRights_get_capAllowGrant(*rights);
}

LIBSEL4_INLINE_FUNC PURE seL4_Uint64 seL4_CapRights_ptr_get_capAllowRead(seL4_CapRights_t *rights)
{
    return seL4_CapRights_get_capAllowRead(*rights);
}

LIBSEL4_INLINE_FUNC PURE seL4_Uint64 seL4_CapRights_ptr_get_capAllowWrite(seL4_CapRights_t *rights)
{
    return seL4_CapRights_get_capAllowWrite(*rights);
}

LIBSEL4_INLINE_FUNC void seL4_CapRights_ptr_set_capAllowGrantReply(seL4_CapRights_t *rights,
                                                                   seL4_Uint64 allow)
{
    *rights = seL4_CapRights_set_capAllowGrantReply(*rights, allow);
}

LIBSEL4_INLINE_FUNC void seL4_CapRights_ptr_set_capAllowGrant(seL4_CapRights_t *rights,
                                                              seL4_Uint64 allow)
{
    *rights = seL4_CapRights_set_capAllowGrant(*rights, allow);
}

LIBSEL4_INLINE_FUNC void seL4_CapRights_ptr_set_capAllowRead(seL4_CapRights_t *rights,
                                                             seL4_Uint64 allow)
{
    *rights = seL4_CapRights_set_capAllowRead(*rights, allow);
}

LIBSEL4_INLINE_FUNC void seL4_CapRights_ptr_set_capAllowWrite(seL4_CapRights_t *rights,
                                                              seL4_Uint64 allow)
{
    *rights = seL4_CapRights_set_capAllowWrite(*rights, allow);
}

#define seL4_CanWrite      seL4_CapRights_new(0, 0, 0, 1)
#define seL4_CanRead       seL4_CapRights_new(0, 0, 1, 0)
#define seL4_ReadWrite     seL4_CapRights_new(0, 0, 1, 1)
#define seL4_CanGrant      seL4_CapRights_new(0, 1, 0, 0)
#define seL4_CanGrantReply seL4_CapRights_new(1, 0, 0, 0)
#define seL4_NoRead        seL4_CapRights_new(1, 1, 0, 1)
#define seL4_NoWrite       seL4_CapRights_new(1, 1, 1, 0)
#define seL4_NoRights      seL4_CapRights_new(0, 0, 0, 0)
#define seL4_AllRights     seL4_CapRights_new(1, 1, 1, 1)
