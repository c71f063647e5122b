// SPDX-License-Identifier: BSD-2-Clause
//
// How the bits of a notification are shared out where there are more channels than bits:
//
//    bit 0 ..                                          .. KAAL_NOTIFY_BITS - 1
//    |  a bit for each of the first channels  | groups | interrupts, what is watched |
#include "tool/system.h"

#include <kaal/limits.h>

uint32_t system_groups(uint64_t channels, uint64_t others)
{
    if (others > KAAL_NOTIFY_BITS) {
        return SYSTEM_GROUPS_NONE_FIT;
    }
    const uint64_t bits = KAAL_NOTIFY_BITS - others;
    uint32_t groups = 0;
    while (groups <= bits && bits - groups + groups * (uint64_t)KAAL_GROUP_CHANNELS < channels) {
        groups++;
    }
    return groups <= bits ? groups : SYSTEM_GROUPS_NONE_FIT;
}

bool system_may_group(const struct system *s, const struct sd_channel *ch)
{
    return !ch->is_call && ch->from != s->broker && s->pds[ch->from].abi == SD_ABI_KAAL &&
           s->pds[ch->to].abi == SD_ABI_KAAL;
}
