// SPDX-License-Identifier: BSD-2-Clause
//
// What the command line is made of, said once: the parser, the shell completions and the tests of
// the manual page read these two tables.
#pragma once

#include "tool/options.h"

#include <stddef.h>

struct arena;
struct diag;

enum option_key {
    KEY_CONFIG = 'c',
    KEY_HELP = 'h',
    KEY_INTERACTIVE = 'i',
    KEY_JOBS = 'j',
    KEY_SEARCH = 'I',
    KEY_MEMORY = 'm',
    KEY_OUTPUT = 'o',
    KEY_QUIET = 'q',
    KEY_TIMEOUT = 't',
    KEY_VERBOSE = 'v',
    KEY_KERNEL = 256, // no letter from here on
    KEY_BUILD_DIR,
    KEY_EL,
    KEY_GIC,
    KEY_QEMU,
    KEY_SEED,
    KEY_LOG,
    KEY_REPLAY,
    KEY_REALTIME,
    KEY_CTEST,
    KEY_JSON,
    KEY_SYNTAX,
    KEY_LONG,
    KEY_GROWTH,
    KEY_WORST,
    KEY_DISK,
    KEY_DEVICE,
    KEY_BACKEND,
    KEY_BOARD,
    KEY_BOARD_CONFIG,
    KEY_LAYOUT,
    KEY_COMPARE,
    KEY_GDB,
    KEY_AT,
    KEY_AFTER,
    KEY_ONLY,
    KEY_NET,
    KEY_QEMU_ARGS,
    KEY_SMP,
    KEY_TAP,
    KEY_JUNIT,
    KEY_HTML,
};

enum {
    PACKS = CMD_BUILD | CMD_PLAN | CMD_REPORT, // commands that make an image, and boot none
};

// What completes a value. Choices stand in the value itself, as "kaal|sel4|mock".
enum option_words {
    WORDS_NONE,
    WORDS_FILE,
    WORDS_FOLDER,
    WORDS_CONFIG, // kernel configurations
};

struct option_row {
    const char *name; // without dashes
    int key;
    unsigned commands; // that take it; 0: all
    const char *value; // what it is called; NULL: there is none; "[WORD]": it may be missing
    enum option_words words;
};

struct command_row {
    const char *name;
    enum command command;
    int (*run)(struct arena *a, struct options *o, struct diag *d);
    const char *what; // a few words
};

// Both end with a row without a name.
extern const struct option_row option_rows[];
extern const struct command_row command_rows[];

// How many there are.
size_t option_count(void);
size_t command_count(void);

// The row of a key. There is one.
const struct option_row *option_find(int key);
