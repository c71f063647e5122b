// SPDX-License-Identifier: BSD-2-Clause
#include "tool/arena.h"
#include "tool/command.h"
#include "tool/devices.h"
#include "tool/options.h"
#include "tool/pack.h"
#include "tool/system.h"
#include "tool/text.h"

#include "default_system.h"

#include <stdio.h>

static bool write_image(struct arena *a, const char *elf, const struct image *image, struct diag *d)
{
    struct output_set set = {0};
    const char *raw = image_raw_path(a, elf);
    bool ok = output_add(&set, a, elf, image->elf, d) && output_add(&set, a, raw, image->raw, d) &&
              output_commit(&set, d);
    output_discard(&set);
    return ok;
}

int cmd_build(struct arena *a, struct options *o, struct diag *d)
{
    struct system s;
    struct build_result b;
    default_system(a, o);
    if (!system_load(a, o->systems.items[0], &o->search_paths, &s, d) ||
        !image_build(a, o, &s, &b, d) || !devices_check(a, o, &s, d) ||
        !write_image(a, o->output, &b.image, d)) {
        return STATUS_FAILED;
    }
    if (!o->quiet) {
        printf("%s: %zu KiB, system %zu KiB in %zu %s, configuration %s, kernel %s\n", o->output,
               b.image.elf.size / 1024, b.image.system.size / 1024, b.plan.file_count,
               by_count(b.plan.file_count, "program", "programs"), b.products.config,
               b.kernel.path);
    }
    return STATUS_OK;
}
