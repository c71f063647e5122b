// SPDX-License-Identifier: BSD-2-Clause
//
// As diff(1): 0 the same, 1 different, 2 trouble.
#include "tool/arena.h"
#include "tool/authority.h"
#include "tool/command.h"
#include "tool/file.h"
#include "tool/options.h"
#include "tool/system.h"

#include "default_system.h"

#include <jansson.h>
#include <stdio.h>

enum {
    DIFF_SAME = 0,
    DIFF_DIFFERS = 1,
    DIFF_TROUBLE = 2,

    SCHEMA_VERSION = 1,
};

static void print_text(const struct changes *changes)
{
    for (size_t i = 0; i < changes->count; i++) {
        printf("%s\n", changes->items[i].text);
    }
}

static json_t *change_json(const struct change *c)
{
    static const char *const kinds[] = {
        [CHANGE_GAINED] = "gained",
        [CHANGE_LOST] = "lost",
        [CHANGE_VALUE] = "changed",
    };
    // The optional values are left out where they are NULL.
    return json_pack("{s:s, s:s, s:s, s:s, s:s*, s:s*}", "component", c->subject, "kind",
                     kinds[c->kind], "fact", c->key, "text", c->text, "before", c->before, "after",
                     c->after);
}

static void print_json(const struct options *o, const struct changes *changes)
{
    json_t *list = json_array();
    for (size_t i = 0; i < changes->count; i++) {
        json_array_append_new(list, change_json(&changes->items[i]));
    }
    json_t *json = json_pack("{s:s, s:i, s:s, s:s, s:b, s:o}", "schema", "kaal-diff", "version",
                             SCHEMA_VERSION, "a", o->systems.items[0], "b", o->systems.items[1],
                             "same", changes->count == 0, "changes", list);
    json_dumpf(json, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(json);
}

int cmd_diff(struct arena *a, struct options *o, struct diag *d)
{
    struct system systems[2];
    default_system(a, o);
    bool ok = system_load(a, o->systems.items[0], NULL, &systems[0], d);
    ok = system_load(a, o->systems.items[1], NULL, &systems[1], d) && ok;
    if (!ok) {
        return DIFF_TROUBLE;
    }
    struct facts before = authority_of(a, &systems[0]);
    struct facts after = authority_of(a, &systems[1]);
    struct changes changes = authority_compare(a, &before, &after);
    if (o->json) {
        print_json(o, &changes);
    } else if (!o->quiet) {
        print_text(&changes);
    }
    if (!output_shown(d)) {
        return DIFF_TROUBLE;
    }
    return changes.count == 0 ? DIFF_SAME : DIFF_DIFFERS;
}
