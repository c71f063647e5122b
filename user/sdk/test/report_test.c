// SPDX-License-Identifier: BSD-2-Clause
#include <kaal/console.h>
#include <kaal/image.h>

#include <lib/mem.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_report_is_an_event_and_its_words(void **state)
{
    (void)state;
    struct kaal_report report;
    kaal_report_begin(&report, "ipc");
    assert_string_equal(report.text, "@ipc");
    kaal_report_u64(&report, "calls", 121);
    kaal_report_hex(&report, "sum", 0xfedcba9876543210);
    kaal_report_str(&report, "name", "client");
    assert_string_equal(report.text, "@ipc calls=121 sum=0xfedcba9876543210 name=client");
}

static void the_ends_of_the_numbers_are_whole(void **state)
{
    (void)state;
    struct kaal_report report;
    kaal_report_begin(&report, "n");
    kaal_report_u64(&report, "a", 0);
    kaal_report_u64(&report, "b", UINT64_MAX);
    kaal_report_hex(&report, "c", 0);
    kaal_report_hex(&report, "d", UINT64_MAX);
    assert_string_equal(report.text, "@n a=0 b=18446744073709551615 c=0x0 d=0xffffffffffffffff");
}

// Otherwise a name could break its line in two, or forge another key.
static void a_text_is_one_word_whatever_is_in_it(void **state)
{
    (void)state;
    struct kaal_report report;
    kaal_report_begin(&report, "e");
    kaal_report_str(&report, "text", "a b=1\n\x1b[2J~\x7f\xff");
    assert_string_equal(report.text, "@e text=a_b=1__[2J~__");
    kaal_report_str(&report, "empty", "");
    assert_string_equal(report.text, "@e text=a_b=1__[2J~__ empty=");
}

static void a_quoted_text_keeps_its_spaces_and_not_its_quotes(void **state)
{
    (void)state;
    struct kaal_report report;
    kaal_report_begin(&report, "e");
    kaal_report_text(&report, "why", "read of \"0x18\"\n: null?");
    assert_string_equal(report.text, "@e why=\"read of _0x18__: null?\"");
}

static void rights_are_letters_in_order(void **state)
{
    (void)state;
    struct kaal_report report;
    kaal_report_begin(&report, "e");
    kaal_report_rights(&report, "none", 0);
    kaal_report_rights(&report, "some", KAAL_RIGHT_GRANT | KAAL_RIGHT_READ);
    kaal_report_rights(&report, "all",
                       KAAL_RIGHT_READ | KAAL_RIGHT_WRITE | KAAL_RIGHT_EXECUTE | KAAL_RIGHT_GRANT);
    assert_string_equal(report.text, "@e none=- some=rg all=rwxg");
}

static void a_report_that_is_too_long_is_cut_and_ends(void **state)
{
    (void)state;
    struct kaal_report report;
    kaal_report_begin(&report, "long");
    for (unsigned i = 0; i < 2 * KAAL_REPORT_SIZE; i++) {
        kaal_report_str(&report, "key", "value");
    }
    assert_true(report.fmt.cut);
    assert_int_equal(strnlen(report.text, sizeof(report.text)), KAAL_REPORT_SIZE - 1);
}

static void a_report_begins_anew(void **state)
{
    (void)state;
    struct kaal_report report;
    kaal_report_begin(&report, "one");
    kaal_report_u64(&report, "x", 1);
    kaal_report_begin(&report, "two");
    assert_string_equal(report.text, "@two");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_is_an_event_and_its_words),
        cmocka_unit_test(the_ends_of_the_numbers_are_whole),
        cmocka_unit_test(a_text_is_one_word_whatever_is_in_it),
        cmocka_unit_test(a_quoted_text_keeps_its_spaces_and_not_its_quotes),
        cmocka_unit_test(rights_are_letters_in_order),
        cmocka_unit_test(a_report_that_is_too_long_is_cut_and_ends),
        cmocka_unit_test(a_report_begins_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
