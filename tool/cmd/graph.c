// SPDX-License-Identifier: BSD-2-Clause
#include "tool/arena.h"
#include "tool/command.h"
#include "tool/devices.h"
#include "tool/marks.h"
#include "tool/options.h"
#include "tool/picture.h"
#include "tool/system.h"

#include "default_system.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum {
    SCHEMA_VERSION = 1,
};

static bool has_suffix(const char *path, const char *suffix)
{
    size_t length = strlen(path);
    return length > strlen(suffix) && strcmp(path + length - strlen(suffix), suffix) == 0;
}

static bool write_picture(struct arena *a, const struct options *o, const char *dot, struct diag *d)
{
    struct bytes content = {.data = (const uint8_t *)dot, .size = strlen(dot)};
    if (o->output == NULL) {
        fputs(o->json ? "" : dot, stdout); // with --json the marks alone
        return output_shown(d);
    }
    bool ok = has_suffix(o->output, ".dot") || picture_svg(a, dot, &content, d);
    ok = ok && output_write(a, o->output, content, d);
    return ok;
}

static const char *subject(const struct system *s, const struct mark *mark)
{
    switch (mark->about) {
    case ABOUT_COMPONENT:
        return s->pds[mark->index].name.text;
    case ABOUT_CHANNEL:
        return s->channels[mark->index].name.text;
    case ABOUT_REGION:
        return s->regions[mark->index].name.text;
    case ABOUT_DEVICE:
        return s->devices[mark->index].name.text;
    }
    return "";
}

static void print_marks(const struct marks *marks)
{
    for (size_t i = 0; i < marks->count; i++) {
        const struct mark *mark = &marks->items[i];
        fprintf(stderr, "kaal: mark %zu: %s: %s\n", i + 1, mark->text, mark_legend(mark->kind));
    }
}

static bool print_json(const struct system *s, const struct marks *marks, struct diag *d)
{
    static const char *const about[] = {
        [ABOUT_COMPONENT] = "component",
        [ABOUT_CHANNEL] = "channel",
        [ABOUT_REGION] = "region",
        [ABOUT_DEVICE] = "device",
    };
    json_t *list = json_array();
    for (size_t i = 0; i < marks->count; i++) {
        const struct mark *mark = &marks->items[i];
        json_array_append_new(list, json_pack("{s:I, s:s, s:s, s:s, s:s}", "number",
                                              (json_int_t)i + 1, "kind", mark_word(mark->kind),
                                              about[mark->about], subject(s, mark), "text",
                                              mark->text, "meaning", mark_legend(mark->kind)));
    }
    json_t *json = json_pack("{s:s, s:i, s:o}", "schema", "kaal-marks", "version", SCHEMA_VERSION,
                             "marks", list);
    json_dumpf(json, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(json);
    return output_shown(d);
}

int cmd_graph(struct arena *a, struct options *o, struct diag *d)
{
    struct system s;
    struct device_found *devices = NULL;
    default_system(a, o);
    if (!system_load(a, o->systems.items[0], &o->search_paths, &s, d) ||
        !devices_find(a, o, &s, &devices, d)) {
        return STATUS_FAILED;
    }
    struct marks marks = marks_find(a, &s, devices);
    if (!write_picture(a, o, picture_dot(a, &s, devices, &marks), d)) {
        return STATUS_FAILED;
    }
    if (o->json) {
        return print_json(&s, &marks, d) ? STATUS_OK : STATUS_FAILED;
    }
    if (!o->quiet) {
        print_marks(&marks);
    }
    return STATUS_OK;
}
