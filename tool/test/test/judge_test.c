// SPDX-License-Identifier: BSD-2-Clause
//
// The verifier must fail whenever something is missing, wrong, in the wrong order, or old. Each
// test damages a good log in one way.
#include "tool/arena.h"
#include "tool/judge.h"

#include "lib/prng.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { LINES = 13 };

static const char expectations[] =
    "[[stages]]\nfrom = \"console\"\nevent = \"ready\"\n"
    "[[stages]]\nfrom = \"server\"\nevent = \"ready\"\n"
    "[[reports]]\nfrom = \"client\"\nevent = \"ipc\"\n"
    "values = { calls = 121, sum = \"$sum(ipc, 7260)\" }\n"
    "[[reports]]\nfrom = \"prober\"\nevent = \"probe\"\nkey = \"name\"\n"
    "each = [{ name = \"kernel\", result = \"vm\" }, { name = \"slot\", result = \"lookup\" }]\n"
    "[[inputs]]\nfrom = \"console\"\nevent = \"ready\"\ntext = \"$hex first(input)\"\n"
    "[end]\nfrom = \"conductor\"\nevent = \"end\"\n";

static struct arena arena;
static struct expect expect;
static char log_lines[LINES][160];

static uint64_t stream(uint64_t seed, const char *label)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *label != '\0'; label++) {
        hash = (hash ^ (unsigned char)*label) * UINT64_C(0x100000001b3);
    }
    return seed ^ hash;
}

static uint64_t ipc_sum(uint64_t seed)
{
    struct prng p = {stream(seed, "ipc")};
    uint64_t sum = 0;
    for (int i = 0; i < 7260; i++) {
        sum += prng_next(&p);
    }
    return sum;
}

static void write_log(uint64_t seed)
{
    static const char *const fixed[LINES] = {
        "[loader] @start el=1",
        "[loader] @enter kernel=0x40000000",
        "[kernel] @start config=mcs-dbg",
        "",
        "[cap_broker] @ready protocol=2",
        "[cap_broker] @handover root_slots=0 of=4096",
        "[cap_broker] @built pds=4 slots=500",
        "[console] @ready device=uart",
        "[server] @ready",
        "",
        "[prober] @probe name=slot result=lookup",
        "[prober] @probe name=kernel result=vm",
        "[conductor] @end",
    };
    for (int i = 0; i < LINES; i++) {
        snprintf(log_lines[i], sizeof(log_lines[i]), "%s", fixed[i]);
    }
    snprintf(log_lines[3], sizeof(log_lines[3]),
             "[root] @start system=s config=mcs-dbg pds=5 seed=0x%" PRIx64, seed);
    snprintf(log_lines[9], sizeof(log_lines[9]), "[client] @ipc calls=121 sum=0x%" PRIx64,
             ipc_sum(seed));
}

static bool read_expectations(const char *text, unsigned kernel_el, struct diag *d)
{
    const struct boot_facts facts = {
        .backend = "kaal",
        .loader = true,
        .kernel_reports = true,
        .kernel_el = kernel_el,
        .pds = 5,
        .broker = "cap_broker",
        .root = "root",
        .system = "s",
        .config = "mcs-dbg",
    };
    char path[] = "/tmp/kaal-expect-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    expect_boot(&arena, &facts, &expect);
    bool ok = expect_read(&arena, path, &expect, d);
    unlink(path);
    return ok;
}

