// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// The message info word.
//
//   63                  12 11          9 8       7 6      0
//   |        label        | capsUnwrapped|extraCaps| length |
//
// Setters keep the bits that fit their field and drop the rest.

#include <sel4/macros.h>
#include <sel4/simple_types.h>

struct seL4_MessageInfo {
    seL4_Uint64 words[1];
};
typedef struct seL4_MessageInfo seL4_MessageInfo_t;

LIBSEL4_INLINE_FUNC CONST seL4_Uint64 seL4_MessageInfo_get_label(seL4_MessageInfo_t info)
{
    return info.words[0] >> 12;
}

LIBSEL4_INLINE_FUNC CONST seL4_Uint64 seL4_MessageInfo_get_capsUnwrapped(seL4_MessageInfo_t info)
{
    return (info.words[0] >> 9) & 0x7;
}

LIBSEL4_INLINE_FUNC CONST seL4_Uint64 seL4_MessageInfo_get_extraCaps(seL4_MessageInfo_t info)
{
    return (info.words[0] >> 7) & 0x3;
}

LIBSEL4_INLINE_FUNC CONST seL4_Uint64 seL4_MessageInfo_get_length(seL4_MessageInfo_t info)
{
    return info.words[0] & 0x7f;
}

LIBSEL4_INLINE_FUNC CONST seL4_MessageInfo_t seL4_MessageInfo_new(seL4_Uint64 label,
                                                                  seL4_Uint64 capsUnwrapped,
                                                                  seL4_Uint64 extraCaps,
                                                                  seL4_Uint64 length)
{
    seL4_MessageInfo_t info = {{(label << 12) | ((capsUnwrapped & 0x7) << 9) |
                                ((extraCaps & 0x3) << 7) | (length & 0x7f)}};
    return info;
}

LIBSEL4_INLINE_FUNC CONST seL4_MessageInfo_t seL4_MessageInfo_set_label(seL4_MessageInfo_t info,
                                                                        seL4_Uint64 label)
{
    info.words[0] = (info.words[0] & 0xfff) | (label << 12);
    return info;
}

LIBSEL4_INLINE_FUNC CONST seL4_MessageInfo_t
seL4_MessageInfo_set_capsUnwrapped(seL4_MessageInfo_t info, seL4_Uint64 capsUnwrapped)
{
    info.words[0] = (info.words[0] & ~(seL4_Uint64)0xe00) | ((capsUnwrapped & 0x7) << 9);
    return info;
}

LIBSEL4_INLINE_FUNC CONST seL4_MessageInfo_t seL4_MessageInfo_set_extraCaps(seL4_MessageInfo_t info,
                                                                            seL4_Uint64 extraCaps)
{
    info.words[0] = (info.words[0] & ~(seL4_Uint64)0x180) | ((extraCaps & 0x3) << 7);
    return info;
}

LIBSEL4_INLINE_FUNC CONST seL4_MessageInfo_t seL4_MessageInfo_set_length(seL4_MessageInfo_t info,
                                                                         seL4_Uint64 length)
{
    info.words[0] = (info.words[0] & ~(seL4_Uint64)0x7f) | (length & 0x7f);
    return info;
}

// The same through a pointer.

LIBSEL4_INLINE_FUNC void seL4_MessageInfo_ptr_new(seL4_MessageInfo_t *info, seL4_Uint64 label,
                                                  seL4_Uint64 capsUnwrapped, seL4_Uint64 extraCaps,
                                                  seL4_Uint64 length)
{
    *info = seL4_MessageInfo_new(label, capsUnwrapped, extraCaps, length);
}

LIBSEL4_INLINE_FUNC PURE seL4_Uint64 seL4_MessageInfo_ptr_get_label(seL4_MessageInfo_t *info)
{
    return seL4_MessageInfo_get_label(*info);
}

LIBSEL4_INLINE_FUNC PURE seL4_Uint64
seL4_MessageInfo_ptr_get_capsUnwrapped(seL4_MessageInfo_t *info)
{
    return seL4_MessageInfo_get_capsUnwrapped(*info);
}

LIBSEL4_INLINE_FUNC PURE seL4_Uint64 seL4_MessageInfo_ptr_get_extraCaps(seL4_MessageInfo_t *info)
{
    return seL4_MessageInfo_get_extraCaps(*info);
}

LIBSEL4_INLINE_FUNC PURE seL4_Uint64 seL4_MessageInfo_ptr_get_length(seL4_MessageInfo_t *info)
{
    return seL4_MessageInfo_get_length(*info);
}

LIBSEL4_INLINE_FUNC void seL4_MessageInfo_ptr_set_label(seL4_MessageInfo_t *info, seL4_Uint64 label)
{
    *info = seL4_MessageInfo_set_label(*info, label);
}

LIBSEL4_INLINE_FUNC void seL4_MessageInfo_ptr_set_capsUnwrapped(seL4_MessageInfo_t *info,
                                                                seL4_Uint64 capsUnwrapped)
{
    *info = seL4_MessageInfo_set_capsUnwrapped(*info, capsUnwrapped);
}

LIBSEL4_INLINE_FUNC void seL4_MessageInfo_ptr_set_extraCaps(seL4_MessageInfo_t *info,
                                                            seL4_Uint64 extraCaps)
{
    *info = seL4_MessageInfo_set_extraCaps(*info, extraCaps);
}

LIBSEL4_INLINE_FUNC void seL4_MessageInfo_ptr_set_length(seL4_MessageInfo_t *info,
                                                         seL4_Uint64 length)
{
    *info = seL4_MessageInfo_set_length(*info, length);
}
