// SPDX-License-Identifier: BSD-2-Clause
//
// What a TOML description says that Microkit's form cannot: each is told at its place.
#include "to_xml.h"
#include "toml_keys.h"

#include "tool/arena.h"
#include "tool/system.h"

#include <string.h>

struct refuser {
    struct arena *arena;
    struct diag *diag;
    const struct system *system;
};

static void refuse(struct refuser *r, struct place at, const char *what)
{
    diag_error(r->diag, at, "Microkit's form has no %s; remove it to convert", what);
}

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

// Every key of the section that is given and not among `kept`.
static void refuse_keys(struct refuser *r, const struct section *s, const void *object,
                        const char *const *kept, size_t count)
{
    struct place at;
    for (size_t i = 0; i < s->count; i++) {
        if (key_given(&s->keys[i], object, &at) && !is_one_of(s->keys[i].name, kept, count)) {
            diag_error(r->diag, at, "Microkit's form has no `%s` of %s; remove it to convert",
                       s->keys[i].name, s->what);
        }
    }
}

#define REFUSE_KEYS(r, section, object, kept)                                                      \
    refuse_keys((r), (section), (object), (kept), sizeof(kept) / sizeof((kept)[0]))

// The root task and the broker, which are added to each description.
static void check_own(struct refuser *r, const struct sd_pd *pd)
{
    static const char *const kept[] = {"program_image", "role"};
    bool root = pd->role == KAAL_ROLE_ROOT;
    const char *image = root ? "root.elf" : "cap_broker.elf";
    if (strcmp(pd->name.text, root ? "root" : "cap_broker") != 0) {
        refuse(r, pd->name.at, "name of its own for this domain");
    }
    if (strcmp(pd->image.text, image) != 0) {
        refuse(r, pd->image.at, "program of its own for this domain");
    }
    REFUSE_KEYS(r, &pd_section, pd, kept);
}

// What `clock` added stands in its place.
static bool is_added(const struct system *s, const struct sd_pd *pd)
{
    return s->clock.given && pd->name.at.line == s->clock.at.line;
}

// Microkit's form describes Microkit programs alone, at least one, so one line tells all of a
// system of others.
static bool check_programs(struct refuser *r)
{
    const struct system *s = r->system;
    const struct sd_pd *first = NULL;
    size_t count = 0;
    size_t components = 0;
    for (size_t i = s->pd_count; i-- > 0;) {
        const struct sd_pd *pd = &s->pds[i];
        if (pd->role != KAAL_ROLE_COMPONENT || is_added(s, pd)) {
            continue;
        }
        components++;
        if (pd->abi != SD_ABI_MICROKIT) {
            first = pd;
            count++;
        }
    }
    if (components == 0) {
        diag_error(r->diag, place_file(s->file),
                   "no components, and Microkit's form has at least one; add a domain with "
                   "abi = \"microkit\"");
        return false;
    }
    if (first == NULL) {
        return true;
    }
    const char *of = count == 1 ? "" : arena_printf(r->arena, ", one of %zu", count);
    diag_error(r->diag, first->name.at,
               "`%s` is a KaaL program%s, and Microkit's form has only Microkit's; convert a "
               "system whose domains have abi = \"microkit\"",
               first->name.text, of);
    return false;
}

static void check_pds(struct refuser *r)
{
    static const char *const kept[] = {"program_image", "role",    "priority", "budget", "period",
                                       "stack_size",    "passive", "fpu",      "parent", "abi",
                                       "symbols",       "id",      "smc",      "cpu",    "domain"};
    for (size_t i = 0; i < r->system->pd_count; i++) {
        const struct sd_pd *pd = &r->system->pds[i];
        if (pd->role != KAAL_ROLE_COMPONENT) {
            check_own(r, pd);
        } else if (!is_added(r->system, pd)) {
            REFUSE_KEYS(r, &pd_section, pd, kept);
        }
    }
}

// The next component behind `index` in file order; the count of domains if there is none.
static size_t next_component(const struct system *s, size_t index)
{
    do {
        index++;
    } while (index < s->pd_count && s->pds[index].role != KAAL_ROLE_COMPONENT);
    return index;
}

