// SPDX-License-Identifier: BSD-2-Clause
#include "tool/results.h"

#include "tool/arena.h"
#include "tool/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct bytes text(const char *string)
{
    return (struct bytes){.data = (const uint8_t *)string, .size = strlen(string)};
}

static struct test_result failed(const char *problem, const char *output)
{
    return (struct test_result){
        .name = "a/b #1.toml",
        .ran = true,
        .problem = problem,
        .output = text(output),
        .output_size = strlen(output),
        .ms = 1500,
    };
}

static char *tap_of(const struct test_result *r)
{
    char *out = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&out, &size);
    results_tap(to, 7, r, 0x12);
    fclose(to);
    return out;
}

static void tap_escapes_what_means_something_in_it(void **state)
{
    (void)state;
    struct test_result r = failed("a \"b\" \\ \xff\x01", "not ok 1\n\n1..9");
    char *out = tap_of(&r);
    assert_string_equal(out, "not ok 7 - a/b \\#1.toml\n"
                             "  ---\n"
                             "  duration_ms: 1500\n"
                             "  seed: 0x0000000000000012\n"
                             "  message: \"a \\\"b\\\" \\\\ ??\"\n"
                             "  severity: fail\n"
                             "  ...\n"
                             "# not ok 1\n"
                             "\n"
                             "# 1..9\n");
    free(out);
}

static void tap_of_what_passed_has_no_message(void **state)
{
    (void)state;
    struct test_result r = {.name = "x", .verified = true, .ran = true, .problem = "", .ms = 3};
    char *out = tap_of(&r);
    assert_string_equal(out, "ok 7 - x\n  ---\n  duration_ms: 3\n  seed: 0x0000000000000012\n"
                             "  ...\n");
    free(out);
}

static void junit_holds_any_output(void **state)
{
    (void)state;
    struct arena a = {0};
    struct test_result r[3] = {
        failed("<&>\"", "]]> \x1b[31m \xff\xfe \xc3\xa4 \xef\xbf\xbf \xed\xa0\x80 \xc3"),
        {.name = "x", .verified = true, .ran = true, .problem = ""},
        failed("cannot", ""),
    };
    r[2].ran = false;
    struct bytes out = results_junit(&a, r, 3, 5);
    const char *xml = (const char *)out.data;
    assert_non_null(
        strstr(xml, "tests=\"3\" failures=\"1\" errors=\"1\" skipped=\"0\" time=\"3.000\""));
    assert_non_null(strstr(xml, "<testcase classname=\"a\" name=\"b #1.toml\" time=\"1.500\">"));
    assert_non_null(strstr(xml, "<failure message=\"&lt;&amp;&gt;&quot;\"/>"));
    assert_non_null(strstr(xml, "<system-out>]]&gt; ?[31m ?? \xc3\xa4 ? ??? ?</system-out>"));
    assert_non_null(strstr(xml, "<testcase classname=\".\" name=\"x\" time=\"0.000\"/>"));
    assert_non_null(strstr(xml, "<error message=\"cannot\"/>"));
    assert_int_equal(out.size, strlen(xml));
    arena_free(&a);
}

static void touch(const char *path)
{
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    fclose(f);
}

static void systems_are_found_by_their_names(void **state)
{
    (void)state;
    static const char *const folders[] = {"b", "b/c", "build", ".git", "d"};
    static const char *const files[] = {
        "system.toml",
        "expect.toml",
        "one.toml",
        "one.expect.toml",
        "two.toml",
        "m.system",
        "m.expect.toml",
        "b/c/system.toml",
        "build/system.toml",
        ".git/system.toml",
        "n.c",
        "n.expect.toml",
        "x.expect.expect.toml",
    };
    static const char *const wanted[] = {"b/c/system.toml", "m.system", "one.toml", "system.toml"};
    struct arena a = {0};
    struct strings found = {0};
    char folder[] = "/tmp/results.XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        assert_int_equal(mkdir(folders[i], 0777), 0);
    }
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        touch(files[i]);
    }
    assert_int_equal(symlink("..", "d/around"), 0);
    systems_find(&a, ".", &found);
    assert_int_equal(found.count, sizeof(wanted) / sizeof(wanted[0]));
    for (size_t i = 0; i < found.count; i++) {
        assert_string_equal(found.items[i], wanted[i]);
    }
    assert_int_equal(chdir("/"), 0);
    folder_remove(folder);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tap_escapes_what_means_something_in_it),
        cmocka_unit_test(tap_of_what_passed_has_no_message),
        cmocka_unit_test(junit_holds_any_output),
        cmocka_unit_test(systems_are_found_by_their_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
