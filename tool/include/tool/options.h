// SPDX-License-Identifier: BSD-2-Clause
//
// What the command line says. Each command takes a part of it: see cmd/option_table.c.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct diag;

enum command {
    CMD_CHECK = 1u << 0,
    CMD_BUILD = 1u << 1,
    CMD_RUN = 1u << 2,
    CMD_TEST = 1u << 3,
    CMD_BENCH = 1u << 4,
    CMD_SDK = 1u << 5,
    CMD_CAPS = 1u << 6,
    CMD_PLAN = 1u << 7,
    CMD_DIFF = 1u << 8,
    CMD_GRAPH = 1u << 9,
    CMD_REPORT = 1u << 10,
    CMD_CONVERT = 1u << 11,
    CMD_NEW = 1u << 12,
    CMD_EXPLAIN = 1u << 13,
    CMD_DOCTOR = 1u << 14,
    CMD_COMPLETION = 1u << 15,
    CMD_READINESS = 1u << 16,
};

// What a system runs on.
enum backend {
    BACKEND_NONE, // not said: --kernel, the description, or ours
    BACKEND_KAAL, // our kernel
    BACKEND_SEL4, // the real one, from an installation
    BACKEND_MOCK, // our kernel's core as a process of the host
};

// What `bench` measures. But for the boot, rows were given and no system, the first word being
// this one's.
enum bench {
    BENCH_BOOT,
    BENCH_KERNEL,
    BENCH_COMPONENTS,
    BENCH_CHAIN,
};

struct strings {
    const char **items;
    size_t count;
    size_t capacity;
};

struct options {
    enum command command;
    enum backend backend;
    struct strings only;    // components that are run; none: all
    const char *gdb;        // component, or program of the mock, that gdb stops at; NULL: no gdb
    struct strings systems; // descriptions, as given
    struct strings search_paths;
    struct strings ctest; // build folders whose tests `kaal test` runs
    const char *config;
    const char *kernel; // NULL: what the description says
    const char *board;  // of a Microkit SDK; NULL: what the environment says
    const char *board_config;
    const char *build_dir;
    const char *board_folder;    // of an SDK of ours, instead; NULL: none
    const char *override_kernel; // in place of the built-in one, with its configuration
    const char *output;
    const char *qemu;
    const char *log;
    const char *disk;       // image of the virtio block device; NULL: none
    struct strings devices; // models of QEMU that the machine has as well
    const char *replay;
    const char *junit;        // of `test`: file of results; NULL: none
    struct strings qemu_args; // more words for QEMU
    unsigned cores;
    unsigned jobs; // of `test`: how many at a time
    unsigned el;   // 1 or 2: the exception level that the machine starts at
    unsigned gic;  // 2 or 3
    bool config_given;
    bool el_given;
    bool gic_given;
    uint64_t memory; // bytes
    bool memory_given;
    unsigned timeout; // seconds; 0: what the expectations say
    uint64_t seed;
    bool seed_given;
    bool net; // a network card
    bool realtime;
    bool interactive; // of `run`: the terminal is the machine's
    const char *at;   // of `caps`: the report at which the system is asked; NULL: its last stage
    unsigned after;   // of `caps`: seconds after which it is; 0: not so
    bool quiet;
    bool verbose;
    bool json;
    bool html;       // of `report`: the form, which there is one of
    bool syntax;     // of `check`: the description alone
    bool tap;        // of `test`: for programs
    bool long_tests; // of `test`: those that take hours as well
    enum bench bench;
    bool growth;         // of `bench kernel`: rows with much alive
    bool worst;          // of `bench kernel`: the longest paths
    const char *layout;  // of `sdk`: what it writes
    const char *compare; // of `sdk`: an installation to compare the headers with
};

enum options_result {
    OPTIONS_OK,
    OPTIONS_DONE, // help or version was printed
    OPTIONS_WRONG,
};

enum options_result options_parse(struct arena *a, int argc, char **argv, struct options *out,
                                  struct diag *d);
