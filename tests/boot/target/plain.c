// SPDX-License-Identifier: BSD-2-Clause
//
// main() without a C library: tells its arguments, and returns how many there are, negated.
#include <kaal/component.h>

int main(int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        struct kaal_report report;
        kaal_report_begin(&report, "argument");
        kaal_report_u64(&report, "number", (uint64_t)i);
        kaal_report_str(&report, "text", argv[i]);
        kaal_report_end(&report);
    }
    return argv[argc] == NULL ? -argc : 0;
}
