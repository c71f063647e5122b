// SPDX-License-Identifier: BSD-2-Clause
//
// The table of components. Those of the description have the numbers of the plan; spawned ones get
// the numbers above. A number is used again, but never with the same serial.

#include "broker.h"

enum kaal_err component_open(void)
{
    void *table = NULL;
    uint32_t room = plan_count(&broker.plan, KAAL_TABLE_PDS);
    if (plan_allows(&broker.plan, KAAL_ALLOW_SPAWN)) {
        room += KAAL_SPAWNED_LEAST;
        room = room < KAAL_COMPONENT_ROOM ? KAAL_COMPONENT_ROOM : room;
    }
    enum kaal_err err = memory_grow_own(room);
    if (err == KAAL_OK) {
        err = own_table(room * sizeof(struct component), &table);
    }
    broker.components = table;
    broker.component_room = room;
    return err;
}

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
    while (number < broker.component_room && component_at(number)->state != KAAL_STATE_NONE) {
        number++;
    }
    if (number == broker.component_room) {
        return NULL;
    }
    if (number >= broker.component_count) {
        broker.component_count = number + 1;
    }
    struct component *c = component_at(number);
    *c = (struct component){.number = number, .serial = c->serial + 1, .parent = number};
    return c;
}
