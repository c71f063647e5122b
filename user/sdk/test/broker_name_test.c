// SPDX-License-Identifier: BSD-2-Clause
#include <kaal/broker_name.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *(*name)(uint32_t number);
    uint32_t first;
    uint32_t count;
} kinds[] = {
    {kaal_broker_request_name, KAAL_BROKER_MEMORY, KAAL_BROKER_CAPS + 1},
    {kaal_rule_name, KAAL_RULE_NONE, KAAL_RULE_COUNT},
    {kaal_grant_kind_name, KAAL_GRANT_NONE, KAAL_GRANT_KIND_COUNT},
    {kaal_state_name, KAAL_STATE_NONE, KAAL_STATE_COUNT},
    {kaal_end_name, KAAL_END_NONE, KAAL_END_COUNT},
    {kaal_audit_event_name, KAAL_AUDIT_NONE, KAAL_AUDIT_COUNT},
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static void every_number_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (unsigned k = 0; k < KINDS; k++) {
        for (uint32_t i = kinds[k].first; i < kinds[k].count; i++) {
            const char *name = kinds[k].name(i);
            assert_non_null(name);
            assert_string_not_equal(name, "unknown");
            assert_null(strchr(name, ' '));
            for (uint32_t j = kinds[k].first; j < i; j++) {
                assert_string_not_equal(name, kinds[k].name(j));
            }
        }
    }
}

static void what_came_later_is_unknown(void **state)
{
    (void)state;
    for (unsigned k = 0; k < KINDS; k++) {
        assert_string_equal(kinds[k].name(kinds[k].count), "unknown");
        assert_string_equal(kinds[k].name(UINT32_MAX), "unknown");
    }
    assert_string_equal(kaal_broker_request_name(0), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_has_a_name_of_its_own),
        cmocka_unit_test(what_came_later_is_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
