// SPDX-License-Identifier: BSD-2-Clause
//
// A record of the broker's audit ring: what it did or refused, for whom. Fields that an event does
// not name are 0. Numbers are ABI: never renumber, add at the end.
#pragma once

#include <stdint.h>

enum kaal_audit_event {
    KAAL_AUDIT_NONE,

    // `object`: id of the grant, `kind`: what is granted, `detail`: bytes.
    KAAL_AUDIT_GRANT,  // `actor` asked and holds it, `subject` gave it
    KAAL_AUDIT_DERIVE, // `actor` handed it on, `subject` holds it
    KAAL_AUDIT_REVOKE, // `actor` took it back, `subject` held it

    KAAL_AUDIT_REFUSE, // `detail`: the request of `actor`; `error`, `rule`

    // Of the component `subject`, by `actor`.
    KAAL_AUDIT_SPAWN,
    KAAL_AUDIT_START,
    KAAL_AUDIT_STOP,
    KAAL_AUDIT_KILL,
    KAAL_AUDIT_RESTART,  // `detail`: its new generation
    KAAL_AUDIT_EXIT,     // `detail`: its status
    KAAL_AUDIT_FAULT,    // `kind`: the seL4 fault, `detail`: its address
    KAAL_AUDIT_ESCALATE, // it was restarted too often: `actor` is told
    KAAL_AUDIT_PUBLISH,  // `actor` offers a service

    KAAL_AUDIT_EVENTS,
};

struct kaal_audit_record {
    uint64_t sequence; // 1 for the first since the boot
    uint64_t time_us;  // since the boot
    uint32_t event;    // enum kaal_audit_event
    uint32_t error;    // enum kaal_err
    uint32_t actor;    // a component
    uint32_t actor_generation;
    uint32_t subject; // a component
    uint32_t kind;
    uint64_t object;
    uint64_t detail;
    uint32_t rule; // of the policy that refused, 0: none
    uint32_t reserved;
};

_Static_assert(sizeof(struct kaal_audit_record) == 64, "audit record layout");
