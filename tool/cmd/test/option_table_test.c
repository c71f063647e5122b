// SPDX-License-Identifier: BSD-2-Clause
#include "option_table.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void each_command_has_a_bit_of_its_own(void **state)
{
    (void)state;
    unsigned seen = 0;
    for (const struct command_row *row = command_rows; row->name != NULL; row++) {
        assert_true(row->command != 0 && (row->command & (row->command - 1)) == 0);
        assert_int_equal(seen & row->command, 0);
        assert_non_null(row->run);
        seen |= row->command;
    }
    // An option is of no command that is not there.
    for (const struct option_row *row = option_rows; row->name != NULL; row++) {
        assert_int_equal(row->commands & ~seen, 0);
    }
}

static void each_option_has_a_name_and_a_key_of_its_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < option_count(); i++) {
        assert_ptr_equal(option_find(option_rows[i].key), &option_rows[i]);
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(option_rows[i].name, option_rows[j].name);
        }
    }
    assert_null(option_find(INT_MAX)->name);
}

static void options_are_in_the_order_of_their_names(void **state)
{
    (void)state;
    for (size_t i = 1; i < option_count(); i++) {
        assert_true(strcmp(option_rows[i - 1].name, option_rows[i].name) < 0);
    }
}

static void what_completes_a_value_belongs_to_one(void **state)
{
    (void)state;
    for (const struct option_row *row = option_rows; row->name != NULL; row++) {
        assert_true(row->value != NULL || row->words == WORDS_NONE);
        assert_true(row->value == NULL || row->value[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_command_has_a_bit_of_its_own),
        cmocka_unit_test(each_option_has_a_name_and_a_key_of_its_own),
        cmocka_unit_test(options_are_in_the_order_of_their_names),
        cmocka_unit_test(what_completes_a_value_belongs_to_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
