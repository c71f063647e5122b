// SPDX-License-Identifier: BSD-2-Clause
#include "bench.h"

#include "tool/command.h"
#include "tool/options.h"

int cmd_bench(struct arena *a, struct options *o, struct diag *d)
{
    return o->of_kernel ? bench_kernel(a, o, d) : bench_boot(a, o, d);
}
