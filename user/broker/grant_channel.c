// SPDX-License-Identifier: BSD-2-Clause
//
// Channels that come at run time. Both ends are told in their start pages, as those of the
// description are:
//
//    client   CALL "server", its slot              server   SERVES "client", the badge
//    client   SIGNAL "server", its slot            server   SIGNALED "client", the bit

#include "grant.h"

#include "serve.h"

#include <lib/bits.h>

// Numbers of calls: those of the description's channels lie below.
static uint64_t next_channel = KAAL_CAP_MAX;

static enum kaal_err take_slot(struct component *client, struct grant *g)
{
    uint32_t slot = 0;
    if (!cspace_take(client, &slot)) {
        return KAAL_ERR_SLOTS;
    }
    g->cptr = slot;
    return KAAL_OK;
}

static enum kaal_err put_entry_of_client(struct component *client, const struct component *server,
                                         const char *name, struct grant *g)
{
    bool call = g->kind == KAAL_GRANT_CALL;
    return entry_add(client, &g->entry,
                     &(struct kaal_start_entry){.kind = call ? KAAL_START_CALL : KAAL_START_SIGNAL,
                                                .rights = KAAL_RIGHT_WRITE,
                                                .slot = g->cptr,
                                                .value = server->generation},
                     name);
}

static enum kaal_err put_entry_of_server(const struct component *client, struct component *server,
                                         struct grant *g)
{
    bool call = g->kind == KAAL_GRANT_CALL;
    return entry_add(
        server, &g->peer_entry,
        &(struct kaal_start_entry){.kind = call ? KAAL_START_SERVES : KAAL_START_SIGNALED,
                                   .rights = KAAL_RIGHT_READ,
                                   .value = g->badge},
        client->spec.name);
}

// The other end's object, in the client's slot.
static enum kaal_err put_peer(struct component *client, const struct component *server,
                              const struct grant *g)
{
    uint32_t slot = (uint32_t)g->cptr;
    return g->kind == KAAL_GRANT_CALL
               ? cspace_put(client, slot, server->endpoint, seL4_CapRights_new(1, 0, 0, 1),
                            g->badge)
               : cspace_put(client, slot, server->notification, seL4_CanWrite, g->badge);
}

static enum kaal_err choose_badge(struct component *server, struct grant *g)
{
    if (g->kind == KAAL_GRANT_CALL) {
        g->badge = KAAL_BADGE_CALL | next_channel++;
        return KAAL_OK;
    }
    uint64_t free = ~server->bits_taken & ((UINT64_C(1) << KAAL_NOTIFY_BITS) - 1);
    if (free == 0) {
        return KAAL_ERR_SLOTS;
    }
    g->badge = free & (~free + 1);
    server->bits_taken |= g->badge;
    return KAAL_OK;
}

static enum kaal_err fill_channel(struct component *client, struct component *server,
                                  const char *name, struct grant *g, uint32_t payer)
{
    enum kaal_err err = charge(g, payer, 0, 1);
    if (err == KAAL_OK) {
        err = choose_badge(server, g);
    }
    if (err == KAAL_OK) {
        err = take_slot(client, g);
    }
    if (err == KAAL_OK) {
        err = put_peer(client, server, g);
    }
    if (err == KAAL_OK) {
        err = put_entry_of_client(client, server, name, g);
    }
    return err == KAAL_OK ? put_entry_of_server(client, server, g) : err;
}

// The channel that there is already, from the same hand; NULL: none.
static struct grant *find_channel(enum kaal_grant_kind kind, const struct component *client,
                                  const struct component *server, uint32_t giver,
                                  const struct grant *from)
{
    struct grant_walk walk = grants_of_peer(&broker.grants, component_number(server));
    struct grant *g = NULL;
    while ((g = grant_next(&broker.grants, &walk)) != NULL) {
        if (g->kind == kind && g->holder == component_number(client) && g->giver == giver &&
            grant_parent(&broker.grants, g) == from) {
            return g;
        }
    }
    return NULL;
}

