// SPDX-License-Identifier: BSD-2-Clause
#include "checker.h"

#include "tool/near.h"

#include "lib/bits.h"

#include <kaal/layout.h>
#include <kaal/limits.h>

#include <inttypes.h>
#include <string.h>

size_t check_region_reference(struct checker *c, const char *key, const struct sd_text *name)
{
    struct system *s = c->system;
    size_t found = name->text == NULL ? SYSTEM_NONE : system_find_region(s, name->text);
    if (found == SYSTEM_NONE && name->text != NULL) {
        const char **names = arena_alloc(c->arena, (s->region_count + 1) * sizeof(*names));
        for (size_t i = 0; i < s->region_count; i++) {
            names[i] = s->regions[i].name.text;
        }
        diag_error(c->diag, name->at, "`%s` names no memory region: `%s`; %s", key, name->text,
                   near_fix(c->arena, name->text, names, s->region_count));
    }
    return found;
}

// --- rights ------------------------------------------------------------------------------------

bool check_rights(struct checker *c, const struct sd_text *text, const char *allowed, uint32_t *out)
{
    static const char letters[] = "rwxg";
    uint32_t rights = 0;
    for (const char *l = text->text; *l != '\0'; l++) {
        const char *known = strchr(letters, *l);
        uint32_t bit = known == NULL ? 0 : 1u << (known - letters);
        if (bit == 0 || (rights & bit) != 0 || strchr(allowed, *l) == NULL) {
            rights = 0;
            break;
        }
        rights |= bit;
    }
    if (rights == 0) {
        diag_error(c->diag, text->at,
                   "%s \"%s\" are not possible here; use letters of \"%s\", each once",
                   word(c, WORD_RIGHTS), text->text, allowed);
        return false;
    }
    *out = rights;
    return true;
}

// --- memory regions ----------------------------------------------------------------------------

// Of Microkit's: the largest page that fits all that is written. A region of the size of its file
// has small ones.
static void choose_page_size(const struct checker *c, struct sd_region *region)
{
    bool fits = region->size.given && region->size.value % SD_LARGE_PAGE == 0 &&
                region->paddr.value % SD_LARGE_PAGE == 0;
    if (c->system->form != SD_FORM_XML || region->page_size.given) {
        return;
    }
    for (size_t i = 0; i < region->map_count; i++) {
        fits = fits && region->maps[i].vaddr.value % SD_LARGE_PAGE == 0;
    }
    region->page_size = (struct sd_number){
        .value = fits ? SD_LARGE_PAGE : SD_PAGE, .given = true, .at = region->size.at};
}

static bool check_region_size(struct checker *c, const struct sd_region *region)
{
    const struct sd_number *page = &region->page_size;
    if (page->given && page->value != SD_PAGE && page->value != SD_LARGE_PAGE) {
        diag_error(c->diag, page->at, "`page_size` is %" PRId64 "; give 0x%x or 0x%x", page->value,
                   SD_PAGE, SD_LARGE_PAGE);
        return false;
    }
    if (!region->size.given && region->size.value == 0) {
        diag_error(c->diag, region->size.at, "a memory region without `size`; %s",
                   add_key(c, "size"));
        return false;
    }
    if (!check_range(c, "size", &region->size, 1, SD_REGION_MAX)) {
        return false;
    }
    if ((uint64_t)region->size.value % system_page_size(region) != 0) {
        diag_error(c->diag, region->size.at,
                   "`size` is 0x%" PRIx64 "; give a multiple of the page size 0x%" PRIx64,
                   region->size.value, system_page_size(region));
        return false;
    }
    return true;
}

// --- where it lies, and what it holds ----------------------------------------------------------

static void check_paddr_overlap(struct checker *c, size_t index)
{
    const struct sd_region *region = &c->system->regions[index];
    for (size_t i = 0; i < index; i++) {
        const struct sd_region *other = &c->system->regions[i];
        if (other->paddr.given &&
            ranges_overlap((uint64_t)region->paddr.value, (uint64_t)region->size.value,
                           (uint64_t)other->paddr.value, (uint64_t)other->size.value)) {
            diag_error(c->diag, region->paddr.at,
                       "`%s` overlaps `%s` of line %u in physical memory; move one, or map one "
                       "region into both domains",
                       region->name.text, other->name.text, other->name.at.line);
            return;
        }
    }
}

