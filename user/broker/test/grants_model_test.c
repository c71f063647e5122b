// SPDX-License-Identifier: BSD-2-Clause
//
// Random changes to the book of grants, each answer compared with a plain table of all grants that
// there are, in the order in which they came: lists are found there by looking at every line.
//
// usage: broker_grants_model [SEED]...       (1 2)
#include "grants.h"

#include "ok.h"

#include <lib/prng.h>

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    ROUNDS = 300000, // of each seed
    CHECK_EVERY = 64,
    SEEDS_MAX = 16,
    COMPONENTS = 12,
    OLD_IDS = 256,
};

struct line {
    uint64_t id;
    uint64_t parent; // its id, 0: none
    uint32_t holder;
    uint32_t giver;
    enum kaal_grant_kind kind;
};

static uint64_t seeds[SEEDS_MAX] = {1, 2};
static uint32_t seed_count = 2;

static struct grants grants;
static struct line lines[GRANTS_MAX];
static uint32_t line_count;
static uint64_t old_ids[OLD_IDS]; // of grants that are gone
static uint32_t old_count;
static struct prng prng;

static struct grant_walk grants_derived(const struct grant *parent)
{
    return (struct grant_walk){.list = GRANT_BY_PARENT, .next = parent->child};
}

static uint32_t draw(uint64_t below)
{
    return (uint32_t)((prng_next(&prng) >> 8) % below);
}

// The grant of a line, found the way a request finds it.
static struct grant *grant_of(const struct line *line)
{
    struct grant *grant = NULL;
    assert_int_equal(grant_find_held(&grants, line->id, line->holder, &grant), KAAL_OK);
    assert_int_equal(grant->kind, line->kind);
    assert_int_equal(grant->holder, line->holder);
    assert_int_equal(grant->giver, line->giver);
    const struct grant *parent = grant_parent(&grants, grant);
    assert_true((parent == NULL ? 0 : grant_id(parent)) == line->parent);
    return grant;
}

static bool has_children(uint64_t id)
{
    for (uint32_t i = 0; i < line_count; i++) {
        if (lines[i].parent == id) {
            return true;
        }
    }
    return false;
}

static uint32_t line_of(uint64_t id)
{
    for (uint32_t i = 0; i < line_count; i++) {
        if (lines[i].id == id) {
            return i;
        }
    }
    fail_msg("no grant has id %" PRIx64, id);
    return 0;
}

static void forget(uint32_t index)
{
    old_ids[old_count % OLD_IDS] = lines[index].id;
    old_count++;
    line_count--;
    memmove(&lines[index], &lines[index + 1], (line_count - index) * sizeof(*lines));
}

// --- changes -------------------------------------------------------------------------------------

static void change_add(void)
{
    struct line line = {.holder = draw(COMPONENTS),
                        .giver = draw(COMPONENTS),
                        .kind =
                            (enum kaal_grant_kind)(KAAL_GRANT_MEMORY + draw(KAAL_GRANT_CHANNEL))};
    struct grant *parent = NULL;
    struct grant *grant = NULL;
    enum kaal_err expected = line_count == GRANTS_MAX ? KAAL_ERR_SLOTS : KAAL_OK;
    if (line_count > 0 && draw(2) == 0) {
        const struct line *from = &lines[draw(line_count)];
        parent = grant_of(from);
        line.parent = from->id;
        line.giver = draw(10) == 0 ? line.giver : from->holder;
        expected = line.giver == from->holder ? expected : KAAL_ERR_ARGUMENT;
    }
    enum kaal_err err = grant_add(&grants, line.kind, line.holder, line.giver, parent, &grant);
    assert_int_equal(err, expected);
    if (err == KAAL_OK) {
        line.id = grant_id(grant);
        lines[line_count] = line;
        line_count++;
    }
}

static void change_remove(void)
{
    uint32_t index = draw(line_count);
    struct grant *grant = grant_of(&lines[index]);
    bool leaf = !has_children(lines[index].id);
    assert_int_equal(grant_remove(&grants, grant), leaf ? KAAL_OK : KAAL_ERR_STATE);
    if (leaf) {
        forget(index);
    }
}

