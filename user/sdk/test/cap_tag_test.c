// SPDX-License-Identifier: BSD-2-Clause
#include <kaal/cap_tag.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void all_that_the_plan_lists_has_a_type_with_a_name(void **state)
{
    (void)state;
    for (int kind = KAAL_CAP_ENDPOINT; kind < KAAL_CAP_KIND_COUNT; kind++) {
        int tag = kaal_cap_tag((enum kaal_cap_kind)kind);
        assert_int_not_equal(tag, KAAL_CAP_TAG_NULL);
        assert_string_not_equal(kaal_cap_tag_name(tag), "something");
    }
    assert_string_equal(kaal_cap_tag_name(kaal_cap_tag(KAAL_CAP_TCB)), "tcb");
}

static void what_nobody_is_given_has_no_name_of_its_own(void **state)
{
    (void)state;
    assert_string_equal(kaal_cap_tag_name(KAAL_CAP_TAG_NULL), "none");
    assert_string_equal(kaal_cap_tag_name(KAAL_CAP_TAG_ZOMBIE), "something");
    assert_string_equal(kaal_cap_tag_name(-1), "something");
    assert_string_equal(kaal_cap_tag_name(1000), "something");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_the_plan_lists_has_a_type_with_a_name),
        cmocka_unit_test(what_nobody_is_given_has_no_name_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
