// SPDX-License-Identifier: BSD-2-Clause

#include "life.h"

#include <kaal/broker_client.h>
#include <kaal/image.h>

// Microkit programs begin all at once, and the highest priority goes first: who calls a passive one
// is below it, and so begins after it has become passive.
static bool is_held_passive(const struct component *c)
{
    return (c->spec.flags & KAAL_PD_PASSIVE) != 0 && c->spec.abi != KAAL_ABI_MICROKIT;
}

// Nobody else begins while one of these is in its init().
static bool held_for(const struct component *c)
{
    return (c->spec.flags & KAAL_PD_AWAITED) != 0 || is_held_passive(c);
}

// The order of beginning: what is awaited, by rank; then passive components, which must have given
// their scheduling contexts back before anybody calls them (a call that is there already when one
// first waits would leave it without any); then the rest, by rank.
//
//    order   | awaited | passive | others |
//                      held ─────┘    next: all before it have begun
static struct {
    uint16_t order[KAAL_PD_MAX];
    uint32_t count;
    uint32_t held;
    uint32_t next;
} start;

static unsigned group_of(const struct component *c)
{
    if ((c->spec.flags & KAAL_PD_AWAITED) != 0) {
        return 0;
    }
    return is_held_passive(c) ? 1 : 2;
}

static void put_in_order(void)
{
    static uint16_t by_rank[KAAL_PD_MAX]; // + 1; 0: no component has this rank
    uint32_t ranks = 0;
    for (uint32_t i = 0; i < plan_count(&broker.plan, KAAL_TABLE_PDS); i++) {
        uint32_t rank = component_at(i)->spec.start_rank;
        by_rank[rank] = (uint16_t)(i + 1);
        ranks = rank >= ranks ? rank + 1 : ranks;
    }
    for (unsigned group = 0; group < 3; group++) {
        start.held = group == 2 ? start.count : 0;
        for (uint32_t rank = 0; rank < ranks; rank++) {
            if (by_rank[rank] != 0 && group_of(component_at(by_rank[rank] - 1u)) == group) {
                start.order[start.count++] = (uint16_t)(by_rank[rank] - 1);
            }
        }
    }
}

// The component that has not begun and whose turn it is; NULL if all have begun.
static struct component *next_to_begin(void)
{
    if (start.count == 0) {
        put_in_order();
    }
    while (start.next < start.count &&
           component_at(start.order[start.next])->state != KAAL_STATE_BUILT) {
        start.next++;
    }
    return start.next < start.count ? component_at(start.order[start.next]) : NULL;
}

static bool somebody_awaited(void)
{
    for (uint32_t i = 0; i < start.held; i++) {
        const struct component *c = component_at(start.order[i]);
        if (c->state == KAAL_STATE_RUNNING && !c->finished) {
            return true;
        }
    }
    return false;
}

// A start that comes to no end (init() waits for somebody who has not begun, or faulted and its
// parent leaves it so) cannot be told from a slow one. Whoever reads the log can: the last line
// says who is waited for.
static void report_await(const struct component *c)
{
    struct kaal_report report;
    kaal_report_begin(&report, "await");
    kaal_report_str(&report, "component", c->spec.name);
    log_report(&report);
}

// The kernel's schedule of domains is the description's from here on. The broker, which is in
// domain 0, goes on in the turns of that.
static void start_schedule(void)
{
    static bool done;
    const seL4_DomainSet domains = own_cap(KAAL_HANDOVER_DOMAIN);
    seL4_Word first = 0;
    seL4_Error err = seL4_NoError;
    uint32_t count = plan_count(&broker.plan, KAAL_TABLE_TURNS);
    for (uint32_t i = 0; i < count && err == seL4_NoError && !done; i++) {
        const struct kaal_plan_turn *turn = plan_turn(&broker.plan, i);
        first = turn->first != 0 ? turn->index : first;
        err = seL4_DomainSet_ScheduleConfigure(domains, turn->index, (seL4_Uint8)turn->domain,
                                               turn->ticks);
    }
    if (count != 0 && err == seL4_NoError && !done) {
        err = seL4_DomainSet_ScheduleSetStart(domains, first);
    }
    if (err != seL4_NoError) {
        log_error("schedule", "domains", kaal_strerror(refused(err)));
    }
    done = true;
}

// Who waits for one that runs in the turns of another domain needs these turns.
void start_continue(void)
{
    for (struct component *c = next_to_begin(); c != NULL && !somebody_awaited();
         c = next_to_begin()) {
        if (held_for(c)) {
            report_await(c);
        }
        life_begin(c);
        if (c->state != KAAL_STATE_RUNNING) {
            c->state = KAAL_STATE_FAULTED; // never begins: not to be tried again
            c->finished = true;
        }
    }
    broker.starting = next_to_begin() != NULL;
    start_schedule();
}

void start_finished(struct component *c)
{
    c->finished = true;
    if (broker.starting) {
        start_continue();
    }
}

void start_passive(struct component *c)
{
    if ((c->spec.flags & KAAL_PD_PASSIVE) == 0) {
        return;
    }
    (void)seL4_SchedContext_Unbind(c->sched_context);
    if (c->notified) {
        // So that a signal, which brings no scheduling context of its own, still wakes it.
        (void)seL4_SchedContext_Bind(c->sched_context, c->notification);
    }
    c->passive = true;
    c->start->attention = 0;
    start_finished(c);
}
