// SPDX-License-Identifier: BSD-2-Clause

#include "audit.h"

uint64_t audit_add(struct audit *audit, struct kaal_audit_record record)
{
    struct kaal_audit_record *place = &audit->records[audit->written % AUDIT_RECORDS];
    audit->written++;
    *place = record;
    place->sequence = audit->written;
    return audit->written;
}

uint32_t audit_read(const struct audit *audit, uint64_t from, struct kaal_audit_record *records,
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
