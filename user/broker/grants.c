// SPDX-License-Identifier: BSD-2-Clause

#include "grants.h"

#include <lib/mem.h>

static struct grant *grant_at(struct grants *grants, uint16_t index)
{
    return index == GRANTS_NONE ? NULL : &grants->records[index];
}

// --- lists ---------------------------------------------------------------------------------------

// The head of the list that a grant belongs to; not for GRANT_BY_PARENT of one without parent.
static inline uint16_t *head_of(struct grants *grants, const struct grant *grant,
                                enum grant_list list)
{
    switch (list) {
    case GRANT_BY_HOLDER:
        return &grants->heads[list][grant->holder];
    case GRANT_BY_GIVER:
        return &grants->heads[list][grant->giver];
    case GRANT_BY_PEER:
        return &grants->heads[list][grant->peer];
    case GRANT_BY_PARENT:
    case GRANT_LISTS:
        break;
    }
    return &grants->records[grant->parent].child;
}

static inline void list_add(struct grants *grants, struct grant *grant, enum grant_list list)
{
    uint16_t *head = head_of(grants, grant, list);
    const uint16_t next = *head;
    grant->links[list] = (struct grant_link){.next = next, .prev = GRANTS_NONE};
    if (next != GRANTS_NONE) {
        grants->records[next].links[list].prev = grant->index;
    }
    *head = grant->index;
}

static inline void list_remove(struct grants *grants, const struct grant *grant,
                               enum grant_list list)
{
    struct grant_link link = grant->links[list];
    if (link.next != GRANTS_NONE) {
        grants->records[link.next].links[list].prev = link.prev;
    }
    if (link.prev != GRANTS_NONE) {
        grants->records[link.prev].links[list].next = link.next;
    } else {
        *head_of(grants, grant, list) = link.next;
    }
}

// --- the queue of free records -------------------------------------------------------------------

static void queue_put(struct grants *grants, uint16_t index)
{
    grants->records[index].links[GRANT_BY_HOLDER].next = GRANTS_NONE;
    if (grants->free_first == GRANTS_NONE) {
        grants->free_first = index;
    } else {
        grants->records[grants->free_last].links[GRANT_BY_HOLDER].next = index;
    }
    grants->free_last = index;
}

void grants_open(struct grants *grants)
{
    grants->free_first = 0;
    grants->free_last = GRANTS_MAX - 1;
    for (uint32_t i = 0; i < GRANTS_MAX; i++) {
        grants->records[i].index = (uint16_t)i;
        grants->records[i].links[GRANT_BY_HOLDER].next =
            i < grants->free_last ? (uint16_t)(i + 1) : GRANTS_NONE;
    }
    _Static_assert(GRANTS_NONE == UINT16_MAX, "no record: all bits set");
    memset(grants->heads, 0xff, sizeof(grants->heads));
}

// --- add and remove ------------------------------------------------------------------------------

enum kaal_err grant_add(struct grants *grants, enum kaal_grant_kind kind, uint32_t holder,
                        uint32_t giver, struct grant *parent, struct grant **grant)
{
    if (kind == KAAL_GRANT_NONE || kind >= KAAL_GRANT_KIND_COUNT || holder >= GRANTS_COMPONENTS ||
        giver >= GRANTS_COMPONENTS || (parent != NULL && parent->holder != giver)) {
        return KAAL_ERR_ARGUMENT;
    }
    struct grant *record = grant_at(grants, grants->free_first);
    if (record == NULL) {
        return KAAL_ERR_SLOTS;
    }
    grants->free_first = record->links[GRANT_BY_HOLDER].next;
    uint32_t serial = record->serial + 1;
    *record = (struct grant){.kind = (uint8_t)kind,
                             .holder = (uint16_t)holder,
                             .giver = (uint16_t)giver,
                             .parent = parent == NULL ? GRANTS_NONE : parent->index,
                             .child = GRANTS_NONE,
                             .peer = GRANTS_NONE,
                             .node = (uint32_t)GRANTS_NODE_NONE,
                             .payer = GRANTS_NONE,
                             .entry = GRANTS_NONE,
                             .peer_entry = GRANTS_NONE,
                             .index = record->index,
                             .serial = serial == 0 ? 1 : serial};
    list_add(grants, record, GRANT_BY_HOLDER);
    list_add(grants, record, GRANT_BY_GIVER);
    if (parent != NULL) {
        list_add(grants, record, GRANT_BY_PARENT);
    }
    grants->count++;
    *grant = record;
    return KAAL_OK;
}

void grant_set_peer(struct grants *grants, struct grant *grant, uint32_t peer)
{
    grant->peer = (uint16_t)peer;
    list_add(grants, grant, GRANT_BY_PEER);
}

void grant_clear_peer(struct grants *grants, struct grant *grant)
{
    list_remove(grants, grant, GRANT_BY_PEER);
    grant->peer = GRANTS_NONE;
}

enum kaal_err grant_remove(struct grants *grants, struct grant *grant)
{
    if (grant->kind == KAAL_GRANT_NONE || grant->child != GRANTS_NONE) {
        return KAAL_ERR_STATE;
    }
    list_remove(grants, grant, GRANT_BY_HOLDER);
    list_remove(grants, grant, GRANT_BY_GIVER);
    if (grant->peer != GRANTS_NONE) {
        list_remove(grants, grant, GRANT_BY_PEER);
    }
    if (grant->parent != GRANTS_NONE) {
        list_remove(grants, grant, GRANT_BY_PARENT);
    }
    grant->kind = KAAL_GRANT_NONE;
    queue_put(grants, grant->index);
    grants->count--;
    return KAAL_OK;
}

// --- questions -----------------------------------------------------------------------------------

enum kaal_err grant_find(struct grants *grants, uint64_t id, struct grant **grant)
{
    uint32_t index = (uint32_t)id;
    uint32_t serial = (uint32_t)(id >> 32);
    if (index >= GRANTS_MAX || serial == 0) {
        return KAAL_ERR_NOTFOUND;
    }
    struct grant *record = &grants->records[index];
    if (serial > record->serial) {
        return KAAL_ERR_NOTFOUND;
    }
    if (serial != record->serial || record->kind == KAAL_GRANT_NONE) {
        return KAAL_ERR_STALE;
    }
    *grant = record;
    return KAAL_OK;
}

enum kaal_err grant_find_held(struct grants *grants, uint64_t id, uint32_t holder,
                              struct grant **grant)
{
    struct grant *found = NULL;
    enum kaal_err err = grant_find(grants, id, &found);
    if (err != KAAL_OK) {
        return err;
    }
    if (found->holder != holder) {
        return KAAL_ERR_DENIED;
    }
    *grant = found;
    return KAAL_OK;
}

struct grant *grant_parent(struct grants *grants, const struct grant *grant)
{
    return grant_at(grants, grant->parent);
}

struct grant *grant_leaf(struct grants *grants, struct grant *grant)
{
    while (grant->child != GRANTS_NONE) {
        grant = &grants->records[grant->child];
    }
    return grant;
}

const struct grant *grant_scan(const struct grants *grants, uint32_t *index)
{
    while (*index < GRANTS_MAX) {
        const struct grant *grant = &grants->records[*index];
        (*index)++;
        if (grant->kind != KAAL_GRANT_NONE) {
            return grant;
        }
    }
    return NULL;
}
