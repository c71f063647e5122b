// SPDX-License-Identifier: BSD-2-Clause
#include "tool/authority.h"

#include "tool/arena.h"
#include "tool/file.h"
#include "tool/plan_view.h"
#include "tool/system.h"

#include "lib/pci_id.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct finder {
    struct arena *arena;
    const struct system *system;
    struct facts *facts;
};

static struct fact *add(struct finder *f, const char *subject, const char *key)
{
    struct facts *all = f->facts;
    all->items = arena_grow(f->arena, all->items, all->count, &all->capacity, sizeof(*all->items));
    struct fact *fact = &all->items[all->count];
    *fact = (struct fact){.key = key, .subject = subject, .order = all->count};
    all->count++;
    return fact;
}

// `what` is the same in both sentences: "SUBJECT gained WHAT", "SUBJECT lost WHAT".
static void add_access(struct finder *f, const char *subject, const char *key, const char *what)
{
    struct fact *fact = add(f, subject, key);
    fact->gained = arena_printf(f->arena, "%s gained %s", subject, what);
    fact->lost = arena_printf(f->arena, "%s lost %s", subject, what);
}

// "SUBJECT may now WHAT", "SUBJECT may no longer WHAT".
static void add_ability(struct finder *f, const char *subject, const char *key, const char *what)
{
    struct fact *fact = add(f, subject, key);
    fact->gained = arena_printf(f->arena, "%s may now %s", subject, what);
    fact->lost = arena_printf(f->arena, "%s may no longer %s", subject, what);
}

static struct fact *add_value(struct finder *f, const char *subject, const char *key,
                              const char *property, const char *value)
{
    struct fact *fact = add(f, subject, arena_printf(f->arena, "%s %s", key, subject));
    fact->property = property;
    fact->value = value;
    fact->unit = "";
    return fact;
}

static void add_number(struct finder *f, const char *subject, const char *key, const char *property,
                       uint64_t value, const char *unit)
{
    struct fact *fact =
        add_value(f, subject, key, property, arena_printf(f->arena, "%" PRIu64, value));
    fact->unit = unit;
}

static const char *pd_name(const struct finder *f, size_t pd)
{
    return f->system->pds[pd].name.text;
}

// What it matches by, and its text: of functions of the PCI bus one for all that mean the same.
// `numbered`: the number 0 is said as well.
static const char *match_text(const struct finder *f, const struct sd_match *match, bool numbered,
                              enum kaal_device_match *by)
{
    struct pci_id id;
    char text[PCI_ID_TEXT_MAX];
    const char *given = system_match(match, by)->text;
    if (*by != KAAL_DEVICE_PCI || !pci_id_parse(given, &id)) {
        return given;
    }
    pci_id_format(id.vendor, id.device, text, sizeof(text));
    return id.number != 0 || (id.numbered && numbered)
               ? arena_printf(f->arena, "%s:%" PRIu32, text, id.number)
               : arena_string(f->arena, text);
}

// --- components --------------------------------------------------------------------------------

static const char *or_default(const char *text, const char *other)
{
    return text == NULL ? other : text;
}

static void add_running(struct finder *f, const struct sd_pd *pd)
{
    const char *name = pd->name.text;
    add_value(f, name, "program", "program", path_base(pd->image.text));
    add_value(f, name, "args", "arguments", or_default(pd->args.text, "none"));
    add_number(f, name, "priority", "priority", system_priority(pd), "");
    add_number(f, name, "max_priority", "highest priority to give",
               (uint64_t)pd->max_priority.value, "");
    add_number(f, name, "budget", "budget", system_budget(pd), "us");
    add_number(f, name, "period", "period", system_period(pd), "us");
    add_number(f, name, "stack", "stack", system_stack(pd), "bytes");
    add_value(f, name, "time", "processor time",
              pd->passive.value ? "that of its callers" : "its own");
    add_value(f, name, "parent", "parent",
              pd->parent == SYSTEM_NONE ? "the broker" : pd_name(f, pd->parent));
    add_value(f, name, "domain", "domain of the schedule", or_default(pd->domain.text, "none"));
    if (pd->cpu.given) {
        add_number(f, name, "cpu", "processor", (uint64_t)pd->cpu.value, "");
    }
    if (pd->fpu.value) {
        add_ability(f, name, arena_printf(f->arena, "fpu %s", name), "use floating point");
    }
    if (pd->smc.value) {
        add_ability(f, name, arena_printf(f->arena, "smc %s", name), "make secure monitor calls");
    }
}

