// SPDX-License-Identifier: BSD-2-Clause
//
// A QEMU process, or one of the mock machine: what a system boots on.
//
//   kaal  --- pipe: serial in  --->  qemu-system-aarch64 -M virt
//         <-- pipe: serial out ---
//         <-- pipe: messages   ---
//         --- unix socket: QMP, gdb -> in a private folder
//
// The process never outlives the tool (PR_SET_PDEATHSIG), the folder is removed with it.
#pragma once

#include "tool/diag.h"
#include "tool/file.h"
#include "tool/options.h"
#include "tool/qmp.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct arena;

struct machine_setup {
    const char *qemu;        // program
    const char *mock;        // program of the mock machine, which is then taken; NULL: QEMU
    struct strings programs; // of the mock: folders with host programs
    const char *debugged;    // of the mock: program that waits for a debugger
    struct bytes image;
    unsigned el;
    unsigned gic;
    uint64_t memory;
    uint64_t seed;
    const char *disk;       // raw image behind the first virtio transport; NULL: none
    struct strings devices; // models, each with its properties
    const char *arguments;  // of the boot, behind the seed; NULL: none
    bool counted; // virtual time from executed instructions (-icount): the same on each host
    unsigned count_shift; // 2^shift ns for each
    bool debug;           // with gdb, stopped at reset, instructions counted exactly
};

struct machine {
    const char *name; // for people
    bool speaks;      // itself, to standard error, not by `messages`
    pid_t pid;
    int in;         // serial, to the guest
    int out;        // serial, from the guest
    int messages;   // QEMU's own
    int gdb;        // answers if setup.debug
    struct qmp qmp; // control
    bool ended;
    int status; // of waitpid(), when ended
};

// The setup that the options ask for.
struct machine_setup machine_setup(const struct options *o, struct bytes image);

// A function of the PCI bus, which no device tree tells.
struct machine_function {
    uint16_t vendor;
    uint16_t device;
    unsigned windows; // memory BARs
};

enum { MACHINE_FUNCTIONS_MAX = 32 };

// What is in a machine for its software to find.
struct machine_parts {
    struct bytes tree;
    struct machine_function functions[MACHINE_FUNCTIONS_MAX]; // in the order of the bus
    size_t function_count;
};

// Such a machine, as QEMU makes it. False if there is no QEMU.
bool machine_look(struct arena *a, const struct machine_setup *s, struct machine_parts *out);

bool machine_start(struct machine *m, struct arena *a, const struct machine_setup *s,
                   struct diag *d);

// Has it ended? Does not wait.
bool machine_poll(struct machine *m);

// Ends it: by QMP, and if it does not listen within a second, by signals.
void machine_stop(struct machine *m);

// Milliseconds of a clock that only goes forward.
uint64_t host_ms(void);