enum kaal_err connect(enum kaal_grant_kind kind, struct component *client, struct component *server,
                      const char *name, uint32_t giver, struct grant *from, struct grant **out)
{
    bool hears = kind == KAAL_GRANT_CALL ? server->serves : server->notified;
    if (!hears || !component_built(server) || server->cut_off) {
        return KAAL_ERR_STATE;
    }
    *out = find_channel(kind, client, server, giver, from);
    if (*out != NULL) {
        return KAAL_OK;
    }
    enum kaal_err err = grant_add(&broker.grants, kind, component_number(client), giver, from, out);
    if (err != KAAL_OK) {
        return err;
    }
    (*out)->rights = KAAL_RIGHT_WRITE;
    grant_set_peer(&broker.grants, *out, component_number(server));
    err = fill_channel(client, server, name, *out,
                       giver == broker.table->broker ? component_number(client) : giver);
    if (err != KAAL_OK) {
        take_back(*out);
    }
    return err;
}

static enum kaal_err reconnect_one(struct component *server, struct grant *g, bool rebuilt)
{
    struct component *client = component_at(g->holder);
    if (!component_built(client)) {
        return KAAL_OK;
    }
    cspace_clear(client, (uint32_t)g->cptr);
    enum kaal_err err = put_peer(client, server, g);
    return err == KAAL_OK && rebuilt ? put_entry_of_server(client, server, g) : err;
}

enum kaal_err reconnect(struct component *server, bool rebuilt)
{
    enum kaal_err err = KAAL_OK;
    struct grant_walk walk = grants_of_peer(&broker.grants, component_number(server));
    struct grant *g = NULL;
    while (err == KAAL_OK && (g = grant_next(&broker.grants, &walk)) != NULL) {
        err = reconnect_one(server, g, rebuilt);
    }
    return err;
}

// --- requests ------------------------------------------------------------------------------------

static bool is_family(const struct component *a, const struct component *b)
{
    return component_is_child(a, b) || component_is_child(b, a);
}

static bool has_channel(const struct component *client, const struct component *server)
{
    struct grant_walk walk = grants_of_peer(&broker.grants, component_number(server));
    const struct grant *g = NULL;
    while ((g = grant_next(&broker.grants, &walk)) != NULL) {
        if (g->holder == component_number(client)) {
            return true;
        }
    }
    return wire_reaches(component_number(client), component_number(server));
}

static uint32_t count_gifts(const struct component *from, const struct component *to)
{
    uint32_t count = 0;
    struct grant_walk walk = grants_of_giver(&broker.grants, component_number(from));
    const struct grant *g = NULL;
    while ((g = grant_next(&broker.grants, &walk)) != NULL) {
        count += g->holder == component_number(to);
    }
    return count;
}

enum kaal_err may_give(const struct component *from, const struct component *to)
{
    if (component_is_child(to, from)) {
        return KAAL_OK; // what is wrong with a child is its parent's affair
    }
    if (!component_is_child(from, to) && !has_channel(from, to) && !has_channel(to, from)) {
        return denied(KAAL_RULE_RELATION);
    }
    return count_gifts(from, to) < KAAL_BROKER_GIFTS_MAX ? KAAL_OK : denied(KAAL_RULE_GIFTS);
}

enum kaal_err serve_connect(struct request *r)
{
    struct grant *g = NULL;
    if (r->words < 3) {
        return KAAL_ERR_PROTOCOL;
    }
    struct component *peer = component_find(argument(1));
    if (peer == NULL) {
        return KAAL_ERR_STALE;
    }
    if (argument(2) > KAAL_CONNECT_SIGNAL) {
        return wrong_argument(r, 2);
    }
    enum kaal_err err = require(r, KAAL_ALLOW_CHANNEL, KAAL_RULE_ALLOW_CHANNEL);
    if (err != KAAL_OK) {
        return err;
    }
    if (!is_family(r->caller, peer)) {
        return denied(KAAL_RULE_RELATION);
    }
    err = connect(argument(2) == KAAL_CONNECT_CALL ? KAAL_GRANT_CALL : KAAL_GRANT_SIGNAL, r->caller,
                  peer, peer->spec.name, broker.table->broker, NULL, &g);
    if (err == KAAL_OK) {
        result(r, grant_id(g));
        result(r, g->cptr);
        audit_grant(KAAL_AUDIT_GRANT, NULL, g);
    }
    return err;
}

// --- notifications of one's own ------------------------------------------------------------------

