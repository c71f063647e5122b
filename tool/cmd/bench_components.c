// SPDX-License-Identifier: BSD-2-Clause
//
// `kaal bench components`: what components do with each other, on a system of their own
// (tests/bench/components); and beside each row the system calls that it is made of, as the kernel
// alone takes for them: `bench kernel` comes first.
#include "bench.h"

#include "tool/command.h"
#include "tool/options.h"
#include "tool/pack.h"
#include "tool/system.h"

#include "default_system.h"

#define SYSTEM "tests/bench/components/system.toml"

static bool measure_kernel(struct arena *a, const struct options *o, struct bench_rows *rows,
                           struct diag *d)
{
    struct options options = *o;
    struct build_result b;
    return bench_kernel_rows(a, &options, &b, rows, d);
}

static bool measure_components(struct arena *a, struct options *o, struct build_result *b,
                               struct bench_rows *rows, struct diag *d)
{
    struct system s;
    return bench_reference(a, "components", rows, d) &&
           system_load(a, source_path(a, SYSTEM), &o->search_paths, &s, d) &&
           image_build(a, o, &s, b, d) && bench_run(a, o, b->image.elf, NULL, rows, d);
}

int bench_components(struct arena *a, struct options *o, struct diag *d)
{
    struct bench_rows kernel;
    struct bench_rows rows;
    struct build_result b;
    if (!measure_kernel(a, o, &kernel, d) || !measure_components(a, o, &b, &rows, d) ||
        !bench_raw(&rows, &kernel, d) || !bench_known(o, &rows, d)) {
        return STATUS_FAILED;
    }
    if (o->json) {
        bench_print_json(o, &rows, b.kernel.path);
    } else {
        bench_print_components(o, &rows);
    }
    return bench_complete(o, &rows, d) ? STATUS_OK : STATUS_FAILED;
}
