// SPDX-License-Identifier: BSD-2-Clause
//
// tests/bad has one description for each message; here is what no file shows: limits, defaults, and
// that one mistake gives one message.
#include "tool/arena.h"
#include "tool/system.h"
#include "tool/toml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char base[] = "[protection_domains.root]\nprogram_image = \"r\"\n"
                           "[protection_domains.cap_broker]\nprogram_image = \"b\"\n"
                           "[protection_domains.a]\nprogram_image = \"a\"\n"
                           "[protection_domains.b]\nprogram_image = \"b\"\n";

static struct arena arena;
static struct diag diag;
static struct system loaded;

static bool load(const char *more)
{
    static char text[TOML_SIZE_MAX];
    arena_free(&arena);
    diag = (struct diag){.arena = &arena};
    int length = snprintf(text, sizeof(text), "%s%s", base, more);
    const struct toml_table *t = toml_parse(&arena, "s", text, (size_t)length, &diag);
    assert_non_null(t);
    bool ok = system_from_toml(&arena, "s", t, &loaded, &diag);
    return system_check(&arena, &loaded, &diag) && ok;
}

static void expect_one(const char *more, const char *part)
{
    assert_false(load(more));
    assert_int_equal(diag.errors, 1);
    for (size_t i = 0; i < diag.count; i++) {
        if (diag.items[i].level == DIAG_ERROR) {
            assert_non_null(strstr(diag.items[i].text, part));
            assert_non_null(strchr(diag.items[i].text, ';'));
        }
    }
}

static void the_short_form_has_defaults(void **state)
{
    (void)state;
    assert_true(load(""));
    assert_int_equal(loaded.pds[0].role, KAAL_ROLE_ROOT);
    assert_int_equal(loaded.pds[1].role, KAAL_ROLE_BROKER);
    assert_int_equal(system_priority(&loaded.pds[1]), KAAL_PRIORITY_BROKER);
    assert_int_equal(system_priority(&loaded.pds[2]), SD_PRIORITY_DEFAULT);
    assert_int_equal(system_budget(&loaded.pds[2]), SD_BUDGET_DEFAULT_US);
    assert_int_equal(system_period(&loaded.pds[2]), SD_BUDGET_DEFAULT_US);
    assert_int_equal(system_stack(&loaded.pds[2]), SD_STACK_DEFAULT);
}

static void a_period_defaults_to_the_budget(void **state)
{
    (void)state;
    assert_true(load("[protection_domains.c]\nprogram_image = \"c\"\nbudget = 5000\n"));
    assert_int_equal(system_period(&loaded.pds[4]), 5000);
}

static void bounds_are_inclusive(void **state)
{
    (void)state;
    static const char form[] = "[protection_domains.c]\nprogram_image = \"c\"\n%s\n";
    static const char *const good[] = {
        "priority = 0",        "priority = 254",         "budget = 20",
        "stack_size = 0x1000", "stack_size = 0x1000000", "budget = 100\nperiod = 100"};
    static const char *const bad[] = {"priority = -1",
                                      "priority = 255",
                                      "budget = 19",
                                      "stack_size = 0",
                                      "stack_size = 0x1001000",
                                      "budget = 101\nperiod = 100",
                                      "priority = 9223372036854775807",
                                      "period = -9223372036854775808"};
    char text[256];
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        snprintf(text, sizeof(text), form, good[i]);
        assert_true(load(text));
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        snprintf(text, sizeof(text), form, bad[i]);
        assert_false(load(text));
        assert_int_equal(diag.errors, 1);
    }
}

static void one_mistake_gives_one_message(void **state)
{
    (void)state;
    expect_one("[[channels]]\nname = \"x\"\nfrom = \"a\"\nto = \"bb\"\n", "names no protection");
    expect_one("[[channels]]\nname = \"x\"\nfrom = \"root\"\nto = \"b\"\n", "is the root task");
    expect_one("[[channels]]\nname = \"x\"\nfrom = \"a\"\nto = \"a\"\n", "to itself");
    expect_one("[[channels]]\nname = \"x\"\nfrom = \"a\"\n", "without `to`");
    expect_one("[memory_regions.m]\nsize = 1\nmaps = [{pd = \"a\"}]\n", "multiple of the page");
    expect_one(
        "[memory_regions.m]\nsize = 4096\nmaps = [{pd = \"a\", vaddr = 9223372036854775807}]\n",
        "outside the space");
    expect_one("[memory_regions.m]\nsize = 4096\nmaps = [{pd = \"a\"}, {pd = \"a\"}]\n", "twice");
    expect_one("[protection_domains.c]\nprogram_image = \"c\"\nparent = \"c\"\n", "own ancestor");
}

static void too_many_signals_to_one_component_are_refused(void **state)
{
    (void)state;
    char text[8192] = "";
    size_t length = 0;
    for (int i = 0; i < KAAL_NOTIFY_BITS + 1; i++) {
        assert_true(i < KAAL_NOTIFY_BITS ? length == 0 || load(text) : load(text));
        length += (size_t)snprintf(
            text + length, sizeof(text) - length,
            "[[channels]]\nname = \"n%d\"\nfrom = \"a\"\nto = \"b\"\nkind = \"notify\"\n", i);
    }
    expect_one(text, "63 signals");
}

