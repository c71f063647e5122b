// SPDX-License-Identifier: BSD-2-Clause
#include "checker.h"

#include "tool/near.h"

#include <kaal/layout.h>
#include <kaal/limits.h>

#include "lib/pci_id.h"

#include <inttypes.h>
#include <string.h>

// --- rights ------------------------------------------------------------------------------------

// A text of letters r, w, x, g, each at most once and all of them in `allowed`.
static bool parse_rights(struct checker *c, const struct sd_text *text, const char *allowed,
                         uint32_t *out)
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
                   "rights \"%s\" are not possible here; use letters of \"%s\", "
                   "each once",
                   text->text, allowed);
        return false;
    }
    *out = rights;
    return true;
}

// --- memory regions ----------------------------------------------------------------------------

static bool check_region_size(struct checker *c, const struct sd_region *region)
{
    const struct sd_number *page = &region->page_size;
    if (page->given && page->value != SD_PAGE && page->value != SD_LARGE_PAGE) {
        diag_error(c->diag, page->at, "`page_size` is %" PRId64 "; give 0x%x or 0x%x", page->value,
                   SD_PAGE, SD_LARGE_PAGE);
        return false;
    }
    if (!region->size.given || !check_range(c, "size", &region->size, 1, SD_REGION_MAX)) {
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

static void check_map_rights(struct checker *c, struct sd_map *map)
{
    map->rights = KAAL_RIGHT_READ | KAAL_RIGHT_WRITE;
    if (map->rights_name.text == NULL || !parse_rights(c, &map->rights_name, "rwx", &map->rights)) {
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

static void check_map_address(struct checker *c, const struct sd_region *region,
                              const struct sd_map *map)
{
    if (!map->vaddr.given) {
        return;
    }
    uint64_t vaddr = (uint64_t)map->vaddr.value;
    uint64_t size = (uint64_t)region->size.value;
    if (vaddr < KAAL_LAYOUT_MAP_START || vaddr >= KAAL_LAYOUT_MAP_END ||
        size > KAAL_LAYOUT_MAP_END - vaddr) {
        diag_error(c->diag, map->vaddr.at,
                   "`vaddr` 0x%" PRIx64 " with 0x%" PRIx64
                   " bytes lies outside the space for mappings; stay between 0x%llx and 0x%llx",
                   vaddr, size, KAAL_LAYOUT_MAP_START, KAAL_LAYOUT_MAP_END);
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
                diag_error(c->diag, map->vaddr.at,
                           "`%s` overlaps `%s` of line %u in `%s`; move one or leave out `vaddr`",
                           region->name.text, r->name.text, m->vaddr.at.line, map->pd_name.text);
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
    for (size_t i = 0; i < index; i++) {
        if (region->maps[i].pd == map->pd) {
            diag_error(c->diag, map->pd_name.at, "`%s` is mapped into `%s` twice; remove one",
                       region->name.text, map->pd_name.text);
            return;
        }
    }
    check_map_overlap(c, region, map);
}

void check_regions(struct checker *c)
{
    struct system *s = c->system;
    for (size_t i = 0; i < s->region_count; i++) {
        struct sd_region *region = &s->regions[i];
        check_name(c, &region->name);
        if (!check_region_size(c, region)) {
            // Nothing below may compute with it.
            region->size = (struct sd_number){.value = SD_PAGE, .at = region->size.at};
            region->page_size = (struct sd_number){0};
        }
        for (size_t j = 0; j < region->map_count; j++) {
            check_map(c, region, j);
        }
        bool used = region->map_count != 0;
        for (size_t j = 0; j < s->cap_count; j++) {
            used = used || same_text(&s->caps[j].object_name, &region->name);
        }
        if (!used) {
            diag_warning(c->diag, region->name.at,
                         "nobody maps the memory region `%s`; add `maps` or remove it",
                         region->name.text);
        }
    }
}

// --- devices -----------------------------------------------------------------------------------

static const char *const match_keys[KAAL_DEVICE_MATCH_COUNT] = {
    [KAAL_DEVICE_PATH] = "path",
    [KAAL_DEVICE_COMPATIBLE] = "compatible",
    [KAAL_DEVICE_ALIAS] = "alias",
    [KAAL_DEVICE_PCI] = "pci",
};

static const struct sd_text *match_text(const struct sd_match *match, enum kaal_device_match by)
{
    const struct sd_text *const texts[KAAL_DEVICE_MATCH_COUNT] = {
        [KAAL_DEVICE_PATH] = &match->path,
        [KAAL_DEVICE_COMPATIBLE] = &match->compatible,
        [KAAL_DEVICE_ALIAS] = &match->alias,
        [KAAL_DEVICE_PCI] = &match->pci,
    };
    return texts[by];
}

const struct sd_text *system_match(const struct sd_match *match, enum kaal_device_match *by)
{
    for (*by = KAAL_DEVICE_PATH; *by < KAAL_DEVICE_PCI; (*by)++) {
        if (match_text(match, *by)->text != NULL) {
            break;
        }
    }
    return match_text(match, *by);
}

bool system_match_same(const struct sd_match *a, const struct sd_match *b)
{
    struct pci_id x;
    struct pci_id y;
    enum kaal_device_match by;
    enum kaal_device_match other_by;
    const struct sd_text *text = system_match(a, &by);
    const struct sd_text *other = system_match(b, &other_by);
    if (by != other_by || text->text == NULL || other->text == NULL) {
        return false;
    }
    if (by == KAAL_DEVICE_PCI && pci_id_parse(text->text, &x) && pci_id_parse(other->text, &y)) {
        return x.vendor == y.vendor && x.device == y.device && x.number == y.number;
    }
    return strcmp(text->text, other->text) == 0;
}

static bool check_match_text(struct checker *c, const struct sd_text *text,
                             enum kaal_device_match by)
{
    const size_t room = sizeof(((struct kaal_plan_device *)NULL)->match_text);
    if (text->text[0] == '\0' || strlen(text->text) >= room) {
        diag_error(c->diag, text->at, "text of %zu bytes; give 1 to %zu", strlen(text->text),
                   room - 1);
        return false;
    }
    if (by == KAAL_DEVICE_PATH && text->text[0] != '/') {
        diag_error(c->diag, text->at,
                   "`%s` is no full path of the device tree; start with /, as in /pl011@9000000",
                   text->text);
        return false;
    }
    if (by == KAAL_DEVICE_ALIAS && strpbrk(text->text, "/:") != NULL) {
        diag_error(c->diag, text->at,
                   "`%s` is no name of the device tree's /aliases; give one, as serial0, or use "
                   "`path`",
                   text->text);
        return false;
    }
    struct pci_id id;
    if (by == KAAL_DEVICE_PCI && !pci_id_parse(text->text, &id)) {
        diag_error(c->diag, text->at,
                   "`%s` is no vendor and device of PCI; give four hexadecimal digits each, and "
                   "the number of one of several, as 1234:11e8 or 1234:11e8:1",
                   text->text);
        return false;
    }
    return true;
}

bool check_match(struct checker *c, const char *what, const struct sd_match *match)
{
    enum kaal_device_match by;
    const struct sd_text *text = system_match(match, &by);
    if (text->text == NULL) {
        diag_error(c->diag, match->at,
                   "%s without `path`, `compatible`, `alias` or `pci`; add one of them", what);
        return false;
    }
    for (enum kaal_device_match other = by + 1; other < KAAL_DEVICE_MATCH_COUNT; other++) {
        const struct sd_text *second = match_text(match, other);
        if (second->text != NULL) {
            diag_error(c->diag, second->at, "%s with `%s` and `%s`; keep one of them", what,
                       match_keys[by], match_keys[other]);
            return false;
        }
    }
    return check_match_text(c, text, by);
}

static void check_device_unique(struct checker *c, size_t index)
{
    const struct sd_device *device = &c->system->devices[index];
    for (size_t i = 0; i < index; i++) {
        const struct sd_device *other = &c->system->devices[i];
        if (same_text(&other->name, &device->name)) {
            check_duplicate(c, &device->name, "a device", &other->name);
        }
        enum kaal_device_match by;
        const struct sd_text *match = system_match(&device->match, &by);
        if (system_match_same(&device->match, &other->match)) {
            diag_error(c->diag, match->at,
                       "`%s` is already the device `%s` of line %u; a device has one holder",
                       match->text, other->name.text, other->at.line);
        }
    }
}

// Its DMA memory is a region that bears its name.
static void check_device_dma(struct checker *c, const struct sd_device *device)
{
    if (device->dma_cached.given && !device->dma.given) {
        diag_error(c->diag, device->dma_cached.at,
                   "`dma_cached` of a device without DMA memory; add `dma` or remove it");
    }
    if (!device->dma.given || !check_range(c, "dma", &device->dma, SD_PAGE, SD_DMA_MAX)) {
        return;
    }
    if (device->dma.value % SD_PAGE != 0) {
        diag_error(c->diag, device->dma.at, "`dma` is 0x%" PRIx64 "; give a multiple of 0x%x",
                   device->dma.value, SD_PAGE);
    }
    size_t region =
        device->name.text == NULL ? SYSTEM_NONE : system_find_region(c->system, device->name.text);
    if (region != SYSTEM_NONE) {
        diag_error(
            c->diag, device->dma.at,
            "the DMA memory of `%s` has the name of the memory region of line %u; rename one",
            device->name.text, c->system->regions[region].name.at.line);
    }
}

static void check_notify_bits(struct checker *c, size_t pd)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < c->system->channel_count; i++) {
        const struct sd_channel *ch = &c->system->channels[i];
        bits += ch->to == pd && !ch->is_call;
    }
    for (size_t i = 0; i < c->system->device_count; i++) {
        const struct sd_device *device = &c->system->devices[i];
        bool counts = device->pd == pd && device->interrupts.value >= 0;
        bits += counts ? (device->interrupts.given ? (uint64_t)device->interrupts.value : 1) : 0;
    }
    bits += c->system->pds[pd].policy.watches.count;
    if (bits > KAAL_NOTIFY_BITS) {
        diag_error(c->diag, c->system->pds[pd].name.at,
                   "`%s` would receive %" PRIu64 " signals and interrupts; give it at most %d",
                   c->system->pds[pd].name.text, bits, KAAL_NOTIFY_BITS);
    }
}

void check_devices(struct checker *c)
{
    enum { WINDOWS_MAX = 8, INTERRUPTS_MAX = 8 };
    struct system *s = c->system;
    for (size_t i = 0; i < s->device_count; i++) {
        struct sd_device *device = &s->devices[i];
        check_name(c, &device->name);
        device->pd = check_pd_reference(c, "pd", &device->pd_name);
        check_match(c, "a device", &device->match);
        check_range(c, "registers", &device->registers, 0, WINDOWS_MAX);
        check_range(c, "interrupts", &device->interrupts, 0, INTERRUPTS_MAX);
        check_device_dma(c, device);
        check_device_unique(c, i);
    }
    for (size_t i = 0; i < s->pd_count; i++) {
        check_notify_bits(c, i);
    }
}

// --- raw capabilities --------------------------------------------------------------------------

struct cap_rule {
    const char *name;
    const char *rights; // letters that may be given; NULL: this kind has no rights
    enum kaal_cap_kind kind;
    uint32_t usual; // rights, if none are given
};

static const struct cap_rule cap_rules[] = {
    {"cnode", NULL, KAAL_CAP_CNODE, 0},
    {"vspace", NULL, KAAL_CAP_VSPACE, 0},
    {"tcb", NULL, KAAL_CAP_TCB, 0},
    {"sched_context", NULL, KAAL_CAP_SCHED_CONTEXT, 0},
    {"frame", "rw", KAAL_CAP_FRAME, KAAL_RIGHT_READ},
    {"endpoint", "rwg", KAAL_CAP_ENDPOINT, KAAL_RIGHT_WRITE},
};

enum { CAP_RULES = sizeof(cap_rules) / sizeof(cap_rules[0]) };

static const struct cap_rule *find_cap_rule(struct checker *c, const struct sd_text *kind)
{
    const char *names[CAP_RULES];
    for (size_t i = 0; i < CAP_RULES; i++) {
        names[i] = cap_rules[i].name;
        if (kind->text != NULL && strcmp(kind->text, names[i]) == 0) {
            return &cap_rules[i];
        }
    }
    if (kind->text != NULL) {
        diag_error(c->diag, kind->at, "unknown kind of capability `%s`; %s", kind->text,
                   near_fix(c->arena, kind->text, names, CAP_RULES));
    }
    return NULL;
}

static size_t region_reference(struct checker *c, const struct sd_text *name)
{
    struct system *s = c->system;
    size_t found = name->text == NULL ? SYSTEM_NONE : system_find_region(s, name->text);
    if (found == SYSTEM_NONE && name->text != NULL) {
        const char **names = arena_alloc(c->arena, (s->region_count + 1) * sizeof(*names));
        for (size_t i = 0; i < s->region_count; i++) {
            names[i] = s->regions[i].name.text;
        }
        diag_error(c->diag, name->at, "`object` names no memory region: `%s`; %s", name->text,
                   near_fix(c->arena, name->text, names, s->region_count));
    }
    return found;
}

static void check_cap_rights(struct checker *c, struct sd_cap *cap, const struct cap_rule *rule)
{
    cap->rights = rule->usual;
    if (cap->rights_name.text == NULL) {
        return;
    }
    if (rule->rights == NULL) {
        diag_error(c->diag, cap->rights_name.at,
                   "a capability of kind `%s` has no rights; remove "
                   "`rights`",
                   rule->name);
        return;
    }
    parse_rights(c, &cap->rights_name, rule->rights, &cap->rights);
}

static void check_cap_page(struct checker *c, const struct sd_cap *cap)
{
    if (cap->kind != KAAL_CAP_FRAME) {
        if (cap->page.given) {
            diag_error(c->diag, cap->page.at, "only a frame has a `page`; remove it");
        }
        return;
    }
    if (cap->object != SYSTEM_NONE) {
        const struct sd_region *region = &c->system->regions[cap->object];
        check_range(c, "page", &cap->page, 0,
                    region->size.value / (int64_t)system_page_size(region) - 1);
    }
}

static void check_cap(struct checker *c, struct sd_cap *cap)
{
    // The bits above are those of calls and faults.
    const int64_t badge_max = (INT64_C(1) << KAAL_NOTIFY_BITS) - 1;
    const struct cap_rule *rule = find_cap_rule(c, &cap->kind_name);
    check_name(c, &cap->name);
    cap->pd = check_pd_reference(c, "pd", &cap->pd_name);
    if (rule == NULL) {
        return;
    }
    cap->kind = rule->kind;
    cap->object = rule->kind == KAAL_CAP_FRAME ? region_reference(c, &cap->object_name)
                                               : check_pd_reference(c, "object", &cap->object_name);
    if (rule->kind != KAAL_CAP_FRAME && cap->object != SYSTEM_NONE &&
        cap->object == c->system->broker && cap->pd != c->system->broker) {
        diag_error(c->diag, cap->object_name.at,
                   "`%s` is the broker, whose objects nobody else may hold; name another domain",
                   cap->object_name.text);
    }
    check_cap_rights(c, cap, rule);
    check_cap_page(c, cap);
    if (cap->badge.given && cap->kind != KAAL_CAP_ENDPOINT) {
        diag_error(c->diag, cap->badge.at, "only an endpoint has a `badge`; remove it");
    } else {
        check_range(c, "badge", &cap->badge, 0, badge_max);
    }
}

void check_caps(struct checker *c)
{
    struct system *s = c->system;
    for (size_t i = 0; i < s->cap_count; i++) {
        struct sd_cap *cap = &s->caps[i];
        check_cap(c, cap);
        for (size_t j = 0; j < i; j++) {
            const struct sd_cap *other = &s->caps[j];
            if (other->pd != SYSTEM_NONE && other->pd == cap->pd && other->kind == cap->kind &&
                same_text(&other->name, &cap->name)) {
                check_duplicate(c, &cap->name, "a capability", &other->name);
                break;
            }
        }
    }
}
