// SPDX-License-Identifier: BSD-2-Clause
#include "option_table.h"

#include "tool/command.h"
#include "tool/file.h"
#include "tool/pack.h"

enum {
    ANY_SYSTEM = CMD_CHECK | CMD_GRAPH | PACKS | CMD_RUN | CMD_TEST | CMD_BENCH | CMD_CAPS,
    RUNS = CMD_RUN | CMD_TEST | CMD_CAPS,
};

const struct option_row option_rows[] = {
    {"after", KEY_AFTER, CMD_CAPS, "SECONDS", WORDS_NONE},
    {"at", KEY_AT, CMD_CAPS, "NAME.EVENT", WORDS_NONE},
    {"backend", KEY_BACKEND, ANY_SYSTEM, "kaal|sel4|mock", WORDS_NONE},
    {"board", KEY_BOARD, ANY_SYSTEM, "NAME", WORDS_NONE},
    {"board-config", KEY_BOARD_CONFIG, ANY_SYSTEM, "NAME", WORDS_NONE},
    {"build-dir", KEY_BUILD_DIR, 0, "DIR", WORDS_FOLDER},
    {"compare", KEY_COMPARE, CMD_SDK, "PREFIX", WORDS_FOLDER},
    {"config", KEY_CONFIG, 0, "NAME", WORDS_CONFIG},
    {"ctest", KEY_CTEST, CMD_TEST, "DIR", WORDS_FOLDER},
    {"device", KEY_DEVICE, CMD_CHECK | CMD_GRAPH | PACKS | CMD_RUN | CMD_CAPS, "MODEL", WORDS_NONE},
    {"disk", KEY_DISK, CMD_RUN | CMD_CAPS, "FILE", WORDS_FILE},
    {"el", KEY_EL, ANY_SYSTEM, "1|2", WORDS_NONE},
    {"gdb", KEY_GDB, CMD_RUN, "[NAME]", WORDS_NONE},
    {"gic", KEY_GIC, ANY_SYSTEM, "2|3", WORDS_NONE},
    {"growth", KEY_GROWTH, CMD_BENCH, NULL, WORDS_NONE},
    {"help", KEY_HELP, 0, NULL, WORDS_NONE},
    {"html", KEY_HTML, CMD_REPORT, NULL, WORDS_NONE},
    {"interactive", KEY_INTERACTIVE, CMD_RUN, NULL, WORDS_NONE},
    {"jobs", KEY_JOBS, CMD_TEST, "NUMBER", WORDS_NONE},
    {"json", KEY_JSON, CMD_BENCH | CMD_DIFF | CMD_DOCTOR | CMD_GRAPH | CMD_PLAN | CMD_READINESS,
     NULL, WORDS_NONE},
    {"junit", KEY_JUNIT, CMD_TEST, "FILE", WORDS_FILE},
    {"kernel", KEY_KERNEL, ANY_SYSTEM, "PATH", WORDS_FILE},
    {"layout", KEY_LAYOUT, CMD_SDK, "sel4|microkit", WORDS_NONE},
    {"log", KEY_LOG, RUNS, "FILE", WORDS_FILE},
    {"long", KEY_LONG, CMD_TEST, NULL, WORDS_NONE},
    {"memory", KEY_MEMORY, ANY_SYSTEM, "SIZE", WORDS_NONE},
    {"net", KEY_NET, CMD_RUN | CMD_CAPS, NULL, WORDS_NONE},
    {"only", KEY_ONLY, CMD_RUN | CMD_CAPS, "NAME,...", WORDS_NONE},
    {"output", KEY_OUTPUT, CMD_BUILD | CMD_CONVERT | CMD_GRAPH | CMD_REPORT, "FILE", WORDS_FILE},
    {"qemu", KEY_QEMU, ANY_SYSTEM, "PATH", WORDS_FILE},
    {"qemu-args", KEY_QEMU_ARGS, RUNS, "WORDS", WORDS_NONE},
    {"quiet", KEY_QUIET, 0, NULL, WORDS_NONE},
    {"realtime", KEY_REALTIME, RUNS, NULL, WORDS_NONE},
    {"replay", KEY_REPLAY, CMD_RUN, "FILE", WORDS_FILE},
    {"search-path", KEY_SEARCH, ANY_SYSTEM, "DIR", WORDS_FOLDER},
    {"seed", KEY_SEED, RUNS | CMD_READINESS, "NUMBER", WORDS_NONE},
    {"smp", KEY_SMP, ANY_SYSTEM, "CORES", WORDS_NONE},
    {"syntax", KEY_SYNTAX, CMD_CHECK, NULL, WORDS_NONE},
    {"tap", KEY_TAP, CMD_TEST, NULL, WORDS_NONE},
    {"timeout", KEY_TIMEOUT, RUNS | CMD_BENCH, "SECONDS", WORDS_NONE},
    {"verbose", KEY_VERBOSE, 0, NULL, WORDS_NONE},
    {"worst", KEY_WORST, CMD_BENCH, NULL, WORDS_NONE},
    {NULL, 0, 0, NULL, WORDS_NONE},
};

