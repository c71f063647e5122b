// SPDX-License-Identifier: BSD-2-Clause
#include "tool/arena.h"
#include "tool/command.h"
#include "tool/marks.h"
#include "tool/options.h"
#include "tool/picture.h"
#include "tool/report_page.h"

#include "view_load.h"

#include <stdio.h>

static bool write_page(struct arena *a, const struct options *o, struct bytes page, struct diag *d)
{
    bool ok = output_write(a, o->output, page, d);
    if (ok && !o->quiet) {
        printf("%s: %zu KiB\n", o->output, page.size / 1024);
    }
    return ok;
}

int cmd_report(struct arena *a, struct options *o, struct diag *d)
{
    struct viewed viewed;
    if (!view_load(a, o, &viewed, d)) {
        return STATUS_FAILED;
    }
    const struct system *s = &viewed.system;
    struct marks marks = marks_find(a, s, viewed.devices);
    struct report_page page = {
        .view = &viewed.view, .marks = &marks, .kernel = &viewed.build.kernel, .memory = o->memory};
    if (!picture_svg(a, picture_dot(a, s, viewed.devices, &marks), &page.svg, d) ||
        !write_page(a, o, report_page_make(a, &page), d)) {
        return STATUS_FAILED;
    }
    return output_shown(d) ? STATUS_OK : STATUS_FAILED;
}
