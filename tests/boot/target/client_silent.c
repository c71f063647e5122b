// SPDX-License-Identifier: BSD-2-Clause
//
// A client that does all it should but does not report the transfer.

#include <kaal/console.h>

#include <lib/mem.h>

void __real_kaal_report_end(struct kaal_report *report);
void __wrap_kaal_report_end(struct kaal_report *report);

void __wrap_kaal_report_end(struct kaal_report *report)
{
    static const char silent[] = "@transfer";
    if (strncmp(report->text, silent, sizeof(silent) - 1) != 0) {
        __real_kaal_report_end(report);
    }
}
