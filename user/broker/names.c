// SPDX-License-Identifier: BSD-2-Clause
//
// Services by name. A name belongs to the component that published it until that ends; it survives
// a restart, for it is the service that was published.

#include "serve.h"

#include "grant.h"

enum {
    NAMES = 128,
    NAMES_EACH = 16, // of one component
};

static struct {
    char name[KAAL_NAME_SIZE]; // empty: free
    uint32_t owner;
} names[NAMES];

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

// A name as in the description: letters, digits, '_', '-' and '.', not empty.
static bool name_ok(const char *name)
{
    size_t length = strnlen(name, KAAL_NAME_SIZE);
    for (size_t i = 0; i < length; i++) {
        char c = name[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && c != '_' && c != '-' && c != '.') {
            return false;
        }
    }
    return length > 0 && length < KAAL_NAME_SIZE;
}

static uint32_t find(const char *name)
{
    uint32_t i = 0;
    while (i < NAMES && strncmp(names[i].name, name, KAAL_NAME_SIZE) != 0) {
        i++;
    }
    return i;
}

static uint32_t count_of(const struct component *c)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < NAMES; i++) {
        count += names[i].name[0] != '\0' && names[i].owner == component_number(c);
    }
    return count;
}

// The name's bytes begin at word `first`.
static bool read_name(const struct request *r, unsigned first, char *name)
{
    size_t sent = r->words > first ? (r->words - first) * sizeof(seL4_Word) : 0;
    size_t length = strnlen((const char *)&seL4_GetIPCBuffer()->msg[first],
                            sent < KAAL_NAME_SIZE ? sent : KAAL_NAME_SIZE);
    return argument_text(r, first, length, name, KAAL_NAME_SIZE) && name_ok(name);
}

enum kaal_err serve_publish(struct request *r)
{
    char name[KAAL_NAME_SIZE];
    if (r->words < 2) {
        return KAAL_ERR_PROTOCOL;
    }
    if (!read_name(r, 1, name)) {
        return wrong_argument(r, 1);
    }
    enum kaal_err err = require(r, KAAL_ALLOW_PUBLISH, KAAL_RULE_ALLOW_PUBLISH);
    if (err != KAAL_OK) {
        return err;
    }
    if (!r->caller->serves) {
        return KAAL_ERR_STATE;
    }
    uint32_t place = find(name);
    if (place < NAMES) {
        // After a restart it says so again.
        return names[place].owner == component_number(r->caller) ? KAAL_OK : KAAL_ERR_EXISTS;
    }
    place = find("");
    if (place == NAMES || count_of(r->caller) == NAMES_EACH) {
        return KAAL_ERR_AGAIN;
    }
    memcpy(names[place].name, name, sizeof(name));
    names[place].owner = component_number(r->caller);
    audit_event(KAAL_AUDIT_PUBLISH, r->caller, r->caller, 0, 0);
    later_published(name, r->caller);
    return KAAL_OK;
}

enum kaal_err lookup_connect(struct request *r, const char *name, struct component *owner)
{
    struct grant *g = NULL;
    enum kaal_err err = connect_call(r->caller, owner, name, broker.table->broker, NULL, &g);
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
    if (r->words < 3) {
        return KAAL_ERR_PROTOCOL;
    }
    if (argument(1) > KAAL_LOOKUP_WAIT) {
        return wrong_argument(r, 1);
    }
    if (!read_name(r, 2, name)) {
        return wrong_argument(r, 2);
    }
    enum kaal_err err = require(r, KAAL_ALLOW_CHANNEL, KAAL_RULE_ALLOW_CHANNEL);
    if (err != KAAL_OK) {
        return err;
    }
    uint32_t place = find(name);
    if (place < NAMES) {
        return lookup_connect(r, name, component_at(names[place].owner));
    }
    return argument(1) == KAAL_LOOKUP_WAIT ? later_lookup(r, name) : KAAL_ERR_NOTFOUND;
}

void names_forget(const struct component *c)
{
    for (uint32_t i = 0; i < NAMES; i++) {
        if (names[i].name[0] != '\0' && names[i].owner == component_number(c)) {
            names[i].name[0] = '\0';
        }
    }
}
