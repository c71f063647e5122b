// SPDX-License-Identifier: BSD-2-Clause
//
// What the command line says. Each command takes a part of it: see cmd/options.c.
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
};

// What a system runs on.
enum backend {
    BACKEND_NONE, // not said: --kernel, the description, or ours
    BACKEND_KAAL, // our kernel
    BACKEND_SEL4, // the real one, from an installation
    BACKEND_MOCK, // our kernel's core as a process of the host
};

struct strings {
    const char **items;
    size_t count;
    size_t capacity;
};

struct options {
    enum command command;
    enum backend backend;
    const char *gdb;        // of the mock: program that waits for a debugger; NULL: none
    struct strings systems; // descriptions, as given
    struct strings search_paths;
    struct strings ctest; // build folders whose tests `kaal test` runs
    const char *config;
    bool config_given;
    const char *kernel; // NULL: what the description says
    const char *build_dir;
    const char *output;
    const char *qemu;
    const char *log;
    const char *replay;
    unsigned el;  // 1 or 2: the exception level that the machine starts at
    unsigned gic; // 2 or 3
    bool el_given;
    bool gic_given;
    uint64_t memory; // bytes
    bool memory_given;
    unsigned timeout; // seconds; 0: what the expectations say
    uint64_t seed;
    bool seed_given;
    bool realtime;
    bool quiet;
    bool verbose;
    bool json;
    bool syntax;     // of `check`: the description alone
    bool long_tests; // of `test`: those that take hours as well
    bool of_kernel;  // of `bench`: "kernel" and rows were given, no system
    bool growth;     // of `bench kernel`: rows with much alive
    bool worst;      // of `bench kernel`: the longest paths
};

enum options_result {
    OPTIONS_OK,
    OPTIONS_DONE, // help or version was printed
    OPTIONS_WRONG,
};

enum options_result options_parse(struct arena *a, int argc, char **argv, struct options *out,
                                  struct diag *d);
