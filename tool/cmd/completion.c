// SPDX-License-Identifier: BSD-2-Clause
//
// `kaal completion bash`: a script made of the tables of options and commands. For each word it
// asks, in this order:
//
//   --config |            the value of an option: its choices, a file, a folder, or nothing
//   kaal |                commands
//   kaal run --|          the options of that command
//   kaal run |            descriptions, or what the command takes in their place
#include "tool/command.h"
#include "tool/options.h"
#include "tool/products.h"

#include "explain_table.h"
#include "option_table.h"

#include <limits.h>
#include <string.h>

// What stands where a command takes no SYSTEM, or besides.
static const struct {
    const char *words; // "": nothing at all; NULL: codes
    enum command command;
    bool systems; // descriptions as well
} operands[] = {
    {"", CMD_NEW, false},
    {"conformance", CMD_TEST, true},
    {"", CMD_SDK, false},
    {"kernel components", CMD_BENCH, true},
    {"", CMD_DOCTOR, false},
    {NULL, CMD_EXPLAIN, false},
    {"bash", CMD_COMPLETION, false},
};

static void print_patterns(const struct option_row *row)
{
    printf("    --%s", row->name);
    if (row->key <= CHAR_MAX) {
        printf("|-%c", row->key);
    }
    fputs(")\n", stdout);
}

static void print_value(const struct option_row *row)
{
    print_patterns(row);
    switch (row->words) {
    case WORDS_FILE:
        puts("        _kaal_files -f; return;;");
        return;
    case WORDS_FOLDER:
        puts("        _kaal_files -d; return;;");
        return;
    case WORDS_CONFIG:
        fputs("        _kaal_words -W '", stdout);
        for (const char *const *name = products_configs; *name != NULL; name++) {
            printf("%s%s", name == products_configs ? "" : " ", *name);
        }
        puts("'; return;;");
        return;
    case WORDS_NONE:
        break;
    }
    // "kaal|sel4|mock" or "sel4" are what may be given, "SIZE" is a name of it.
    fputs("        ", stdout);
    if (strpbrk(row->value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == NULL) {
        fputs("_kaal_words -W '", stdout);
        for (const char *c = row->value; *c != '\0'; c++) {
            putchar(*c == '|' ? ' ' : *c);
        }
        fputs("'; ", stdout);
    }
    puts("return;;");
}

static void print_values(void)
{
    puts("    case $prev in");
    for (const struct option_row *row = option_rows; row->name != NULL; row++) {
        // One whose value may be missing takes it behind "=" alone.
        if (row->value != NULL && row->value[0] != '[') {
            print_value(row);
        }
    }
    puts("    esac");
}

static void print_options(const struct command_row *command)
{
    fputs("        options='", stdout);
    const char *between = "";
    for (const struct option_row *row = option_rows; row->name != NULL; row++) {
        if (row->commands == 0 || (row->commands & command->command) != 0) {
            printf("%s--%s", between, row->name);
            between = " ";
        }
    }
    puts("'");
}

static void print_codes(void)
{
    const char *between = "";
    for (const struct code *code = explain_codes; code->name != NULL; code++) {
        printf("%s%s", between, code->name);
        between = " ";
    }
}

static void print_operands(const struct command_row *command)
{
    bool systems = true;
    for (size_t i = 0; i < sizeof(operands) / sizeof(operands[0]); i++) {
        if (operands[i].command != command->command) {
            continue;
        }
        systems = operands[i].systems;
        fputs("        words='", stdout);
        if (operands[i].words == NULL) {
            print_codes();
        } else {
            fputs(operands[i].words, stdout);
        }
        puts("'");
    }
    printf("        systems=%s;;\n", systems ? "yes" : "");
}

static void print_commands(void)
{
    puts("    case $command in");
    for (const struct command_row *row = command_rows; row->name != NULL; row++) {
        printf("    %s)\n", row->name);
        print_options(row);
        print_operands(row);
    }
    puts("    esac");
}

static const char head[] =
    "# bash completion of kaal, made by `kaal completion bash`.\n"
    "_kaal_words() {\n"
    "    local line\n"
    "    while IFS= read -r line; do COMPREPLY+=(\"$line\"); done < <(compgen \"$@\" -- \"$cur\")\n"
    "}\n"
    "_kaal_files() {\n"
    "    compopt -o filenames 2>/dev/null\n"
    "    _kaal_words \"$1\"\n"
    "}\n"
    "_kaal_systems() {\n"
    "    compopt -o filenames 2>/dev/null\n"
    "    local line\n"
    "    while IFS= read -r line; do\n"
    "        case $line in\n"
    "        *.toml | *.system) COMPREPLY+=(\"$line\") ;;\n"
    "        *) [ -d \"$line\" ] && COMPREPLY+=(\"$line\") ;;\n"
    "        esac\n"
    "    done < <(compgen -f -- \"$cur\")\n"
    "}\n"
    "_kaal() {\n"
    "    COMPREPLY=()\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "    local command=${COMP_WORDS[1]} options= words= systems=\n"
    "    # \"--config=x\" comes as three words.\n"
    "    if [ \"$cur\" = = ]; then\n"
    "        cur=\n"
    "    elif [ \"$prev\" = = ] && [ \"$COMP_CWORD\" -gt 2 ]; then\n"
    "        prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "    fi\n";

static const char tail[] = "    if [ \"$COMP_CWORD\" -gt 1 ]; then\n"
                           "        case $cur in\n"
                           "        -*) _kaal_words -W \"$options\"; return ;;\n"
                           "        esac\n"
                           "        _kaal_words -W \"$words\"\n"
                           "        [ -z \"$systems\" ] || _kaal_systems\n"
                           "        return\n"
                           "    fi\n";

int cmd_completion(struct arena *a, struct options *o, struct diag *d)
{
    (void)a;
    (void)o;
    (void)d;
    fputs(head, stdout);
    print_values();
    print_commands();
    fputs(tail, stdout);
    fputs("    _kaal_words -W '--help --version", stdout);
    for (const struct command_row *row = command_rows; row->name != NULL; row++) {
        printf(" %s", row->name);
    }
    puts("'\n}\ncomplete -F _kaal kaal");
    return STATUS_OK;
}
