// SPDX-License-Identifier: BSD-2-Clause
//
// A link of a chain. The last one, which has an argument, tells what memory there is when all have
// begun.

#include <kaal/broker_client.h>
#include <kaal/component.h>

static void tell_totals(void)
{
    struct kaal_totals totals;
    struct kaal_report report;
    if (kaal_totals_get(&totals) != KAAL_OK) {
        kaal_stop("no totals");
    }
    kaal_report_begin(&report, "totals");
    kaal_report_u64(&report, "memory", totals.memory);
    kaal_report_u64(&report, "free", totals.memory_free);
    kaal_report_u64(&report, "slots", totals.slots - totals.slots_free);
    kaal_report_end(&report);
}

void init(void)
{
    if (kaal_start->args[0] != '\0') {
        tell_totals();
    }
}
