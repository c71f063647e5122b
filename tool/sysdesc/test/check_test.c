// SPDX-License-Identifier: BSD-2-Clause
//
// tests/bad has one description for each message; here is what no file shows: limits, defaults, and
// that one mistake gives one message.
#include "tool/arena.h"
#include "tool/system.h"
#include "tool/toml.h"

#include <kaal/broker.h>

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

// So many from `a` to another.
static const char *signals(const char *to, int count)
{
    static char text[TOML_SIZE_MAX / 2];
    size_t length = 0;
    text[0] = '\0';
    for (int i = 0; i < count; i++) {
        length += (size_t)snprintf(
            text + length, sizeof(text) - length,
            "[[channels]]\nname = \"n%d\"\nfrom = \"a\"\nto = \"%s\"\nkind = \"notify\"\n", i, to);
    }
    return text;
}

static void signals_are_without_number_but_for_their_groups(void **state)
{
    (void)state;
    const int most = KAAL_NOTIFY_BITS * KAAL_GROUP_CHANNELS;
    assert_true(load(signals("b", KAAL_NOTIFY_BITS + 1)));
    assert_true(load(signals("b", 1000)));
    assert_true(load(signals("b", most)));
    expect_one(signals("b", most + 1), "3969 signals; give it at most 3968");
}

static void groups_are_as_few_as_can_be(void **state)
{
    (void)state;
    assert_int_equal(system_groups(62, 0), 0);
    assert_int_equal(system_groups(63, 0), 1);
    assert_int_equal(system_groups(61, 1), 0);
    assert_int_equal(system_groups(62, 1), 1);
    assert_int_equal(system_groups(61 + 64, 0), 1);
    assert_int_equal(system_groups(61 + 64 + 1, 0), 2);
    assert_int_equal(system_groups(1000, 0), 15);
    assert_int_equal(system_groups(64, 61), 1);
    assert_int_equal(system_groups(65, 61), SYSTEM_GROUPS_NONE_FIT);
    assert_int_equal(system_groups(0, 62), 0);
    assert_int_equal(system_groups(1, 62), SYSTEM_GROUPS_NONE_FIT);
    assert_int_equal(system_groups(0, 63), SYSTEM_GROUPS_NONE_FIT);
    assert_int_equal(system_groups(UINT64_MAX, 0), SYSTEM_GROUPS_NONE_FIT);
}

static void what_is_watched_takes_bits_of_its_own(void **state)
{
    (void)state;
    static const char watcher[] =
        "[protection_domains.c]\nprogram_image = \"c\"\nwatches = [\"a\"]\n%s";
    const int most = (KAAL_NOTIFY_BITS - 1) * KAAL_GROUP_CHANNELS;
    struct arena texts = {0};
    assert_true(load(arena_printf(&texts, watcher, signals("c", most))));
    expect_one(arena_printf(&texts, watcher, signals("c", most + 1)), "at most 3904");
    arena_free(&texts);
}

// A Microkit program knows no words: all that it sends has a bit of its own, and so has what it
// gets.
static void a_microkit_program_keeps_its_bits(void **state)
{
    (void)state;
    static const char domain[] =
        "[protection_domains.m]\nprogram_image = \"m\"\nabi = \"microkit\"\npriority = 1\n%s";
    struct arena texts = {0};
    const char *text = arena_printf(&texts, domain, "");
    for (int i = 0; i <= KAAL_NOTIFY_BITS; i++) {
        text = arena_printf(&texts,
                            "%s[[channels]]\nname = \"n%d\"\nfrom = \"m\"\nto = \"b\"\n"
                            "kind = \"notify\"\nfrom_id = %d\n",
                            text, i, i % KAAL_NOTIFY_BITS);
    }
    assert_false(load(text));
    bool found = false;
    for (size_t i = 0; i < diag.count; i++) {
        found = found || strstr(diag.items[i].text, "`b` would receive 63 signals and interrupts "
                                                    "that need a bit of their own; give it at "
                                                    "most 62") != NULL;
    }
    assert_true(found);
    arena_free(&texts);
}

// --- policies ----------------------------------------------------------------------------------

#define C_WITH "[protection_domains.c]\nprogram_image = \"c\"\n"

