// SPDX-License-Identifier: BSD-2-Clause
//
// Scripts: what is written can be read, how a run ended is told, and a long one that fails is
// shrunk to what matters.
#include "script.h"
#include "shrink.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { LONG = 1000 };

// --- as text -------------------------------------------------------------------------------------

static const struct step full = {
    .kind = STEP_SYSCALL,
    .advance = STEP_TO_DEADLINE,
    .drift = 3,
    .units = 99,
    .irq = 40,
    .number = -5,
    .x = {1, UINT64_MAX, 3, 4, 5, 6, 7, 0, 9},
    .count = 2,
    .word = {{17, 127}, {UINT64_C(1) << 63, 0}},
};

static struct step through_text(const struct step *step)
{
    char text[4096] = "";
    struct step read;
    FILE *file = fmemopen(text, sizeof(text), "w");
    assert_non_null(file);
    step_print(file, step);
    assert_int_equal(fclose(file), 0);
    assert_true(step_parse(text, &read));
    return read;
}

static void a_step_that_is_written_can_be_read(void **state)
{
    (void)state;
    const struct step read = through_text(&full);
    assert_int_equal(read.kind, full.kind);
    assert_true(read.advance == full.advance);
    assert_int_equal(read.drift, full.drift);
    assert_int_equal(read.units, full.units);
    assert_int_equal(read.irq, full.irq);
    assert_int_equal(read.number, full.number);
    assert_memory_equal(read.x, full.x, sizeof(read.x));
    assert_int_equal(read.count, full.count);
    for (unsigned i = 0; i < read.count; i++) {
        assert_int_equal(read.word[i].index, full.word[i].index);
        assert_true(read.word[i].value == full.word[i].value);
    }
}

static void every_kind_of_step_can_be_read(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < STEP_KIND_COUNT; kind++) {
        const struct step step = {.kind = (enum step_kind)kind, .name = "its name"};
        assert_int_equal(through_text(&step).kind, kind);
    }
}

static void what_is_no_step_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",           "jump",           "syscall x9=1",  "syscall x0",     "syscall x0=",
        "syscall =1", "syscall b128=1", "syscall x0=1z", "syscall what=1", "syscall x=1",
    };
    struct step step;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(step_parse(bad[i], &step));
    }
}

static void a_file_tells_the_line_that_is_no_step(void **state)
{
    (void)state;
    char text[] = "# a script\n\nworld x0=0x1\nsyscall number=-1 # Call\nnonsense\n";
    struct script script = {0};
    unsigned line = 0;
    FILE *file = fmemopen(text, sizeof(text) - 1, "r");
    assert_non_null(file);
    assert_false(script_read(&script, file, &line));
    assert_int_equal(line, 5);
    assert_int_equal(script.count, 2);
    assert_int_equal(script.steps[0].kind, STEP_WORLD);
    assert_int_equal(script.steps[1].number, -1);
    fclose(file);
    script_free(&script);
}

// --- how a run ends ------------------------------------------------------------------------------

static void comes_back(void *context, struct outcome *outcome)
{
    (void)context;
    outcome->step = 7;
}

static void tells(void *context, struct outcome *outcome)
{
    outcome->failed = true;
    outcome->step = 8;
    snprintf(outcome->what, sizeof(outcome->what), "%s", (const char *)context);
}

static void crashes(void *context, struct outcome *outcome)
{
    (void)context;
    outcome->step = 9;
    abort();
}

static void leaves(void *context, struct outcome *outcome)
{
    (void)context;
    (void)outcome;
    _exit(1);
}

static void stays(void *context, struct outcome *outcome)
{
    (void)context;
    (void)outcome;
    for (;;) {
        pause();
    }
}

static void an_outcome_tells_how_a_process_ended(void **state)
{
    (void)state;
    char reason[] = "E3: a reason";
    struct outcome outcome = outcome_of(comes_back, NULL, 10, false);
    assert_false(outcome.failed);
    assert_int_equal(outcome.step, 7);
    outcome = outcome_of(tells, reason, 10, false);
    assert_true(outcome.failed);
    assert_int_equal(outcome.step, 8);
    assert_string_equal(outcome.what, reason);
    outcome = outcome_of(crashes, NULL, 10, true);
    assert_true(outcome.failed);
    assert_int_equal(outcome.step, 9);
    assert_string_equal(outcome.what, "Aborted");
    outcome = outcome_of(leaves, NULL, 10, false);
    assert_string_equal(outcome.what, "a sanitizer's report");
    outcome = outcome_of(stays, NULL, 1, false);
    assert_string_equal(outcome.what, "no end");
}

