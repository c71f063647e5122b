// SPDX-License-Identifier: BSD-2-Clause
//
// What an expectation that does not hold leaves for main.c: a text, and a message to it.
#include "case.h"

#include "suite.h"

#include <lib/fmt.h>

static void fmt_answer(struct fmt *f, seL4_Word label, const seL4_Word *words, size_t count)
{
    fmt_str(f, "label ");
    fmt_u64(f, label);
    fmt_str(f, ", ");
    fmt_u64(f, count);
    fmt_str(f, " words");
    for (size_t i = 0; i < count; i++) {
        fmt_char(f, ' ');
        fmt_hex(f, words[i]);
    }
}

// Text of the failure that is being told. Threads of one case share it: the first one ends the
// case.
static char text[SUITE_TEXT_SIZE];

const char *suite_failure(void)
{
    return text;
}

static void begin(struct fmt *f, struct here here)
{
    fmt_init(f, text, sizeof(text));
    fmt_str(f, here.file[0] == '.' ? here.file + 2 : here.file);
    fmt_char(f, ':');
    fmt_u64(f, here.line);
    fmt_str(f, ": ");
}

static _Noreturn void end(void)
{
    suite_bail_out_if_main();
    for (;;) {
        send(suite_endpoint(), SUITE_CASE_FAILED, NO_WORDS, NO_CAPS);
    }
}

void fail(struct here here, const char *why)
{
    struct fmt f;
    begin(&f, here);
    fmt_str(&f, why);
    end();
}

void expect(struct here here, bool holds, const char *what)
{
    if (!holds) {
        struct fmt f;
        begin(&f, here);
        fmt_str(&f, "does not hold: ");
        fmt_str(&f, what);
        end();
    }
}

void expect_equal(struct here here, seL4_Word seen, seL4_Word expected, const char *what)
{
    if (seen != expected) {
        struct fmt f;
        begin(&f, here);
        fmt_str(&f, what);
        fmt_str(&f, ": expected ");
        fmt_hex(&f, expected);
        fmt_str(&f, ", seen ");
        fmt_hex(&f, seen);
        end();
    }
}

void suite_describe_answer(struct fmt *f, const struct got *g)
{
    enum { SHOWN = 16 };
    seL4_Word words[SHOWN];
    size_t count = g->length < SHOWN ? g->length : SHOWN;
    for (size_t i = 0; i < count; i++) {
        words[i] = got_word(g, i);
    }
    fmt_answer(f, g->label, words, count);
}

void expect_answer(struct here here, struct got g, seL4_Word label, struct words words)
{
    bool same = g.label == label && g.length == words.count;
    for (size_t i = 0; same && i < words.count; i++) {
        same = got_word(&g, i) == words.at[i];
    }
    if (!same) {
        struct fmt f;
        begin(&f, here);
        fmt_str(&f, "expected ");
        fmt_answer(&f, label, words.at, words.count);
        fmt_str(&f, "; seen ");
        suite_describe_answer(&f, &g);
        end();
    }
}

seL4_CPtr expect_made(struct here here, struct got g, seL4_CPtr made)
{
    expect_answer(here, g, seL4_NoError, NO_WORDS);
    return made;
}
