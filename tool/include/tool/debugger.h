// SPDX-License-Identifier: BSD-2-Clause
//
// gdb on the terminal, beside a machine that it stops and starts:
//
//   kaal ──► qemu -gdb unix:FOLDER/gdb -S
//    │                    ▲
//    └───► gdb-multiarch ─┘  tool/gdb/kaal.py: symbols of the kernel, and of the component that
//    runs
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct arena;
struct build_result;
struct diag;
struct options;
struct system;

struct debugger {
    const struct system *system;
    const char *folder; // private, removed in the end; NULL: none yet
    const char *socket; // in it: the machine's
    pid_t pid;
    bool ended;
    int status; // of its end: 0, or what is wrong
};

// Makes the place of the socket, which the machine then opens.
bool debugger_prepare(struct debugger *g, struct arena *a, struct diag *d);

// Starts gdb, with what the options say. From then on Ctrl-C is for gdb alone.
bool debugger_start(struct debugger *g, struct arena *a, const struct options *o,
                    const struct build_result *b, struct diag *d);

// Has the user left it? Does not wait.
bool debugger_ended(struct debugger *g);

// Waits for its end, if it runs, and removes the folder.
void debugger_close(struct debugger *g);

// Did it run as it should?
bool debugger_judge(const struct debugger *g, struct diag *d);
