// SPDX-License-Identifier: BSD-2-Clause
#include "tool/results.h"

#include "tool/arena.h"
#include "tool/utf8.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static double seconds(const struct test_result *r)
{
    return (double)r->ms / 1000;
}

static uint64_t left_out(const struct test_result *r)
{
    return r->output_size - r->output.size;
}

// Each line of the output behind `indent`.
static void print_output(FILE *to, const struct test_result *r, const char *indent)
{
    const char *text = (const char *)r->output.data;
    size_t at = 0;
    if (left_out(r) != 0) {
        fprintf(to, "%s(%" PRIu64 " bytes before this are left out)\n", indent, left_out(r));
    }
    while (at < r->output.size) {
        const char *end = memchr(text + at, '\n', r->output.size - at);
        size_t length = end == NULL ? r->output.size - at : (size_t)(end - text) - at;
        fputs(length == 0 ? "" : indent, to);
        fwrite(text + at, 1, length, to);
        fputc('\n', to);
        at += length + 1;
    }
}

// --- text --------------------------------------------------------------------------------------

void results_text(FILE *to, const struct test_result *r, bool with_output)
{
    fprintf(to, "%s %7.2f s  %s%s%s\n", r->verified ? "ok    " : "FAILED", seconds(r), r->name,
            r->verified ? "" : "  ", r->problem);
    if (with_output) {
        print_output(to, r, "    ");
    }
    fflush(to);
}

// --- TAP ---------------------------------------------------------------------------------------

void results_tap_head(FILE *to, size_t count)
{
    fprintf(to, "TAP version 14\n1..%zu\n", count);
    fflush(to);
}

// `#` begins a directive, `\` escapes.
static void tap_escape(FILE *to, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '#' || *text == '\\') {
            fputc('\\', to);
        }
        fputc(*text == '\n' ? ' ' : *text, to);
    }
}

// A string of YAML, in double quotes. What is no text is left to the output.
static void yaml_quote(FILE *to, const char *text)
{
    fputc('"', to);
    for (const char *c = text; *c != '\0';) {
        size_t length = utf8_length((const unsigned char *)c, strlen(c));
        if (length == 0 || (unsigned char)*c < ' ') {
            fputc('?', to);
            c++;
            continue;
        }
        fputs(*c == '"' || *c == '\\' ? "\\" : "", to);
        fwrite(c, 1, length, to);
        c += length;
    }
    fputs("\"\n", to);
}

void results_tap(FILE *to, size_t number, const struct test_result *r, uint64_t seed)
{
    fprintf(to, "%s %zu - ", r->verified ? "ok" : "not ok", number);
    tap_escape(to, r->name);
    fprintf(to, "\n  ---\n  duration_ms: %" PRIu64 "\n  seed: 0x%016" PRIx64 "\n", r->ms, seed);
    if (!r->verified) {
        fputs("  message: ", to);
        yaml_quote(to, r->problem);
        fprintf(to, "  severity: %s\n", r->ran ? "fail" : "error");
    }
    fputs("  ...\n", to);
    if (!r->verified) {
        print_output(to, r, "# ");
    }
    fflush(to);
}

// --- JUnit -------------------------------------------------------------------------------------

// What XML cannot have, not even escaped, is a question mark.
static void xml_escape(FILE *to, const char *text, size_t size)
{
    for (size_t i = 0; i < size;) {
        const unsigned char *c = (const unsigned char *)text + i;
        size_t length = utf8_length(c, size - i);
        bool allowed = *c >= ' ' ? *c != 0x7f : *c == '\t' || *c == '\n';
        // U+FFFE and U+FFFF are no characters.
        allowed = allowed && !(length == 3 && memcmp(c, "\xef\xbf", 2) == 0 && c[2] >= 0xbe);
        if (length == 0 || !allowed) {
            fputc('?', to);
        } else if (*c == '&') {
            fputs("&amp;", to);
        } else if (*c == '<') {
            fputs("&lt;", to);
        } else if (*c == '>') {
            fputs("&gt;", to);
        } else if (*c == '"') {
            fputs("&quot;", to);
        } else {
            fwrite(c, 1, length, to);
        }
        i += length == 0 ? 1 : length;
    }
}

static void junit_case(FILE *to, const struct test_result *r)
{
    const char *slash = strrchr(r->name, '/');
    const char *name = slash == NULL ? r->name : slash + 1;
    fputs("    <testcase classname=\"", to);
    xml_escape(to, slash == NULL ? "." : r->name, slash == NULL ? 1 : (size_t)(slash - r->name));
    fputs("\" name=\"", to);
    xml_escape(to, name, strlen(name));
    fprintf(to, "\" time=\"%.3f\"%s>\n", seconds(r), r->verified ? "/" : "");
    if (r->verified) {
        return;
    }
    fprintf(to, "      <%s message=\"", r->ran ? "failure" : "error");
    xml_escape(to, r->problem, strlen(r->problem));
    fputs("\"/>\n      <system-out>", to);
    xml_escape(to, (const char *)r->output.data, r->output.size);
    fputs("</system-out>\n    </testcase>\n", to);
}

struct bytes results_junit(struct arena *a, const struct test_result *results, size_t count,
                           uint64_t seed)
{
    size_t failures = 0;
    size_t errors = 0;
    double time = 0;
    char *text = NULL;
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        failures += !results[i].verified && results[i].ran;
        errors += !results[i].verified && !results[i].ran;
        time += seconds(&results[i]);
    }
    FILE *to = open_memstream(&text, &size);
    if (to == NULL) {
        return (struct bytes){0};
    }
    fprintf(to,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
            "  <testsuite name=\"kaal\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
            "skipped=\"0\" time=\"%.3f\">\n"
            "    <properties><property name=\"seed\" value=\"0x%016" PRIx64 "\"/></properties>\n",
            count, failures, errors, time, seed);
    for (size_t i = 0; i < count; i++) {
        junit_case(to, &results[i]);
    }
    fputs("  </testsuite>\n</testsuites>\n", to);
    fclose(to);
    const char *copy = arena_copy(a, text, size);
    free(text);
    return (struct bytes){.data = (const uint8_t *)copy, .size = size};
}