static int setup(void **state)
{
    (void)state;
    struct diag diag = {.arena = &arena};
    assert_true(read_expectations(expectations, 1, &diag));
    write_log(1);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

// Judges the log; what is wrong, "" if nothing is.
static const char *judge(uint64_t seed)
{
    struct judge j;
    judge_init(&j, &arena, &expect, seed);
    for (int i = 0; i < LINES; i++) {
        if (log_lines[i][0] != '\0') {
            judge_line(&j, log_lines[i], (uint64_t)i);
        }
    }
    judge_finish(&j);
    const char *all = "";
    for (size_t i = 0; i < j.problem_count && i < JUDGE_PROBLEMS_SHOWN; i++) {
        all = arena_printf(&arena, "%s%s\n", all, j.problems[i]);
    }
    return all;
}

static void a_good_log_is_verified(void **state)
{
    (void)state;
    assert_string_equal(judge(1), "");
}

static void any_line_that_is_removed_is_missed(void **state)
{
    (void)state;
    for (int i = 0; i < LINES; i++) {
        write_log(1);
        log_lines[i][0] = '\0';
        assert_non_null(strstr(judge(1), "was not seen"));
    }
}

static void a_replayed_log_of_another_seed_fails(void **state)
{
    (void)state;
    const char *problems = judge(2);
    assert_non_null(strstr(problems, "[root] @start has seed=0x1, expected 0x2"));
    assert_non_null(strstr(problems, "[client] @ipc has sum=0x"));
}

static void a_swapped_order_fails(void **state)
{
    (void)state;
    for (int i = 0; i + 1 <= 8; i++) {
        char line[160];
        write_log(1);
        memcpy(line, log_lines[i], sizeof(line));
        memcpy(log_lines[i], log_lines[i + 1], sizeof(line));
        memcpy(log_lines[i + 1], line, sizeof(line));
        if (i < 8) {
            assert_non_null(strstr(judge(1), "came before"));
        }
    }
}

static void a_component_before_the_handover_fails(void **state)
{
    (void)state;
    char line[160];
    memcpy(line, log_lines[10], sizeof(line));
    memmove(log_lines[7], log_lines[6], 4 * sizeof(line));
    memcpy(log_lines[6], line, sizeof(line));
    assert_non_null(strstr(judge(1), "when no component may run yet"));
}

static void a_wrong_value_fails(void **state)
{
    (void)state;
    strcpy(log_lines[11], "[prober] @probe name=kernel result=ok");
    assert_string_equal(judge(1), "[prober] @probe name=kernel has result=ok, expected vm\n");
}

static void a_missing_key_fails(void **state)
{
    (void)state;
    strcpy(log_lines[5], "[cap_broker] @handover of=4096");
    assert_string_equal(judge(1), "[cap_broker] @handover has no root_slots, expected 0\n");
}

static void a_slot_that_the_root_task_keeps_fails(void **state)
{
    (void)state;
    strcpy(log_lines[5], "[cap_broker] @handover root_slots=1 of=4096");
    assert_string_equal(judge(1), "[cap_broker] @handover has root_slots=1, expected 0\n");
}

static void a_line_that_comes_twice_fails(void **state)
{
    (void)state;
    memcpy(log_lines[10], log_lines[11], sizeof(log_lines[10]));
    const char *problems = judge(1);
    assert_non_null(strstr(problems, "[prober] @probe name=kernel came twice"));
    assert_non_null(strstr(problems, "[prober] @probe name=slot was not seen"));
}

static void a_line_of_a_known_event_that_nobody_expects_fails(void **state)
{
    (void)state;
    struct judge j;
    judge_init(&j, &arena, &expect, 1);
    judge_line(&j, "[prober] @probe name=other result=vm", 1);
    assert_int_equal(j.problem_count, 1);
    assert_non_null(strstr(j.problems[0], "unexpected line"));
    judge_finish(&j);
}

static void faults_panics_and_errors_fail(void **state)
{
    (void)state;
    struct judge j;
    judge_init(&j, &arena, &expect, 1);
    judge_line(&j, "[cap_broker] @fault component=client kind=vm", 1);
    assert_non_null(strstr(j.problems[0], "unexpected fault"));
    assert_false(judge_over(&j));
    judge_line(&j, "[kernel] @panic at=core/x.c:3 what=\"a b\"", 2);
    assert_non_null(strstr(j.problems[1], "the kernel gave up"));
    assert_true(judge_over(&j));
    judge_finish(&j);
    judge_init(&j, &arena, &expect, 1);
    judge_line(&j, "[loader] error: no memory", 1);
    assert_true(judge_over(&j));
    judge_finish(&j);
    judge_init(&j, &arena, &expect, 1);
    judge_line(&j, "[root] @error what=image cause=checksum_differs", 1);
    assert_true(judge_over(&j));
    judge_finish(&j);
}

static void text_between_the_lines_does_not_matter(void **state)
{
    (void)state;
    struct judge j;
    judge_init(&j, &arena, &expect, 1);
    static const char *const lines[] = {
        "",          "[",      "[]",        "[a] hello",    "[a] @",       "[a] @b c",
        "[a] @b =c", "@start", "[a]@b x=1", "[a b] @c d=1", "[a] @b x=\"c"};
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        assert_null(judge_line(&j, lines[i], i));
    }
    assert_int_equal(j.problem_count, 0);
    judge_finish(&j);
}

