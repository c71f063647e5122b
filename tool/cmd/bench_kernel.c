// SPDX-License-Identifier: BSD-2-Clause
//
// `kaal bench kernel`: a root task that measures (tests/bench/target), alone on the machine.
#include "bench.h"

#include "tool/arena.h"
#include "tool/command.h"
#include "tool/options.h"
#include "tool/pack.h"

// Each mode on a machine of its own.
static bool boot(struct arena *a, const struct options *o, const struct build_result *b,
                 const char *mode, struct bench_rows *rows, struct diag *d)
{
    const char *arguments = arena_printf(a, "kaal.bench=%s", mode);
    return bench_run(a, o, b->image.elf, arguments, rows, d);
}

static bool measure(struct arena *a, const struct options *o, const struct build_result *b,
                    struct bench_rows *rows, struct diag *d)
{
    if (o->growth) {
        return boot(a, o, b, "objects", rows, d) && boot(a, o, b, "queues", rows, d);
    }
    return boot(a, o, b, o->worst ? "worst" : "rows", rows, d);
}

static bool can_count(const struct kernel *k, struct diag *d)
{
    if (!k->counters) {
        diag_error(d, place_none(),
                   "the kernel %s lets user level count nothing (EXPORT_PMU_USER=false); build it "
                   "with KernelArmExportPMUUser=ON",
                   k->path);
    }
    return k->counters;
}

bool bench_kernel_rows(struct arena *a, struct options *o, struct build_result *b,
                       struct bench_rows *rows, struct diag *d)
{
    if (!o->memory_given) {
        o->memory = UINT64_C(1) << 30;
    }
    return bench_reference(a, o->worst ? "worst" : "rows", rows, d) &&
           image_build_alone(a, o, "bench_kernel", b, d) && can_count(&b->kernel, d) &&
           measure(a, o, b, rows, d);
}

int bench_kernel(struct arena *a, struct options *o, struct diag *d)
{
    struct build_result b;
    struct bench_rows rows;
    if (!bench_kernel_rows(a, o, &b, &rows, d) || !bench_known(o, &rows, d)) {
        return STATUS_FAILED;
    }
    if (o->json) {
        bench_print_json(o, &rows, b.kernel.path);
    } else if (o->worst) {
        bench_print_worst(o, &rows);
    } else if (o->growth) {
        bench_print_growth(o, &rows);
    } else {
        bench_print_table(o, &rows);
    }
    return bench_complete(o, &rows, d) ? STATUS_OK : STATUS_FAILED;
}