static void a_policy_has_defaults(void **state)
{
    (void)state;
    assert_true(load(C_WITH));
    struct kaal_policy policy = system_policy(&loaded.pds[4]);
    assert_int_equal(policy.restart, KAAL_RESTART_NEVER);
    assert_int_equal(policy.restart_max, SD_RESTARTS_DEFAULT);
    assert_int_equal(policy.window_us, SD_WINDOW_DEFAULT_US);
    assert_int_equal(policy.backoff_us, 0);
    assert_int_equal(policy.heartbeat_us, 0);
    assert_int_equal(policy.quota_memory, KAAL_BROKER_MEMORY_QUOTA);
    assert_int_equal(policy.quota_slots, KAAL_BROKER_SLOT_QUOTA);
    assert_int_equal(policy.quota_components, KAAL_BROKER_COMPONENT_QUOTA);
    assert_int_equal(policy.quota_cpu, KAAL_BROKER_CPU_QUOTA);
    assert_int_equal(policy.allow, KAAL_ALLOW_DEFAULT);
    assert_int_equal(loaded.link_count, 0);
    assert_int_equal(diag.warnings, 0);
}

static void a_policy_says_what_is_written(void **state)
{
    (void)state;
    assert_true(load("[system]\nclock = true\n" C_WITH
                     "restart = \"on-failure\"\nmax_restarts = 100\nwindow = 0\n"
                     "backoff = 3600000000\nheartbeat = 2000\n"
                     "quota_memory = 0x10000\nquota_slots = 7\nquota_components = 256\n"
                     "quota_cpu = 1000\nallow = [\"spawn\", \"manage\"]\n"));
    struct kaal_policy policy = system_policy(&loaded.pds[4]);
    assert_int_equal(policy.restart, KAAL_RESTART_ON_FAILURE);
    assert_int_equal(policy.restart_max, 100);
    assert_int_equal(policy.window_us, 0);
    assert_int_equal(policy.backoff_us, 3600000000);
    assert_int_equal(policy.heartbeat_us, 2000);
    assert_int_equal(policy.quota_memory, 0x10000);
    assert_int_equal(policy.quota_slots, 7);
    assert_int_equal(policy.quota_components, 256);
    assert_int_equal(policy.quota_cpu, 1000);
    assert_int_equal(policy.allow, KAAL_ALLOW_SPAWN | KAAL_ALLOW_MANAGE);
}

static void an_empty_list_of_permissions_allows_nothing(void **state)
{
    (void)state;
    assert_true(load(C_WITH "allow = []\nquota_memory = 0\n"));
    assert_int_equal(system_policy(&loaded.pds[4]).allow, 0);
}

static void a_permit_allows_to_ask_for_devices(void **state)
{
    (void)state;
    assert_true(load(C_WITH "permits = [{ alias = \"serial0\" }]\n"));
    assert_int_equal(system_policy(&loaded.pds[4]).allow, KAAL_ALLOW_DEFAULT | KAAL_ALLOW_DEVICE);
    assert_true(load(C_WITH "permits = [{ path = \"/x\" }]\nallow = [\"see\"]\n"));
    assert_int_equal(system_policy(&loaded.pds[4]).allow, KAAL_ALLOW_SEE | KAAL_ALLOW_DEVICE);
}

static void expect_link(size_t index, size_t pd, size_t on, enum kaal_link_kind kind)
{
    assert_true(index < loaded.link_count);
    assert_int_equal(loaded.links[index].pd, pd);
    assert_int_equal(loaded.links[index].on, on);
    assert_int_equal(loaded.links[index].kind, kind);
}

static void links_name_components(void **state)
{
    (void)state;
    assert_true(load(C_WITH "depends = [\"a\", \"b\"]\nwatches = [\"a\"]\n"
                            "restart = \"always\"\nwindow = 0\nescalate = \"b\"\n"));
    assert_int_equal(loaded.link_count, 4);
    expect_link(0, 4, 2, KAAL_LINK_DEPENDS);
    expect_link(1, 4, 3, KAAL_LINK_DEPENDS);
    expect_link(2, 4, 2, KAAL_LINK_WATCHES);
    expect_link(3, 4, 3, KAAL_LINK_ESCALATE);
    assert_false(system_has_clock(&loaded));
}

static void components_may_watch_each_other(void **state)
{
    (void)state;
    assert_true(load(C_WITH "watches = [\"d\"]\ndepends = [\"d\"]\n"
                            "[protection_domains.d]\nprogram_image = \"d\"\nwatches = [\"c\"]\n"));
    assert_int_equal(loaded.link_count, 3);
}

