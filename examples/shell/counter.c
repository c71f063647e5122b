// SPDX-License-Identifier: BSD-2-Clause
//
// Something to look at: it asks for a page of memory, tells its generation, and waits. Spawned with
// an argument it ends instead:
//
//    exit=N    with that status        fault    by a fault        spin    not at all, and never
//    waits

#include <kaal/args.h>
#include <kaal/broker_client.h>
#include <kaal/component.h>

void init(void)
{
    uint64_t status = 0;
    struct kaal_memory_grant memory;
    enum kaal_err err = kaal_memory_get(1, KAAL_RIGHT_READ | KAAL_RIGHT_WRITE, &memory);
    struct kaal_report report;
    kaal_report_begin(&report, "counter");
    kaal_report_u64(&report, "generation", kaal_start->generation);
    kaal_report_u64(&report, "memory", err == KAAL_OK ? memory.size : 0);
    kaal_report_end(&report);
    if (kaal_args_number(kaal_start->args, "exit", &status)) {
        kaal_exit((int)status, "as it was told");
    }
    if (kaal_args_has(kaal_start->args, "fault")) {
        __builtin_trap();
    }
    while (kaal_args_has(kaal_start->args, "spin")) {
    }
}
