// SPDX-License-Identifier: BSD-2-Clause
//
// In its first life it computes for ever, which its budget does not allow. In its second it is done
// before.

#include <kaal/component.h>

void init(void)
{
    for (volatile uint64_t turns = 0; kaal_start->generation == 1 || turns < 1000;) {
        turns = turns + 1;
    }
    struct kaal_report report;
    kaal_report_begin(&report, "cooled");
    kaal_report_u64(&report, "generation", kaal_start->generation);
    kaal_report_end(&report);
}