static void a_parent_that_is_restarted_is_whom_a_child_escalates_to(void **state)
{
    (void)state;
#define KEPT "restart = \"always\"\nwindow = 0\n"
#define D    "[protection_domains.d]\nprogram_image = \"d\"\n"
    assert_true(load(C_WITH KEPT D "parent = \"c\"\n" KEPT));
    assert_int_equal(loaded.link_count, 1);
    expect_link(0, 5, 4, KAAL_LINK_ESCALATE);
    assert_true(load(C_WITH D "parent = \"c\"\n" KEPT));
    assert_int_equal(loaded.link_count, 0);
    assert_true(load(C_WITH KEPT D "parent = \"c\"\nescalate = \"a\"\n" KEPT));
    assert_int_equal(loaded.link_count, 1);
    expect_link(0, 5, 2, KAAL_LINK_ESCALATE);
#undef D
#undef KEPT
}

// --- the clock ---------------------------------------------------------------------------------

static void a_clock_is_added_whole(void **state)
{
    (void)state;
    assert_true(load("[system]\nstart_order = [\"a\"]\nclock = true\n"));
    assert_true(system_has_clock(&loaded));
    assert_int_equal(loaded.pd_count, 5);
    const struct sd_pd *clock = &loaded.pds[4];
    assert_string_equal(clock->name.text, "clock");
    assert_string_equal(clock->image.text, "clock.elf");
    assert_true(system_budget(clock) < system_period(clock));
    assert_int_equal(clock->role, KAAL_ROLE_COMPONENT);
    assert_int_equal(loaded.region_count, 2);
    assert_int_equal(loaded.channel_count, 1);
    assert_int_equal(loaded.channels[0].to, loaded.broker);
    assert_int_equal(loaded.start_order.count, 2);
    assert_string_equal(loaded.start_order.items[0].text, "clock");
    assert_string_equal(loaded.start_order.items[1].text, "a");
}

static void what_is_written_of_the_clock_is_kept(void **state)
{
    (void)state;
    assert_true(
        load("[system]\nclock = true\nstart_order = [\"a\", \"clock\"]\n"
             "[memory_regions.time]\nsize = 0x1000\nmaps = [{ pd = \"a\", rights = \"r\" }]\n"
             "[protection_domains.clock]\nprogram_image = \"x\"\nbudget = 200\n"
             "period = 5000\nargs = \"tick=5000\"\n"));
    assert_true(system_has_clock(&loaded));
    assert_int_equal(loaded.pd_count, 5);
    assert_string_equal(loaded.pds[4].image.text, "x");
    assert_int_equal(system_period(&loaded.pds[4]), 5000);
    assert_int_equal(loaded.regions[0].map_count, 3);
    assert_int_equal(loaded.regions[0].maps[0].pd, 2);
    assert_int_equal(loaded.start_order.count, 2);
    assert_string_equal(loaded.start_order.items[0].text, "a");
}

static void half_a_clock_is_none(void **state)
{
    (void)state;
    // Nothing wakes the broker.
    expect_one(C_WITH "restart = \"always\"\n"
                      "[protection_domains.clock]\nprogram_image = \"x\"\nbudget = 100\n"
                      "period = 1000\n"
                      "[memory_regions.time]\nsize = 0x1000\n"
                      "maps = [{ pd = \"clock\" }, { pd = \"cap_broker\", rights = \"r\" }]\n"
                      "[memory_regions.alarm_broker]\nsize = 0x1000\n"
                      "maps = [{ pd = \"clock\" }, { pd = \"cap_broker\" }]\n",
               "no clock that wakes the broker");
}

static void too_many_domains_are_refused(void **state)
{
    (void)state;
    static char text[KAAL_PD_MAX * 64];
    size_t length = 0;
    for (int i = 0; i < KAAL_PD_MAX - 3; i++) {
        length += (size_t)snprintf(text + length, sizeof(text) - length,
                                   "[protection_domains.p%d]\nprogram_image = \"x\"\n", i);
    }
    expect_one(text, "1025 protection domains");
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
        cmocka_unit_test(signals_are_without_number_but_for_their_groups),
        cmocka_unit_test(groups_are_as_few_as_can_be),
        cmocka_unit_test(what_is_watched_takes_bits_of_its_own),
        cmocka_unit_test(a_microkit_program_keeps_its_bits),
        cmocka_unit_test(a_policy_has_defaults),
        cmocka_unit_test(a_policy_says_what_is_written),
        cmocka_unit_test(an_empty_list_of_permissions_allows_nothing),
        cmocka_unit_test(a_permit_allows_to_ask_for_devices),
        cmocka_unit_test(links_name_components),
        cmocka_unit_test(components_may_watch_each_other),
        cmocka_unit_test(a_parent_that_is_restarted_is_whom_a_child_escalates_to),
        cmocka_unit_test(a_clock_is_added_whole),
        cmocka_unit_test(what_is_written_of_the_clock_is_kept),
        cmocka_unit_test(half_a_clock_is_none),
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
