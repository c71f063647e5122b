// SPDX-License-Identifier: BSD-2-Clause

#include "shell.h"

#include <lib/mem.h>

static enum shell_status last_status;       // of the command before, for $?
static const struct shell_command *current; // the one that runs

// --- commands about nothing else -----------------------------------------------------------------

static void show_usage(const struct shell_command *command)
{
    struct row row;
    struct fmt usage;
    char text[80];
    fmt_init(&usage, text, sizeof(text));
    fmt_str(&usage, command->name);
    fmt_char(&usage, ' ');
    fmt_str(&usage, command->arguments);
    row_begin(&row);
    row_text(&row, text, 34);
    row_text(&row, command->about, 0);
    row_end(&row);
}

static enum shell_status help(const struct words *words)
{
    if (words->count > 2) {
        return shell_usage(words);
    }
    if (words->count == 2) {
        const struct shell_command *command = shell_find_command(words->word[1]);
        if (command == NULL) {
            return shell_failed(words, "no such command; `help` tells all");
        }
        show_usage(command);
        return SHELL_OK;
    }
    for (const struct shell_command *c = shell_commands; c->name != NULL; c++) {
        show_usage(c);
    }
    term_line("COMPONENT is a name or a number of `ps`. Commands of one line: a; b");
    return SHELL_OK;
}

static enum shell_status echo(const struct words *words)
{
    for (uint32_t i = 1; i < words->count; i++) {
        struct fmt number;
        char text[24];
        fmt_init(&number, text, sizeof(text));
        fmt_u64(&number, last_status);
        term_text(i == 1 ? "" : " ");
        term_text(strcmp(words->word[i], "$?") == 0 ? text : words->word[i]);
    }
    term_line("");
    return SHELL_OK;
}

static enum shell_status sleep(const struct words *words)
{
    uint64_t us = 0;
    if (words->count != 2 || !word_time(words->word[1], &us)) {
        return shell_usage(words);
    }
    if (!term_has_time()) {
        return shell_failed(words, "the description gives this shell no timer");
    }
    uint64_t end_us = term_now_us() + us;
    while (term_now_us() < end_us) {
        if (term_wait(end_us - term_now_us()) == TERM_KEY && term_key() == KEY_INTERRUPT) {
            return SHELL_INTERRUPTED;
        }
    }
    return SHELL_OK;
}

// --- the table -----------------------------------------------------------------------------------

const struct shell_command shell_commands[] = {
    {"audit", "[N | COMPONENT]", "the last events that the broker recorded", true, shell_audit},
    {"caps", "[COMPONENT]", "what was granted at run time; Ctrl-T: all", true, shell_caps},
    {"devices", "", "devices of the machine, and who has them", false, shell_devices},
    {"echo", "[WORD]...", "the words; $? is the status of the last command", false, echo},
    {"help", "[COMMAND]", "this list", false, help},
    {"kill", "COMPONENT...", "end it, and take all of it back", true, shell_kill},
    {"log", "[N]", "the last lines that the console has shown", false, shell_log},
    {"mem", "", "memory and slots that the broker has", false, shell_mem},
    {"ps", "", "components", false, shell_ps},
    {"restart", "COMPONENT...", "start it again, clean", true, shell_restart},
    {"resume", "COMPONENT...", "let it go on", true, shell_resume},
    {"sleep", "TIME", "wait: 2, 0.5, 250ms", false, sleep},
    {"spawn", "[OPTION]... PROGRAM [ARGUMENT]...",
     "start a program; --name, --priority, --budget, --period, --stack, --memory, --restart, "
     "--held, --fpu",
     false, shell_spawn},
    {"suspend", "COMPONENT...", "let it stand still", true, shell_suspend},
    {"top", "[N [TIME]]", "processor time; N refreshes, each after TIME; a key ends it", false,
     shell_top},
    {"wait", "COMPONENT", "until it has ended; its status", true, shell_wait},
    {NULL, NULL, NULL, false, NULL},
};

const struct shell_command *shell_find_command(const char *name)
{
    for (const struct shell_command *c = shell_commands; c->name != NULL; c++) {
        if (strcmp(c->name, name) == 0) {
            return c;
        }
    }
    return NULL;
}

enum shell_status shell_usage(const struct words *words)
{
    term_text("usage: ");
    term_text(words->word[0]);
    term_text(" ");
    term_line(current->arguments);
    return SHELL_USAGE;
}

enum shell_status shell_failed(const struct words *words, const char *what)
{
    term_text(words->word[0]);
    term_text(": ");
    term_line(what);
    return SHELL_FAILED;
}

static enum shell_status run(const struct words *words)
{
    current = shell_find_command(words->word[0]);
    if (current == NULL) {
        (void)shell_failed(words, "no such command; `help` tells all");
        return SHELL_USAGE;
    }
    return current->run(words);
}

enum shell_status shell_run(const char *line)
{
    static struct words words;
    while (words_next(&line, &words)) {
        last_status = words.count == 0 ? last_status : run(&words);
        if (last_status == SHELL_INTERRUPTED) {
            term_line("^C");
            break;
        }
    }
    term_flush();
    return last_status;
}
