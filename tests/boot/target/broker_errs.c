// SPDX-License-Identifier: BSD-2-Clause
//
// A broker whose books are wrong: of the component "hello" the last slot has a notification, where
// nothing should be, and its capability to the broker is gone; the component "other" has a
// notification in the place of its channel to the console.

#include "broker.h"

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

static uint32_t slot_of(const struct component *c, const char *name)
{
    for (uint32_t i = 0; i < plan_count(&broker.plan, KAAL_TABLE_CAPS); i++) {
        const struct kaal_plan_cap *cap = plan_cap(&broker.plan, i);
        if (cap->pd == component_number(c) && !plan_cap_is_note(cap) &&
            strncmp(cap->name, name, KAAL_NAME_SIZE) == 0) {
            return cap->slot;
        }
    }
    return 0;
}

static void plant(struct component *c, uint32_t slot)
{
    uint32_t any = component_at(broker.table->broker)->notification;
    if (cspace_put(c, slot, any, seL4_CanRead, 0) != KAAL_OK) {
        log_error("plant", c->spec.name, "refused by the kernel");
    }
}

void __wrap_start_continue(void)
{
    static bool done;
    struct component *hello = find("hello");
    if (!done) {
        done = true;
        plant(hello, (UINT32_C(1) << hello->spec.cspace_bits) - 1);
        cspace_clear(hello, slot_of(hello, "broker"));
        cspace_clear(find("other"), slot_of(find("other"), "console"));
        plant(find("other"), slot_of(find("other"), "console"));
    }
    __real_start_continue();
}
