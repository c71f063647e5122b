// SPDX-License-Identifier: BSD-2-Clause
//
// Where the products of a build lie, and which kernel a system runs on.
//
//   BUILD/tool/kaal                                    this program
//   BUILD/target/CONFIG/loader/loader.elf              loader without a system
//   BUILD/target/CONFIG/kernel/kernel.elf              the built-in kernel
//   BUILD/target/CONFIG/gen_config/kernel/gen_config.json
//   BUILD/target/CONFIG/bin/NAME.elf                   root task, broker, components
//
// An installation has PREFIX/bin/kaal and PREFIX/lib/kaal/CONFIG in place of BUILD/target/CONFIG.
//
// In a Microkit SDK of ours, the same of one board and configuration:
//
//   BOARD/elf/sel4.elf, loader.elf, root.elf, cap_broker.elf
//   BOARD/include/kernel/gen_config.json
#pragma once

#include "tool/diag.h"
#include "tool/file.h"

#include "lib/elf.h"

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct options;
struct system;

enum {
    ELF_FILE_MAX = 64 * 1024 * 1024,
};

struct products {
    const char *build; // or PREFIX
    bool installed;    // it is that
    const char *config;
    const char *target; // BUILD/target/CONFIG, PREFIX/lib/kaal/CONFIG
    const char *bin;
    const char *loader;
    const char *kernel;        // the built-in one
    const char *kernel_config; // its gen_config.json
    // Of the kernel, once it is known.
    bool benchmarks; // has benchmark system calls
    uint64_t timer_frequency;
    uint64_t memory; // of the machine, in bytes; 0: not known
};

// The installation that this program belongs to; NULL: to none.
const char *products_prefix(struct arena *a);

// A file that comes with the tool, by its name in the source tree's folder `tool` and in an
// installation's share/kaal.
const char *products_share(struct arena *a, const char *name);

// The source tree: KAAL_SOURCE_DIR of the environment, else the one that this program was built
// from.
const char *products_source(struct arena *a);

// The configurations of this tree; NULL ends the list.
extern const char *const products_configs[];

// Is it one of them?
bool products_known(const char *config);

// From --build-dir, else KAAL_BUILD_DIR, else the place of this program.
bool products_find(struct arena *a, const struct options *o, struct products *out, struct diag *d);

// The products of `config` in the folder `build`, whether they are there or not.
void products_name(struct arena *a, const char *build, const char *config, struct products *out);

// What to do about a part that is missing: words that name the build's `target`, of an installation
// --build-dir.
const char *products_remedy(struct arena *a, const struct products *p, const char *target);

// The products of `config` in the folder `board` of an SDK.
void products_board(struct arena *a, const char *board, const char *config, struct products *out);

// Memory that a machine must have, from a kernel's platform_gen.json.
struct memory_range {
    uint64_t base;
    uint64_t size;
};

// A kernel with the facts of its gen_config.json.
struct kernel {
    const char *path;
    struct place at; // of the statement that names it
    bool builtin;
    struct bytes file;
    struct elf elf;
    uint64_t start; // physical
    uint64_t end;
    unsigned root_cnode_bits;
    unsigned max_untyped;
    bool debug;
    bool hypervisor; // runs at EL2
    bool benchmarks; // has benchmark system calls
    bool counters;   // user level may count instructions
    bool gic_v3;     // the only one that a foreign kernel drives
    bool smc;        // lets programs make secure monitor calls
    unsigned domains;
    unsigned domain_schedules;  // entries of their schedule, the end marker included
    unsigned timer_frequency;   // ticks per second
    struct memory_range memory; // of a foreign kernel; size 0: what the machine has
};

// Chooses the kernel (backend, option, description, built-in), reads it, and compares its
// configuration with that of the components. A foreign kernel without --config chooses the
// configuration: `p` then changes. For --backend sel4 the components are built where they are not.
bool kernel_load(struct arena *a, const struct options *o, const struct system *s,
                 struct products *p, struct kernel *out, struct diag *d);

// Do the machine's options (memory, GIC, exception level) suit a foreign kernel? Fills in what was
// not given.
bool kernel_fit_machine(const struct kernel *k, struct options *o, struct diag *d);