static void check_paddr(struct checker *c, size_t index)
{
    const int64_t end = INT64_C(1) << 48;
    struct sd_region *region = &c->system->regions[index];
    const char *key = word(c, WORD_PADDR);
    if (!region->paddr.given) {
        return;
    }
    if (!check_range(c, key, &region->paddr, 0, end - region->size.value)) {
        region->paddr.given = false;
    } else if ((uint64_t)region->paddr.value % system_page_size(region) != 0) {
        diag_error(c->diag, region->paddr.at,
                   "`%s` 0x%" PRIx64 " is no multiple of the page size 0x%" PRIx64 "; align it",
                   key, (uint64_t)region->paddr.value, system_page_size(region));
    } else {
        check_paddr_overlap(c, index);
    }
}

static void check_prefill(struct checker *c, const struct sd_region *region)
{
    if (region->prefill.text != NULL && region->prefill_fdt.value) {
        diag_error(c->diag, region->prefill_fdt.at, "`%s` and `%s` of one region; keep one",
                   word(c, WORD_PREFILL), word(c, WORD_PREFILL_FDT));
    }
    if (region->prefill.text != NULL && region->prefill_size > (uint64_t)region->size.value) {
        diag_error(c->diag, region->prefill.at,
                   "%s has 0x%" PRIx64 " bytes and the region 0x%" PRIx64
                   "; make it larger, or leave out `size`",
                   region->prefill.text, region->prefill_size, (uint64_t)region->size.value);
    }
}

// --- who maps it -------------------------------------------------------------------------------

static void check_map_rights(struct checker *c, struct sd_map *map)
{
    map->rights = KAAL_RIGHT_READ | KAAL_RIGHT_WRITE;
    if (map->rights_name.text == NULL || !check_rights(c, &map->rights_name, "rwx", &map->rights)) {
        return;
    }
    if ((map->rights & KAAL_RIGHT_READ) == 0) {
        diag_error(c->diag, map->rights_name.at,
                   "memory that is mapped can be read; add `r` to \"%s\"", map->rights_name.text);
    } else if ((map->rights & KAAL_RIGHT_WRITE) != 0 && (map->rights & KAAL_RIGHT_EXECUTE) != 0) {
        diag_error(c->diag, map->rights_name.at,
                   "memory is not writable and executable at once; drop `w` or `x`");
    }
}

// Where a domain may map memory: below the stack of a Microkit program, in a range of its own else.
static void map_space(const struct checker *c, size_t pd, uint64_t *start, uint64_t *end)
{
    bool microkit = is_microkit(c, pd);
    *start = microkit ? 0 : KAAL_LAYOUT_MAP_START;
    *end = microkit ? SD_MICROKIT_STACK_TOP - SD_MICROKIT_STACK_LEAST : KAAL_LAYOUT_MAP_END;
    if (microkit && system_stack(&c->system->pds[pd]) <= KAAL_STACK_MAX) {
        *end = SD_MICROKIT_STACK_TOP - system_stack(&c->system->pds[pd]);
    }
}

static void check_map_address(struct checker *c, const struct sd_region *region,
                              const struct sd_map *map)
{
    uint64_t start;
    uint64_t end;
    if (!map->vaddr.given) {
        return;
    }
    map_space(c, map->pd, &start, &end);
    uint64_t vaddr = (uint64_t)map->vaddr.value;
    uint64_t size = (uint64_t)region->size.value;
    if (vaddr < start || vaddr >= end || size > end - vaddr) {
        diag_error(c->diag, map->vaddr.at,
                   "`vaddr` 0x%" PRIx64 " with 0x%" PRIx64
                   " bytes lies outside the space for mappings; stay between 0x%" PRIx64
                   " and 0x%" PRIx64,
                   vaddr, size, start, end);
    } else if (vaddr % system_page_size(region) != 0) {
        diag_error(c->diag, map->vaddr.at,
                   "`vaddr` 0x%" PRIx64 " is no multiple of the page size 0x%" PRIx64 "; align it",
                   vaddr, system_page_size(region));
    }
}

