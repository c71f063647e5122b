// SPDX-License-Identifier: BSD-2-Clause
//
// The audit ring: the last AUDIT_RECORDS things that the broker did or refused. The newest record
// takes the place of the oldest.
//
//    sequence   ..  | 4097 | 4098 |  3075 | .. | 4096 |     written = 4098, 1024 records
//                           newest  oldest
//
// Readers keep the sequence number up to which they have read, so there may be any number of them,
// and each learns how many records it came too late for. All zero is an empty ring.
#pragma once

#include <kaal/broker.h>

#include <stdint.h>

enum { AUDIT_RECORDS = 1024 }; // a power of two

struct audit {
    uint64_t written;                              // sequence number of the newest, 0: none
    struct kaal_audit_info records[AUDIT_RECORDS]; // record n at (n - 1) % AUDIT_RECORDS
};

// What was done or refused becomes the newest record, with its sequence number. All of an old one
// goes, field by field: as a whole the record would first be made in memory.
static inline void audit_add(struct audit *audit, const struct kaal_audit_info *what)
{
    struct kaal_audit_info *record = &audit->records[audit->written++ % AUDIT_RECORDS];
    record->sequence = audit->written;
    record->lost = 0;
    record->time_us = what->time_us;
    record->actor = what->actor;
    record->subject = what->subject;
    record->object = what->object;
    record->event = what->event;
    record->detail = what->detail;
    record->rule = what->rule;
    record->error = what->error;
}

// Copies at most `room` records from number `from` on, in order; 0 is as good as 1. Returns how
// many. *lost: how many of those asked for are no longer there, before the first that is copied.
uint32_t audit_read(const struct audit *audit, uint64_t from, struct kaal_audit_info *records,
                    uint32_t room, uint64_t *lost);
