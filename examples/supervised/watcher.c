// SPDX-License-Identifier: BSD-2-Clause
//
// Is told of each restart of the crasher.

#include <kaal/component.h>

static uint64_t times;

void notified(seL4_Word bits)
{
    if ((bits & kaal_need(KAAL_START_WATCHES, "crasher")->value) == 0) {
        return;
    }
    times++;
    struct kaal_report report;
    kaal_report_begin(&report, "told");
    kaal_report_u64(&report, "times", times);
    kaal_report_end(&report);
}
