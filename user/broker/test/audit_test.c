// SPDX-License-Identifier: BSD-2-Clause
#include "audit.h"

#include <kaal/error.h>

#include <lib/prng.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { ROOM = AUDIT_RECORDS + 10, RANDOM_ROUNDS = 50000 };

static struct audit audit;
static struct kaal_audit_info records[ROOM];
static uint64_t lost;

static int setup(void **state)
{
    (void)state;
    memset(&audit, 0, sizeof(audit));
    return 0;
}

// Records whose fields tell which they are.
static void add(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        uint64_t number = audit.written + 1;
        audit_add(&audit, &(struct kaal_audit_info){.time_us = number * 10,
                                                    .event = KAAL_AUDIT_GRANT,
                                                    .object = number * 3,
                                                    .actor = ~number});
    }
}

// Records `first` .. first + count - 1 are those that were read.
static void check(uint64_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint64_t number = first + i;
        assert_true(records[i].sequence == number);
        assert_true(records[i].time_us == number * 10);
        assert_true(records[i].object == number * 3);
        assert_true(records[i].actor == ~number);
        assert_int_equal(records[i].event, KAAL_AUDIT_GRANT);
    }
}

static void an_empty_ring_has_nothing_and_has_lost_nothing(void **state)
{
    (void)state;
    for (uint64_t from = 0; from < 3; from++) {
        lost = 99;
        assert_int_equal(audit_read(&audit, from, records, ROOM, &lost), 0);
        assert_int_equal(lost, 0);
    }
}

static void records_are_read_in_order_and_again(void **state)
{
    (void)state;
    add(5);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(audit_read(&audit, 0, records, ROOM, &lost), 5);
        check(1, 5);
        assert_int_equal(audit_read(&audit, 1, records, ROOM, &lost), 5);
        check(1, 5);
        assert_int_equal(audit_read(&audit, 4, records, ROOM, &lost), 2);
        check(4, 2);
        assert_int_equal(lost, 0);
    }
}

static void no_more_is_copied_than_there_is_room_for(void **state)
{
    (void)state;
    add(10);
    memset(records, 0x77, sizeof(records));
    assert_int_equal(audit_read(&audit, 3, records, 4, &lost), 4);
    check(3, 4);
    assert_int_equal(records[4].event, 0x77777777);
    assert_int_equal(audit_read(&audit, 3, records, 0, &lost), 0);
    assert_int_equal(lost, 0);
}

static void what_is_yet_to_come_is_not_lost(void **state)
{
    (void)state;
    add(3);
    assert_int_equal(audit_read(&audit, 4, records, ROOM, &lost), 0);
    assert_int_equal(lost, 0);
    assert_int_equal(audit_read(&audit, UINT64_MAX, records, ROOM, &lost), 0);
    assert_int_equal(lost, 0);
    add(AUDIT_RECORDS);
    assert_int_equal(audit_read(&audit, UINT64_MAX, records, ROOM, &lost), 0);
    assert_int_equal(lost, 0);
}

// Whoever may see the newest record is not to see the one whose place it took.
static void nothing_of_the_oldest_stays_in_the_newest(void **state)
{
    (void)state;
    const struct kaal_audit_info wanted = {.sequence = 1,
                                           .time_us = 2,
                                           .actor = 3,
                                           .subject = 4,
                                           .object = 5,
                                           .event = KAAL_AUDIT_END,
                                           .detail = 7,
                                           .rule = KAAL_RULE_ALLOW_SEE,
                                           .error = KAAL_ERR_DENIED};
    memset(audit.records, 0x77, sizeof(audit.records));
    audit_add(&audit, &wanted);
    assert_memory_equal(&audit.records[0], &wanted, sizeof(wanted));
    assert_int_equal(audit.records[1].event, 0x77777777);
}

static void a_full_ring_has_lost_nothing_yet(void **state)
{
    (void)state;
    add(AUDIT_RECORDS);
    assert_int_equal(audit_read(&audit, 1, records, ROOM, &lost), AUDIT_RECORDS);
    assert_int_equal(lost, 0);
    check(1, AUDIT_RECORDS);
}

static void the_newest_takes_the_place_of_the_oldest(void **state)
{
    (void)state;
    add(AUDIT_RECORDS + 1);
    assert_int_equal(audit_read(&audit, 1, records, ROOM, &lost), AUDIT_RECORDS);
    assert_int_equal(lost, 1);
    check(2, AUDIT_RECORDS);
    assert_int_equal(audit_read(&audit, 2, records, ROOM, &lost), AUDIT_RECORDS);
    assert_int_equal(lost, 0);
    add(UINT64_C(3) * AUDIT_RECORDS + 17);
    assert_int_equal(audit_read(&audit, 2, records, 5, &lost), 5);
    assert_true(lost == UINT64_C(3) * AUDIT_RECORDS + 17);
    check(UINT64_C(3) * AUDIT_RECORDS + 19, 5);
}

static void the_sequence_goes_on_beyond_32_bits(void **state)
{
    (void)state;
    audit.written = UINT64_C(1) << 32;
    add(AUDIT_RECORDS);
    assert_int_equal(audit_read(&audit, 0, records, ROOM, &lost), AUDIT_RECORDS);
    assert_true(lost == UINT64_C(1) << 32);
    check((UINT64_C(1) << 32) + 1, AUDIT_RECORDS);
}

// Whatever the pace, a reader sees each record once or is told that it was lost.
static void a_reader_misses_nothing_unawares(void **state)
{
    (void)state;
    struct prng prng = {.state = 5};
    uint64_t next = 1;
    uint64_t seen = 0;
    uint64_t missed = 0;
    for (unsigned i = 0; i < RANDOM_ROUNDS; i++) {
        uint64_t r = prng_next(&prng);
        add((r >> 40) % 64 == 0 ? r % (UINT64_C(3) * AUDIT_RECORDS) : r % 8);
        uint32_t count = audit_read(&audit, next, records, (uint32_t)(r >> 8) % 16, &lost);
        check(next + lost, count);
        next += lost + count;
        seen += count;
        missed += lost;
        assert_true(seen + missed + 1 == next);
    }
    assert_true(missed > 0 && seen > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_empty_ring_has_nothing_and_has_lost_nothing, setup),
        cmocka_unit_test_setup(records_are_read_in_order_and_again, setup),
        cmocka_unit_test_setup(no_more_is_copied_than_there_is_room_for, setup),
        cmocka_unit_test_setup(what_is_yet_to_come_is_not_lost, setup),
        cmocka_unit_test_setup(nothing_of_the_oldest_stays_in_the_newest, setup),
        cmocka_unit_test_setup(a_full_ring_has_lost_nothing_yet, setup),
        cmocka_unit_test_setup(the_newest_takes_the_place_of_the_oldest, setup),
        cmocka_unit_test_setup(the_sequence_goes_on_beyond_32_bits, setup),
        cmocka_unit_test_setup(a_reader_misses_nothing_unawares, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
