// SPDX-License-Identifier: BSD-2-Clause
//
// What is common to all grants: who pays, how they are taken back, where they are told.

#include "grant.h"

#include "serve.h"

#include <lib/bits.h>

// --- who pays ------------------------------------------------------------------------------------

static bool is_mapped(const struct grant *g)
{
    return g->kind == KAAL_GRANT_MEMORY || g->kind == KAAL_GRANT_DEVICE;
}

static bool has_mapped(const struct component *c)
{
    struct grant_walk walk = grants_of_holder(&broker.grants, component_number(c));
    const struct grant *g = NULL;
    while ((g = grant_next(&broker.grants, &walk)) != NULL && !is_mapped(g)) {
    }
    return g != NULL;
}

// The quota that has no room for it; KAAL_RULE_NONE: they have.
static enum kaal_rule exceeded(const struct component *c, uint64_t bytes, uint32_t slots)
{
    const struct kaal_policy *policy = &c->spec.policy;
    if (!range_fits(c->granted, bytes, policy->quota_memory)) {
        return KAAL_RULE_QUOTA_MEMORY;
    }
    return range_fits(c->granted_slots, slots, policy->quota_slots) ? KAAL_RULE_NONE
                                                                    : KAAL_RULE_QUOTA_SLOTS;
}

bool take_back_tables(struct component *c)
{
    if (c->tables.piece_count == 0 || has_mapped(c)) {
        return false;
    }
    build_unmap(c);
    return true;
}

// Not inline: it would make the usual way slower.
__attribute__((noinline)) static enum kaal_err make_room(struct component *c, uint64_t bytes,
                                                         uint32_t slots)
{
    (void)take_back_tables(c);
    enum kaal_rule rule = exceeded(c, bytes, slots);
    return rule == KAAL_RULE_NONE ? KAAL_OK : denied(rule);
}

enum kaal_err within_quota(struct component *c, uint64_t bytes, uint32_t slots)
{
    return exceeded(c, bytes, slots) == KAAL_RULE_NONE ? KAAL_OK : make_room(c, bytes, slots);
}

enum kaal_err charge(struct grant *g, struct component *payer, uint64_t bytes, uint32_t store_slots)
{
    g->payer = (uint16_t)component_number(payer);
    g->charged = bytes;
    g->charged_slots = store_slots + KAAL_BROKER_GRANT_SLOTS;
    payer->granted += g->charged;
    payer->granted_slots += g->charged_slots;
    return within_quota(payer, 0, 0);
}

static void uncharge(struct grant *g)
{
    if (g->payer != GRANTS_NONE) {
        component_at(g->payer)->granted -= g->charged;
        component_at(g->payer)->granted_slots -= g->charged_slots;
    }
}

// --- entries -------------------------------------------------------------------------------------

enum kaal_err entry_add(struct component *c, uint16_t *entry, const struct kaal_start_entry *from,
                        const char *name)
{
    struct kaal_start *start = c->start;
    size_t bytes = (size_t)c->start_pages << PAGE_BITS;
    uint32_t room = (uint32_t)((bytes - sizeof(*start)) / sizeof(start->entries[0]));
    uint32_t i = 0;
    while (i < start->entry_count && start->entries[i].kind != KAAL_START_NONE) {
        i++;
    }
    if (i == room) {
        return KAAL_ERR_SLOTS;
    }
    start->entries[i] = *from; // its name is zeroes
    memcpy(start->entries[i].name, name, strnlen(name, KAAL_NAME_SIZE - 1));
    start->entry_count = i == start->entry_count ? i + 1 : start->entry_count;
    *entry = (uint16_t)i;
    return KAAL_OK;
}

static void entry_remove(struct component *c, uint16_t entry)
{
    if (entry != GRANTS_NONE && component_built(c) && c->start != NULL) {
        c->start->entries[entry].kind = KAAL_START_NONE;
    }
}

// --- taking back ---------------------------------------------------------------------------------

static void free_slots(const struct grant *g)
{
    for (uint32_t i = 0; i < g->slot_count; i++) {
        (void)seL4_CNode_Delete(store(), g->slot + i, store_depth());
    }
    (void)slots_give(&broker.slots, g->slot, g->slot_count);
}

// What the holder has in its own capability space.
static void clear_holder(struct component *holder, const struct grant *g)
{
    uint32_t slots = g->kind == KAAL_GRANT_CHANNEL ? 2 : 1;
    for (uint32_t i = 0; i < slots; i++) {
        if (component_built(holder)) {
            // With the copies that the holder has sent to others.
            cspace_revoke(holder, (uint32_t)g->cptr + i);
            cspace_clear(holder, (uint32_t)g->cptr + i);
        }
        cspace_give(holder, (uint32_t)g->cptr + i);
    }
}

// Perhaps nothing is mapped any more. One piece of page tables waits for the next grant if the
// quota has room for it: a page that comes and goes does not build tables each time.
static void tables_unused(struct component *c)
{
    if (c->tables.piece_count > 1 || exceeded(c, 0, 0) != KAAL_RULE_NONE) {
        (void)take_back_tables(c);
    }
}

