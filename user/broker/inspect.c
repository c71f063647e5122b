// SPDX-License-Identifier: BSD-2-Clause
//
// What there is, and what happened. Lists are read one element at a time, by a number to go on
// from, so that they may change in between.

#include "serve.h"

#include "audit.h"
#include "grant.h"

// --- the audit ring ------------------------------------------------------------------------------

static struct audit audit;

void audit_event(enum kaal_audit_event event, const struct component *actor,
                 const struct component *subject, uint64_t object, uint32_t detail)
{
    audit_add(&audit, &(struct kaal_audit_info){
                          .time_us = broker_now(),
                          .actor = actor == NULL ? 0 : component_id(actor),
                          .subject = component_id(subject),
                          .object = object,
                          .event = event,
                          .detail = detail,
                          .rule = KAAL_RULE_NONE,
                          .error = KAAL_OK,
                      });
}

void audit_grant(enum kaal_audit_event event, const struct component *actor, const struct grant *g)
{
    audit_event(event, actor, component_at(g->holder), grant_id(g), g->kind);
}

void audit_refusal(const struct request *r, enum kaal_err err)
{
    audit_add(&audit, &(struct kaal_audit_info){
                          .time_us = broker_now(),
                          .actor = component_id(r->caller),
                          .subject = component_id(r->caller),
                          .event = KAAL_AUDIT_REFUSE,
                          .detail = (uint32_t)r->label,
                          .rule = err == KAAL_ERR_DENIED ? broker.rule : KAAL_RULE_NONE,
                          .error = err,
                      });
}

enum kaal_err serve_audit(struct request *r)
{
    struct kaal_audit_info info;
    uint64_t lost = 0;
    if (audit_read(&audit, argument(1), &info, 1, &lost) == 0) {
        return KAAL_ERR_NOTFOUND;
    }
    info.lost = lost;
    result_struct(r, &info, sizeof(info));
    return KAAL_OK;
}

// --- components ----------------------------------------------------------------------------------

// The kernel counts from the last time that it was asked.
static void count_time(struct component *c)
{
    if (component_built(c) && c->sched_context != 0) {
        seL4_SchedContext_Consumed_t used = seL4_SchedContext_Consumed(c->sched_context);
        c->consumed_us += used.error == seL4_NoError ? used.consumed : 0;
    }
}

static struct kaal_component_info describe(struct component *c)
{
    count_time(c);
    struct kaal_component_info info = {
        .id = component_id(c),
        .parent = component_id(component_at(c->parent)),
        .state = c->state,
        .generation = c->generation,
        .priority = c->spec.priority,
        .restarts = c->restarts,
        .flags = c->spec.flags,
        .last_end = c->exit.end,
        .budget_us = c->spec.budget_us,
        .period_us = c->spec.period_us,
        .consumed_us = c->consumed_us,
        .memory = arena_bytes(&c->arena),
        .granted = c->granted,
        .quota = c->spec.policy.quota_memory,
        .slots = arena_slots(&c->arena) + c->granted_slots,
        .components = c->components,
    };
    memcpy(info.name, c->spec.name, sizeof(info.name));
    return info;
}

enum kaal_err serve_list(struct request *r)
{
    for (uint64_t i = argument(1); i < broker.component_count; i++) {
        struct component *c = component_at((uint32_t)i);
        bool seen = (r->caller->spec.policy.allow & KAAL_ALLOW_SEE) != 0 ||
                    component_is_child(c, r->caller);
        if (c->state != KAAL_STATE_NONE && seen) {
            struct kaal_component_info info = describe(c);
            result_struct(r, &info, sizeof(info));
            return KAAL_OK;
        }
    }
    return KAAL_ERR_NOTFOUND;
}

// --- grants --------------------------------------------------------------------------------------

static uint64_t id_of(uint32_t number)
{
    return number == broker.table->broker || number == GRANTS_NONE
               ? 0
               : component_id(component_at(number));
}

static void describe_grant(struct request *r, const struct grant *g)
{
    const struct grant *from = grant_parent(&broker.grants, g);
    struct kaal_grant_info info = {
        .id = grant_id(g),
        .holder = id_of(g->holder),
        .giver = id_of(g->giver),
        .from = from == NULL ? 0 : grant_id(from),
        .peer = id_of(g->peer),
        .kind = g->kind,
        .rights = g->rights,
        .slot = g->cptr,
        .address = g->address,
        .size = g->size,
        .broker_slots = g->slot_count,
    };
    result_struct(r, &info, sizeof(info));
}

enum kaal_err serve_grants(struct request *r)
{
    const struct component *c = component_find(argument(1));
    if (c == NULL) {
        return KAAL_ERR_STALE;
    }
    if (c != r->caller && (r->caller->spec.policy.allow & KAAL_ALLOW_SEE) == 0) {
        return denied(KAAL_RULE_ALLOW_SEE);
    }
    uint32_t index = argument(2) < GRANTS_MAX ? (uint32_t)argument(2) : GRANTS_MAX;
    const struct grant *g = NULL;
    while ((g = grant_scan(&broker.grants, &index)) != NULL) {
        if (g->holder == component_number(c)) {
            describe_grant(r, g);
            return KAAL_OK;
        }
    }
    return KAAL_ERR_NOTFOUND;
}

enum kaal_err serve_totals(struct request *r)
{
    struct pool_state state = pool_state(&broker.pool);
    struct kaal_totals totals = {
        .memory = state.total,
        .memory_free = state.free,
        .largest = state.largest_bits == 0 ? 0 : UINT64_C(1) << state.largest_bits,
        .slots = broker.slots.count,
        // With those that memory which was given back still has: the numbers of an idle system.
        .slots_free = broker.slots.free + state.slots_idle,
        .grants = broker.grants.count,
        .time_us = broker_now(),
    };
    for (uint32_t i = 0; i < broker.component_count; i++) {
        totals.components += component_built(component_at(i));
    }
    result_struct(r, &totals, sizeof(totals));
    return KAAL_OK;
}
