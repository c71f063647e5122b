// SPDX-License-Identifier: BSD-2-Clause
//
// The smallest component: it prints one line and is done.

#include <kaal/component.h>

void init(void)
{
    kaal_print("Hello from a component of its own.");
    struct kaal_report report;
    kaal_report_begin(&report, "hello");
    kaal_report_str(&report, "name", kaal_start->name);
    kaal_report_end(&report);
}