// All that was derived from a grant, and itself.
static void change_revoke(void)
{
    uint64_t id = lines[draw(line_count)].id;
    uint64_t removed = 0;
    do {
        struct grant *leaf = grant_leaf(&grants, grant_of(&lines[line_of(id)]));
        removed = grant_id(leaf);
        assert_false(has_children(removed));
        assert_int_equal(grant_remove(&grants, leaf), KAAL_OK);
        forget(line_of(removed));
    } while (removed != id);
}

// A component dies: all that it holds, and what was derived from that.
static void change_kill(void)
{
    uint32_t component = draw(COMPONENTS);
    for (;;) {
        struct grant_walk walk = grants_of_holder(&grants, component);
        struct grant *grant = grant_next(&grants, &walk);
        if (grant == NULL) {
            return;
        }
        grant = grant_leaf(&grants, grant);
        uint64_t id = grant_id(grant);
        assert_int_equal(grant_remove(&grants, grant), KAAL_OK);
        forget(line_of(id));
    }
}

// Those of one holder's grants that can be removed, in one walk.
static void change_thin_out(void)
{
    struct grant_walk walk = grants_of_holder(&grants, draw(COMPONENTS));
    for (struct grant *grant = NULL; (grant = grant_next(&grants, &walk)) != NULL;) {
        uint64_t id = grant_id(grant);
        if (draw(4) == 0 && grant_remove(&grants, grant) == KAAL_OK) {
            assert_false(has_children(id));
            forget(line_of(id));
        }
    }
}

// --- comparisons ---------------------------------------------------------------------------------

static void check_walk(struct grant_walk walk, uint32_t component, uint64_t parent)
{
    for (uint32_t i = line_count; i-- > 0;) {
        bool listed = (walk.list == GRANT_BY_HOLDER && lines[i].holder == component) ||
                      (walk.list == GRANT_BY_GIVER && lines[i].giver == component) ||
                      (walk.list == GRANT_BY_PARENT && lines[i].parent == parent);
        if (listed) {
            const struct grant *grant = grant_next(&grants, &walk);
            assert_true(grant != NULL && grant_id(grant) == lines[i].id);
        }
    }
    assert_null(grant_next(&grants, &walk));
}

static void check_all(void)
{
    uint32_t index = 0;
    uint32_t seen = 0;
    assert_true(grants_ok(&grants));
    assert_int_equal(grants.count, line_count);
    while (grant_scan(&grants, &index) != NULL) {
        seen++;
    }
    assert_int_equal(seen, line_count);
    uint32_t component = draw(COMPONENTS);
    check_walk(grants_of_holder(&grants, component), component, 0);
    check_walk(grants_of_giver(&grants, component), component, 0);
    if (line_count > 0) {
        const struct line *line = &lines[draw(line_count)];
        check_walk(grants_derived(grant_of(line)), 0, line->id);
    }
    for (uint32_t i = 0; i < OLD_IDS && i < old_count; i++) {
        struct grant *grant = NULL;
        assert_int_equal(grant_find(&grants, old_ids[i], &grant), KAAL_ERR_STALE);
    }
}

static void change(uint32_t adds)
{
    uint32_t kind = draw(1000);
    if (line_count == 0 || kind < adds) {
        change_add();
    } else if (kind < 990) {
        change_remove();
    } else if (kind < 998) {
        change_revoke();
    } else if (kind < 999) {
        change_thin_out();
    } else if (draw(20) == 0) {
        change_kill();
    }
}

static void run(uint64_t seed)
{
    uint32_t most = 0;
    prng.state = seed;
    line_count = 0;
    old_count = 0;
    memset(&grants, 0, sizeof(grants));
    grants_open(&grants);
    uint32_t adds = 500;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        if (i % 4096 == 0) {
            adds = 300 + draw(690);
        }
        change(adds);
        most = line_count > most ? line_count : most;
        if (i % CHECK_EVERY == 0) {
            check_all();
        }
    }
    while (line_count > 0) {
        change_revoke();
    }
    check_all();
    printf("seed %" PRIu64 ": %u changes, %u removed, at most %u at a time\n", seed,
           (unsigned)ROUNDS, old_count, most);
}

static void random_changes_agree_with_a_plain_table(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < seed_count; i++) {
        run(seeds[i]);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_changes_agree_with_a_plain_table),
    };
    for (int i = 1; i < argc && i <= SEEDS_MAX; i++) {
        seeds[i - 1] = strtoull(argv[i], NULL, 0);
        seed_count = (uint32_t)i;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