const struct command_row command_rows[] = {
    {"new", CMD_NEW, cmd_new, "write a project that builds and boots"},
    {"check", CMD_CHECK, cmd_check, "is the description of a system right?"},
    {"convert", CMD_CONVERT, cmd_convert,
     "write it in the other form: our TOML, or Microkit's XML"},
    {"build", CMD_BUILD, cmd_build, "pack it into a bootable image"},
    {"plan", CMD_PLAN, cmd_plan, "list what it is made of: objects, capabilities, memory"},
    {"diff", CMD_DIFF, cmd_diff, "what does one system allow that another does not?"},
    {"graph", CMD_GRAPH, cmd_graph, "draw it, and mark what looks wrong"},
    {"report", CMD_REPORT, cmd_report, "write all of this, sizes and stacks as one page"},
    {"run", CMD_RUN, cmd_run, "boot it in QEMU and verify what it does"},
    {"test", CMD_TEST, cmd_test, "run the project's tests, or verify several systems"},
    {"caps", CMD_CAPS, cmd_caps,
     "boot it, and show who holds what, by the broker and by the kernel"},
    {"bench", CMD_BENCH, cmd_bench,
     "measure boot, kernel and components in instructions, and sizes"},
    {"sdk", CMD_SDK, cmd_sdk,
     "write kernel, headers and libraries as an installation, or compare one"},
    {"doctor", CMD_DOCTOR, cmd_doctor, "is all here that the tool needs?"},
    {"readiness", CMD_READINESS, cmd_readiness, "how far are we? each box by running it"},
    {"explain", CMD_EXPLAIN, cmd_explain, "what a code means, and what to do"},
    {"completion", CMD_COMPLETION, cmd_completion, "print the completions of a shell"},
    {NULL, 0, NULL, NULL},
};

size_t option_count(void)
{
    return sizeof(option_rows) / sizeof(option_rows[0]) - 1;
}

size_t command_count(void)
{
    return sizeof(command_rows) / sizeof(command_rows[0]) - 1;
}

const struct option_row *option_find(int key)
{
    const struct option_row *row = option_rows;
    while (row->name != NULL && row->key != key) {
        row++;
    }
    return row;
}

// Can all be written that the command writes as a whole?
static bool outputs_possible(struct arena *a, const struct options *o, struct diag *d)
{
    return (o->output == NULL || output_possible(a, o->output, d)) &&
           (o->junit == NULL || output_possible(a, o->junit, d)) &&
           (o->command != CMD_BUILD || output_possible(a, image_raw_path(a, o->output), d));
}

int command_run(struct arena *a, struct options *o, struct diag *d)
{
    const struct command_row *row = command_rows;
    while (row->name != NULL && row->command != o->command) {
        row++;
    }
    if (!outputs_possible(a, o, d)) {
        return STATUS_FAILED;
    }
    return row->name == NULL ? STATUS_USAGE : row->run(a, o, d);
}
