// SPDX-License-Identifier: BSD-2-Clause
#include "bench.h"

#include "tool/command.h"
#include "tool/options.h"

int cmd_bench(struct arena *a, struct options *o, struct diag *d)
{
    if (o->bench == BENCH_BOOT) {
        return bench_boot(a, o, d);
    }
    if (o->bench == BENCH_CHAIN) {
        o->config = o->config_given ? o->config : "mcs-rel";
        return bench_chain(a, o, d);
    }
    // The configuration whose counters user level can read.
    if (!o->config_given && o->backend != BACKEND_SEL4) {
        o->config = "bench";
        o->config_given = true;
    }
    return o->bench == BENCH_KERNEL ? bench_kernel(a, o, d) : bench_components(a, o, d);
}