void take_back(struct grant *g)
{
    struct component *holder = component_at(g->holder);
    if (g->kind == KAAL_GRANT_DEVICE) {
        device_quiet(granted_device(g));
    }
    if (g->kind == KAAL_GRANT_IRQ) {
        (void)seL4_IRQHandler_Clear(g->slot);
        (void)seL4_CNode_Revoke(store(), g->slot, store_depth());
        holder->bits_taken &= ~g->badge;
    }
    if (g->cptr != 0) {
        clear_holder(holder, g);
    }
    if (g->node != (uint32_t)GRANTS_NODE_NONE) {
        (void)seL4_CNode_Revoke(store(), pool_slot(&broker.pool, g->node), store_depth());
        (void)pool_give(&broker.pool, g->node);
        (void)slots_give(&broker.slots, g->slot, g->slot_count);
    } else {
        free_slots(g);
    }
    grant_address_free(holder, g);
    entry_remove(holder, g->entry);
    bool mapped = is_mapped(g);
    if (g->peer != GRANTS_NONE) {
        struct component *peer = component_at(g->peer);
        entry_remove(peer, g->peer_entry);
        peer->bits_taken &= g->kind == KAAL_GRANT_SIGNAL ? ~g->badge : ~UINT64_C(0);
    }
    uncharge(g);
    (void)grant_remove(&broker.grants, g);
    if (mapped) {
        tables_unused(holder);
    }
}

uint32_t take_back_all(struct grant *g)
{
    uint32_t taken = 1;
    for (; g->child != GRANTS_NONE; taken++) {
        take_back(grant_leaf(&broker.grants, g));
    }
    take_back(g);
    return taken;
}

void take_back_list(struct component *c, enum grant_list list, bool all)
{
    struct grant_walk walk = grants_walk(&broker.grants, list, component_number(c));
    for (struct grant *g; (g = grant_next(&broker.grants, &walk)) != NULL;) {
        if (all || !g->initial) {
            (void)take_back_all(g);
            // Others of the list may have gone with it.
            walk = grants_walk(&broker.grants, list, component_number(c));
        }
    }
}

enum kaal_err held_grant(const struct request *r, uint64_t id, struct grant **out)
{
    enum kaal_err err = grant_find_held(&broker.grants, id, component_number(r->caller), out);
    return err == KAAL_ERR_DENIED ? denied(KAAL_RULE_HOLDER) : err;
}

enum kaal_err serve_release(struct request *r)
{
    struct grant *g = NULL;
    enum kaal_err err = held_grant(r, argument(1), &g);
    if (err == KAAL_OK) {
        audit_grant(KAAL_AUDIT_RELEASE, r->caller, g);
        (void)take_back_all(g);
    }
    return err;
}

// --- handing on ----------------------------------------------------------------------------------

static enum kaal_err give(struct request *r, struct grant *from, struct component *to,
                          uint8_t rights, struct grant **out)
{
    switch ((enum kaal_grant_kind)from->kind) {
    case KAAL_GRANT_MEMORY:
        if (rights == 0 || (rights & ~from->rights) != 0) {
            return denied(KAAL_RULE_RIGHTS);
        }
        return (rights & KAAL_RIGHT_READ) == 0 ? wrong_argument(r, 3)
                                               : give_memory(from, to, rights, out);
    case KAAL_GRANT_CALL:
    case KAAL_GRANT_SIGNAL:
    case KAAL_GRANT_CHANNEL:
        return give_channel(from, to, out);
    case KAAL_GRANT_DEVICE: // exclusive
    case KAAL_GRANT_IRQ:
    case KAAL_GRANT_NONE:
    case KAAL_GRANT_KIND_COUNT:
        break;
    }
    return KAAL_ERR_STATE;
}

enum kaal_err give_grant(struct request *r, uint64_t id, struct component *to, uint64_t rights,
                         struct grant **out)
{
    struct grant *from = NULL;
    if ((r->caller->spec.policy.allow & KAAL_ALLOW_GIVE) == 0) {
        return denied(KAAL_RULE_ALLOW_GIVE);
    }
    enum kaal_err err = held_grant(r, id, &from);
    if (err != KAAL_OK) {
        return err;
    }
    if (rights > (KAAL_RIGHT_READ | KAAL_RIGHT_WRITE)) {
        return wrong_argument(r, 3);
    }
    err = give(r, from, to, (uint8_t)(rights == 0 ? from->rights : rights), out);
    if (err == KAAL_OK) {
        audit_grant(KAAL_AUDIT_GIVE, r->caller, *out);
    }
    return err;
}

enum kaal_err serve_give(struct request *r)
{
    struct grant *g = NULL;
    struct component *to = component_find(argument(2));
    if (to == NULL) {
        return KAAL_ERR_STALE;
    }
    if (!component_built(to) || to == r->caller || component_number(to) == broker.table->broker) {
        return wrong_argument(r, 2);
    }
    enum kaal_err err = may_give(r->caller, to);
    if (err == KAAL_OK) {
        err = give_grant(r, argument(1), to, argument(3), &g);
    }
    if (err == KAAL_OK) {
        result(r, grant_id(g));
        result(r, g->kind == KAAL_GRANT_MEMORY ? g->address : g->cptr);
    }
    return err;
}

// Something that `c` gave to another. (An interrupt of a device is its holder's own gift.)
static struct grant *given_by(const struct component *c)
{
    struct grant_walk walk = grants_of_giver(&broker.grants, component_number(c));
    struct grant *g = NULL;
    while ((g = grant_next(&broker.grants, &walk)) != NULL && g->holder == g->giver) {
    }
    return g;
}

enum kaal_err serve_revoke(struct request *r)
{
    uint32_t taken = 0;
    struct grant *g = NULL;
    if (argument(1) == 0) {
        while ((g = given_by(r->caller)) != NULL) {
            audit_grant(KAAL_AUDIT_REVOKE, r->caller, g);
            taken += take_back_all(g);
        }
        result(r, taken);
        return KAAL_OK;
    }
    enum kaal_err err = grant_find(&broker.grants, argument(1), &g);
    if (err != KAAL_OK) {
        return err;
    }
    if (g->giver != component_number(r->caller)) {
        return denied(KAAL_RULE_HOLDER);
    }
    audit_grant(KAAL_AUDIT_REVOKE, r->caller, g);
    result(r, take_back_all(g));
    return KAAL_OK;
}