static void input_follows_its_line(void **state)
{
    (void)state;
    struct judge j;
    char wanted[32];
    judge_init(&j, &arena, &expect, 7);
    snprintf(wanted, sizeof(wanted), "%016" PRIx64 "\n", prng_at(stream(7, "input"), 0));
    assert_string_equal(judge_line(&j, "[console] @ready", 1), wanted);
    assert_null(judge_line(&j, "[server] @ready", 1));
    judge_finish(&j);
}

static void the_end_line_ends_the_run(void **state)
{
    (void)state;
    struct judge j;
    judge_init(&j, &arena, &expect, 1);
    for (int i = 0; i < LINES; i++) {
        assert_false(judge_over(&j));
        judge_line(&j, log_lines[i], 1);
    }
    assert_true(judge_over(&j));
    judge_finish(&j);
}

static void a_report_may_be_of_one_exception_level(void **state)
{
    (void)state;
    static const char one[] = "[[reports]]\nkernel_el = 2\nfrom = \"a\"\nevent = \"b\"\n";
    static const char bad[] = "[[reports]]\nkernel_el = 3\nfrom = \"a\"\nevent = \"b\"\n";
    struct diag diag = {.arena = &arena};
    assert_true(read_expectations(one, 1, &diag));
    assert_int_equal(expect.count, expect.boot_count);
    assert_true(read_expectations(one, 2, &diag));
    assert_int_equal(expect.count, expect.boot_count + 1);
    assert_false(read_expectations(bad, 1, &diag));
    assert_non_null(strstr(diag.items[0].text, "give 1 or 2"));
}

static void a_report_may_come_any_number_of_times(void **state)
{
    (void)state;
    static const char text[] = "[[reports]]\nfrom = \"a\"\nevent = \"fault\"\nrepeats = true\n"
                               "values = { kind = \"vm\" }\n";
    static const char bad[] = "[[reports]]\nfrom = \"a\"\nevent = \"b\"\nrepeats = 2\n";
    struct diag diag = {.arena = &arena};
    struct judge j;
    assert_true(read_expectations(text, 1, &diag));
    judge_init(&j, &arena, &expect, 1);
    const size_t seen = j.seen_count;
    judge_line(&j, "[a] @fault kind=vm", 1);
    judge_line(&j, "[a] @fault kind=vm", 2);
    assert_int_equal(j.seen_count, seen);
    for (size_t i = 0; i < j.problem_count; i++) {
        assert_null(strstr(j.problems[i], "twice"));
    }
    judge_line(&j, "[a] @fault kind=cap", 3);
    assert_non_null(strstr(j.problems[j.problem_count - 1], "kind=cap, expected vm"));
    judge_finish(&j);
    assert_false(read_expectations(bad, 1, &diag));
}

static const char text_lines[] = "[[lines]]\nfrom = \"a\"\ntext = \"Hello, \\u00e4\"\n"
                                 "[[lines]]\ncontains = \"part\"\n"
                                 "[[lines]]\nfrom = \"b\"\ncontains = \"assert\"\nnever = true\n";

