// SPDX-License-Identifier: BSD-2-Clause
#include "checker.h"
#include "graph.h"

#include "tool/near.h"

#include "lib/args.h"

#include <kaal/limits.h>
#include <kaal/name.h>

#include <inttypes.h>
#include <string.h>

// --- the model's own accessors -----------------------------------------------------------------

uint32_t system_priority(const struct sd_pd *pd)
{
    if (pd->role == KAAL_ROLE_ROOT) {
        return KAAL_PRIORITY_MAX + 1;
    }
    if (pd->priority.given && pd->priority.value >= 0 && pd->priority.value <= KAAL_PRIORITY_MAX) {
        return (uint32_t)pd->priority.value;
    }
    if (pd->role == KAAL_ROLE_BROKER) {
        return KAAL_PRIORITY_BROKER;
    }
    return pd->abi == SD_ABI_MICROKIT ? SD_PRIORITY_MICROKIT : SD_PRIORITY_DEFAULT;
}

uint64_t system_budget(const struct sd_pd *pd)
{
    return pd->budget.given ? (uint64_t)pd->budget.value : SD_BUDGET_DEFAULT_US;
}

uint64_t system_period(const struct sd_pd *pd)
{
    return pd->period.given ? (uint64_t)pd->period.value : system_budget(pd);
}

uint64_t system_stack(const struct sd_pd *pd)
{
    if (pd->stack_size.given) {
        return (uint64_t)pd->stack_size.value;
    }
    return pd->abi == SD_ABI_MICROKIT ? SD_STACK_MICROKIT : SD_STACK_DEFAULT;
}

uint64_t system_page_size(const struct sd_region *region)
{
    return region->page_size.given ? (uint64_t)region->page_size.value : SD_PAGE;
}

size_t system_find_pd(const struct system *s, const char *name)
{
    for (size_t i = 0; i < s->pd_count; i++) {
        if (strcmp(s->pds[i].name.text, name) == 0) {
            return i;
        }
    }
    return SYSTEM_NONE;
}

size_t system_find_region(const struct system *s, const char *name)
{
    for (size_t i = 0; i < s->region_count; i++) {
        if (strcmp(s->regions[i].name.text, name) == 0) {
            return i;
        }
    }
    return SYSTEM_NONE;
}

// --- shared checks -----------------------------------------------------------------------------

bool check_name(struct checker *c, const struct sd_text *name)
{
    if (name->text == NULL) {
        return false;
    }
    size_t length = strlen(name->text);
    if (length == 0 || length >= KAAL_NAME_SIZE) {
        diag_error(c->diag, name->at, "name of %zu characters; give it 1 to %d", length,
                   KAAL_NAME_SIZE - 1);
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (!kaal_name_char(name->text[i], i == 0)) {
            diag_error(c->diag, name->at,
                       "`%s` is no name; start with a letter and use letters, digits, _ and -",
                       name->text);
            return false;
        }
    }
    return true;
}

bool check_range(struct checker *c, const char *key, const struct sd_number *number, int64_t min,
                 int64_t max)
{
    if (!number->given || (number->value >= min && number->value <= max)) {
        return true;
    }
    diag_error(c->diag, number->at,
               "`%s` is %" PRId64 "; give a number from %" PRId64 " to %" PRId64, key,
               number->value, min, max);
    return false;
}

size_t check_word(struct checker *c, const struct sd_text *text, const char *what,
                  const char *const *names, size_t count)
{
    if (text->text == NULL) {
        return SYSTEM_NONE;
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text->text, names[i]) == 0) {
            return i;
        }
    }
    diag_error(c->diag, text->at, "unknown %s `%s`; %s", what, text->text,
               near_fix(c->arena, text->text, names, count));
    return SYSTEM_NONE;
}

bool same_text(const struct sd_text *a, const struct sd_text *b)
{
    return a->text != NULL && b->text != NULL && strcmp(a->text, b->text) == 0;
}

void check_duplicate(struct checker *c, const struct sd_text *name, const char *what,
                     const struct sd_text *first)
{
    diag_error(c->diag, name->at, "%s `%s` is defined twice, first in line %u; rename one", what,
               name->text, first->at.line);
}