static void add_permits(struct finder *f, const struct sd_pd *pd)
{
    static const char *const words[KAAL_DEVICE_MATCH_COUNT] = {
        [KAAL_DEVICE_PATH] = "at",
        [KAAL_DEVICE_COMPATIBLE] = "compatible with",
        [KAAL_DEVICE_ALIAS] = "with the alias",
        [KAAL_DEVICE_PCI] = "which is PCI function",
    };
    for (size_t i = 0; i < pd->policy.permit_count; i++) {
        enum kaal_device_match by;
        // Without a number it stands for each function.
        const char *text = match_text(f, &pd->policy.permits[i], true, &by);
        add_ability(f, pd->name.text,
                    arena_printf(f->arena, "permit %s %u %s", pd->name.text, by, text),
                    arena_printf(f->arena, "ask for the device %s %s", words[by], text));
    }
}

static void add_policy(struct finder *f, const struct sd_pd *pd)
{
    const struct kaal_policy p = system_policy(pd);
    const char *name = pd->name.text;
    for (uint32_t bit = 0; system_allow_name(bit) != NULL; bit++) {
        const char *word = system_allow_name(bit);
        if ((p.allow >> bit & 1) != 0) {
            add_ability(f, name, arena_printf(f->arena, "allow %s %s", name, word),
                        arena_printf(f->arena, "ask the broker for \"%s\"", word));
        }
    }
    add_value(f, name, "restart", "restart", system_restart_name(p.restart));
    add_number(f, name, "max_restarts", "number of restarts", p.restart_max, "");
    add_number(f, name, "window", "window of restarts", p.window_us, "us");
    add_number(f, name, "backoff", "wait before a restart", p.backoff_us, "us");
    add_number(f, name, "heartbeat", "heartbeat", p.heartbeat_us, "us");
    add_number(f, name, "quota_memory", "quota of memory", p.quota_memory, "bytes");
    add_number(f, name, "quota_slots", "quota of slots", p.quota_slots, "");
    add_number(f, name, "quota_components", "quota of components", p.quota_components, "");
    add_number(f, name, "quota_cpu", "quota of the processor", p.quota_cpu, "thousandths");
    add_value(f, name, "timeout", "budget used up",
              pd->policy.timeout.value ? "a failure" : "no failure");
    add_value(f, name, "keep_memory", "memory at a restart",
              pd->policy.keep_memory.value ? "kept" : "made anew");
    add_permits(f, pd);
}

static void add_component(struct finder *f, const struct sd_pd *pd)
{
    const char *name = pd->name.text;
    struct fact *fact = add(f, name, arena_printf(f->arena, "component %s", name));
    fact->gained = arena_printf(f->arena, "component %s was added: %s, priority %u", name,
                                path_base(pd->image.text), system_priority(pd));
    fact->lost = arena_printf(f->arena, "component %s was removed", name);
    add_running(f, pd);
    if (pd->role == KAAL_ROLE_COMPONENT) {
        add_policy(f, pd);
    }
}

