// SPDX-License-Identifier: BSD-2-Clause
#include "checker.h"

#include <kaal/limits.h>

#include "lib/pci_id.h"

#include <inttypes.h>
#include <string.h>

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

// Those that need a bit of their own, and those that may be in groups.
static void check_notify_bits(struct checker *c, size_t pd)
{
    uint64_t own = c->system->pds[pd].policy.watches.count;
    uint64_t others = 0;
    for (size_t i = 0; i < c->system->channel_count; i++) {
        const struct sd_channel *ch = &c->system->channels[i];
        bool signals = ch->to == pd && !ch->is_call;
        bool may_group = signals && ch->from != SYSTEM_NONE && system_may_group(c->system, ch);
        own += signals && !may_group;
        others += may_group;
    }
    for (size_t i = 0; i < c->system->device_count; i++) {
        const struct sd_device *device = &c->system->devices[i];
        bool counts = device->pd == pd && device->interrupts.value >= 0;
        own += counts ? (device->interrupts.given ? (uint64_t)device->interrupts.value : 1) : 0;
    }
    if (own > KAAL_NOTIFY_BITS) {
        diag_error(c->diag, c->system->pds[pd].name.at,
                   "`%s` would receive %" PRIu64 " signals and interrupts that need a bit of their "
                   "own; give it at most %d",
                   c->system->pds[pd].name.text, own, KAAL_NOTIFY_BITS);
    } else if (system_groups(others, own) == SYSTEM_GROUPS_NONE_FIT) {
        diag_error(c->diag, c->system->pds[pd].name.at,
                   "`%s` would receive %" PRIu64 " signals; give it at most %" PRIu64,
                   c->system->pds[pd].name.text, others,
                   (KAAL_NOTIFY_BITS - own) * KAAL_GROUP_CHANNELS);
    }
}

static void check_device_holder(struct checker *c, const struct sd_device *device)
{
    if (is_microkit(c, device->pd)) {
        diag_error(c->diag, device->pd_name.at,
                   "`%s` is a Microkit program, which has no start page to find a device in; give "
                   "it a memory region with `paddr`, and [[interrupts]]",
                   device->pd_name.text);
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
        check_device_holder(c, device);
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
    }
    size_t rule = check_word(c, kind, "kind of capability", names, CAP_RULES);
    return rule == SYSTEM_NONE ? NULL : &cap_rules[rule];
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
    check_rights(c, &cap->rights_name, rule->rights, &cap->rights);
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
    cap->object = rule->kind == KAAL_CAP_FRAME
                      ? check_region_reference(c, "object", &cap->object_name)
                      : check_pd_reference(c, word(c, WORD_OBJECT), &cap->object_name);
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

static void check_slot_free(struct checker *c, size_t index)
{
    const struct sd_cap *cap = &c->system->caps[index];
    for (size_t i = 0; i < index; i++) {
        const struct sd_cap *other = &c->system->caps[i];
        if (other->pd == cap->pd && other->slot.given && other->slot.value == cap->slot.value) {
            diag_error(c->diag, cap->slot.at,
                       "`slot` %" PRId64 " of `%s` is taken by the capability of line %u; choose "
                       "another",
                       cap->slot.value, cap->pd_name.text, other->at.line);
            return;
        }
    }
}

// Only Microkit programs know slots by their numbers, and only some objects have a place there.
static void check_cap_slot(struct checker *c, size_t index)
{
    enum { SLOT_MAX = 63 };
    const struct sd_cap *cap = &c->system->caps[index];
    if (cap->pd == SYSTEM_NONE) {
        return;
    }
    if (!is_microkit(c, cap->pd)) {
        if (cap->slot.given) {
            diag_error(c->diag, cap->slot.at,
                       "`slot` of a capability of `%s`, which is no Microkit program; remove it",
                       cap->pd_name.text);
        }
        return;
    }
    if (cap->kind != KAAL_CAP_TCB && cap->kind != KAAL_CAP_SCHED_CONTEXT &&
        cap->kind != KAAL_CAP_VSPACE) {
        diag_error(c->diag, cap->kind_name.at,
                   "a Microkit program holds no capability of kind `%s`; use `tcb`, "
                   "`sched_context` or `vspace`",
                   cap->kind_name.text);
    }
    if (!cap->slot.given) {
        diag_error(c->diag, cap->slot.at, "a capability of a Microkit program without `slot`; %s",
                   add_key(c, "slot"));
    } else if (check_range(c, "slot", &cap->slot, 1, SLOT_MAX)) {
        check_slot_free(c, index);
    }
}

void check_caps(struct checker *c)
{
    struct system *s = c->system;
    for (size_t i = 0; i < s->cap_count; i++) {
        struct sd_cap *cap = &s->caps[i];
        check_cap(c, cap);
        check_cap_slot(c, i);
        if (is_microkit(c, cap->pd)) {
            continue;
        }
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
