// SPDX-License-Identifier: BSD-2-Clause
//
// The parts of `kaal bench`.
#pragma once

#include "tool/diag.h"

#include <jansson.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct options;

// Instructions from reset on, and sizes.
int bench_boot(struct arena *a, struct options *o, struct diag *d);

// Instructions of the kernel's operations.
int bench_kernel(struct arena *a, struct options *o, struct diag *d);

// --- rows of `bench kernel` --------------------------------------------------------------------

// What a row took. All repetitions agree, unless `most` says otherwise.
struct bench_cell {
    uint64_t least;   // instructions
    uint64_t most;    // 0: not measured
    uint64_t latency; // of an interrupt meanwhile; 0: not measured
};

enum {
    BENCH_COLUMNS = 12,
};

// One operation. What is known of it comes from the reference, what it took from the machine.
struct bench_row {
    const char *name;
    const char *text;   // for people
    uint64_t reference; // instructions of the reference kernel; 0: not measured there
    uint64_t target;    // no more than this is wanted
    uint64_t ceiling;   // more than this is a step back
    uint64_t latency;   // of the reference kernel, as `reference`
    uint64_t latency_ceiling;
    struct bench_cell cells[BENCH_COLUMNS];
};

// What else there was while a column's cells were measured.
struct bench_column {
    const char *among; // "objects"; "": nothing
    uint64_t alive;    // how many
};

struct bench_rows {
    const char *measured_on; // the reference
    struct bench_row *items;
    size_t count;
    size_t capacity;
    size_t known; // the first so many are the reference's
    struct bench_column columns[BENCH_COLUMNS];
    size_t column_count;
};

// The rows of tests/bench/reference.json under `key`: "rows" or "worst".
bool bench_reference(struct arena *a, const char *key, struct bench_rows *out, struct diag *d);

// Takes a report line of the machine. Rows that the reference does not know are added.
void bench_take(struct arena *a, struct bench_rows *rows, const char *line);

// Is `asked` the row's name, or the beginning of it up to a dot?
bool bench_names(const char *asked, const char *name);

// Does the command line ask for it?
bool bench_asked(const struct options *o, const char *name);

// The one column beside the reference; or several beside each other.
void bench_print_table(const struct options *o, const struct bench_rows *rows);
void bench_print_worst(const struct options *o, const struct bench_rows *rows);
void bench_print_growth(const struct options *o, const struct bench_rows *rows);
void bench_print_json(const struct options *o, const struct bench_rows *rows, const char *kernel);