static void too_many_domains_are_refused(void **state)
{
    (void)state;
    static char text[64 * 1024];
    size_t length = 0;
    for (int i = 0; i < KAAL_PD_MAX - 3; i++) {
        length += (size_t)snprintf(text + length, sizeof(text) - length,
                                   "[protection_domains.p%d]\nprogram_image = \"x\"\n", i);
    }
    expect_one(text, "257 protection domains");
}

static void a_long_list_of_errors_is_cut(void **state)
{
    (void)state;
    static char text[64 * 1024];
    size_t length = 0;
    for (int i = 0; i < 200; i++) {
        length += (size_t)snprintf(text + length, sizeof(text) - length, "[bad%d]\n", i);
    }
    assert_false(load(text));
    assert_int_equal(diag.errors, 200);
    assert_true(diag.count <= DIAG_ERRORS_SHOWN);
}

static void a_call_to_a_lower_priority_is_a_warning(void **state)
{
    (void)state;
    assert_true(load("[protection_domains.low]\nprogram_image = \"x\"\npriority = 1\n"
                     "[[channels]]\nname = \"x\"\nfrom = \"a\"\nto = \"low\"\n"));
    assert_int_equal(diag.warnings, 1);
}

static void a_list_of_senders_makes_a_channel_of_each(void **state)
{
    (void)state;
    assert_true(load("[protection_domains.c]\nprogram_image = \"x\"\n"
                     "[[channels]]\nname = \"x\"\nfrom = [\"a\", \"b\"]\nto = \"c\"\n"
                     "kind = \"notify\"\n"
                     "[[channels]]\nname = \"y\"\nfrom = [\"b\"]\nto = \"c\"\ngrant = true\n"));
    const char *const names[] = {"x", "x", "y"};
    const size_t from[] = {2, 3, 3};
    assert_int_equal(loaded.channel_count, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct sd_channel *ch = &loaded.channels[i];
        assert_string_equal(ch->name.text, names[i]);
        assert_int_equal(ch->from, from[i]);
        assert_int_equal(ch->to, 4);
        assert_int_equal(ch->is_call, i == 2);
        assert_int_equal(ch->grant.value, i == 2);
    }
}

static void what_is_wrong_with_a_list_of_senders_is_told_once(void **state)
{
    (void)state;
    static const char form[] = "[protection_domains.c]\nprogram_image = \"x\"\n"
                               "[[channels]]\nfrom = [\"a\", \"b\"]\n%s\n";
    static const char *const wrong[][2] = {
        {"name = \"x\"\nto = \"cc\"", "names no protection domain"},
        {"name = \"x y\"\nto = \"c\"", "is no name"},
        {"name = \"broker\"\nto = \"c\"", "the channel name `broker`"},
        {"name = \"x\"\nto = \"cap_broker\"", "every component has a channel"},
        {"name = \"x\"\nto = \"c\"\nkind = \"signal\"", "unknown kind"},
        {"name = \"x\"\nto = \"c\"\nkind = \"notify\"\ngrant = true", "carries no capabilities"},
        {"name = \"x\"", "without `to`"},
        {"to = \"c\"", "without `name`"},
    };
    char text[512];
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        snprintf(text, sizeof(text), form, wrong[i][0]);
        expect_one(text, wrong[i][1]);
    }
}

static void expect_circles(const char *more, size_t circles)
{
    assert_true(load(more));
    assert_int_equal(diag.warnings, circles);
    for (size_t i = 0; i < diag.count; i++) {
        assert_non_null(strstr(diag.items[i].text, "in this circle"));
    }
}

static void a_circle_of_calls_is_a_warning(void **state)
{
    (void)state;
#define CALL(from, to) "[[channels]]\nname = \"to_" to "\"\nfrom = \"" from "\"\nto = \"" to "\"\n"
#define CS             "[protection_domains.c]\nprogram_image = \"x\"\n"
    expect_circles(CALL("a", "b") CALL("b", "a"), 1);
    expect_circles(CS CALL("a", "b") CALL("b", "c") CALL("c", "a"), 1);
    assert_non_null(strstr(diag.items[0].text, "`c` calls `a`, `a` calls `b`, `b` calls `c`:"));
    // Two circles that share a call, each told where it closes.
    expect_circles(CS CALL("a", "b") CALL("b", "a") CALL("b", "c") CALL("c", "a"), 2);
    // The same ends, reached on two ways, are no circle; nor is a signal on the way back.
    expect_circles(CS CALL("a", "b") CALL("b", "c") CALL("a", "c"), 0);
    expect_circles(CALL("a", "b") CALL("b", "a") "kind = \"notify\"\n", 0);
#undef CALL
#undef CS
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_short_form_has_defaults),
        cmocka_unit_test(a_period_defaults_to_the_budget),
        cmocka_unit_test(bounds_are_inclusive),
        cmocka_unit_test(one_mistake_gives_one_message),
        cmocka_unit_test(too_many_signals_to_one_component_are_refused),
        cmocka_unit_test(too_many_domains_are_refused),
        cmocka_unit_test(a_long_list_of_errors_is_cut),
        cmocka_unit_test(a_call_to_a_lower_priority_is_a_warning),
        cmocka_unit_test(a_list_of_senders_makes_a_channel_of_each),
        cmocka_unit_test(what_is_wrong_with_a_list_of_senders_is_told_once),
        cmocka_unit_test(a_circle_of_calls_is_a_warning),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return failed;
}
