// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// The data word of a CNode capability: bits 0 to 5 are the guard's size, 6 to 63 the guard.

#include <sel4/macros.h>
#include <sel4/simple_types.h>

struct seL4_CNode_CapData {
    seL4_Uint64 words[1];
};
typedef struct seL4_CNode_CapData seL4_CNode_CapData_t;

LIBSEL4_INLINE_FUNC CONST seL4_CNode_CapData_t seL4_CNode_CapData_new(seL4_Uint64 guard,
                                                                      seL4_Uint64 guardSize)
{
    seL4_CNode_CapData_t data = {{(guard << 6) | (guardSize & 0x3f)}};
    return data;
}

LIBSEL4_INLINE_FUNC CONST seL4_Uint64 seL4_CNode_CapData_get_guard(seL4_CNode_CapData_t data)
{
    return data.words[0] >> 6;
}

LIBSEL4_INLINE_FUNC CONST seL4_Uint64 seL4_CNode_CapData_get_guardSize(seL4_CNode_CapData_t data)
{
    return data.words[0] & 0x3f;
}

LIBSEL4_INLINE_FUNC CONST seL4_CNode_CapData_t
seL4_CNode_CapData_set_guard(seL4_CNode_CapData_t data, seL4_Uint64 guard)
{
    data.words[0] = (data.words[0] & 0x3f) | (guard << 6);
    return data;
}

LIBSEL4_INLINE_FUNC CONST seL4_CNode_CapData_t
seL4_CNode_CapData_set_guardSize(seL4_CNode_CapData_t data, seL4_Uint64 guardSize)
{
    data.words[0] = (data.words[0] & ~(seL4_Uint64)0x3f) | (guardSize & 0x3f);
    return data;
}

// The same through a pointer.

LIBSEL4_INLINE_FUNC void seL4_CNode_CapData_ptr_new(seL4_CNode_CapData_t *data, seL4_Uint64 guard,
                                                    seL4_Uint64 guardSize)
{
    *data = seL4_CNode_CapData_new(guard, guardSize);
}

LIBSEL4_INLINE_FUNC PURE seL4_Uint64 seL4_CNode_CapData_ptr_get_guard(seL4_CNode_CapData_t *data)
{
    return seL4_CNode_CapData_get_guard(*data);
}

LIBSEL4_INLINE_FUNC PURE seL4_Uint64
seL4_CNode_CapData_ptr_get_guardSize(seL4_CNode_CapData_t *data)
{
    return seL4_CNode_CapData_get_guardSize(*data);
}

LIBSEL4_INLINE_FUNC void seL4_CNode_CapData_ptr_set_guard(seL4_CNode_CapData_t *data,
                                                          seL4_Uint64 guard)
{
    *data = seL4_CNode_CapData_set_guard(*data, guard);
}

LIBSEL4_INLINE_FUNC void seL4_CNode_CapData_ptr_set_guardSize(seL4_CNode_CapData_t *data,
                                                              seL4_Uint64 guardSize)
{
    *data = seL4_CNode_CapData_set_guardSize(*data, guardSize);
}
