// SPDX-License-Identifier: BSD-2-Clause
//
// The loop. With the argument "report" each line that was run is reported, "@done line=..
// status=..", for programs that type.

#include "complete.h"
#include "shell.h"

#include <kaal/args.h>
#include <kaal/component.h>

#include <lib/mem.h>

static struct edit edit;

static void show_edit(void)
{
    term_put(edit.out, edit.out_length);
}

// --- completion ----------------------------------------------------------------------------------

static void offer(struct completion *c, const char *name, bool tell)
{
    if (complete_offer(c, name) && tell) {
        term_text("  ");
        term_text(name);
    }
}

// The first word of the command that the cursor is in; NULL: the cursor is in it.
static const struct shell_command *command_before(uint32_t word)
{
    char name[EDIT_LINE_SIZE];
    uint32_t from = word;
    uint32_t length = 0;
    while (from > 0 && edit.line[from - 1] != ';') {
        from--;
    }
    while (from < word && edit.line[from] == ' ') {
        from++;
    }
    while (from + length < word && edit.line[from + length] != ' ') {
        name[length] = edit.line[from + length];
        length++;
    }
    name[length] = '\0';
    return length == 0 ? NULL : shell_find_command(name);
}

static bool is_first_word(uint32_t word)
{
    while (word > 0 && edit.line[word - 1] == ' ') {
        word--;
    }
    return word == 0 || edit.line[word - 1] == ';';
}

// All that could stand here.
static void offer_all(struct completion *c, uint32_t word, bool tell)
{
    const struct shell_command *command = command_before(word);
    bool names_command = command != NULL && strcmp(command->name, "help") == 0;
    if (is_first_word(word) || names_command) {
        for (const struct shell_command *i = shell_commands; i->name != NULL; i++) {
            offer(c, i->name, tell);
        }
    } else if (command != NULL && command->of_component) {
        struct kaal_component_info info = {0};
        while (kaal_component_next(&info) == KAAL_OK) {
            offer(c, info.name, tell);
        }
    }
}

static void complete(void)
{
    struct completion c;
    uint32_t length = 0;
    uint32_t word = edit_word(&edit);
    complete_open(&c, &edit.line[word], edit.cursor - word);
    offer_all(&c, word, false);
    const char *rest = complete_rest(&c, &length);
    if (length > 0 || c.count == 1) {
        edit_insert(&edit, rest, length);
        if (c.count == 1) {
            edit_insert(&edit, " ", 1);
        }
    } else if (c.count > 1) {
        term_text("\r\n");
        complete_open(&c, &edit.line[word], edit.cursor - word);
        offer_all(&c, word, true);
        term_text("\r\n");
        edit_redraw(&edit);
    } else {
        term_text("\a");
        edit_redraw(&edit);
    }
}

// --- lines ---------------------------------------------------------------------------------------

static void begin_line(enum shell_status status)
{
    struct fmt f;
    char prompt[EDIT_PROMPT_SIZE];
    fmt_init(&f, prompt, sizeof(prompt));
    fmt_str(&f, "kaal");
    if (status != SHELL_OK) {
        fmt_char(&f, ':');
        fmt_u64(&f, status);
    }
    fmt_str(&f, "> ");
    edit_begin(&edit, prompt);
    show_edit();
}

static enum shell_status run_line(void)
{
    enum shell_status status = shell_run(edit.line);
    if (kaal_args_has(kaal_start->args, "report") && edit.length > 0) {
        struct kaal_report report;
        kaal_report_begin(&report, "done");
        kaal_report_text(&report, "line", edit.line);
        kaal_report_u64(&report, "status", status);
        kaal_report_end(&report);
    }
    return status;
}

int main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    enum shell_status status = SHELL_OK;
    term_open();
    edit_open(&edit);
    kaal_print("@ready");
    term_line("`help` tells the commands. Tab completes.");
    begin_line(status);
    for (;;) {
        enum edit_event event = edit_byte(&edit, term_key());
        if (event == EDIT_COMPLETE) {
            complete();
        }
        show_edit();
        if (event == EDIT_LINE) {
            status = run_line();
        }
        if (event == EDIT_LINE || event == EDIT_INTERRUPT) {
            begin_line(status);
        }
    }
}