// Was the domain added to what is written?
static bool is_added(const struct checker *c, const struct sd_pd *pd)
{
    return c->system->form == SD_FORM_XML && pd->role != KAAL_ROLE_COMPONENT;
}

static const char **pd_names(struct checker *c, size_t *count)
{
    const char **names = arena_alloc(c->arena, (c->system->pd_count + 1) * sizeof(*names));
    *count = 0;
    for (size_t i = 0; i < c->system->pd_count; i++) {
        if (!is_added(c, &c->system->pds[i])) {
            names[(*count)++] = c->system->pds[i].name.text;
        }
    }
    return names;
}

static size_t find_or_report(struct checker *c, const char *key, const struct sd_text *name)
{
    if (name->text == NULL) {
        return SYSTEM_NONE;
    }
    size_t i = system_find_pd(c->system, name->text);
    if (i == SYSTEM_NONE || is_added(c, &c->system->pds[i])) {
        size_t count;
        const char **names = pd_names(c, &count);
        diag_error(c->diag, name->at, "`%s` names no protection domain: `%s`; %s", key, name->text,
                   near_fix(c->arena, name->text, names, count));
        return SYSTEM_NONE;
    }
    return i;
}

size_t check_pd_reference(struct checker *c, const char *key, const struct sd_text *name)
{
    size_t i = find_or_report(c, key, name);
    if (i != SYSTEM_NONE && i == c->system->root) {
        diag_error(c->diag, name->at,
                   "`%s` is the root task, which ends before the system runs; name another domain",
                   key);
        return SYSTEM_NONE;
    }
    return i;
}

const char *path_text(struct checker *c, const struct graph *g, size_t end, const char *verb)
{
    const char *text = "";
    for (size_t pd = end; g->via[pd] != pd; pd = g->via[pd]) {
        text = arena_printf(c->arena, ", `%s` %s `%s`%s", c->system->pds[g->via[pd]].name.text,
                            verb, c->system->pds[pd].name.text, text);
    }
    return text;
}

// --- roles -------------------------------------------------------------------------------------

static const char *const role_names[] = {
    [KAAL_ROLE_COMPONENT] = "component",
    [KAAL_ROLE_ROOT] = "root",
    [KAAL_ROLE_BROKER] = "broker",
};

enum { ROLES = sizeof(role_names) / sizeof(role_names[0]) };

static enum kaal_role default_role(const char *name)
{
    if (strcmp(name, "root") == 0) {
        return KAAL_ROLE_ROOT;
    }
    return strcmp(name, "cap_broker") == 0 ? KAAL_ROLE_BROKER : KAAL_ROLE_COMPONENT;
}

static void check_role(struct checker *c, struct sd_pd *pd)
{
    pd->role = pd->abi == SD_ABI_MICROKIT ? KAAL_ROLE_COMPONENT : default_role(pd->name.text);
    if (pd->abi == SD_ABI_MICROKIT) {
        return;
    }
    size_t role = check_word(c, &pd->role_name, "role", role_names, ROLES);
    if (role != SYSTEM_NONE) {
        pd->role = (enum kaal_role)role;
    }
}

static void claim_role(struct checker *c, size_t index, enum kaal_role role, size_t *holder)
{
    struct sd_pd *pd = &c->system->pds[index];
    if (pd->role != role) {
        return;
    }
    if (*holder == SYSTEM_NONE) {
        *holder = index;
        return;
    }
    struct sd_pd *first = &c->system->pds[*holder];
    diag_error(c->diag, pd->name.at,
               "`%s` is a second domain with the role \"%s\", after `%s` in line %u; keep one",
               pd->name.text, role_names[role], first->name.text, first->name.at.line);
}

static void check_roles(struct checker *c)
{
    struct system *s = c->system;
    for (size_t i = 0; i < s->pd_count; i++) {
        check_role(c, &s->pds[i]);
        claim_role(c, i, KAAL_ROLE_ROOT, &s->root);
        claim_role(c, i, KAAL_ROLE_BROKER, &s->broker);
    }
    if (s->root == SYSTEM_NONE) {
        diag_error(c->diag, place_start(s->file), "no root task; add [protection_domains.root]");
    }
    if (s->broker == SYSTEM_NONE) {
        diag_error(c->diag, place_start(s->file),
                   "no capability broker; add [protection_domains.cap_broker]");
    }
}

