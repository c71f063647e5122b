// SPDX-License-Identifier: BSD-2-Clause
//
// Answers that come later: of WAIT when a component has ended, of LOOKUP when somebody offers the
// name. Who waits has called with a reply object that is not used for anything else meanwhile:
//
//    replies   | in use to receive | owes X | owes Y | free | ..

#include "serve.h"

#include "grant.h"

enum waiting {
    WAITING_NOT,
    WAITING_END,
    WAITING_NAME,
};

struct place {
    uint32_t reply; // slot
    enum waiting what;
    uint32_t caller;
    uint64_t target; // component, of WAITING_END
    char name[KAAL_NAME_SIZE];
};

// A component waits for one answer at a time, so there is always a reply object left to receive
// with.
static struct place *places;
static uint32_t place_count;
static uint32_t current; // the one to receive with
static uint32_t waiting; // how many wait

enum kaal_err later_open(void)
{
    uint32_t first = 0;
    void *table = NULL;
    uint32_t count = broker.component_room + 1;
    enum kaal_err err = own_table(count * sizeof(*places), &table);
    if (err == KAAL_OK) {
        err = arena_objects(&broker.own, seL4_ReplyObject, 0, count, &first);
    }
    if (err != KAAL_OK) {
        return err;
    }
    places = table;
    place_count = count;
    for (uint32_t i = 0; i < count; i++) {
        places[i].reply = first + i;
    }
    broker.reply = places[current].reply;
    return KAAL_OK;
}

// Keeps the reply object that the request came with, and goes on with another.
static void keep(enum waiting what, struct request *r, uint64_t target, const char *name)
{
    uint32_t next = 0;
    later_forget(r->caller); // one thread waits for one answer, however it asked for it
    while (next == current || places[next].what != WAITING_NOT) {
        next++;
    }
    places[current].what = what;
    places[current].caller = component_number(r->caller);
    places[current].target = target;
    memset(places[current].name, 0, KAAL_NAME_SIZE);
    memcpy(places[current].name, name, strnlen(name, KAAL_NAME_SIZE - 1));
    current = next;
    broker.reply = places[current].reply;
    waiting++;
    r->later = true;
}

void later_wait(struct request *r, const struct component *target)
{
    keep(WAITING_END, r, component_id(target), "");
}

void later_lookup(struct request *r, const char *name)
{
    keep(WAITING_NAME, r, 0, name);
}

static void answer(uint32_t place, struct request *r, enum kaal_err err)
{
    places[place].what = WAITING_NOT;
    if (err != KAAL_OK) {
        audit_refusal(r, err);
        add_detail(r, err);
    }
    waiting--;
    seL4_Send(places[place].reply, seL4_MessageInfo_new(err, 0, 0, r->results));
}

bool later_ended(const struct component *target)
{
    bool told = false;
    for (uint32_t i = 0; waiting > 0 && i < place_count; i++) {
        if (places[i].what == WAITING_END && places[i].target == component_id(target)) {
            struct request r = {0};
            result_struct(&r, &target->exit, sizeof(target->exit));
            answer(i, &r, KAAL_OK);
            told = told || component_is_child(target, component_at(places[i].caller));
        }
    }
    return told;
}

void later_published(const char *name, struct component *owner)
{
    for (uint32_t i = 0; i < place_count; i++) {
        if (places[i].what == WAITING_NAME && strncmp(places[i].name, name, KAAL_NAME_SIZE) == 0) {
            struct request r = {.caller = component_at(places[i].caller),
                                .label = KAAL_BROKER_LOOKUP};
            answer(i, &r, lookup_connect(&r, name, owner));
        }
    }
}

void later_forget(const struct component *c)
{
    for (uint32_t i = 0; waiting > 0 && i < place_count; i++) {
        if (places[i].what != WAITING_NOT && places[i].caller == component_number(c)) {
            places[i].what = WAITING_NOT;
            waiting--;
        }
    }
}