static bool same(const char *a, const char *b)
{
    struct outcome x = {.failed = true};
    struct outcome y = {.failed = true};
    snprintf(x.what, sizeof(x.what), "%s", a);
    snprintf(y.what, sizeof(y.what), "%s", b);
    return outcome_is_same(&x, &y);
}

static void invariants_are_told_apart_by_their_number(void **state)
{
    (void)state;
    assert_true(same("E3: one", "E3: two"));
    assert_false(same("E3: one", "E2: one"));
    assert_false(same("E3: one", "Aborted"));
    assert_true(same("Aborted", "Aborted"));
    const char *one = "[kernel] @panic at=a.c:1 what=\"x\"";
    assert_true(same(one, one));
    assert_false(same(one, "[kernel] @panic at=a.c:2 what=\"x\""));
    const struct outcome none = {0};
    assert_false(outcome_is_same(&none, &none));
}

// --- shrinking -----------------------------------------------------------------------------------

static void make_long(struct script *script)
{
    for (uint64_t i = 0; i < LONG; i++) {
        struct step step = {.kind = STEP_SYSCALL, .advance = i + 1, .drift = i + 1, .count = 3};
        step.x[0] = i;
        for (unsigned word = 0; word < step.count; word++) {
            step.word[word] = (struct step_word){i, (uint8_t)word};
        }
        script_add(script, &step);
    }
}

// It fails when three calls come in this order, the second late enough and with one certain word.
static bool three_in_order(const struct script *script, void *context)
{
    static const uint64_t needed[] = {17, 500, 998};
    unsigned *asked = context;
    size_t found = 0;
    (*asked)++;
    for (size_t i = 0; i < script->count && found < 3; i++) {
        const struct step *step = &script->steps[i];
        bool fits = step->x[0] == needed[found];
        if (found == 1) {
            bool word = false;
            for (unsigned n = 0; n < step->count; n++) {
                word = word || step->word[n].index == 1;
            }
            fits = fits && word && step->advance > 100;
        }
        found += fits ? 1 : 0;
    }
    return found == 3;
}

static void shrinking_leaves_what_matters(void **state)
{
    (void)state;
    struct script script = {0};
    unsigned asked = 0;
    make_long(&script);
    const unsigned told = shrink(&script, three_in_order, &asked, LONG);
    assert_int_equal(told, asked);
    assert_int_equal(script.count, 3);
    assert_int_equal(script.steps[0].x[0], 17);
    assert_int_equal(script.steps[0].advance, 0);
    assert_int_equal(script.steps[0].count, 0);
    assert_int_equal(script.steps[1].x[0], 500);
    assert_int_equal(script.steps[1].advance, 501);
    assert_int_equal(script.steps[1].drift, 0);
    assert_int_equal(script.steps[1].count, 1);
    assert_int_equal(script.steps[1].word[0].index, 1);
    assert_int_equal(script.steps[2].x[0], 998);
    assert_true(asked < LONG / 4);
    script_free(&script);
}

static void shrinking_ends_when_it_has_asked_enough(void **state)
{
    (void)state;
    struct script script = {0};
    unsigned asked = 0;
    make_long(&script);
    const unsigned told = shrink(&script, three_in_order, &asked, 10);
    assert_int_equal(told, 10);
    assert_int_equal(asked, 10);
    assert_true(script.count > 3 && three_in_order(&script, &asked));
    script_free(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_that_is_written_can_be_read),
        cmocka_unit_test(every_kind_of_step_can_be_read),
        cmocka_unit_test(what_is_no_step_is_refused),
        cmocka_unit_test(a_file_tells_the_line_that_is_no_step),
        cmocka_unit_test(an_outcome_tells_how_a_process_ended),
        cmocka_unit_test(invariants_are_told_apart_by_their_number),
        cmocka_unit_test(shrinking_leaves_what_matters),
        cmocka_unit_test(shrinking_ends_when_it_has_asked_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
