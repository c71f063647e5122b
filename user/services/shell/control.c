// SPDX-License-Identifier: BSD-2-Clause
//
// What is done to components.

#include "shell.h"

#include <kaal/broker_name.h>
#include <kaal/name.h>

#include <lib/mem.h>

enum {
    WAIT_US = 50000, // between two looks at a component that is waited for
    RESTARTS = 5,    // of a component with --restart, within
    WINDOW_US = 10000000,
    NUMBERS_MAX = 100, // that are tried behind a name
};

// --- one request for each component --------------------------------------------------------------

static enum shell_status each(const struct words *words, enum kaal_err (*request)(uint64_t))
{
    if (words->count < 2) {
        return shell_usage(words);
    }
    for (uint32_t i = 1; i < words->count; i++) {
        struct kaal_component_info c;
        if (!shell_find(words, words->word[i], &c)) {
            return SHELL_FAILED;
        }
        if (request(c.id) != KAAL_OK) {
            return shell_failed(words, kaal_broker_last_cause());
        }
    }
    return SHELL_OK;
}

static enum kaal_err restart(uint64_t component)
{
    return kaal_component_restart(component, NULL);
}

enum shell_status shell_kill(const struct words *words)
{
    return each(words, kaal_component_kill);
}

enum shell_status shell_restart(const struct words *words)
{
    return each(words, restart);
}

enum shell_status shell_suspend(const struct words *words)
{
    return each(words, kaal_component_suspend);
}

enum shell_status shell_resume(const struct words *words)
{
    return each(words, kaal_component_resume);
}

// --- wait ----------------------------------------------------------------------------------------

static enum shell_status tell_exit(const struct kaal_component_info *c,
                                   const struct kaal_exit *exit)
{
    struct row row;
    row_begin(&row);
    fmt_strn(&row.fmt, c->name, KAAL_NAME_SIZE);
    fmt_str(&row.fmt, " has ended: ");
    fmt_str(&row.fmt, kaal_end_name(exit->end));
    if (exit->end == KAAL_END_EXIT) {
        fmt_str(&row.fmt, ", status ");
        fmt_i64(&row.fmt, exit->status);
    }
    row_end(&row);
    return exit->end == KAAL_END_EXIT && exit->status == 0 ? SHELL_OK : SHELL_FAILED;
}

// The broker's own WAIT could not be interrupted by a key: it is asked when there is something to
// be told. Without a timer there is no other way.
enum shell_status shell_wait(const struct words *words)
{
    struct kaal_component_info c;
    struct kaal_exit exit = {0};
    if (words->count != 2) {
        return shell_usage(words);
    }
    if (!shell_find(words, words->word[1], &c)) {
        return SHELL_FAILED;
    }
    term_flush();
    while (term_has_time() && c.state != KAAL_STATE_ENDED) {
        if (c.state == KAAL_STATE_FAULTED) {
            return shell_failed(words, "it has faulted, and stays where it is");
        }
        if (term_wait(WAIT_US) == TERM_KEY && term_key() == KEY_INTERRUPT) {
            return SHELL_INTERRUPTED;
        }
        if (!shell_component(c.id, &c)) {
            return shell_failed(words, "it is no more");
        }
    }
    if (kaal_component_wait(c.id, &exit) != KAAL_OK) {
        return shell_failed(words, kaal_broker_last_cause());
    }
    return tell_exit(&c, &exit);
}

// --- spawn ---------------------------------------------------------------------------------------

static bool take_restart(const char *value, struct kaal_policy *policy)
{
    static const char *const names[] = {
        [KAAL_RESTART_NEVER] = "never",
        [KAAL_RESTART_ON_FAILURE] = "on-failure",
        [KAAL_RESTART_ALWAYS] = "always",
    };
    for (uint32_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(value, names[i]) == 0) {
            policy->restart = i;
            policy->restart_max = RESTARTS;
            policy->window_us = WINDOW_US;
            return true;
        }
    }
    return false;
}

static bool take_number(const char *value, uint64_t max, uint64_t *to)
{
    return word_number(value, max, to) && *to > 0;
}

