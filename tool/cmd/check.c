// SPDX-License-Identifier: BSD-2-Clause
#include "tool/arena.h"
#include "tool/command.h"
#include "tool/devices.h"
#include "tool/options.h"
#include "tool/pack.h"
#include "tool/system.h"
#include "tool/text.h"
#include "tool/verify.h"

#include "default_system.h"

#include <inttypes.h>
#include <stdio.h>

static bool check_parts(struct arena *a, const struct options *o, const struct system *s,
                        struct diag *d)
{
    struct options machine = *o;
    struct build_result build;
    struct expect expect;
    bool ok = image_build(a, &machine, s, &build, d);
    ok = devices_check(a, &machine, s, d) && ok;
    return ok && verify_expect(a, s, &build, &expect, d);
}

static void print_found(const struct options *o, const struct system *s)
{
    if (!o->quiet) {
        printf("%s: ok: %zu protection %s, %zu %s, %zu memory %s, %zu %s\n", s->file, s->pd_count,
               by_count(s->pd_count, "domain", "domains"), s->channel_count,
               by_count(s->channel_count, "channel", "channels"), s->region_count,
               by_count(s->region_count, "region", "regions"), s->device_count,
               by_count(s->device_count, "device", "devices"));
    }
}

int cmd_check(struct arena *a, struct options *o, struct diag *d)
{
    default_system(a, o);
    int status = STATUS_OK;
    for (size_t i = 0; i < o->systems.count; i++) {
        struct system s;
        bool ok = system_load(a, o->systems.items[i], o->syntax ? NULL : &o->search_paths, &s, d);
        ok = ok && (o->syntax || check_parts(a, o, &s, d));
        if (ok) {
            print_found(o, &s);
        } else {
            status = STATUS_FAILED;
        }
    }
    return status;
}