static void text_is_expected_and_forbidden(void **state)
{
    (void)state;
    struct diag diag = {.arena = &arena};
    struct judge j;
    assert_true(read_expectations(text_lines, 1, &diag));
    judge_init(&j, &arena, &expect, 1);
    assert_int_equal(j.lines_left, 2);
    // Not these, though they look like it.
    judge_line(&j, "Hello, \u00e4", 1);
    judge_line(&j, "[b] Hello, \u00e4", 1);
    judge_line(&j, "[a] Hello, \u00e4!", 1);
    judge_line(&j, "[a]", 1);
    judge_line(&j, "[c] assert", 1);
    assert_int_equal(j.lines_left, 2);
    judge_line(&j, "[a] Hello, \u00e4", 1);
    judge_line(&j, "[a] Hello, \u00e4", 1);
    judge_line(&j, "[c] @report apart=1", 1);
    assert_int_equal(j.lines_left, 0);
    assert_int_equal(j.problem_count, 0);
    judge_line(&j, "[b] it asserts", 1);
    assert_string_equal(j.problems[0],
                        "a line [b] with `assert` came, and must not: [b] it asserts");
    judge_finish(&j);
}

static void text_that_does_not_come_is_missed(void **state)
{
    (void)state;
    struct diag diag = {.arena = &arena};
    assert_true(read_expectations(text_lines, 1, &diag));
    const char *problems = judge(1);
    assert_non_null(strstr(problems, "the line `[a] Hello, \u00e4` was not seen"));
    assert_non_null(strstr(problems, "a line with `part` was not seen"));
    assert_null(strstr(problems, "assert"));
}

static void a_run_is_not_over_before_its_text(void **state)
{
    (void)state;
    static const char text[] = "[[lines]]\ntext = \"done\"\n";
    struct diag diag = {.arena = &arena};
    struct judge j;
    assert_true(read_expectations(text, 1, &diag));
    judge_init(&j, &arena, &expect, 1);
    for (int i = 0; i < 7; i++) {
        judge_line(&j, log_lines[i], 1);
    }
    assert_false(judge_over(&j));
    judge_line(&j, "done", 1);
    assert_true(judge_over(&j));
    judge_finish(&j);
}

static void lines_that_say_too_little_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"[[lines]]\nfrom = \"a\"\n", "give one of them"},
        {"[[lines]]\ntext = \"a\"\ncontains = \"a\"\n", "give one of them"},
        {"[[lines]]\ncontains = \"\"\n", "`contains` is empty"},
        {"[[lines]]\ntext = 3\n", "give a string"},
        {"[[lines]]\ntext = \"a\"\nnever = 1\n", "give true or false"},
        {"[[lines]]\ntxt = \"a\"\n", "did you mean `text`"},
        {"[lines]\ntext = \"a\"\n", "give an array of tables"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct diag diag = {.arena = &arena};
        assert_false(read_expectations(cases[i].text, 1, &diag));
        assert_non_null(strstr(diag.items[0].text, cases[i].message));
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_good_log_is_verified),
        TEST(any_line_that_is_removed_is_missed),
        TEST(a_replayed_log_of_another_seed_fails),
        TEST(a_swapped_order_fails),
        TEST(a_component_before_the_handover_fails),
        TEST(a_wrong_value_fails),
        TEST(a_missing_key_fails),
        TEST(a_slot_that_the_root_task_keeps_fails),
        TEST(a_line_that_comes_twice_fails),
        TEST(a_line_of_a_known_event_that_nobody_expects_fails),
        TEST(faults_panics_and_errors_fail),
        TEST(text_between_the_lines_does_not_matter),
        TEST(input_follows_its_line),
        TEST(the_end_line_ends_the_run),
        TEST(a_report_may_be_of_one_exception_level),
        TEST(a_report_may_come_any_number_of_times),
        TEST(text_is_expected_and_forbidden),
        TEST(text_that_does_not_come_is_missed),
        TEST(a_run_is_not_over_before_its_text),
        TEST(lines_that_say_too_little_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