static void add_link(struct finder *f, const struct sd_link *link)
{
    static const char *const keys[] = {
        [KAAL_LINK_DEPENDS] = "depends",
        [KAAL_LINK_WATCHES] = "watches",
        [KAAL_LINK_ESCALATE] = "escalate",
    };
    static const char *const words[] = {
        [KAAL_LINK_DEPENDS] = "a dependency on",
        [KAAL_LINK_WATCHES] = "the watch over",
        [KAAL_LINK_ESCALATE] = "an escalation to",
    };
    const char *from = pd_name(f, link->pd);
    const char *on = pd_name(f, link->on);
    add_access(f, from, arena_printf(f->arena, "%s %s %s", keys[link->kind], from, on),
               arena_printf(f->arena, "%s %s", words[link->kind], on));
}

// --- what they share ---------------------------------------------------------------------------

static void add_channel(struct finder *f, const struct sd_channel *ch)
{
    const char *from = pd_name(f, ch->from);
    const char *to = pd_name(f, ch->to);
    const char *word = ch->is_call ? "call" : "signal";
    add_ability(f, from, arena_printf(f->arena, "%s %s %s", word, from, to),
                arena_printf(f->arena, "%s %s", word, to));
    if (ch->grant.value) {
        add_ability(f, from, arena_printf(f->arena, "grant %s %s", from, to),
                    arena_printf(f->arena, "hand capabilities to %s", to));
    }
}

// A fact for each right, so that one that comes or goes is named.
static void add_rights(struct finder *f, const char *subject, const char *key, const char *what,
                       uint32_t rights)
{
    static const char *const words[] = {"read", "write", "execute", "grant"};
    for (uint32_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if ((rights >> i & 1) != 0) {
            add_access(f, subject, arena_printf(f->arena, "%s %s", key, words[i]),
                       arena_printf(f->arena, "%s access to %s", words[i], what));
        }
    }
}

static void add_region(struct finder *f, const struct sd_region *region)
{
    const char *name = region->name.text;
    struct fact *fact = add(f, "", arena_printf(f->arena, "region %s", name));
    fact->gained = arena_printf(f->arena, "memory region %s was added: %" PRId64 " bytes", name,
                                region->size.value);
    fact->lost = arena_printf(f->arena, "memory region %s was removed", name);
    add_number(f, "", arena_printf(f->arena, "size %s", name),
               arena_printf(f->arena, "size of memory region %s", name),
               (uint64_t)region->size.value, "bytes");
    if (region->paddr.given) {
        add_value(f, "", arena_printf(f->arena, "paddr %s", name),
                  arena_printf(f->arena, "physical address of memory region %s", name),
                  arena_printf(f->arena, "0x%" PRIx64, region->paddr.value));
    }
    add_value(f, "", arena_printf(f->arena, "prefill %s", name),
              arena_printf(f->arena, "content of memory region %s", name),
              or_default(view_prefill(region), "zeros"));
    for (size_t i = 0; i < region->map_count; i++) {
        const struct sd_map *map = &region->maps[i];
        const char *pd = pd_name(f, map->pd);
        add_rights(f, pd, arena_printf(f->arena, "map %s %s", pd, name), name, map->rights);
    }
}

static int64_t count_of(const struct sd_number *number)
{
    return number->given ? number->value : 1;
}

static void add_device(struct finder *f, const struct sd_device *device)
{
    enum kaal_device_match by;
    const char *text = match_text(f, &device->match, false, &by);
    const char *holder = pd_name(f, device->pd);
    add_access(f, holder, arena_printf(f->arena, "device %s %u %s", holder, by, text),
               arena_printf(f->arena, "the device %s (%s)", device->name.text, text));
    for (int64_t i = 0; i < count_of(&device->registers); i++) {
        add_access(
            f, holder, arena_printf(f->arena, "registers %s %s %" PRId64, holder, text, i),
            arena_printf(f->arena, "register window %" PRId64 " of %s", i, device->name.text));
    }
    for (int64_t i = 0; i < count_of(&device->interrupts); i++) {
        add_access(f, holder, arena_printf(f->arena, "irq %s %s %" PRId64, holder, text, i),
                   arena_printf(f->arena, "interrupt %" PRId64 " of %s", i, device->name.text));
    }
    add_number(f, holder, arena_printf(f->arena, "dma %s", text),
               arena_printf(f->arena, "DMA memory of %s", device->name.text),
               (uint64_t)device->dma.value, "bytes");
}

