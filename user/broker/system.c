// SPDX-License-Identifier: BSD-2-Clause
//
// The system of the plan: all objects first, for components hold capabilities to objects of others,
// then the capabilities, then the threads.

#include "life.h"
#include "serve.h"

#include <kaal/broker_client.h>

#include <lib/mem.h>

static bool fail(const struct component *c, const char *what, enum kaal_err err)
{
    if (err != KAAL_OK) {
        log_error(what, c == NULL ? NULL : c->spec.name, kaal_strerror(err));
    }
    return err != KAAL_OK;
}

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
    broker.console = NO_COMPONENT;
    for (uint32_t i = 0; i < plan_count(&broker.plan, KAAL_TABLE_CAPS); i++) {
        const struct kaal_plan_cap *cap = plan_cap(&broker.plan, i);
        if (cap->pd == broker.table->broker && cap->kind == KAAL_CAP_NOTIFICATION &&
            !plan_cap_is_note(cap) && strncmp(cap->name, "console", KAAL_NAME_SIZE) == 0) {
            broker.console = cap->object;
        }
    }
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
        if (fail(c, "component", err)) {
            return false;
        }
    }
    return true;
}

static bool build_rest(void)
{
    for (uint32_t i = 0; i < broker.component_count; i++) {
        struct component *c = component_at(i);
        if (component_built(c) && fail(c, "capability", wire_own(c))) {
            return false;
        }
    }
    for (uint32_t i = 0; i < broker.component_count; i++) {
        struct component *c = component_at(i);
        if (c->state == KAAL_STATE_BUILT && fail(c, "thread", build_thread(c))) {
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
    if (fail(NULL, "components", read_plan())) {
        return false;
    }
    find_console();
    if (fail(NULL, "capabilities", wire_open()) || fail(NULL, "regions", build_regions()) ||
        fail(NULL, "maps", build_own_maps()) || fail(NULL, "names", names_open()) ||
        fail(NULL, "reply", later_open()) ||
        fail(NULL, "reply", arena_objects(&broker.own, seL4_ReplyObject, 0, 1, &reply))) {
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
