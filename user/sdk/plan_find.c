// SPDX-License-Identifier: BSD-2-Clause
//
// What of the plan has a name, or belongs to somebody.

#include <kaal/plan.h>

#include <lib/mem.h>

uint32_t plan_find_pd(const struct plan *plan, const char *name)
{
    for (uint32_t i = 0; i < plan_count(plan, KAAL_TABLE_PDS); i++) {
        if (strncmp(plan_pd(plan, i)->name, name, KAAL_NAME_SIZE) == 0) {
            return i;
        }
    }
    return KAAL_NONE;
}

bool plan_allows(const struct plan *plan, uint32_t allow)
{
    for (uint32_t i = 0; i < plan_count(plan, KAAL_TABLE_PDS); i++) {
        if ((plan_pd(plan, i)->policy.allow & allow) != 0) {
            return true;
        }
    }
    return false;
}

// Both names are padded with zeroes, so that their first words tell most of them apart.
uint32_t plan_find_program(const struct plan *plan, const char *name)
{
    uint64_t wanted = 0;
    memcpy(&wanted, name, sizeof(wanted));
    uint32_t count = plan_count(plan, KAAL_TABLE_FILES);
    for (uint32_t i = 0; i < count; i++) {
        const struct kaal_plan_file *file = plan_file(plan, i);
        uint64_t word = 0;
        memcpy(&word, file->name, sizeof(word));
        if (word == wanted && file->kind == KAAL_FILE_PROGRAM &&
            strncmp(file->name, name, KAAL_NAME_SIZE) == 0) {
            return i;
        }
    }
    return KAAL_NONE;
}

uint32_t plan_next_device(const struct plan *plan, uint32_t pd, uint32_t from)
{
    for (uint32_t i = from; i < plan_count(plan, KAAL_TABLE_DEVICES); i++) {
        if (plan_device(plan, i)->pd == pd) {
            return i;
        }
    }
    return KAAL_NONE;
}

bool plan_has_cap(const struct plan *plan, enum kaal_cap_kind kind, uint32_t object)
{
    for (uint32_t i = 0; i < plan_count(plan, KAAL_TABLE_CAPS); i++) {
        const struct kaal_plan_cap *cap = plan_cap(plan, i);
        if (cap->kind == kind && cap->object == object) {
            return true;
        }
    }
    return false;
}

const struct kaal_plan_cap *plan_find_cap(const struct plan *plan, uint32_t pd,
                                          enum kaal_cap_kind kind, const char *name)
{
    struct plan_range caps = plan_caps_of(plan, pd);
    for (uint32_t i = caps.first; i < caps.end; i++) {
        const struct kaal_plan_cap *cap = plan_cap(plan, i);
        if (cap->kind == kind && !plan_cap_is_note(cap) &&
            strncmp(cap->name, name, KAAL_NAME_SIZE) == 0) {
            return cap;
        }
    }
    return NULL;
}

const struct kaal_plan_map *plan_find_map(const struct plan *plan, uint32_t pd, uint64_t vaddr)
{
    struct plan_range maps = plan_maps_of(plan, pd);
    for (uint32_t i = maps.first; i < maps.end; i++) {
        const struct kaal_plan_map *map = plan_map(plan, i);
        if (map->source == KAAL_MAP_REGION && vaddr >= map->vaddr &&
            vaddr - map->vaddr < plan_region(plan, map->object)->size) {
            return map;
        }
    }
    return NULL;
}

const struct kaal_plan_link *plan_next_link(const struct plan *plan, uint32_t *index,
                                            enum kaal_link_kind kind, uint32_t pd, bool from)
{
    while (*index < plan_count(plan, KAAL_TABLE_LINKS)) {
        const struct kaal_plan_link *link = plan_link(plan, (*index)++);
        if (link->kind == kind && (from ? link->pd : link->on) == pd) {
            return link;
        }
    }
    return NULL;
}
