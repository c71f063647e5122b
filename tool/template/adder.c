// SPDX-License-Identifier: BSD-2-Clause
//
// Answers each call with the sum of its words.

#include <kaal/component.h>

seL4_MessageInfo_t protected(seL4_Word badge, seL4_MessageInfo_t info)
{
    (void)badge;
    seL4_Word sum = 0;
    for (seL4_Word i = 0; i < seL4_MessageInfo_get_length(info); i++) {
        sum += seL4_GetMR((int)i);
    }
    seL4_SetMR(0, sum);
    return seL4_MessageInfo_new(KAAL_OK, 0, 0, 1);
}
