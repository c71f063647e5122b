// SPDX-License-Identifier: BSD-2-Clause
#include <kaal/audit_name.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void every_event_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < KAAL_AUDIT_COUNT; i++) {
        const char *name = kaal_audit_event_name(i);
        assert_non_null(name);
        assert_string_not_equal(name, "unknown");
        for (uint32_t j = 0; j < i; j++) {
            assert_string_not_equal(name, kaal_audit_event_name(j));
        }
    }
}

static void an_event_of_later_times_is_unknown(void **state)
{
    (void)state;
    assert_string_equal(kaal_audit_event_name(KAAL_AUDIT_COUNT), "unknown");
    assert_string_equal(kaal_audit_event_name(UINT32_MAX), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_event_has_a_name_of_its_own),
        cmocka_unit_test(an_event_of_later_times_is_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
