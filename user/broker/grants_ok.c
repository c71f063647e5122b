// SPDX-License-Identifier: BSD-2-Clause
//
// The invariants of grants.h, checked over the whole state.

#include "grants.h"

#include <stddef.h>

// What the grants of a list have in common: a component or the parent.
static uint16_t key_of(const struct grant *grant, enum grant_list list)
{
    switch (list) {
    case GRANT_BY_HOLDER:
        return grant->holder;
    case GRANT_BY_GIVER:
        return grant->giver;
    case GRANT_BY_PEER:
        return grant->peer;
    case GRANT_BY_PARENT:
    case GRANT_LISTS:
        break;
    }
    return grant->parent;
}

// One list, whose grants have `key` in common; each is counted in *listed.
static bool list_ok(const struct grants *grants, uint16_t head, enum grant_list list, uint16_t key,
                    uint32_t *listed)
{
    uint16_t prev = GRANTS_NONE;
    for (uint16_t at = head; at != GRANTS_NONE; at = grants->records[at].links[list].next) {
        // The count ends a walk round a ring.
        if (at >= GRANTS_MAX || *listed >= GRANTS_MAX) {
            return false;
        }
        const struct grant *grant = &grants->records[at];
        if (grant->kind == KAAL_GRANT_NONE || key_of(grant, list) != key ||
            grant->links[list].prev != prev) {
            return false;
        }
        (*listed)++;
        prev = at;
    }
    return true;
}

// G2: as many on the lists as there are, each on the right one, so each is on its own once.
static bool components_ok(const struct grants *grants)
{
    uint32_t held = 0;
    uint32_t given = 0;
    uint32_t channels = 0;
    uint32_t peers = 0;
    for (unsigned i = 0; i < GRANTS_MAX; i++) {
        const struct grant *grant = &grants->records[i];
        channels += grant->kind != KAAL_GRANT_NONE && grant->peer != GRANTS_NONE;
    }
    for (unsigned i = 0; i < GRANTS_COMPONENTS; i++) {
        if (!list_ok(grants, grants->heads[GRANT_BY_HOLDER][i], GRANT_BY_HOLDER, (uint16_t)i,
                     &held) ||
            !list_ok(grants, grants->heads[GRANT_BY_GIVER][i], GRANT_BY_GIVER, (uint16_t)i,
                     &given) ||
            !list_ok(grants, grants->heads[GRANT_BY_PEER][i], GRANT_BY_PEER, (uint16_t)i, &peers)) {
            return false;
        }
    }
    return held == grants->count && given == grants->count && peers == channels;
}

// G4
static bool has_end(const struct grants *grants, const struct grant *grant)
{
    for (uint32_t steps = 0; grant->parent != GRANTS_NONE; steps++) {
        if (steps == GRANTS_MAX || grant->parent >= GRANTS_MAX) {
            return false;
        }
        grant = &grants->records[grant->parent];
    }
    return true;
}

// G3, G4, G5
static bool records_ok(const struct grants *grants)
{
    uint32_t live = 0;
    uint32_t derived = 0;
    uint32_t listed = 0;
    for (unsigned i = 0; i < GRANTS_MAX; i++) {
        const struct grant *grant = &grants->records[i];
        if (grant->index != i) {
            return false;
        }
        if (grant->kind == KAAL_GRANT_NONE) {
            continue;
        }
        live++;
        if (grant->serial == 0 || !has_end(grants, grant) ||
            !list_ok(grants, grant->child, GRANT_BY_PARENT, (uint16_t)i, &listed)) {
            return false;
        }
        if (grant->parent != GRANTS_NONE) {
            const struct grant *parent = &grants->records[grant->parent];
            derived++;
            if (parent->kind == KAAL_GRANT_NONE || parent->holder != grant->giver) {
                return false;
            }
        }
    }
    return live == grants->count && derived == listed;
}

// G1
static bool queue_ok(const struct grants *grants)
{
    uint32_t length = 0;
    uint16_t last = GRANTS_NONE;
    for (uint16_t at = grants->free_first; at != GRANTS_NONE;
         at = grants->records[at].links[GRANT_BY_HOLDER].next) {
        if (at >= GRANTS_MAX || length == GRANTS_MAX ||
            grants->records[at].kind != KAAL_GRANT_NONE) {
            return false;
        }
        length++;
        last = at;
    }
    return length + grants->count == GRANTS_MAX &&
           (last == GRANTS_NONE || last == grants->free_last);
}

bool grants_ok(const struct grants *grants)
{
    return components_ok(grants) && records_ok(grants) && queue_ok(grants);
}
