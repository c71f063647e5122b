// SPDX-License-Identifier: BSD-2-Clause
#include "bench.h"

#include "tool/command.h"
#include "tool/options.h"

#include <string.h>

int cmd_bench(struct arena *a, struct options *o, struct diag *d)
{
    bool kernel = o->systems.count != 0 && strcmp(o->systems.items[0], "kernel") == 0;
    return kernel ? bench_kernel(a, o, d) : bench_boot(a, o, d);
}