// Both capabilities, or neither.
static enum kaal_err put_pair(struct component *c, struct grant *g, uint64_t badge)
{
    uint32_t wait = 0;
    uint32_t signal = 0;
    if (!cspace_take_pair(c, &wait)) {
        return KAAL_ERR_SLOTS;
    }
    signal = wait + 1;
    enum kaal_err err = cspace_put(c, wait, g->slot, seL4_CanRead, 0);
    if (err == KAAL_OK) {
        err = cspace_put(c, signal, g->slot, seL4_CanWrite, badge);
    }
    if (err != KAAL_OK) {
        cspace_clear(c, wait);
        cspace_give(c, wait);
        cspace_give(c, signal);
        return err;
    }
    g->cptr = wait;
    g->badge = badge;
    return KAAL_OK;
}

static enum kaal_err make_notification(struct component *c, struct grant *g)
{
    enum kaal_err err = charge(g, component_number(c), UINT64_C(1) << seL4_NotificationBits, 1);
    if (err != KAAL_OK) {
        return err;
    }
    uint32_t node = 0;
    err = pool_take(&broker.pool, seL4_NotificationBits, &node);
    if (err != KAAL_OK) {
        return err;
    }
    g->node = node;
    if (store_take(1, &g->slot) != KAAL_OK) {
        return KAAL_ERR_SLOTS;
    }
    g->slot_count = 1;
    return refused(seL4_Untyped_Retype(pool_slot(&broker.pool, node), seL4_NotificationObject, 0,
                                       store(), 0, 0, g->slot, 1));
}

enum kaal_err serve_channel(struct request *r)
{
    struct component *c = r->caller;
    struct grant *g = NULL;
    if (r->words < 2) {
        return KAAL_ERR_PROTOCOL;
    }
    if (argument(1) == 0) {
        return wrong_argument(r, 1);
    }
    enum kaal_err err = require(r, KAAL_ALLOW_CHANNEL, KAAL_RULE_ALLOW_CHANNEL);
    if (err == KAAL_OK) {
        err = grant_add(&broker.grants, KAAL_GRANT_CHANNEL, component_number(c),
                        broker.table->broker, NULL, &g);
    }
    if (err != KAAL_OK) {
        return err;
    }
    g->rights = KAAL_RIGHT_READ | KAAL_RIGHT_WRITE;
    uint64_t badge = argument(1);
    err = make_notification(c, g);
    if (err == KAAL_OK) {
        err = put_pair(c, g, badge);
    }
    if (err != KAAL_OK) {
        take_back(g);
        return err;
    }
    result(r, g->cptr);
    result(r, g->cptr + 1);
    result(r, grant_id(g));
    audit_grant(KAAL_AUDIT_GRANT, NULL, g);
    return KAAL_OK;
}

// --- handed on -----------------------------------------------------------------------------------

// The right to signal somebody's own notification.
static enum kaal_err give_signal(struct grant *from, struct component *to, struct grant **out)
{
    enum kaal_err err =
        grant_add(&broker.grants, KAAL_GRANT_SIGNAL, component_number(to), from->holder, from, out);
    if (err != KAAL_OK) {
        return err;
    }
    struct grant *g = *out;
    g->rights = KAAL_RIGHT_WRITE;
    g->badge = from->badge;
    err = charge(g, from->holder, 0, 1);
    if (err == KAAL_OK) {
        err = take_slot(to, g);
    }
    if (err == KAAL_OK) {
        err = cspace_put(to, (uint32_t)g->cptr, from->slot, seL4_CanWrite, g->badge);
    }
    if (err == KAAL_OK) {
        err = entry_add(to, &g->entry,
                        &(struct kaal_start_entry){.kind = KAAL_START_SIGNAL,
                                                   .rights = KAAL_RIGHT_WRITE,
                                                   .slot = g->cptr,
                                                   .value = component_at(from->holder)->generation},
                        component_at(from->holder)->spec.name);
    }
    if (err != KAAL_OK) {
        take_back(g);
    }
    return err;
}

enum kaal_err give_channel(struct grant *from, struct component *to, struct grant **out)
{
    if (from->kind == KAAL_GRANT_CHANNEL) {
        return give_signal(from, to, out);
    }
    if (from->peer == GRANTS_NONE) {
        return KAAL_ERR_STATE; // of a notification that has another owner: he hands it on
    }
    struct component *server = component_at(from->peer);
    return connect((enum kaal_grant_kind)from->kind, to, server, server->spec.name, from->holder,
                   from, out);
}
