// SPDX-License-Identifier: BSD-2-Clause
//
// The book of grants: who holds what, from whom, and what was derived from it. Pure data: what is
// in the slots that it names is the caller's affair.
//
//    lists by holder        component ──► grant ◄─► grant ◄─► ..     each grant is on one list
//    lists by giver         component ──► grant ◄─► grant ◄─► ..     by holder, one by giver, one
//    lists by peer          component ──► grant ◄─► grant ◄─► ..     by peer if it is a channel,
//    and lists by parent        grant     ──► grant ◄─► grant ◄─► ..     one by parent if derived
//
// Lists are doubly linked, the newest grant first. Records are a fixed table; those that are free
// form a queue, so that a record rests as long as possible before it is used again, and an id that
// outlived its grant is told from that of the next:
//
//    id   | serial of the record, from 1 | index |
//          63                              32 31     0
//
// Invariant G1: a record has a kind, or it is in the queue of free ones, once.
// Invariant G2: a grant is on the list of its holder, of its giver and, if it has one, of its peer.
// Invariant G3: a derived grant is on the list of its parent, which is held by its giver.
// Invariant G4: following parents from any grant comes to an end.
// Invariant G5: the serial of a grant is not 0; `index` is the place of its record.
#pragma once

#include <kaal/broker.h>
#include <kaal/error.h>
#include <kaal/limits.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    GRANTS_MAX = KAAL_BROKER_SHARED_SLOTS / KAAL_BROKER_GRANT_SLOTS,
    GRANTS_NONE = UINT16_MAX, // no record
    GRANTS_NODE_NONE = -1,    // no node, as an unsigned number
    GRANTS_COMPONENTS = KAAL_COMPONENT_MAX,
};

enum grant_list {
    GRANT_BY_HOLDER,
    GRANT_BY_GIVER,
    GRANT_BY_PEER,
    GRANT_BY_PARENT,
    GRANT_LISTS,
};

struct grant_link {
    uint16_t next;
    uint16_t prev;
};

struct grant {
    // For the caller to set.
    uint64_t cptr;    // slot in the holder's CNode, 0: none
    uint64_t address; // where the holder sees it, 0: nowhere
    uint64_t size;    // bytes
    uint64_t badge;   // of an endpoint or notification
    uint64_t charged; // bytes that its payer is charged for
    uint32_t charged_slots;
    uint32_t slot;       // first slot in the broker's CNode
    uint32_t slot_count; // how many
    uint32_t node;       // of the pool, GRANTS_NODE_NONE: none
    uint8_t rights;      // enum kaal_rights
    uint8_t page_bits;   // of memory
    bool cached;
    bool initial;        // the holder was born with it
    uint16_t entry;      // in the holder's start page; GRANTS_NONE: none
    uint16_t peer_entry; // in the peer's
    uint16_t payer;      // component that is charged for it, or GRANTS_NONE

    // Not for the caller to change.
    uint16_t peer;   // component at the other end, or GRANTS_NONE: grant_set_peer()
    uint16_t child;  // the newest grant derived from it, or GRANTS_NONE
    uint16_t parent; // or GRANTS_NONE
    uint16_t holder;
    uint16_t giver;
    uint16_t index; // of its record
    uint8_t kind;   // enum kaal_grant_kind
    struct grant_link links[GRANT_LISTS];
    uint32_t serial; // how often the record was used
};

struct grants {
    uint16_t free_first; // the queue, linked by holder
    uint16_t free_last;
    uint32_t count;                       // of grants
    uint16_t heads[3][GRANTS_COMPONENTS]; // by holder, by giver, by peer
    struct grant records[GRANTS_MAX];
};

// Of a book that is all zeroes.
void grants_open(struct grants *grants);

// A new grant. `parent`: what it is derived from, or NULL. What the caller has to set is 0, or
// none.
//
// KAAL_ERR_ARGUMENT: no such kind or component, or `giver` does not hold `parent`.
// KAAL_ERR_SLOTS: the book is full.
enum kaal_err grant_add(struct grants *grants, enum kaal_grant_kind kind, uint32_t holder,
                        uint32_t giver, struct grant *parent, struct grant **grant);

// Who is at the other end of a channel; that he is no more.
void grant_set_peer(struct grants *grants, struct grant *grant, uint32_t peer);
void grant_clear_peer(struct grants *grants, struct grant *grant);

static inline uint64_t grant_id(const struct grant *grant)
{
    return (uint64_t)grant->serial << 32 | grant->index;
}

// The grant with this id. KAAL_ERR_STALE: it was removed. KAAL_ERR_NOTFOUND: there never was one.
enum kaal_err grant_find(struct grants *grants, uint64_t id, struct grant **grant);

// The same if `holder` holds it, else KAAL_ERR_DENIED.
enum kaal_err grant_find_held(struct grants *grants, uint64_t id, uint32_t holder,
                              struct grant **grant);

// KAAL_ERR_STATE, and nothing changed, if something is derived from it: see grant_leaf().
enum kaal_err grant_remove(struct grants *grants, struct grant *grant);

// The parent of a grant, or NULL.
struct grant *grant_parent(struct grants *grants, const struct grant *grant);

// What is to be removed first before `grant` can be: something derived from it, however indirectly,
// from which nothing is derived; or `grant` itself. As long as the chain is.
struct grant *grant_leaf(struct grants *grants, struct grant *grant);

// A walk over a list, the newest first:
//
//    struct grant_walk walk = grants_of_holder(&grants, component);
//    for (struct grant *grant; (grant = grant_next(&grants, &walk)) != NULL;) { .. }
//
// The grant that grant_next() returned last may be removed, another one of the list may not.
struct grant_walk {
    enum grant_list list;
    uint16_t next;
};

// Is this list of a component empty?
static inline bool grants_are_none(const struct grants *grants, enum grant_list list,
                                   uint32_t component)
{
    return grants->heads[list][component] == GRANTS_NONE;
}

static inline struct grant_walk grants_walk(const struct grants *grants, enum grant_list list,
                                            uint32_t component)
{
    bool exists = component < GRANTS_COMPONENTS;
    return (struct grant_walk){.list = list,
                               .next = exists ? grants->heads[list][component] : GRANTS_NONE};
}

static inline struct grant_walk grants_of_holder(const struct grants *grants, uint32_t holder)
{
    return grants_walk(grants, GRANT_BY_HOLDER, holder);
}

static inline struct grant_walk grants_of_giver(const struct grants *grants, uint32_t giver)
{
    return grants_walk(grants, GRANT_BY_GIVER, giver);
}

static inline struct grant_walk grants_of_peer(const struct grants *grants, uint32_t peer)
{
    return grants_walk(grants, GRANT_BY_PEER, peer);
}

static inline struct grant *grant_next(struct grants *grants, struct grant_walk *walk)
{
    if (walk->next == GRANTS_NONE) {
        return NULL;
    }
    struct grant *grant = &grants->records[walk->next];
    walk->next = grant->links[walk->list].next;
    return grant;
}

// The first grant from record *index on, whatever happened since the last call; *index is then
// behind it. NULL at the end. For listing all in several answers.
const struct grant *grant_scan(const struct grants *grants, uint32_t *index);
