// SPDX-License-Identifier: BSD-2-Clause
#include "model.h"

#include "tool/system.h"

#include <kaal/limits.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void must(bool x)
{
    if (!x) {
        abort();
    }
}

static void check_pds(const struct system *s)
{
    must(s->root < s->pd_count && s->broker < s->pd_count && s->pd_count <= KAAL_PD_MAX);
    for (size_t i = 0; i < s->pd_count; i++) {
        const struct sd_pd *pd = &s->pds[i];
        must(strlen(pd->name.text) < KAAL_NAME_SIZE && pd->image.text != NULL);
        must(system_budget(pd) >= KAAL_BUDGET_MIN_US && system_budget(pd) <= system_period(pd));
        must(system_stack(pd) >= KAAL_STACK_MIN && system_stack(pd) <= KAAL_STACK_MAX);
        must(pd->parent == SYSTEM_NONE || pd->parent < s->pd_count);
        struct kaal_policy policy = system_policy(pd);
        must(policy.restart_max != 0 && policy.restart_max <= KAAL_RESTARTS_MAX);
        must(policy.heartbeat_us == 0 || system_has_clock(s));
    }
    for (size_t i = 0; i < s->link_count; i++) {
        must(s->links[i].pd < s->pd_count && s->links[i].on < s->pd_count);
        must(s->links[i].pd != s->links[i].on && s->links[i].on != s->broker);
    }
}

static bool is_microkit(const struct system *s, size_t pd)
{
    return s->pds[pd].abi == SD_ABI_MICROKIT;
}

static bool is_id(const struct sd_number *id)
{
    return id->given && id->value >= 0 && id->value < KAAL_NOTIFY_BITS;
}

static void check_microkit(const struct system *s)
{
    for (size_t i = 0; i < s->pd_count; i++) {
        const struct sd_pd *pd = &s->pds[i];
        must(pd->parent == SYSTEM_NONE || !is_microkit(s, pd->parent) || is_id(&pd->id));
        for (size_t j = 0; j < pd->setvar_count; j++) {
            must(is_microkit(s, i) && pd->setvars[j].symbol.text[0] != '\0');
            must(pd->setvars[j].kind > SD_SETVAR_PREFILL_SIZE ||
                 pd->setvars[j].region < s->region_count);
        }
    }
    for (size_t i = 0; i < s->irq_count; i++) {
        must(s->irqs[i].pd < s->pd_count && is_microkit(s, s->irqs[i].pd));
        must(is_id(&s->irqs[i].id) && s->irqs[i].irq.given);
    }
    for (size_t i = 0; i < s->schedule.turn_count; i++) {
        const struct sd_turn *turn = &s->schedule.turns[i];
        must(turn->domain_name.text == NULL || turn->domain < s->schedule.domain_count);
    }
}

static void check_links(const struct system *s)
{
    for (size_t i = 0; i < s->channel_count; i++) {
        const struct sd_channel *c = &s->channels[i];
        must(c->from < s->pd_count && c->to < s->pd_count);
        must(c->from != c->to || (is_microkit(s, c->from) && !c->is_call));
        must(!is_microkit(s, c->from) || is_id(&c->from_id));
        must(!is_microkit(s, c->to) || is_id(&c->to_id));
    }
    for (size_t i = 0; i < s->region_count; i++) {
        const struct sd_region *r = &s->regions[i];
        must(r->size.value > 0 && (uint64_t)r->size.value % system_page_size(r) == 0);
        for (size_t j = 0; j < r->map_count; j++) {
            must(r->maps[j].pd < s->pd_count && (r->maps[j].rights & KAAL_RIGHT_READ) != 0);
            must(!is_microkit(s, r->maps[j].pd) || r->maps[j].vaddr.given);
        }
    }
    for (size_t i = 0; i < s->device_count; i++) {
        must(s->devices[i].pd < s->pd_count);
        enum kaal_device_match by;
        must(system_match(&s->devices[i].match, &by)->text != NULL);
    }
    for (size_t i = 0; i < s->cap_count; i++) {
        const struct sd_cap *c = &s->caps[i];
        must(c->pd < s->pd_count);
        must(c->object < (c->kind == KAAL_CAP_FRAME ? s->region_count : s->pd_count));
    }
}

void model_must_be_right(const struct system *s)
{
    check_pds(s);
    check_links(s);
    check_microkit(s);
}

void model_must_be_alike(const struct system *a, const struct system *b)
{
    must(a->pd_count == b->pd_count && a->channel_count == b->channel_count);
    must(a->region_count == b->region_count && a->irq_count == b->irq_count);
    must(a->cap_count == b->cap_count);
    must(a->schedule.turn_count == b->schedule.turn_count);
}