// --- protection domains ------------------------------------------------------------------------

static bool check_pd_unique(struct checker *c, size_t index)
{
    const struct sd_pd *pd = &c->system->pds[index];
    size_t first = system_find_pd(c->system, pd->name.text);
    if (first != index && !is_added(c, &c->system->pds[first])) {
        check_duplicate(c, &pd->name, "a protection domain", &c->system->pds[first].name);
        return false;
    }
    return true;
}

static void check_pd_name(struct checker *c, const struct sd_pd *pd)
{
    static const char *const reserved[] = {"kernel", "loader", "kaal"};
    if (!check_name(c, &pd->name)) {
        return;
    }
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
        if (strcmp(pd->name.text, reserved[i]) == 0) {
            diag_error(c->diag, pd->name.at,
                       "the name `%s` is reserved for the output of the %s; choose another",
                       pd->name.text, pd->name.text);
        }
    }
}

static void check_schedule(struct checker *c, const struct sd_pd *pd)
{
    check_range(c, "priority", &pd->priority, 0, KAAL_PRIORITY_MAX);
    check_range(c, "max_priority", &pd->max_priority, 0, KAAL_PRIORITY_MAX);
    const int64_t longest = KAAL_PERIOD_MAX_US;
    bool ok = check_range(c, "budget", &pd->budget, KAAL_BUDGET_MIN_US, longest);
    ok = check_range(c, "period", &pd->period, KAAL_BUDGET_MIN_US, longest) && ok;
    if (ok && system_budget(pd) > system_period(pd)) {
        diag_error(c->diag, pd->budget.given ? pd->budget.at : pd->period.at,
                   "a budget of %" PRIu64 " us does not fit into a period of %" PRIu64
                   " us; lower the budget or raise the period",
                   system_budget(pd), system_period(pd));
    }
    if (pd->role == KAAL_ROLE_ROOT && pd->priority.given) {
        diag_warning(c->diag, pd->priority.at,
                     "the root task runs at %d until it ends; remove `priority`",
                     KAAL_PRIORITY_MAX + 1);
    }
}

static void check_stack(struct checker *c, const struct sd_pd *pd)
{
    const struct sd_number *size = &pd->stack_size;
    if (check_range(c, "stack_size", size, KAAL_STACK_MIN, KAAL_STACK_MAX) && size->given &&
        size->value % SD_PAGE != 0) {
        diag_error(c->diag, size->at, "`stack_size` is %" PRId64 "; give a multiple of %d",
                   size->value, SD_PAGE);
    }
}

static void check_args(struct checker *c, const struct sd_pd *pd)
{
    char line[KAAL_ARGS_SIZE];
    char *words[KAAL_ARGS_SIZE / 2];
    size_t count;
    if (pd->args.text == NULL) {
        return;
    }
    if (strlen(pd->args.text) >= KAAL_ARGS_SIZE) {
        diag_error(c->diag, pd->args.at, "`args` has %zu bytes; give at most %d",
                   strlen(pd->args.text), KAAL_ARGS_SIZE - 1);
        return;
    }
    memcpy(line, pd->args.text, strlen(pd->args.text) + 1);
    if (!args_split(line, words, KAAL_ARGS_SIZE / 2, &count)) {
        diag_error(c->diag, pd->args.at,
                   "`args` ends within a quote or behind a backslash; close the quote, or write \\ "
                   "before what stands for itself");
    }
}

// A passive domain tells the broker that it waits with a message that is lost unless the broker is
// waiting too: the broker must be above it and never out of budget.
static void check_passive_broker(struct checker *c, const struct sd_pd *pd)
{
    if (c->system->broker == SYSTEM_NONE) {
        return;
    }
    const struct sd_pd *broker = &c->system->pds[c->system->broker];
    if (system_priority(pd) >= system_priority(broker)) {
        diag_error(c->diag, pd->passive.at,
                   "`%s` is passive and its priority %" PRIu32 " is not below the broker's %" PRIu32
                   "; lower it",
                   pd->name.text, system_priority(pd), system_priority(broker));
    }
    if (system_budget(broker) != system_period(broker)) {
        diag_error(c->diag, pd->passive.at,
                   "`%s` is passive and the broker's budget is less than its period; remove the "
                   "broker's `period`",
                   pd->name.text);
    }
}

