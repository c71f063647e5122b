// SPDX-License-Identifier: BSD-2-Clause
//
// The links between components: who is restarted with whom, who is told, whose failure follows from
// another's. Restarts and failures travel along them, so neither may come back to where it began.
#include "checker.h"
#include "graph.h"

#include <string.h>

static const char *const keys[] = {
    [KAAL_LINK_DEPENDS] = "depends",
    [KAAL_LINK_WATCHES] = "watches",
    [KAAL_LINK_ESCALATE] = "escalate",
};

static void add_link(struct checker *c, struct sd_link link)
{
    struct system *s = c->system;
    s->links = arena_grow(c->arena, s->links, s->link_count, &s->link_capacity, sizeof(*s->links));
    s->links[s->link_count++] = link;
}

// A component other than `pd` itself.
static void check_link(struct checker *c, size_t pd, enum kaal_link_kind kind,
                       const struct sd_text *name)
{
    size_t on = check_pd_reference(c, keys[kind], name);
    if (on == SYSTEM_NONE) {
        return;
    }
    if (on == c->system->broker) {
        diag_error(c->diag, name->at,
                   "`%s` is the broker, on which every component depends; name another domain",
                   name->text);
    } else if (on == pd) {
        diag_error(c->diag, name->at, "`%s` of `%s` names itself; name another domain", keys[kind],
                   name->text);
    } else {
        add_link(c, (struct sd_link){.at = name->at, .pd = pd, .on = on, .kind = kind});
    }
}

static void check_list(struct checker *c, size_t pd, enum kaal_link_kind kind,
                       const struct sd_texts *names)
{
    for (size_t i = 0; i < names->count; i++) {
        bool again = false;
        for (size_t j = 0; j < i; j++) {
            again = again || same_text(&names->items[i], &names->items[j]);
        }
        if (again) {
            diag_error(c->diag, names->items[i].at, "`%s` is in `%s` twice; remove one",
                       names->items[i].text, keys[kind]);
        } else {
            check_link(c, pd, kind, &names->items[i]);
        }
    }
}

// A parent that is restarted itself is whom a child fails to, unless another is named.
static void escalate_to_parent(struct checker *c, size_t index)
{
    const struct system *s = c->system;
    const struct sd_pd *pd = &s->pds[index];
    if (pd->policy.escalate_name.text == NULL && pd->policy.restart != KAAL_RESTART_NEVER &&
        pd->parent != SYSTEM_NONE && s->pds[pd->parent].policy.restart != KAAL_RESTART_NEVER) {
        add_link(c, (struct sd_link){.at = pd->parent_name.at,
                                     .pd = index,
                                     .on = pd->parent,
                                     .kind = KAAL_LINK_ESCALATE});
    }
}

static void check_circles(struct checker *c, enum kaal_link_kind kind, const char *verb,
                          const char *result)
{
    const struct system *s = c->system;
    struct graph g = graph_new(c->arena, s->pd_count, s->link_count);
    for (size_t i = 0; i < s->link_count; i++) {
        const struct sd_link *link = &s->links[i];
        if (link->kind != kind) {
            continue;
        }
        if (graph_path(&g, link->on, link->pd)) {
            diag_error(c->diag, link->at, "`%s` %s `%s`%s: %s; remove one of them",
                       s->pds[link->pd].name.text, verb, s->pds[link->on].name.text,
                       path_text(c, &g, link->pd, verb), result);
        } else {
            graph_add(&g, link->pd, link->on);
        }
    }
}

void check_dependencies(struct checker *c)
{
    struct system *s = c->system;
    // First, so that what closes a circle is what was written, not what follows from it.
    for (size_t i = 0; i < s->pd_count; i++) {
        escalate_to_parent(c, i);
    }
    for (size_t i = 0; i < s->pd_count; i++) {
        const struct sd_policy *policy = &s->pds[i].policy;
        if (s->pds[i].role != KAAL_ROLE_COMPONENT) {
            continue;
        }
        check_list(c, i, KAAL_LINK_DEPENDS, &policy->depends);
        check_list(c, i, KAAL_LINK_WATCHES, &policy->watches);
        if (policy->escalate_name.text != NULL) {
            check_link(c, i, KAAL_LINK_ESCALATE, &policy->escalate_name);
        }
    }
    check_circles(c, KAAL_LINK_DEPENDS, "depends on", "each restart would cause the next");
    check_circles(c, KAAL_LINK_ESCALATE, "escalates to", "each failure would cause the next");
}
