// SPDX-License-Identifier: BSD-2-Clause
//
// Measures how much processor time spinner and worker get, by their scheduling contexts.
//
// Its clock is its own period. It never waits, it only yields: a yield gives up the whole budget,
// which is back exactly one period after the component woke, so it wakes in steps of its period.
// (A wait would leave a part of the budget, and the next wake would come earlier.)
//
//    meter      |wake          |wake                |wake, period after the one before
//               |yield         |reset, yield        |read, report
//                     ▲ conductor: the others are done

#include <kaal/component.h>

enum { PERIOD_US = 200000 }; // as in the description

// Microseconds since the last time we asked.
static uint64_t consumed(const struct kaal_start_entry *context)
{
    return seL4_SchedContext_Consumed(context->slot).consumed;
}

static void report_shares(uint64_t spinner, uint64_t worker)
{
    struct kaal_report report;
    kaal_report_begin(&report, "share");
    kaal_report_u64(&report, "window_us", PERIOD_US);
    kaal_report_u64(&report, "spinner_us", spinner);
    kaal_report_u64(&report, "worker_us", worker);
    kaal_report_u64(&report, "spinner_permille", (spinner * 1000 + PERIOD_US / 2) / PERIOD_US);
    kaal_report_u64(&report, "worker_permille", (worker * 1000 + PERIOD_US / 2) / PERIOD_US);
    kaal_report_end(&report);
}

void init(void)
{
    const struct kaal_start_entry *spinner = kaal_need(KAAL_START_SCHED_CONTEXT, "spinner");
    const struct kaal_start_entry *worker = kaal_need(KAAL_START_SCHED_CONTEXT, "worker");
    seL4_CPtr start = kaal_need(KAAL_START_NOTIFICATION, NULL)->slot;

    seL4_Word bits = 0;
    while (bits == 0) {
        seL4_Yield();
        seL4_Poll(start, &bits);
    }
    (void)consumed(spinner);
    (void)consumed(worker);
    seL4_Yield();
    report_shares(consumed(spinner), consumed(worker));
    kaal_signal(kaal_need(KAAL_START_SIGNAL, "done"));
}
