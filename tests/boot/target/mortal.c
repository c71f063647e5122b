// SPDX-License-Identifier: BSD-2-Clause
//
// Dies in each of its lives, the way its arguments say: `fault`, or with the exit status `status=`.
// `lives=`: the one after so many ends with 0. `wait=`: it lives for so many of its periods.

#include "demo.h"

#include <kaal/args.h>
#include <kaal/component.h>

int main(int argc, char **argv)
{
    uint64_t status = 0;
    uint64_t lives = UINT64_MAX;
    uint64_t wait = 0;
    (void)argc;
    (void)kaal_args_number(kaal_start->args, "status", &status);
    (void)kaal_args_number(kaal_start->args, "lives", &lives);
    (void)kaal_args_number(kaal_start->args, "wait", &wait);
    struct kaal_report report;
    kaal_report_begin(&report, "life");
    kaal_report_u64(&report, "generation", kaal_start->generation);
    kaal_report_end(&report);
    for (; wait > 0; wait--) {
        seL4_Yield();
    }
    if (kaal_start->generation > lives) {
        return 0;
    }
    if (argv[1] != NULL && argv[1][0] == 'f') {
        uint64_t place = 0xdead0000000 + (demo_value(argv[0]) & 0xfff8);
        (void)*(volatile uint64_t *)(place + kaal_start->generation * 0x10000); // NOLINT: faults
    }
    return (int)status;
}
