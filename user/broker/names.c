// SPDX-License-Identifier: BSD-2-Clause
//
// Services by name. A name belongs to the component that published it until that ends; it survives
// a restart, for it is the service that was published.

#include "serve.h"

#include "grant.h"

#include <kaal/name.h>

enum {
    NAMES_EACH = 4, // of one component, whose places nobody else takes
};

static char (*names)[KAAL_NAME_SIZE]; // of component n from n * NAMES_EACH on; empty: free

enum kaal_err names_open(void)
{
    void *table = NULL;
    enum kaal_err err =
        own_table((uint64_t)broker.component_room * NAMES_EACH * sizeof(names[0]), &table);
    names = table;
    return err;
}

static uint32_t name_count(void)
{
    return broker.component_count * NAMES_EACH;
}

bool argument_text(const struct request *r, unsigned first, uint64_t length, char *text,
                   size_t room)
{
    if (length >= room || r->words < first || length > (r->words - first) * sizeof(seL4_Word)) {
        return false;
    }
    memset(text, 0, room);
    memcpy(text, &seL4_GetIPCBuffer()->msg[first], length);
    return true;
}

// From place `i` up to `end`, or `end`.
static uint32_t find(const char *name, uint32_t i, uint32_t end)
{
    while (i < end && strncmp(names[i], name, KAAL_NAME_SIZE) != 0) {
        i++;
    }
    return i;
}

// The name's bytes begin at word `first`.
static bool read_name(const struct request *r, unsigned first, char *name)
{
    size_t sent = r->words > first ? (r->words - first) * sizeof(seL4_Word) : 0;
    size_t length = strnlen((const char *)&seL4_GetIPCBuffer()->msg[first],
                            sent < KAAL_NAME_SIZE ? sent : KAAL_NAME_SIZE);
    return argument_text(r, first, length, name, KAAL_NAME_SIZE) && kaal_name_ok(name);
}

enum kaal_err serve_publish(struct request *r)
{
    char name[KAAL_NAME_SIZE];
    if (!read_name(r, 1, name)) {
        return wrong_argument(r, 1);
    }
    if (!r->caller->serves) {
        return KAAL_ERR_STATE;
    }
    uint32_t own = component_number(r->caller) * NAMES_EACH;
    uint32_t place = find(name, 0, name_count());
    if (place < name_count()) {
        // After a restart it says so again.
        return place / NAMES_EACH == component_number(r->caller) ? KAAL_OK : KAAL_ERR_EXISTS;
    }
    place = find("", own, own + NAMES_EACH);
    if (place == own + NAMES_EACH) {
        return KAAL_ERR_AGAIN;
    }
    memcpy(names[place], name, sizeof(name));
    audit_event(KAAL_AUDIT_PUBLISH, r->caller, r->caller, 0, 0);
    later_published(name, r->caller);
    return KAAL_OK;
}

enum kaal_err lookup_connect(struct request *r, const char *name, struct component *owner)
{
    struct grant *g = NULL;
    enum kaal_err err =
        connect(KAAL_GRANT_CALL, r->caller, owner, name, broker.table->broker, NULL, &g);
    if (err == KAAL_OK) {
        result(r, grant_id(g));
        result(r, g->cptr);
        result(r, component_id(owner));
        audit_grant(KAAL_AUDIT_GRANT, NULL, g);
    }
    return err;
}

enum kaal_err serve_lookup(struct request *r)
{
    char name[KAAL_NAME_SIZE];
    if (argument(1) > KAAL_LOOKUP_WAIT) {
        return wrong_argument(r, 1);
    }
    if (!read_name(r, 2, name)) {
        return wrong_argument(r, 2);
    }
    uint32_t place = find(name, 0, name_count());
    if (place < name_count()) {
        return lookup_connect(r, name, component_at(place / NAMES_EACH));
    }
    if (argument(1) == KAAL_LOOKUP_NOW) {
        return KAAL_ERR_NOTFOUND;
    }
    later_lookup(r, name);
    return KAAL_OK;
}

void names_forget(const struct component *c)
{
    memset(names[(size_t)component_number(c) * NAMES_EACH], 0, sizeof(names[0]) * NAMES_EACH);
}
