// SPDX-License-Identifier: BSD-2-Clause
//
// The table of components. Those of the description have the numbers of the plan; spawned ones get
// the numbers above. A number is used again, but never with the same serial.

#include "broker.h"

struct component *component_find(uint64_t id)
{
    uint32_t number = kaal_id_index(id);
    if (number >= broker.component_count) {
        return NULL;
    }
    struct component *c = component_at(number);
    return c->state != KAAL_STATE_NONE && c->serial == kaal_id_serial(id) ? c : NULL;
}

struct component *component_new(void)
{
    uint32_t number = plan_count(&broker.plan, KAAL_TABLE_PDS);
    while (number < KAAL_COMPONENT_MAX && component_at(number)->state != KAAL_STATE_NONE) {
        number++;
    }
    if (number == KAAL_COMPONENT_MAX) {
        return NULL;
    }
    if (number >= broker.component_count) {
        broker.component_count = number + 1;
    }
    struct component *c = component_at(number);
    *c = (struct component){.number = number, .serial = c->serial + 1, .parent = number};
    return c;
}