static bool is_called(const struct checker *c, size_t pd)
{
    for (size_t i = 0; i < c->system->channel_count; i++) {
        const struct sd_channel *channel = &c->system->channels[i];
        if (channel->to == pd && channel->is_call) {
            return true;
        }
    }
    return false;
}

static bool is_signalled(const struct checker *c, size_t pd)
{
    bool signalled = false;
    for (size_t i = 0; i < c->system->channel_count; i++) {
        signalled = signalled || c->system->channels[i].to == pd;
    }
    for (size_t i = 0; i < c->system->irq_count; i++) {
        signalled = signalled || c->system->irqs[i].pd == pd;
    }
    return signalled;
}

// A passive domain runs on its callers' time only; one of Microkit's also when it is signalled.
static void check_passive(struct checker *c, size_t index)
{
    const struct sd_pd *pd = &c->system->pds[index];
    if (!pd->passive.value) {
        return;
    }
    if (pd->role != KAAL_ROLE_COMPONENT) {
        diag_error(c->diag, pd->passive.at, "the %s cannot be passive; remove `passive`",
                   pd->role == KAAL_ROLE_ROOT ? "root task" : "broker");
        return;
    }
    check_passive_broker(c, pd);
    if (is_called(c, index)) {
        return;
    }
    if (pd->abi != SD_ABI_MICROKIT) {
        diag_error(
            c->diag, pd->passive.at,
            "`%s` is passive and nobody calls it, so it would never run; add a channel to it "
            "or remove `passive`",
            pd->name.text);
    } else if (!is_signalled(c, index)) {
        diag_warning(c->diag, pd->passive.at,
                     "`%s` is passive, and nobody calls it or signals it, so it never runs after "
                     "its init; add a channel to it or remove `passive`",
                     pd->name.text);
    }
}

static void check_parent(struct checker *c, struct sd_pd *pd)
{
    if (pd->parent_name.text == NULL) {
        return;
    }
    if (pd->role != KAAL_ROLE_COMPONENT) {
        diag_error(c->diag, pd->parent_name.at, "the %s has no parent; remove `parent`",
                   pd->role == KAAL_ROLE_ROOT ? "root task" : "broker");
        return;
    }
    pd->parent = check_pd_reference(c, "parent", &pd->parent_name);
    if (pd->parent == SYSTEM_NONE) {
        return;
    }
    if (pd->parent == c->system->broker) {
        diag_error(c->diag, pd->parent_name.at,
                   "the broker is the parent of every domain that names none; remove `parent`");
        pd->parent = SYSTEM_NONE;
    }
}

// Following the parents of `index` for longer than there are domains is a circle.
static void check_ancestry(struct checker *c, size_t index)
{
    size_t at = index;
    for (size_t steps = 0; at != SYSTEM_NONE; steps++) {
        at = c->system->pds[at].parent;
        if (at == index || steps > c->system->pd_count) {
            diag_error(c->diag, c->system->pds[index].parent_name.at,
                       "`%s` is its own ancestor; break the circle of parents",
                       c->system->pds[index].name.text);
            c->system->pds[index].parent = SYSTEM_NONE;
            return;
        }
    }
}

// False if two have one name.
static bool check_pds(struct checker *c)
{
    struct system *s = c->system;
    bool unique = true;
    for (size_t i = 0; i < s->pd_count; i++) {
        struct sd_pd *pd = &s->pds[i];
        check_pd_name(c, pd);
        unique = check_pd_unique(c, i) && unique;
        check_schedule(c, pd);
        check_stack(c, pd);
        check_args(c, pd);
        check_parent(c, pd);
    }
    for (size_t i = 0; i < s->pd_count; i++) {
        check_ancestry(c, i);
    }
    return unique;
}