// Where children stand within their parents: do the domains of `parent`, and those within them,
// come in file order? *next is the one whose turn it is there.
static bool check_order(struct refuser *r, size_t parent, size_t *next)
{
    const struct system *s = r->system;
    for (size_t i = 0; i < s->pd_count; i++) {
        if (s->pds[i].role != KAAL_ROLE_COMPONENT || s->pds[i].parent != parent) {
            continue;
        }
        if (i != *next) {
            diag_error(r->diag, s->pds[i].name.at,
                       "in Microkit's form children stand within their parents, so `%s` comes "
                       "before `%s` and starts before it; move it there to convert",
                       s->pds[i].name.text, s->pds[*next].name.text);
            return false;
        }
        *next = next_component(s, *next);
        if (!check_order(r, i, next)) {
            return false;
        }
    }
    return true;
}

static bool has_paddr_symbol(const struct system *s, const struct sd_region *region)
{
    for (size_t i = 0; i < s->pd_count; i++) {
        for (size_t j = 0; j < s->pds[i].setvar_count; j++) {
            const struct sd_setvar *v = &s->pds[i].setvars[j];
            if (v->kind == SD_SETVAR_PADDR && &s->regions[v->region] == region) {
                return true;
            }
        }
    }
    return false;
}

static void check_regions(struct refuser *r)
{
    const struct system *s = r->system;
    for (size_t i = 0; i < s->region_count; i++) {
        const struct sd_region *region = &s->regions[i];
        if (region->contiguous.value && !region->paddr.given && !has_paddr_symbol(s, region)) {
            refuse(r, region->contiguous.at, "`contiguous` without a symbol for the address");
        }
    }
}

// Two symbols for one thing: an attribute is there once.
static void check_symbols(struct refuser *r)
{
    for (size_t i = 0; i < r->system->pd_count; i++) {
        const struct sd_pd *pd = &r->system->pds[i];
        for (size_t j = 0; j < pd->setvar_count; j++) {
            const struct sd_setvar *v = &pd->setvars[j];
            for (size_t k = 0; k < j && v->kind != SD_SETVAR_PADDR; k++) {
                const struct sd_setvar *o = &pd->setvars[k];
                if (o->kind == v->kind && o->region == v->region && o->id.value == v->id.value) {
                    refuse(r, v->at, "second symbol for the same value");
                    break;
                }
            }
        }
    }
}

static bool is_mapped(const struct sd_region *region, size_t pd)
{
    for (size_t i = 0; i < region->map_count; i++) {
        if (region->maps[i].pd == pd) {
            return true;
        }
    }
    return false;
}

static void check_sizes(struct refuser *r)
{
    for (size_t i = 0; i < r->system->pd_count; i++) {
        const struct sd_pd *pd = &r->system->pds[i];
        for (size_t j = 0; j < pd->setvar_count; j++) {
            const struct sd_setvar *v = &pd->setvars[j];
            if ((v->kind == SD_SETVAR_SIZE || v->kind == SD_SETVAR_PREFILL_SIZE) &&
                !is_mapped(&r->system->regions[v->region], i)) {
                refuse(r, v->at, "symbol for the size of a region that the domain does not map");
            }
        }
    }
}

bool xml_can_say(struct arena *a, const struct system *s, struct diag *d)
{
    struct refuser r = {.arena = a, .diag = d, .system = s};
    size_t errors = d->errors;
    if (!check_programs(&r)) {
        return false;
    }
    REFUSE_KEYS(&r, &system_section, s, (const char *const[]){""});
    size_t first = next_component(s, SYSTEM_NONE);
    check_pds(&r);
    check_order(&r, SYSTEM_NONE, &first);
    check_regions(&r);
    check_symbols(&r);
    check_sizes(&r);
    for (size_t i = 0; i < s->device_count; i++) {
        refuse(&r, s->devices[i].at, "[[devices]]");
    }
    return d->errors == errors;
}