// Two maps at fixed addresses of one domain.
static void check_map_overlap(struct checker *c, const struct sd_region *region,
                              const struct sd_map *map)
{
    uint64_t size = (uint64_t)region->size.value;
    for (size_t i = 0; i < c->system->region_count; i++) {
        const struct sd_region *r = &c->system->regions[i];
        for (size_t j = 0; j < r->map_count; j++) {
            const struct sd_map *m = &r->maps[j];
            if (m == map) {
                return;
            }
            bool both = m->vaddr.given && map->vaddr.given && m->pd == map->pd;
            if (both && (uint64_t)m->vaddr.value < (uint64_t)map->vaddr.value + size &&
                (uint64_t)map->vaddr.value < (uint64_t)m->vaddr.value + (uint64_t)r->size.value) {
                diag_error(c->diag, map->vaddr.at, "`%s` overlaps `%s` of line %u in `%s`; %s",
                           region->name.text, r->name.text, m->vaddr.at.line, map->pd_name.text,
                           word(c, WORD_MOVE_MAP));
                return;
            }
        }
    }
}

static void check_map(struct checker *c, const struct sd_region *region, size_t index)
{
    struct sd_map *map = &region->maps[index];
    map->pd = check_pd_reference(c, "pd", &map->pd_name);
    check_map_rights(c, map);
    check_map_address(c, region, map);
    if (map->pd == SYSTEM_NONE) {
        return;
    }
    if (is_microkit(c, map->pd) && !map->vaddr.given) {
        diag_error(c->diag, map->at, "a map into a Microkit program without `vaddr`; %s",
                   add_key(c, "vaddr"));
    }
    // A start page could name but one of two.
    for (size_t i = 0; i < index && !is_microkit(c, map->pd); i++) {
        if (region->maps[i].pd == map->pd) {
            diag_error(c->diag, map->pd_name.at, "`%s` is mapped into `%s` twice; remove one",
                       region->name.text, map->pd_name.text);
            return;
        }
    }
    check_map_overlap(c, region, map);
}

static void check_used(struct checker *c, const struct sd_region *region)
{
    const struct system *s = c->system;
    bool used = region->map_count != 0;
    for (size_t i = 0; i < s->cap_count; i++) {
        used = used || same_text(&s->caps[i].object_name, &region->name);
    }
    if (!used) {
        diag_warning(c->diag, region->name.at,
                     "nobody maps the memory region `%s`; %s or remove it", region->name.text,
                     word(c, WORD_ADD_MAP));
    }
}

static bool check_region_unique(struct checker *c, size_t index)
{
    size_t first = system_find_region(c->system, c->system->regions[index].name.text);
    if (first != index) {
        check_duplicate(c, &c->system->regions[index].name, "a memory region",
                        &c->system->regions[first].name);
        return false;
    }
    return true;
}

void check_regions(struct checker *c)
{
    struct system *s = c->system;
    for (size_t i = 0; i < s->region_count; i++) {
        struct sd_region *region = &s->regions[i];
        check_name(c, &region->name);
        bool unique = check_region_unique(c, i);
        choose_page_size(c, region);
        if (!check_region_size(c, region)) {
            // Nothing below may compute with it.
            region->size = (struct sd_number){.value = SD_PAGE, .at = region->size.at};
            region->page_size = (struct sd_number){0};
        }
        if (!unique) { // all that has its name means the first
            region->paddr.given = false;
            continue;
        }
        check_paddr(c, i);
        check_prefill(c, region);
        for (size_t j = 0; j < region->map_count; j++) {
            check_map(c, region, j);
        }
        check_used(c, region);
    }
}
