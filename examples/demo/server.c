// SPDX-License-Identifier: BSD-2-Clause
//
// Answers the client. It is passive: after init() it has no processor time of its own and runs on
// the time of whoever calls it.

#include "demo.h"

#include <kaal/component.h>

static uint64_t calls;
static uint64_t total;
static uint64_t sum;

static seL4_MessageInfo_t echo(seL4_Word length)
{
    for (seL4_Word i = 0; i < length; i++) {
        seL4_Word word = seL4_GetMR((int)i);
        sum += word;
        seL4_SetMR((int)i, word ^ demo_key(length));
    }
    calls++;
    total += length;
    return seL4_MessageInfo_new(0, 0, 0, length);
}

static void report_calls(void)
{
    struct kaal_report report;
    kaal_report_begin(&report, "ipc");
    kaal_report_u64(&report, "calls", calls);
    kaal_report_u64(&report, "words", total);
    kaal_report_hex(&report, "sum", sum);
    kaal_report_end(&report);
}

// The capability that came with the call lies in our inbox; it is gone when we have answered.
static void use_capability(seL4_MessageInfo_t info)
{
    seL4_CPtr received = kaal_inbox_received();
    if (received != seL4_CapNull) {
        seL4_Signal(received);
    }
    struct kaal_report report;
    kaal_report_begin(&report, "transfer");
    kaal_report_u64(&report, "caps", seL4_MessageInfo_get_extraCaps(info));
    kaal_report_end(&report);
}

seL4_MessageInfo_t protected(seL4_Word badge, seL4_MessageInfo_t info)
{
    (void)badge; // one caller
    switch (seL4_MessageInfo_get_label(info)) {
    case SERVER_ECHO:
        return echo(seL4_MessageInfo_get_length(info));
    case SERVER_REPORT:
        report_calls();
        break;
    case SERVER_SIGNAL:
        use_capability(info);
        break;
    default:
        break;
    }
    return seL4_MessageInfo_new(0, 0, 0, 0);
}

void init(void)
{
    struct kaal_report report;
    kaal_report_begin(&report, "ready");
    kaal_report_end(&report);
}
