// SPDX-License-Identifier: BSD-2-Clause
//
// `kaal explain CODE...`: what a code means and what to do. A number or a word may be several
// codes: all of them are told.
#include "tool/arena.h"
#include "tool/command.h"
#include "tool/near.h"
#include "tool/options.h"

#include "explain_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_number(const char *text, int *out)
{
    char *end;
    errno = 0;
    long number = strtol(text, &end, 0);
    *out = (int)number;
    return text[0] != '\0' && *end == '\0' && errno == 0 && number >= 0 && number < 256;
}

// The name without what all of its kind begin with, "_" and "-" being the same.
static bool is_name(const char *text, const char *name)
{
    static const char *const heads[] = {"",      "KAAL_ERR_",   "KAAL_END_", "KAAL_RULE_",
                                        "KAAL_", "seL4_Fault_", "seL4_",     "@"};
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        size_t length = strlen(heads[i]);
        if (strncmp(name, heads[i], length) == 0 && strcasecmp(text, name + length) == 0) {
            return true;
        }
    }
    return false;
}

// As it stands in a report, where blanks are "_".
static bool is_reported(const char *text, const char *word, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        bool blank = word[i] == ' ' && text[i] == '_';
        if (!blank && strncasecmp(&text[i], &word[i], 1) != 0) {
            return false;
        }
    }
    return text[length] == '\0';
}

static bool is_word(const char *text, const char *words)
{
    while (words != NULL) {
        size_t word = strcspn(words, "|");
        if (is_reported(text, words, word)) {
            return true;
        }
        words = words[word] == '\0' ? NULL : words + word + 1;
    }
    return false;
}

static bool matches(const struct code *code, const char *text)
{
    int number;
    return is_name(text, code->name) || is_word(text, code->words) ||
           (is_number(text, &number) && code->number == number);
}

static void print_words(const char *words)
{
    for (; *words != '\0'; words++) {
        fputs(*words == '|' ? "\", \"" : (const char[]){*words, '\0'}, stdout);
    }
}

static void print_code(const struct code *code)
{
    fputs(code->name, stdout);
    if (code->number != CODE_NO_NUMBER) {
        printf(" = %d", code->number);
    }
    if (code->words != NULL) {
        fputs(", \"", stdout);
        print_words(code->words);
        fputs("\"", stdout);
    }
    printf(": %s\n    %s\n    What to do: %s\n", explain_kinds[code->kind], code->means,
           code->remedy);
}

static void print_all(void)
{
    enum code_kind kind = CODE_KINDS;
    for (const struct code *code = explain_codes; code->name != NULL; code++) {
        if (code->kind != kind) {
            printf("%s%s:\n", kind == CODE_KINDS ? "" : "\n", explain_kinds[code->kind]);
            kind = code->kind;
        }
        printf("  %-26s  %s\n", code->name, code->means);
    }
}

static void report_unknown(struct arena *a, const char *text, struct diag *d)
{
    const char **names = NULL;
    size_t count = 0;
    size_t capacity = 0;
    for (const struct code *code = explain_codes; code->name != NULL; code++) {
        names = arena_grow(a, names, count, &capacity, sizeof(*names));
        names[count++] = code->name;
    }
    const char *near = near_match(text, names, count);
    if (near != NULL) {
        diag_error(d, place_none(), "no code `%s`; did you mean `%s`?", text, near);
    } else {
        diag_error(d, place_none(), "no code `%s`; `kaal explain` lists them all", text);
    }
}

int cmd_explain(struct arena *a, struct options *o, struct diag *d)
{
    if (o->systems.count == 0) {
        print_all();
    }
    for (size_t i = 0; i < o->systems.count; i++) {
        bool found = false;
        for (const struct code *code = explain_codes; code->name != NULL; code++) {
            if (matches(code, o->systems.items[i])) {
                print_code(code);
                found = true;
            }
        }
        if (!found) {
            report_unknown(a, o->systems.items[i], d);
        }
    }
    return diag_ok(d) ? STATUS_OK : STATUS_FAILED;
}