static void check_start_order(struct checker *c)
{
    const struct sd_texts *order = &c->system->start_order;
    for (size_t i = 0; i < order->count; i++) {
        const struct sd_text *name = &order->items[i];
        size_t pd = find_or_report(c, "start_order", name);
        if (pd != SYSTEM_NONE && c->system->pds[pd].role != KAAL_ROLE_COMPONENT) {
            diag_error(c->diag, name->at,
                       "`%s` starts before every component; remove it from `start_order`",
                       name->text);
        }
        for (size_t j = 0; j < i; j++) {
            if (strcmp(order->items[j].text, name->text) == 0) {
                diag_error(c->diag, name->at, "`%s` is in `start_order` twice; remove one",
                           name->text);
                break;
            }
        }
    }
}

// More than root task and broker have tables for. What follows compares names with each other and
// relies on these bounds.
static bool check_counts(struct checker *c)
{
    const struct system *s = c->system;
    size_t maps = 0;
    size_t links = s->pd_count; // each may escalate
    size_t permits = 0;
    size_t setvars = 0;
    for (size_t i = 0; i < s->region_count; i++) {
        maps += s->regions[i].map_count;
    }
    for (size_t i = 0; i < s->pd_count; i++) {
        links += s->pds[i].policy.depends.count + s->pds[i].policy.watches.count;
        permits += s->pds[i].policy.permit_count;
        setvars += s->pds[i].setvar_count;
    }
    const size_t added = s->form == SD_FORM_XML ? 2 : 0; // root task and broker
    const struct {
        const char *what;
        size_t count;
        size_t max;
    } counts[] = {
        {"protection domains", s->pd_count - added, KAAL_PD_MAX - added},
        {"names in `start_order`", s->start_order.count, KAAL_PD_MAX},
        {"channels", s->channel_count, KAAL_CAP_MAX / 4},
        {"memory regions", s->region_count, KAAL_REGION_MAX - KAAL_DEVICE_MAX},
        {"maps of memory regions", maps, KAAL_MAP_MAX / 2},
        {"devices", s->device_count, KAAL_DEVICE_MAX},
        {"interrupts", s->irq_count, KAAL_CAP_MAX / 4},
        {"symbols to set", setvars, KAAL_CAP_MAX},
        {"capabilities", s->cap_count, KAAL_CAP_MAX / 4},
        {"programs in `programs`", s->programs.count, KAAL_FILE_MAX},
        {"names in `depends`, `watches` and `escalate`", links, KAAL_LINK_MAX},
        {"permits", permits, KAAL_PERMIT_MAX},
    };
    size_t errors = c->diag->errors;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        if (counts[i].count > counts[i].max) {
            diag_error(c->diag, place_start(s->file), "%zu %s; use at most %zu", counts[i].count,
                       counts[i].what, counts[i].max);
        }
    }
    return c->diag->errors == errors;
}

static bool check_empty(struct checker *c)
{
    const struct system *s = c->system;
    bool xml = s->form == SD_FORM_XML;
    if (s->pd_count > (xml ? 2 : 0)) {
        return false;
    }
    if (diag_ok(c->diag)) {
        diag_error(c->diag, place_start(s->file), "no protection domains; add %s",
                   xml ? "a `protection_domain`"
                       : "[protection_domains.root] and [protection_domains.cap_broker]");
    }
    return true;
}

static void check_all(struct checker *c)
{
    if (!check_pds(c)) {
        return; // what follows goes by names, and would judge one domain by what the other has
    }
    check_start_order(c);
    check_channels(c);
    check_regions(c);
    check_devices(c);
    check_irqs(c);
    check_caps(c);
    check_policies(c);
    check_dependencies(c);
    check_microkit(c);
    check_ids(c);
    check_setvars(c);
    check_domains(c);
    for (size_t i = 0; i < c->system->pd_count; i++) {
        check_passive(c, i);
    }
}

bool system_check(struct arena *a, struct system *s, struct diag *d)
{
    struct checker c = {.arena = a, .diag = d, .system = s};
    size_t errors = d->errors;

    if (s->name.text != NULL) {
        check_name(&c, &s->name);
    }
    if (check_empty(&c)) {
        return false;
    }
    check_abis(&c);
    check_roles(&c);
    add_clock(&c);
    if (!check_counts(&c)) {
        return false;
    }
    check_all(&c);
    return d->errors == errors;
}
