// SPDX-License-Identifier: BSD-2-Clause
//
// Ends the demo. Everybody signals when he is done; the last one is the meter, which may begin when
// the others have left the processor to spinner and worker. The conductor's priority is below
// theirs, so that it runs only when they all wait.

#include <kaal/component.h>

static seL4_Word missing; // bits of those that are not done
static const struct kaal_start_entry *meter;
static bool metering;

static void end(void)
{
    struct kaal_report report;
    kaal_report_begin(&report, "end");
    kaal_report_end(&report);
    (void)kaal_console_flush();
    kaal_halt();
}

void notified(seL4_Word bits)
{
    missing &= ~bits;
    if (missing == 0 && !metering) {
        metering = true;
        kaal_signal(kaal_need(KAAL_START_SIGNAL, "go"));
    }
    if ((bits & meter->value) != 0) {
        end();
    }
}

void init(void)
{
    meter = kaal_need(KAAL_START_SIGNALED, "meter");
    for (uint32_t i = 0; i < kaal_start->entry_count; i++) {
        const struct kaal_start_entry *entry = &kaal_start->entries[i];
        bool awaited = entry->kind == KAAL_START_SIGNALED && entry != meter;
        missing |= awaited ? entry->value : 0;
    }
    if (kaal_start->seed == 0) {
        // Nobody verifies this run, so nobody was asked to type a line.
        missing &= ~kaal_need(KAAL_START_SIGNALED, "console")->value;
    }
}
