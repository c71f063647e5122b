// SPDX-License-Identifier: BSD-2-Clause

#include "audit.h"

uint32_t audit_read(const struct audit *audit, uint64_t from, struct kaal_audit_info *records,
                    uint32_t room, uint64_t *lost)
{
    uint64_t first = from == 0 ? 1 : from;
    uint64_t oldest = audit->written < AUDIT_RECORDS ? 1 : audit->written - AUDIT_RECORDS + 1;
    *lost = first < oldest ? oldest - first : 0;
    first += *lost;
    // No sum of `first` and something: it may be any number.
    if (first > audit->written) {
        return 0;
    }
    uint64_t there = audit->written - first + 1;
    uint32_t count = there < room ? (uint32_t)there : room;
    for (uint32_t i = 0; i < count; i++) {
        records[i] = audit->records[(first - 1 + i) % AUDIT_RECORDS];
    }
    return count;
}