static void add_irq(struct finder *f, const struct sd_irq *irq)
{
    const char *holder = pd_name(f, irq->pd);
    add_access(f, holder, arena_printf(f->arena, "irq %s %" PRId64, holder, irq->irq.value),
               arena_printf(f->arena, "interrupt %" PRId64, irq->irq.value));
}

static void add_cap(struct finder *f, const struct sd_cap *cap)
{
    const char *holder = pd_name(f, cap->pd);
    const char *kind = view_cap_kind(cap->kind);
    bool frame = cap->kind == KAAL_CAP_FRAME;
    const char *of = frame ? f->system->regions[cap->object].name.text : pd_name(f, cap->object);
    const char *what =
        frame ? arena_printf(f->arena, "page %" PRId64 " of %s", cap->page.value, of) : of;
    const char *key = arena_printf(f->arena, "cap %s %s %s", holder, kind, what);
    const char *the = arena_printf(f->arena, "the %s of %s", kind, what);
    add_access(f, holder, key, arena_printf(f->arena, "a capability to %s", the));
    add_rights(f, holder, key, the, cap->rights);
    add_value(f, holder, arena_printf(f->arena, "badge %s", key),
              arena_printf(f->arena, "badge at %s", the),
              arena_printf(f->arena, "%" PRId64, cap->badge.value));
}

// --- the system --------------------------------------------------------------------------------

static void add_system(struct finder *f)
{
    const struct system *s = f->system;
    add_value(f, "", "kernel", "kernel", s->kernel.text == NULL ? "builtin" : s->kernel.text);
    for (size_t i = 0; i < s->programs.count; i++) {
        const char *name = path_base(s->programs.items[i].text);
        struct fact *fact = add(f, "", arena_printf(f->arena, "spawned %s", name));
        fact->gained = arena_printf(f->arena, "the program %s may now be spawned", name);
        fact->lost = arena_printf(f->arena, "the program %s may no longer be spawned", name);
    }
}

static int by_name(const void *a, const void *b)
{
    const struct fact *left = a;
    const struct fact *right = b;
    return strcmp(left->key, right->key);
}

static int by_key(const void *a, const void *b)
{
    const struct fact *left = a;
    const struct fact *right = b;
    int order = by_name(a, b);
    return order != 0 ? order : (left->order > right->order) - (left->order < right->order);
}

static void sort(struct facts *facts)
{
    size_t kept = 0;
    if (facts->count != 0) {
        qsort(facts->items, facts->count, sizeof(*facts->items), by_key);
    }
    for (size_t i = 0; i < facts->count; i++) {
        if (kept == 0 || strcmp(facts->items[kept - 1].key, facts->items[i].key) != 0) {
            facts->items[kept++] = facts->items[i];
        }
    }
    facts->count = kept;
}

struct facts authority_of(struct arena *a, const struct system *s)
{
    struct facts facts = {.arena = a};
    struct finder f = {.arena = a, .system = s, .facts = &facts};
    add_system(&f);
    add_value(&f, "", "schedule", "schedule", or_default(view_schedule(a, s), "the kernel's own"));
    for (size_t i = 0; i < s->pd_count; i++) {
        add_component(&f, &s->pds[i]);
    }
    for (size_t i = 0; i < s->region_count; i++) {
        add_region(&f, &s->regions[i]);
    }
    for (size_t i = 0; i < s->channel_count; i++) {
        add_channel(&f, &s->channels[i]);
    }
    for (size_t i = 0; i < s->device_count; i++) {
        add_device(&f, &s->devices[i]);
    }
    for (size_t i = 0; i < s->irq_count; i++) {
        add_irq(&f, &s->irqs[i]);
    }
    for (size_t i = 0; i < s->cap_count; i++) {
        add_cap(&f, &s->caps[i]);
    }
    for (size_t i = 0; i < s->link_count; i++) {
        add_link(&f, &s->links[i]);
    }
    sort(&facts);
    return facts;
}