// An option with its value. False if there is no such option, or its value is wrong.
static bool take_option(const char *name, const char *value, struct kaal_spawn *spawn)
{
    uint64_t number = 0;
    if (strcmp(name, "--name") == 0) {
        kaal_spawn_text(spawn->name, sizeof(spawn->name), value);
        return strlen(value) < sizeof(spawn->name);
    }
    if (strcmp(name, "--priority") == 0) {
        bool ok = word_number(value, KAAL_PRIORITY_MAX, &number);
        spawn->priority = (uint32_t)number;
        return ok;
    }
    if (strcmp(name, "--budget") == 0) {
        return take_number(value, KAAL_PERIOD_MAX_US, &spawn->budget_us);
    }
    if (strcmp(name, "--period") == 0) {
        return take_number(value, KAAL_PERIOD_MAX_US, &spawn->period_us);
    }
    if (strcmp(name, "--stack") == 0) {
        return word_size(value, &spawn->stack_size);
    }
    if (strcmp(name, "--memory") == 0) {
        return word_size(value, &spawn->policy.quota_memory);
    }
    return strcmp(name, "--restart") == 0 && take_restart(value, &spawn->policy);
}

// Words up to the program; *at is then its number. False if something is wrong with them.
static bool take_options(const struct words *words, struct kaal_spawn *spawn, uint32_t *at)
{
    uint32_t i = 1;
    while (i < words->count && words->word[i][0] == '-') {
        if (strcmp(words->word[i], "--held") == 0) {
            spawn->flags |= KAAL_SPAWN_HELD;
        } else if (strcmp(words->word[i], "--fpu") == 0) {
            spawn->flags |= KAAL_SPAWN_FPU;
        } else if (i + 1 < words->count && take_option(words->word[i], words->word[i + 1], spawn)) {
            i++;
        } else {
            return false;
        }
        i++;
    }
    *at = i;
    return i < words->count;
}

static bool is_taken(const char *name)
{
    struct kaal_component_info c = {0};
    while (kaal_component_next(&c) == KAAL_OK) {
        if (strncmp(c.name, name, KAAL_NAME_SIZE) == 0) {
            return true;
        }
    }
    return false;
}

// What is no character of a name becomes '_'; a name starts with a letter.
static void make_name(char *name, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        name[i] = (char)(kaal_name_char(name[i], false) ? name[i] : '_');
    }
    name[0] = (char)(kaal_name_char(name[0], true) ? name[0] : 'p');
}

// The program's name without its end; with a number behind it if there is one of that name.
static void choose_name(const char *program, char *name)
{
    enum { END = 4, DIGITS = 4 };
    struct fmt f;
    size_t length = strlen(program);
    if (length > END && strcmp(&program[length - END], ".elf") == 0) {
        length -= END;
    }
    length = length < KAAL_NAME_SIZE - 1 - DIGITS ? length : KAAL_NAME_SIZE - 1 - DIGITS;
    for (uint32_t number = 1; number < NUMBERS_MAX; number++) {
        fmt_init(&f, name, KAAL_NAME_SIZE);
        fmt_strn(&f, program, length);
        make_name(name, f.len);
        if (number > 1) {
            fmt_char(&f, '-');
            fmt_u64(&f, number);
        }
        if (!is_taken(name)) {
            return;
        }
    }
}

// The program by its name, or by its name without ".elf".
static enum kaal_err start(struct kaal_spawn *spawn, const char *program, uint64_t *component)
{
    struct fmt f;
    fmt_init(&f, spawn->program, sizeof(spawn->program));
    fmt_str(&f, program);
    enum kaal_err err = kaal_component_spawn(spawn, component);
    if (err == KAAL_ERR_NOTFOUND) {
        fmt_str(&f, ".elf");
        err = f.cut ? err : kaal_component_spawn(spawn, component);
    }
    return err;
}

enum shell_status shell_spawn(const struct words *words)
{
    uint32_t at = 0;
    uint64_t id = 0;
    struct kaal_spawn spawn = kaal_spawn_options("", "");
    if (!take_options(words, &spawn, &at)) {
        return shell_usage(words);
    }
    const char *program = words->word[at];
    if (strlen(program) >= sizeof(spawn.program) ||
        !words_join(words, at + 1, spawn.args, sizeof(spawn.args))) {
        return shell_failed(words, "program or arguments are too long");
    }
    if (spawn.name[0] == '\0') {
        choose_name(program, spawn.name);
    }
    if (spawn.period_us < spawn.budget_us) {
        spawn.period_us = spawn.budget_us;
    }
    enum kaal_err err = start(&spawn, program, &id);
    if (err == KAAL_ERR_NOTFOUND) {
        return shell_failed(words, "the image has no such program, or this shell no console");
    }
    if (err != KAAL_OK) {
        return shell_failed(words, kaal_broker_last_cause());
    }
    struct row row;
    row_begin(&row);
    row_number(&row, kaal_id_index(id), 0);
    row_text(&row, spawn.name, 0);
    row_end(&row);
    return SHELL_OK;
}
