// SPDX-License-Identifier: BSD-2-Clause
//
// A broker that gives more than the plan says, which its books and `kaal caps` do not show: the
// component "hello" has a page too many, and may hand capabilities to the broker; the channel of
// "other" to the console has another badge, and its thread may set a higher priority.

#include "broker.h"

#include <kaal/broker_client.h>
#include <kaal/layout.h>

#include <lib/mem.h>

void __real_start_continue(void);
void __wrap_start_continue(void);

static struct component *find(const char *name)
{
    struct component *c = broker.components;
    while (strncmp(c->spec.name, name, KAAL_NAME_SIZE) != 0) {
        c++;
    }
    return c;
}

static const struct kaal_plan_cap *cap_of(const struct component *c, const char *name)
{
    uint32_t i = 0;
    const struct kaal_plan_cap *cap = plan_cap(&broker.plan, i);
    while (cap->pd != component_number(c) || plan_cap_is_note(cap) ||
           strncmp(cap->name, name, KAAL_NAME_SIZE) != 0) {
        cap = plan_cap(&broker.plan, ++i);
    }
    return cap;
}

static void check(enum kaal_err err, const char *what)
{
    if (err != KAAL_OK) {
        log_error("wrong", what, kaal_strerror(err));
    }
}

static void put_again(struct component *c, const char *name, uint32_t from, seL4_CapRights_t rights,
                      uint64_t badge)
{
    uint32_t slot = cap_of(c, name)->slot;
    cspace_clear(c, slot);
    check(cspace_put(c, slot, from, rights, badge), name);
}

static void give_page(struct component *c)
{
    uint32_t frame = 0;
    check(arena_objects(&c->arena, seL4_ARM_SmallPageObject, 0, 1, &frame), "page");
    check(build_map(c, frame, KAAL_LAYOUT_DYNAMIC_START, seL4_ReadWrite, true), "map");
}

void __wrap_start_continue(void)
{
    static bool done;
    if (!done) {
        done = true;
        struct component *hello = find("hello");
        struct component *other = find("other");
        const struct kaal_plan_cap *console = cap_of(other, "console");
        give_page(hello);
        put_again(hello, "broker", (uint32_t)own_cap(KAAL_HANDOVER_BROKER_ENDPOINT),
                  seL4_CapRights_new(true, true, false, true),
                  broker_badge(hello, KAAL_BADGE_CALL));
        put_again(other, "console", component_at(console->object)->endpoint,
                  seL4_CapRights_new(true, false, false, true), console->badge ^ 1);
        check(refused(seL4_TCB_SetMCPriority(other->tcb, own_cap(KAAL_HANDOVER_BROKER_TCB), 200)),
              "priority");
    }
    __real_start_continue();
}
