// SPDX-License-Identifier: BSD-2-Clause
#include "tool/options.h"

#include "tool/arena.h"
#include "tool/command.h"
#include "tool/diag.h"
#include "tool/near.h"

#include "option_parser.h"
#include "option_table.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define CONFIG_DEFAULT "mcs-dbg"

enum {
    MEMORY_DEFAULT_MIB = 512,
    OPTIONS_MAX = 96,
};

// --- names -------------------------------------------------------------------------------------

// The table in getopt's form.
struct names {
    struct option words[OPTIONS_MAX + 1];
    char letters[2 * OPTIONS_MAX + 3];
};

static int argument_of(const struct option_row *row)
{
    if (row->value == NULL) {
        return no_argument;
    }
    return row->value[0] == '[' ? optional_argument : required_argument;
}

static void make_names(struct names *out)
{
    size_t length = 0;
    *out = (struct names){0};
    // Other words in their order, and a value that is missing told from an unknown option.
    out->letters[length++] = '-';
    out->letters[length++] = ':';
    for (size_t i = 0; i < option_count() && i < OPTIONS_MAX; i++) {
        const struct option_row *row = &option_rows[i];
        out->words[i] = (struct option){
            .name = row->name,
            .has_arg = argument_of(row),
            .val = row->key,
        };
        if (row->key <= CHAR_MAX) {
            out->letters[length++] = (char)row->key;
            if (row->value != NULL) {
                out->letters[length++] = ':'; // a letter's value is never missing
            }
        }
    }
}

static bool applies(struct option_parser *p, const char *command, int key)
{
    const struct option_row *row = option_find(key);
    if (row->commands != 0 && (row->commands & p->options->command) == 0) {
        diag_error(p->diag, place_none(), "--%s does not belong to `kaal %s`; see `kaal %s --help`",
                   row->name, command, command);
        return false;
    }
    return true;
}

static void report_unknown(struct option_parser *p, char **argv, int at)
{
    const char *names[OPTIONS_MAX];
    size_t count = 0;
    while (count < option_count() && count < OPTIONS_MAX) {
        names[count] = option_rows[count].name;
        count++;
    }
    const char *word = argv[at];
    const char *bare = word + strspn(word, "-");
    const char *near = near_match(bare, names, count);
    if (near != NULL && strcmp(near, bare) == 0) {
        diag_error(p->diag, place_none(), "%s needs a value; write --%s VALUE", word, near);
    } else if (near != NULL) {
        diag_error(p->diag, place_none(), "unknown option %s; did you mean --%s?", word, near);
    } else {
        diag_error(p->diag, place_none(), "unknown option %s; see `kaal %s --help`", word, argv[0]);
    }
}

static bool find_command(struct option_parser *p, const char *word)
{
    const char **names = arena_alloc(p->arena, command_count() * sizeof(*names));
    for (size_t i = 0; i < command_count(); i++) {
        names[i] = command_rows[i].name;
        if (strcmp(word, names[i]) == 0) {
            p->options->command = command_rows[i].command;
            return true;
        }
    }
    diag_error(p->diag, place_none(), "unknown command `%s`; %s", word,
               near_fix(p->arena, word, names, command_count()));
    return false;
}

// --- parsing -----------------------------------------------------------------------------------

static enum options_result usage(struct option_parser *p, const char *command)
{
    help_print(command, stdout);
    return diag_ok(p->diag) ? OPTIONS_DONE : OPTIONS_WRONG;
}

static enum options_result parse_all(struct option_parser *p, int argc, char **argv)
{
    struct names names;
    int key;
    make_names(&names);
    opterr = 0;
    optind = 1;
    for (;;) {
        int at = optind;
        key = getopt_long(argc, argv, names.letters, names.words, NULL);
        if (key == -1) {
            break;
        }
        if (key == KEY_HELP) {
            return usage(p, argv[0]);
        }
        if (key == 1) {
            option_add(p, &p->options->systems, optarg);
        } else if (key == '?' || key == ':') {
            report_unknown(p, argv, at);
            return OPTIONS_WRONG;
        } else if (!applies(p, argv[0], key) || !option_take(p, key, optarg)) {
            return OPTIONS_WRONG;
        }
    }
    while (optind < argc) {
        option_add(p, &p->options->systems, argv[optind++]);
    }
    return option_finish(p) ? OPTIONS_OK : OPTIONS_WRONG;
}

enum options_result options_parse(struct arena *a, int argc, char **argv, struct options *out,
                                  struct diag *d)
{
    struct option_parser p = {.arena = a, .options = out, .diag = d};
    *out = (struct options){
        .config = CONFIG_DEFAULT,
        .el = 1,
        .gic = 2,
        .memory = (uint64_t)MEMORY_DEFAULT_MIB << 20,
    };
    const char *word = argc > 1 ? argv[1] : "--help";
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
        if (argc > 2 && !find_command(&p, argv[2])) {
            return OPTIONS_WRONG;
        }
        return usage(&p, argc > 2 ? argv[2] : NULL);
    }
    if (strcmp(word, "--version") == 0) {
        puts("kaal " KAAL_VERSION);
        return OPTIONS_DONE;
    }
    if (!find_command(&p, word)) {
        return OPTIONS_WRONG;
    }
    return parse_all(&p, argc - 1, argv + 1);
}
