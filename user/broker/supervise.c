// SPDX-License-Identifier: BSD-2-Clause
//
// When components are restarted. Each has a policy (struct kaal_policy):
//
//    window      |x....x..x.............|        failures; one more than restart_max: given up
//    back-off     ─► ──► ────►                   doubles with each in the window
//
// Time is that of the clock of the description. Without one no window ends and nothing is delayed.

#include "life.h"

#include "serve.h"

#include <kaal/broker_client.h>
#include <kaal/broker_name.h>
#include <kaal/time.h>

enum { BACKOFF_DOUBLINGS = 6 };

static struct kaal_alarm alarm;
static bool has_alarm;

void supervise_open(void)
{
    const struct kaal_start_entry *page =
        kaal_start_find(kaal_start, KAAL_START_MEMORY, KAAL_TIME_REGION);
    if (page != NULL && page->size >= sizeof(struct kaal_time)) {
        broker.clock = (const struct kaal_time *)page->address; // NOLINT: start page
    }
    for (uint32_t i = 0; i < plan_count(&broker.plan, KAAL_TABLE_LINKS); i++) {
        const struct kaal_plan_link *link = plan_link(&broker.plan, i);
        component_at(link->on)->linked |= link->kind != KAAL_LINK_ESCALATE;
    }
    has_alarm = kaal_alarm_open(&alarm, "alarm_broker");
}

// --- when to look again --------------------------------------------------------------------------

static uint64_t due(const struct component *c)
{
    if (c->state == KAAL_STATE_BACKOFF) {
        return c->restart_at;
    }
    bool beats = c->state == KAAL_STATE_RUNNING && c->spec.policy.heartbeat_us != 0;
    return beats ? c->alive_at + c->spec.policy.heartbeat_us : UINT64_MAX;
}

static void set_alarm(void)
{
    uint64_t first = UINT64_MAX;
    for (uint32_t i = 0; has_alarm && i < broker.component_count; i++) {
        uint64_t at = due(component_at(i));
        first = at < first ? at : first;
    }
    if (first != UINT64_MAX) {
        kaal_alarm_set(&alarm, first);
    }
}

void supervise_begun(struct component *c)
{
    if (c->spec.policy.heartbeat_us != 0) {
        c->alive_at = broker_now();
        set_alarm();
    }
}

// --- links ---------------------------------------------------------------------------------------

static inline void restart_now(struct component *c)
{
    enum kaal_err err = life_restart(c);
    if (err != KAAL_OK) {
        (void)log_failure("restart", c->spec.name, err);
        life_end(c, KAAL_END_GIVEN_UP, 0);
        return;
    }
    supervise_restarted(c);
}

// One that was given up gets a new chance.
static bool is_to_follow(const struct component *c)
{
    bool given_up = c->state == KAAL_STATE_ENDED && c->exit.end == KAAL_END_GIVEN_UP;
    return given_up || (component_built(c) && c->state != KAAL_STATE_BUILT);
}

static void restart_dependent(struct component *c)
{
    if (!is_to_follow(c)) {
        return;
    }
    if (c->state == KAAL_STATE_ENDED) {
        c->restarts = 0;
    }
    c->exit = (struct kaal_exit){.end = KAAL_END_DEPENDS, .generation = c->generation};
    restart_now(c);
}

void supervise_restarted(const struct component *c)
{
    if (!c->linked) {
        return;
    }
    uint32_t index = 0;
    const uint32_t on = component_number(c);
    const struct kaal_plan_link *link = NULL;
    while ((link = plan_next_link(&broker.plan, &index, KAAL_LINK_WATCHES, on, false)) != NULL) {
        wire_signal(component_at(link->pd), link->badge);
    }
    index = 0;
    while ((link = plan_next_link(&broker.plan, &index, KAAL_LINK_DEPENDS, on, false)) != NULL) {
        restart_dependent(component_at(link->pd));
    }
}

// --- failures ------------------------------------------------------------------------------------

static void restart_later(struct component *c, uint64_t at)
{
    life_pause(c);
    c->restart_at = at;
    c->state = KAAL_STATE_BACKOFF;
    set_alarm();
}

static void give_up(struct component *c)
{
    struct kaal_report report;
    kaal_report_begin(&report, "gave_up");
    kaal_report_str(&report, "component", c->spec.name);
    kaal_report_u64(&report, "restarts", c->restarts);
    log_report(&report);
    life_end(c, KAAL_END_GIVEN_UP, 0);
    uint32_t index = 0;
    const struct kaal_plan_link *link =
        plan_next_link(&broker.plan, &index, KAAL_LINK_ESCALATE, component_number(c), true);
    if (link != NULL) {
        supervise_failure(component_at(link->on), KAAL_END_GIVEN_UP, 0);
    }
}

// Is one more restart within what the window allows? Counts it.
static bool count_restart(struct component *c, uint64_t now)
{
    const struct kaal_policy *policy = &c->spec.policy;
    if (c->restarts == 0 || (policy->window_us != 0 && now - c->window_start > policy->window_us)) {
        c->window_start = now;
        c->restarts = 0;
    }
    if (c->restarts == policy->restart_max) {
        return false;
    }
    c->restarts++;
    return true;
}

static uint64_t backoff(const struct component *c)
{
    uint32_t doublings = c->restarts - 1 < BACKOFF_DOUBLINGS ? c->restarts - 1 : BACKOFF_DOUBLINGS;
    return has_alarm ? c->spec.policy.backoff_us << doublings : 0;
}

static bool wants_restart(const struct component *c, enum kaal_end end, int64_t status)
{
    bool failed = end != KAAL_END_EXIT || status != 0;
    return c->spec.policy.restart == KAAL_RESTART_ALWAYS ||
           (c->spec.policy.restart == KAAL_RESTART_ON_FAILURE && failed);
}

void supervise_failure(struct component *c, enum kaal_end end, int64_t status)
{
    uint64_t now = broker_now();
    if (!wants_restart(c, end, status)) {
        // What faulted stays as it is, for whoever looks; but nobody looks into what was spawned.
        if (end == KAAL_END_FAULT && c->described) {
            c->state = KAAL_STATE_FAULTED;
            life_leave(c);
            start_finished(c);
        } else {
            life_end(c, end, status);
        }
        return;
    }
    c->exit = (struct kaal_exit){.end = end, .generation = c->generation, .status = status};
    if (!count_restart(c, now)) {
        give_up(c);
        return;
    }
    uint64_t delay = backoff(c);
    fault_restart(c, end, delay);
    if (delay == 0) {
        restart_now(c);
    } else {
        restart_later(c, now + delay);
    }
    start_finished(c);
}

void supervise_tick(void)
{
    uint64_t now = broker_now();
    for (uint32_t i = 0; i < broker.component_count; i++) {
        struct component *c = component_at(i);
        if (due(c) > now) {
            continue;
        }
        if (c->state == KAAL_STATE_BACKOFF) {
            restart_now(c);
        } else {
            supervise_failure(c, KAAL_END_HEARTBEAT, 0);
        }
    }
    set_alarm();
}

enum kaal_err serve_alive(struct request *r)
{
    r->caller->alive_at = broker_now();
    return KAAL_OK;
}
