// SPDX-License-Identifier: BSD-2-Clause
//
// Where in the sources a fault was: the addresses in report lines of faults, as functions and lines
// of the programs that were packed.
//
//   [cap_broker] @fault component=crasher kind=vm addr=0x18 ip=0x200148 ... lr=0x2003a0 why="..."
//     component crasher (crasher.elf): read of 0x18: null pointer?
//       pc 0x200148  init  examples/demo/crasher.c:13
//       by 0x2003a0  main  user/sdk/loop.c:101
//   [cap_broker] @backtrace component=crasher 1=0x200410
//       by 0x200410  kaal_component_main  user/sdk/component_main.c:27
//
// For people alone: nothing is judged by it.
#pragma once

#include <stdbool.h>

struct arena;
struct build_result;
struct faults;
struct system;

// A line's explanation: lines of text, each indented and with its end. NULL: it needs none.
struct fault_note {
    const char *text;
    bool begins; // else it is more of the fault before
};

struct faults *faults_new(struct arena *a, const struct system *s, const struct build_result *b);
void faults_close(struct faults *f);

// The text is good until the next line.
struct fault_note faults_line(struct faults *f, const char *line);
