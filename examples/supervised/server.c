// SPDX-License-Identifier: BSD-2-Clause
//
// Answers, and dies when it is asked to, in the middle of the call.

#include "supervised.h"

#include <kaal/component.h>

seL4_MessageInfo_t protected(seL4_Word badge, seL4_MessageInfo_t info)
{
    (void)badge; // all clients are served alike
    if (seL4_MessageInfo_get_label(info) == SERVER_DIE) {
        (void)*(volatile uint64_t *)nowhere("server", kaal_start->generation); // NOLINT: faults
    }
    seL4_SetMR(0, seL4_GetMR(0) + kaal_start->generation);
    return seL4_MessageInfo_new(KAAL_OK, 0, 0, 1);
}
