// SPDX-License-Identifier: BSD-2-Clause
#include "shrink.h"

#include <string.h>

struct search {
    struct script *script; // the shortest so far
    struct script trial;
    shrink_test *fails;
    void *context;
    unsigned asked;
    unsigned limit;
};

static bool is_spent(const struct search *s)
{
    return s->asked == s->limit;
}

// The trial takes the place of the script if it fails as well.
static bool try(struct search *s)
{
    if (is_spent(s)) {
        return false;
    }
    s->asked++;
    if (!s->fails(&s->trial, s->context)) {
        return false;
    }
    script_copy(s->script, &s->trial);
    return true;
}

// Without `count` steps from `first` on.
static bool try_without(struct search *s, size_t first, size_t count)
{
    script_copy(&s->trial, s->script);
    struct step *steps = s->trial.steps;
    memmove(steps + first, steps + first + count,
            (s->trial.count - first - count) * sizeof(*steps));
    s->trial.count -= count;
    return try(s);
}

// From the end: what happens late seldom matters to what happens before.
static bool remove_pieces(struct search *s, size_t size)
{
    bool removed = false;
    size_t end = s->script->count;
    while (end > 0 && !is_spent(s)) {
        const size_t first = end > size ? end - size : 0;
        removed = try_without(s, first, end - first) || removed;
        end = first;
    }
    return removed;
}

static void remove_steps(struct search *s)
{
    size_t size = s->script->count / 2;
    while (size > 0 && !is_spent(s)) {
        const bool removed = remove_pieces(s, size);
        size = size == 1 && removed ? 1 : size / 2;
    }
}

// --- names ---------------------------------------------------------------------------------------

static void rename_word(uint64_t *word, uint64_t from, uint64_t to)
{
    *word = *word == from ? to : *word;
}

// CNode_Copy and its kin, the words of which are destination, depth, source: without it, the
// capability has the name that it had before. What is no such call is renamed in vain.
static bool try_without_copy(struct search *s, size_t which)
{
    const struct step copy = s->script->steps[which];
    const uint64_t dest = copy.x[2];
    const uint64_t source = copy.x[4];
    if (copy.kind != STEP_SYSCALL || dest == source) {
        return false;
    }
    script_copy(&s->trial, s->script);
    struct step *steps = s->trial.steps;
    s->trial.count--;
    memmove(steps + which, steps + which + 1, (s->trial.count - which) * sizeof(*steps));
    for (size_t i = which; i < s->trial.count; i++) {
        for (unsigned x = 0; x < STEP_REGISTERS; x++) {
            rename_word(&steps[i].x[x], dest, source);
        }
        for (unsigned word = 0; word < steps[i].count; word++) {
            rename_word(&steps[i].word[word].value, dest, source);
        }
    }
    return try(s);
}

static bool remove_copies(struct search *s)
{
    bool removed = false;
    for (size_t i = s->script->count; i > 0 && !is_spent(s); i--) {
        removed = try_without_copy(s, i - 1) || removed;
    }
    return removed;
}

// Steps that only cancel each other out.
static bool remove_pairs(struct search *s)
{
    bool removed = false;
    for (size_t second = s->script->count; second > 1 && !is_spent(s); second--) {
        for (size_t first = second - 1; first > 0 && second <= s->script->count; first--) {
            script_copy(&s->trial, s->script);
            struct step *steps = s->trial.steps;
            s->trial.count -= 2;
            memmove(steps + first - 1, steps + first, (second - 1 - first) * sizeof(*steps));
            memmove(steps + second - 2, steps + second,
                    (s->trial.count + 2 - second) * sizeof(*steps));
            removed = try(s) || removed;
        }
    }
    return removed;
}

// --- what a step says besides --------------------------------------------------------------------

// Things that a step can perhaps do without; whether it had them.
static bool without_time(struct step *step)
{
    const bool had = step->advance != 0;
    step->advance = 0;
    return had;
}

static bool without_drift(struct step *step)
{
    const bool had = step->drift != 0;
    step->drift = 0;
    return had;
}

static bool without_units(struct step *step)
{
    const bool had = step->units != 0;
    step->units = 0;
    return had;
}

static bool without_interrupt(struct step *step)
{
    const bool had = step->irq != 0;
    step->irq = 0;
    return had;
}

static bool without_words(struct step *step)
{
    const bool had = step->count != 0;
    step->count = 0;
    return had;
}

static void simplify(struct search *s)
{
    static bool (*const ways[])(struct step *) = {
        without_time, without_drift, without_units, without_interrupt, without_words,
    };
    for (size_t i = 0; i < s->script->count && !is_spent(s); i++) {
        for (size_t way = 0; way < sizeof(ways) / sizeof(ways[0]); way++) {
            script_copy(&s->trial, s->script);
            if (ways[way](&s->trial.steps[i])) {
                (void)try(s);
            }
        }
        for (unsigned word = s->script->steps[i].count; word > 0; word--) {
            script_copy(&s->trial, s->script);
            struct step *step = &s->trial.steps[i];
            memmove(step->word + word - 1, step->word + word,
                    (step->count - word) * sizeof(*step->word));
            step->count--;
            (void)try(s);
        }
    }
}

// Registers that do not matter hold nothing.
static void clear_registers(struct search *s)
{
    for (size_t i = 1; i < s->script->count && !is_spent(s); i++) {
        for (unsigned x = 0; x < STEP_REGISTERS; x++) {
            if (s->script->steps[i].x[x] != 0) {
                script_copy(&s->trial, s->script);
                s->trial.steps[i].x[x] = 0;
                (void)try(s);
            }
        }
    }
}

unsigned shrink(struct script *script, shrink_test *fails, void *context, unsigned limit)
{
    struct search s = {.script = script, .fails = fails, .context = context, .limit = limit};
    remove_steps(&s);
    while (remove_copies(&s) || remove_pairs(&s)) {
        remove_steps(&s);
    }
    simplify(&s);
    clear_registers(&s);
    script_free(&s.trial);
    return s.asked;
}
