// SPDX-License-Identifier: BSD-2-Clause
#include "tool/caps_view.h"

#include "tool/arena.h"
#include "tool/report.h"
#include "tool/text.h"

#include <stdlib.h>
#include <string.h>

void caps_view_open(struct caps_view *v, struct arena *a, const char *broker)
{
    *v = (struct caps_view){.arena = a, .broker = broker};
}

static const char *value(struct caps_view *v, const struct report *r, const char *key)
{
    const char *text = report_value(r, key);
    if (text == NULL) {
        v->wrong = arena_printf(v->arena, "a line of the list has no %s", key);
        return "-";
    }
    return arena_string(v->arena, text);
}

static struct caps_row *add_row(struct caps_view *v, const struct report *r)
{
    v->rows = arena_grow(v->arena, v->rows, v->count, &v->capacity, sizeof(*v->rows));
    struct caps_row *row = &v->rows[v->count++];
    *row = (struct caps_row){
        .component = value(v, r, "component"),
        .number = value(v, r, "number"),
        .kind = value(v, r, "kind"),
        .name = value(v, r, "name"),
        .rights = value(v, r, "rights"),
    };
    return row;
}

// "something" is all that a kernel without debugging says.
static bool agrees(const char *book, const char *kernel)
{
    return strcmp(book, kernel) == 0 ||
           (strcmp(kernel, "something") == 0 && strcmp(book, "none") != 0);
}

static void take_cap(struct caps_view *v, const struct report *r)
{
    struct caps_row *row = add_row(v, r);
    const char *differs = report_value(r, "differs");
    row->slot = value(v, r, "slot");
    row->kernel = value(v, r, "kernel");
    row->peer = value(v, r, "peer");
    // Seen here, not believed: but for a CNode that is its holder's own affair.
    bool open = differs != NULL && strcmp(differs, "open") == 0;
    row->differs = !agrees(row->kind, row->kernel) && !open;
    v->differ += row->differs;
}

static void take_map(struct caps_view *v, const struct report *r)
{
    struct caps_row *row = add_row(v, r);
    row->slot = "-";
    row->kernel = "-";
    row->peer = arena_printf(v->arena, "%s+%s", value(v, r, "address"), value(v, r, "size"));
}

static void take_end(struct caps_view *v, const struct report *r)
{
    const char *error = report_value(r, "error");
    v->complete = true;
    if (error != NULL) {
        v->wrong = arena_printf(v->arena, "the broker could not list them: %s", error);
        return;
    }
    v->components = value(v, r, "components");
    v->slots = value(v, r, "slots");
    v->held = value(v, r, "held");
    v->open = value(v, r, "open");
    v->kinds = strcmp(value(v, r, "kinds"), "1") == 0;
    const char *lost = value(v, r, "lost");
    if (strtoull(value(v, r, "differ"), NULL, 10) != v->differ) {
        v->wrong = "the broker counts other differences than its lines show; lines may be missing";
    } else if (strcmp(lost, "0") != 0) {
        v->wrong = arena_printf(v->arena,
                                "slots of the broker hold something and count as free: %s", lost);
    }
}

void caps_view_line(struct caps_view *v, const struct report *r)
{
    if (strcmp(r->from, v->broker) != 0 || v->complete) {
        return;
    }
    if (strcmp(r->event, "cap") == 0) {
        take_cap(v, r);
    } else if (strcmp(r->event, "map") == 0) {
        take_map(v, r);
    } else if (strcmp(r->event, "caps") == 0) {
        take_end(v, r);
    } else if (strcmp(r->event, "lost") == 0) {
        v->wrong = "the broker had to drop lines";
    }
}

// Of a number as the broker wrote it.
static const char *noun_of(const char *count, const char *one, const char *many)
{
    return by_count(strtoull(count, NULL, 10), one, many);
}

bool caps_view_print(const struct caps_view *v, FILE *to)
{
    fprintf(to, "%-20s %-9s %-13s %-13s %-16s %-24s %s\n", "component", "slot", "kind", "kernel",
            "name", "peer", "rights");
    for (size_t i = 0; i < v->count; i++) {
        const struct caps_row *r = &v->rows[i];
        char component[48];
        snprintf(component, sizeof(component), "%s#%s", r->component, r->number);
        fprintf(to, "%-20s %-9s %-13s %-13s %-16s %-24s %s%s\n", component, r->slot, r->kind,
                r->kernel, r->name, r->peer, r->rights, r->differs ? "  DIFFERS" : "");
    }
    for (size_t i = 0; i < v->count; i++) {
        const struct caps_row *r = &v->rows[i];
        if (r->differs) {
            fprintf(to, "differs: %s#%s slot %s: the broker's books say %s, the kernel has %s\n",
                    r->component, r->number, r->slot, r->kind, r->kernel);
        }
    }
    if (v->wrong != NULL) {
        fprintf(to, "wrong: %s\n", v->wrong);
    }
    if (!v->complete || v->wrong != NULL || v->differ != 0) {
        return false;
    }
    fprintf(to, "agreed: %s %s, %s %s, %s of them held; %s in CNodes of their holders' own; %s\n",
            v->components, noun_of(v->components, "component", "components"), v->slots,
            noun_of(v->slots, "slot", "slots"), v->held, v->open,
            v->kinds ? "the kernel told the type of each" : "the kernel told full from empty");
    return true;
}
