// SPDX-License-Identifier: BSD-2-Clause
//
// The system of the plan: all objects first, for components hold capabilities to objects of others,
// then the capabilities, then the threads.

#include "life.h"
#include "serve.h"

#include <lib/mem.h>

// The broker is a component like others, but for what it is made of.
static void adopt_broker(struct component *c)
{
    c->state = KAAL_STATE_RUNNING;
    c->finished = true;
    c->spec.cspace_bits = broker.table->store_bits;
    c->tcb = (uint32_t)own_cap(KAAL_HANDOVER_BROKER_TCB);
    c->cnode = (uint32_t)store();
    c->vspace = (uint32_t)own_cap(KAAL_HANDOVER_BROKER_VSPACE);
    c->endpoint = (uint32_t)own_cap(KAAL_HANDOVER_BROKER_ENDPOINT);
    c->notification = (uint32_t)own_cap(KAAL_HANDOVER_BROKER_NOTIFICATION);
}

static bool is_built_here(uint32_t number)
{
    return plan_pd(&broker.plan, number)->role == KAAL_ROLE_COMPONENT;
}

static enum kaal_err read_plan(void)
{
    enum kaal_err err = component_open();
    if (err != KAAL_OK) {
        return err;
    }
    grants_open(&broker.grants);
    broker.component_count = plan_count(&broker.plan, KAAL_TABLE_PDS);
    for (uint32_t i = 0; i < broker.component_count; i++) {
        struct component *c = component_at(i);
        memcpy(&c->spec, plan_pd(&broker.plan, i), sizeof(c->spec));
        c->number = i;
        c->described = true;
        c->parent = i;
        c->serial = 1;
        c->generation = 1;
    }
    adopt_broker(component_at(broker.table->broker));
    return KAAL_OK;
}

// The component that prints what the broker reports: it is signalled over the channel "console".
static void find_console(void)
{
    const struct kaal_plan_cap *cap =
        plan_find_cap(&broker.plan, broker.table->broker, KAAL_CAP_NOTIFICATION, "console");
    broker.console = cap == NULL ? NO_COMPONENT : cap->object;
}

static bool build_objects(void)
{
    for (uint32_t i = 0; i < broker.component_count; i++) {
        struct component *c = component_at(i);
        const char *cause = NULL;
        enum kaal_err err = is_built_here(i) ? build_component(c, &cause) : KAAL_OK;
        if (cause != NULL) {
            log_error("program", c->spec.name, cause);
            return false;
        }
        if (log_failure("component", c->spec.name, err)) {
            return false;
        }
    }
    return true;
}

static bool build_rest(void)
{
    for (uint32_t i = 0; i < broker.component_count; i++) {
        struct component *c = component_at(i);
        if (component_built(c) && log_failure("capability", c->spec.name, wire_own(c))) {
            return false;
        }
    }
    for (uint32_t i = 0; i < broker.component_count; i++) {
        struct component *c = component_at(i);
        if (c->state == KAAL_STATE_BUILT && log_failure("thread", c->spec.name, build_thread(c))) {
            return false;
        }
    }
    return true;
}

static void report_built(void)
{
    uint64_t bytes = 0;
    uint32_t built = 0;
    for (uint32_t i = 0; i < broker.component_count; i++) {
        const struct component *c = component_at(i);
        bytes += arena_bytes(&c->arena);
        built += component_built(c);
    }
    struct kaal_report report;
    kaal_report_begin(&report, "built");
    kaal_report_u64(&report, "pds", built);
    kaal_report_u64(&report, "slots", broker.slots.count - broker.slots.free);
    kaal_report_u64(&report, "kib", bytes >> 10);
    log_report(&report);
}

bool system_build(void)
{
    uint32_t reply = 0;
    if (log_failure("components", NULL, read_plan())) {
        return false;
    }
    find_console();
    if (log_failure("capabilities", NULL, wire_open()) ||
        log_failure("regions", NULL, regions_build()) ||
        log_failure("maps", NULL, build_own_maps()) || log_failure("names", NULL, names_open()) ||
        log_failure("reply", NULL, later_open()) ||
        log_failure("reply", NULL, arena_objects(&broker.own, seL4_ReplyObject, 0, 1, &reply))) {
        return false;
    }
    broker.spare_reply = reply;
    if (!build_objects() || !build_rest()) {
        return false;
    }
    supervise_open();
    report_built();
    return true;
}