// --- comparing ---------------------------------------------------------------------------------

static void add_change(struct arena *a, struct changes *all, struct change change)
{
    all->items = arena_grow(a, all->items, all->count, &all->capacity, sizeof(*all->items));
    all->items[all->count++] = change;
}

// A fact that only one of the systems has. Values of what is not in the other say nothing.
static void add_one_sided(struct arena *a, struct changes *all, const struct fact *fact,
                          enum change_kind kind)
{
    if (fact->property != NULL) {
        return;
    }
    add_change(a, all,
               (struct change){.kind = kind,
                               .key = fact->key,
                               .subject = fact->subject,
                               .text = kind == CHANGE_GAINED ? fact->gained : fact->lost,
                               .order = fact->order});
}

static const char *value_text(struct arena *a, const struct fact *before, const struct fact *after)
{
    bool system = after->subject[0] == '\0';
    return arena_printf(a, "%s%s %s went from %s to %s%s%s", system ? "the" : after->subject,
                        system ? "" : "'s", after->property, before->value, after->value,
                        after->unit[0] == '\0' ? "" : " ", after->unit);
}

static void add_value_change(struct arena *a, struct changes *all, const struct fact *before,
                             const struct fact *after)
{
    add_change(a, all,
               (struct change){.kind = CHANGE_VALUE,
                               .key = after->key,
                               .subject = after->subject,
                               .text = value_text(a, before, after),
                               .before = before->value,
                               .after = after->value,
                               .order = after->order});
}

static int by_subject(const void *a, const void *b)
{
    const struct change *left = a;
    const struct change *right = b;
    int order = strcmp(left->subject, right->subject);
    order = order != 0 ? order : (left->order > right->order) - (left->order < right->order);
    return order != 0 ? order : (int)right->kind - (int)left->kind; // lost before gained
}

static const struct fact *find(const struct facts *facts, const char *key)
{
    const struct fact wanted = {.key = key};
    return facts->count == 0
               ? NULL
               : bsearch(&wanted, facts->items, facts->count, sizeof(wanted), by_name);
}

// Is it about a component that is not there any more, and not just that?
static bool is_of_gone(struct arena *a, const struct fact *fact, const struct facts *after)
{
    const char *component = arena_printf(a, "component %s", fact->subject);
    return fact->subject[0] != '\0' && strcmp(fact->key, component) != 0 &&
           find(after, component) == NULL;
}

struct changes authority_compare(struct arena *a, const struct facts *before,
                                 const struct facts *after)
{
    struct changes all = {0};
    size_t i = 0;
    size_t j = 0;
    while (i < before->count || j < after->count) {
        int order = i == before->count  ? 1
                    : j == after->count ? -1
                                        : strcmp(before->items[i].key, after->items[j].key);
        if (order < 0) {
            const struct fact *old = &before->items[i++];
            if (!is_of_gone(a, old, after)) {
                add_one_sided(a, &all, old, CHANGE_LOST);
            }
        } else if (order > 0) {
            add_one_sided(a, &all, &after->items[j++], CHANGE_GAINED);
        } else {
            const struct fact *old = &before->items[i++];
            const struct fact *new = &after->items[j++];
            if (new->property != NULL && strcmp(old->value, new->value) != 0) {
                add_value_change(a, &all, old, new);
            }
        }
    }
    if (all.count != 0) {
        qsort(all.items, all.count, sizeof(*all.items), by_subject);
    }
    return all;
}
