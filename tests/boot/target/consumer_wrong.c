// SPDX-License-Identifier: BSD-2-Clause
//
// A consumer whose report is off by one digit.

#include <kaal/console.h>

void __real_kaal_report_end(struct kaal_report *report);
void __wrap_kaal_report_end(struct kaal_report *report);

void __wrap_kaal_report_end(struct kaal_report *report)
{
    char *last = &report->text[report->fmt.len - 1];
    *last = *last == '0' ? '1' : '0';
    __real_kaal_report_end(report);
}
