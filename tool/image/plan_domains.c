// SPDX-License-Identifier: BSD-2-Clause
//
// The kernel's domains and the schedule of their turns.
#include "planner.h"

#include "tool/arena.h"
#include "tool/products.h"

#include <string.h>

uint32_t plan_domain(const struct planner *p, const struct sd_pd *pd)
{
    const struct sd_schedule *s = &p->system->schedule;
    for (size_t i = 0; pd->domain.text != NULL && i < s->domain_count; i++) {
        if (strcmp(s->domains[i].name.text, pd->domain.text) == 0) {
            return (uint32_t)s->domains[i].id.value;
        }
    }
    return 0;
}

static uint64_t ticks(const struct planner *p, const struct sd_turn *turn)
{
    enum { US_PER_SECOND = 1000000 };
    uint64_t duration = (uint64_t)turn->duration.value;
    return turn->in_ticks ? duration
                          : duration * p->programs->products->timer_frequency / US_PER_SECOND;
}

// End markers are left out: what the kernel has in its schedule besides is all end markers.
void plan_turns(struct planner *p)
{
    const struct sd_schedule *s = &p->system->schedule;
    struct plan *plan = p->plan;
    plan->turns = arena_alloc(p->arena, (s->turn_count + 1) * sizeof(*plan->turns));
    for (size_t i = 0; i < s->turn_count; i++) {
        if (s->turns[i].domain_name.text != NULL) {
            plan->turns[plan->turn_count++] = (struct kaal_plan_turn){
                .index = (uint32_t)((size_t)s->index_shift.value + i),
                .domain = (uint32_t)s->domains[s->turns[i].domain].id.value,
                .ticks = ticks(p, &s->turns[i]),
                .first = i == (size_t)s->start_index.value,
            };
        }
    }
}
