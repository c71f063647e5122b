// SPDX-License-Identifier: BSD-2-Clause
//
// Crashes at its start as long as the manager tells it the wrong place, whatever it is restarted.
// Tells how long after each crash its next life begins.

#include "supervised.h"

#include <kaal/component.h>
#include <kaal/time.h>

static uint64_t place_to_look(void)
{
    seL4_Word words[KAAL_CALL_WORDS] = {0};
    const struct kaal_start_entry *manager = kaal_need(KAAL_START_CALL, "manager");
    if (kaal_call_words(manager, MANAGER_WHERE, words, 0, 1) != KAAL_OK) {
        kaal_stop("the manager does not answer");
    }
    return words[0];
}

static void report_life(const char *event, uint64_t late_us)
{
    struct kaal_report report;
    kaal_report_begin(&report, event);
    kaal_report_u64(&report, "generation", kaal_start->generation);
    kaal_report_u64(&report, "late_us", late_us);
    kaal_report_end(&report);
}

void init(void)
{
    struct diary *diary =
        (struct diary *)kaal_need(KAAL_START_MEMORY, "diary")->address; // NOLINT: start page
    report_life("life", diary->deaths == 0 ? 0 : kaal_time_us() - diary->died_us);
    uint64_t place = place_to_look();
    if (place != 0) {
        diary->deaths++;
        diary->died_us = kaal_time_us();
        (void)*(volatile uint64_t *)place; // NOLINT: faults
    }
    report_life("well", 0);
}
