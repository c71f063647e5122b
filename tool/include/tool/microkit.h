// SPDX-License-Identifier: BSD-2-Clause
//
// Microkit's SDK and command, as ours: `kaal sdk --layout microkit` writes
//
//   SDK/bin/microkit                    this program
//   SDK/board/BOARD/CONFIG/             what products_board() finds, headers, libraries
//   SDK/kaal-sdk.json                   what tells that it is ours
//
// and the program, called `microkit`, packs systems with what is there.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct build_result;
struct bytes;
struct diag;

// What tells that a folder was written by `kaal sdk`.
#define SDK_MARKER "kaal-sdk.json"

// The board, and the name by which Makefiles know it.
#define MICROKIT_BOARD       "qemu_virt_aarch64_el1"
#define MICROKIT_BOARD_USUAL "qemu_virt_aarch64"

// A configuration of the board is one of ours.
struct microkit_config {
    const char *name;
    const char *config;
};

enum { MICROKIT_CONFIGS = 3 };

extern const struct microkit_config microkit_configs[MICROKIT_CONFIGS];

// What the board calls one of our configurations.
const char *microkit_config_name(const char *config);

// Is this how the program is called?
bool microkit_is_called(const char *program);

// The command. Returns the exit status: 0, or 1 for whatever is wrong.
int cmd_microkit(struct arena *a, int argc, char **argv, struct diag *d);

// What the report of a packed system says.
struct bytes microkit_report(struct arena *a, const struct build_result *b);
