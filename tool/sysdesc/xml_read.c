// SPDX-License-Identifier: BSD-2-Clause
#include "xml_read.h"

#include "tool/near.h"

#include <stdint.h>
#include <string.h>

// What Microkit once had: within which element, what, and what to do instead.
static const struct {
    const char *element;
    const char *name;
    const char *instead;
} gone[] = {
    {"protection_domain", "pp",
     "since Microkit 2.0 the end of a channel may call, not the domain; move `pp` to the `end` of "
     "the caller"},
    {"cspace", "cap_cspace", "Microkit 2.3.0 has no `cap_cspace`, and neither has KaaL; remove it"},
};

static bool report_gone(struct xml_reader *r, struct place at, const char *element,
                        const char *name)
{
    for (size_t i = 0; i < XML_COUNT(gone); i++) {
        if (strcmp(element, gone[i].element) == 0 && strcmp(name, gone[i].name) == 0) {
            diag_error(r->diag, at, "%s", gone[i].instead);
            return true;
        }
    }
    return false;
}

// --- values ------------------------------------------------------------------------------------

static int digit_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 16;
}

enum number_error {
    NUMBER_OK,
    NUMBER_NONE,
    NUMBER_LARGE,
};

static enum number_error parse_digits(const char *text, int base, bool underscores, int64_t *out)
{
    bool any = false;
    bool large = false;
    int64_t value = 0;
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '_' && underscores) {
            continue;
        }
        int digit = digit_value(*c);
        if (digit >= base) {
            return NUMBER_NONE;
        }
        any = true;
        large = large || value > (INT64_MAX - digit) / base;
        value = large ? 0 : value * base + digit;
    }
    *out = value;
    return !any ? NUMBER_NONE : large ? NUMBER_LARGE : NUMBER_OK;
}

static void read_number(struct xml_reader *r, const struct xml_attribute *a, bool decimal,
                        struct sd_number *out)
{
    int64_t value = 0;
    bool hex = !decimal && a->value[0] == '0' && (a->value[1] == 'x' || a->value[1] == 'X');
    enum number_error error =
        parse_digits(a->value + (hex ? 2 : 0), hex ? 16 : 10, !decimal, &value);
    if (error == NUMBER_OK) {
        *out = (struct sd_number){.value = value, .given = true, .at = a->at};
    } else if (error == NUMBER_LARGE) {
        diag_error(r->diag, a->at, "`%s` is \"%s\"; give a number below 2^63", a->name, a->value);
    } else {
        diag_error(r->diag, a->at, "`%s` is \"%s\"; give %s", a->name, a->value,
                   decimal ? "a decimal number, of digits alone" : "a number, as 4096 or 0x1000");
    }
}

static void read_flag(struct xml_reader *r, const struct xml_attribute *a, struct sd_flag *out)
{
    bool value = strcmp(a->value, "true") == 0;
    if (!value && strcmp(a->value, "false") != 0) {
        diag_error(r->diag, a->at, "`%s` is \"%s\"; give true or false", a->name, a->value);
        return;
    }
    *out = (struct sd_flag){.value = value, .given = true, .at = a->at};
}

static void read_value(struct xml_reader *r, const struct xml_key *key,
                       const struct xml_attribute *a, void *field)
{
    switch (key->kind) {
    case XML_TEXT:
        *(struct sd_text *)field = (struct sd_text){.text = a->value, .at = a->at};
        break;
    case XML_NUMBER:
    case XML_DECIMAL:
        read_number(r, a, key->kind == XML_DECIMAL, field);
        break;
    case XML_FLAG:
        read_flag(r, a, field);
        break;
    }
}

// --- attributes --------------------------------------------------------------------------------

static void place_field(const struct xml_key *key, struct place at, void *field)
{
    switch (key->kind) {
    case XML_TEXT:
        ((struct sd_text *)field)->at = at;
        break;
    case XML_NUMBER:
    case XML_DECIMAL:
        ((struct sd_number *)field)->at = at;
        break;
    case XML_FLAG:
        ((struct sd_flag *)field)->at = at;
        break;
    }
}

static void unknown_attribute(struct xml_reader *r, const struct xml_element *e,
                              const struct xml_attribute *a, const struct xml_key *keys,
                              size_t count)
{
    const char **names = arena_alloc(r->arena, (count + 1) * sizeof(*names));
    if (report_gone(r, a->name_at, e->name, a->name)) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        names[i] = keys[i].name;
    }
    diag_error(r->diag, a->name_at, "unknown attribute `%s` of `%s`; %s", a->name, e->name,
               near_fix(r->arena, a->name, names, count));
}

void xml_attributes(struct xml_reader *r, const struct xml_element *e, const struct xml_key *keys,
                    size_t count, void *object)
{
    for (size_t i = 0; i < count; i++) {
        place_field(&keys[i], e->at, (char *)object + keys[i].offset);
        if (keys[i].required && xml_get(e, keys[i].name) == NULL) {
            diag_error(r->diag, e->at, "`%s` without `%s`; add %s=\"...\"", e->name, keys[i].name,
                       keys[i].name);
        }
    }
    for (const struct xml_attribute *a = e->attributes; a != NULL; a = a->next) {
        const struct xml_key *key = NULL;
        for (size_t i = 0; i < count; i++) {
            key = strcmp(a->name, keys[i].name) == 0 ? &keys[i] : key;
        }
        if (key == NULL) {
            unknown_attribute(r, e, a, keys, count);
        } else {
            read_value(r, key, a, (char *)object + key->offset);
        }
    }
}

// --- children ----------------------------------------------------------------------------------

static void unknown_element(struct xml_reader *r, const struct xml_element *e,
                            const struct xml_child *children, size_t count)
{
    const char **names = arena_alloc(r->arena, (count + 1) * sizeof(*names));
    if (report_gone(r, e->at, e->parent->name, e->name)) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        names[i] = children[i].name;
    }
    diag_error(r->diag, e->at, "unknown element `%s` in `%s`; %s", e->name, e->parent->name,
               near_fix(r->arena, e->name, names, count));
}

void xml_children(struct xml_reader *r, const struct xml_element *e,
                  const struct xml_child *children, size_t count, size_t parent)
{
    for (const struct xml_element *child = e->first; child != NULL; child = child->next) {
        size_t i = 0;
        while (i < count && strcmp(child->name, children[i].name) != 0) {
            i++;
        }
        if (i == count) {
            unknown_element(r, child, children, count);
        } else {
            children[i].read(r, child, parent);
        }
    }
}

void xml_no_children(struct xml_reader *r, const struct xml_element *e)
{
    for (const struct xml_element *child = e->first; child != NULL; child = child->next) {
        diag_error(r->diag, child->at, "`%s` has no elements within it, as `%s`; move it out",
                   e->name, child->name);
    }
}

size_t xml_count(const struct xml_element *e, const char *name)
{
    size_t count = 0;
    for (const struct xml_element *child = e->first; child != NULL; child = child->next) {
        count += strcmp(child->name, name) == 0;
    }
    return count;
}

void xml_add_map(struct xml_reader *r, struct sd_map map, struct sd_text region_name)
{
    struct xml_map *m = arena_alloc(r->arena, sizeof(*m));
    *m = (struct xml_map){.map = map, .region_name = region_name, .next = r->maps};
    r->maps = m;
}
