// SPDX-License-Identifier: BSD-2-Clause
#include "tool/arena.h"
#include "tool/command.h"
#include "tool/devices.h"
#include "tool/disk.h"
#include "tool/options.h"
#include "tool/pack.h"
#include "tool/system.h"
#include "tool/verify.h"

#include "default_system.h"
#include "run.h"

#include <inttypes.h>
#include <stdio.h>

static void print_machine(struct arena *a, const struct options *o, const struct system *s,
                          const struct build_result *b)
{
    const char *kernel = b->kernel.builtin ? b->products.config : b->kernel.path;
    const char *machine = b->mock ? "mock machine" : arena_printf(a, "EL%u, GICv%u", o->el, o->gic);
    printf("kaal: %s on %s, %s, %" PRIu64 " MiB, seed 0x%016" PRIx64 "\n", s->file, kernel, machine,
           o->memory >> 20, o->seed);
    fflush(stdout);
}

int run_system(struct arena *a, const struct options *o, const char *file, struct verdict *out,
               struct diag *d)
{
    struct options machine = *o;
    struct system s;
    struct build_result b;
    if (machine.disk != NULL && !disk_check(machine.disk, d)) {
        return STATUS_FAILED;
    }
    if (!system_load(a, file, &o->search_paths, &s, d) || !system_only(a, &s, &o->only, d) ||
        !image_build(a, &machine, &s, &b, d) || !devices_check(a, &machine, &s, d)) {
        return STATUS_FAILED;
    }
    // Warnings first: they may explain what follows.
    diag_print(d, stderr);
    if (!o->quiet) {
        print_machine(a, &machine, &s, &b);
    }
    bool ran = verify(a, &machine, &s, &b, out, d);
    return ran && out->verified ? STATUS_OK : STATUS_FAILED;
}

int cmd_run(struct arena *a, struct options *o, struct diag *d)
{
    struct verdict verdict = {0};
    default_system(a, o);
    return run_system(a, o, o->systems.items[0], &verdict, d);
}
