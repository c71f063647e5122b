// SPDX-License-Identifier: BSD-2-Clause
#include <kaal/start_kind.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { BROKER = 1, SELF = 2, OTHER = 3 };

static const struct plan plan = {.broker = BROKER};

static enum kaal_start_kind kind_of(enum kaal_cap_kind kind, uint32_t object, uint32_t rights)
{
    struct kaal_plan_cap cap = {
        .pd = SELF, .kind = kind, .object = object, .rights = rights, .slot = 5};
    return start_kind(&plan, &cap);
}

static void a_component_serves_its_own_endpoint_and_calls_others(void **state)
{
    (void)state;
    assert_int_equal(kind_of(KAAL_CAP_ENDPOINT, SELF, KAAL_RIGHT_READ), KAAL_START_ENDPOINT);
    assert_int_equal(kind_of(KAAL_CAP_ENDPOINT, OTHER, KAAL_RIGHT_WRITE), KAAL_START_CALL);
    assert_int_equal(kind_of(KAAL_CAP_ENDPOINT, BROKER, KAAL_RIGHT_WRITE), KAAL_START_BROKER);
    assert_int_equal(kind_of(KAAL_CAP_NOTIFICATION, SELF, KAAL_RIGHT_READ),
                     KAAL_START_NOTIFICATION);
    assert_int_equal(kind_of(KAAL_CAP_NOTIFICATION, OTHER, KAAL_RIGHT_WRITE), KAAL_START_SIGNAL);
}

static void what_another_receives_on_is_never_called_its_own(void **state)
{
    (void)state;
    const uint32_t all = KAAL_RIGHT_READ | KAAL_RIGHT_WRITE | KAAL_RIGHT_GRANT;
    assert_int_equal(kind_of(KAAL_CAP_ENDPOINT, OTHER, KAAL_RIGHT_READ), KAAL_START_RECEIVE);
    assert_int_equal(kind_of(KAAL_CAP_ENDPOINT, OTHER, all), KAAL_START_RECEIVE);
    assert_int_equal(kind_of(KAAL_CAP_NOTIFICATION, OTHER, KAAL_RIGHT_READ), KAAL_START_RECEIVE);
}

static void a_receiving_end_is_told_by_its_badge(void **state)
{
    (void)state;
    struct kaal_plan_cap note = {.pd = SELF, .kind = KAAL_CAP_ENDPOINT, .object = SELF};
    note.rights = KAAL_RIGHT_READ;
    note.badge = KAAL_BADGE_CALL | 7;
    assert_int_equal(start_kind(&plan, &note), KAAL_START_SERVES);
    note.badge = KAAL_BADGE_FAULT | OTHER;
    assert_int_equal(start_kind(&plan, &note), KAAL_START_CHILD);
    note.kind = KAAL_CAP_NOTIFICATION;
    note.badge = 4;
    assert_int_equal(start_kind(&plan, &note), KAAL_START_SIGNALED);
    note.window = 1;
    assert_int_equal(start_kind(&plan, &note), KAAL_START_GROUPED);
    note.window = 0;
    note.object = OTHER;
    assert_int_equal(start_kind(&plan, &note), KAAL_START_WATCHES);
}

static void every_kind_of_capability_has_an_entry_of_its_own(void **state)
{
    (void)state;
    uint64_t seen = 0;
    for (uint32_t kind = 0; kind <= KAAL_CAP_INBOX; kind++) {
        uint32_t is = kind_of((enum kaal_cap_kind)kind, SELF, KAAL_RIGHT_READ);
        assert_int_not_equal(is, KAAL_START_NONE);
        assert_int_equal(seen >> is & 1, 0);
        seen |= UINT64_C(1) << is;
    }
    // Interrupts by number are interrupts; the monitor is not for programs with a start page.
    assert_int_equal(kind_of(KAAL_CAP_IRQ_NUMBER, SELF, KAAL_RIGHT_READ), KAAL_START_IRQ);
    assert_int_equal(kind_of(KAAL_CAP_SMC, SELF, KAAL_RIGHT_READ), KAAL_START_NONE);
    assert_int_equal(kind_of(KAAL_CAP_KIND_COUNT, SELF, KAAL_RIGHT_READ), KAAL_START_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_component_serves_its_own_endpoint_and_calls_others),
        cmocka_unit_test(what_another_receives_on_is_never_called_its_own),
        cmocka_unit_test(a_receiving_end_is_told_by_its_badge),
        cmocka_unit_test(every_kind_of_capability_has_an_entry_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
