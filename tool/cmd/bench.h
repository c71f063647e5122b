// SPDX-License-Identifier: BSD-2-Clause
//
// The parts of `kaal bench`.
#pragma once

#include "tool/diag.h"
#include "tool/file.h"

#include <kaal/limits.h>

#include <jansson.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BENCH_CHAIN_OTHERS = 3, // domains besides links: root task, broker, console
    BENCH_LINKS_MAX = KAAL_PD_MAX - BENCH_CHAIN_OTHERS,
    BENCH_CHAINS_MAX = 8,
};

struct arena;
struct build_result;
struct options;
struct qmp;

// Instructions from reset on, and sizes.
int bench_boot(struct arena *a, struct options *o, struct diag *d);

// Instructions of the kernel's operations.
int bench_kernel(struct arena *a, struct options *o, struct diag *d);

// Instructions of what components do with each other.
int bench_components(struct arena *a, struct options *o, struct diag *d);

// What a chain of components takes, by their number.
int bench_chain(struct arena *a, struct options *o, struct diag *d);

// --- parts -------------------------------------------------------------------------------------

// The description of a chain of so many links.
struct bytes bench_chain_text(struct arena *a, unsigned links);

// How many instructions the machine, started with setup.debug, has executed since reset.
bool bench_instructions(struct qmp *q, uint64_t *out);

// tests/bench/reference.json, to be released by the caller; NULL: reported.
json_t *bench_reference_file(struct arena *a, struct diag *d);

// --- rows --------------------------------------------------------------------------------------

// What a row took. All repetitions agree, unless `most` says otherwise.
struct bench_cell {
    uint64_t least;   // instructions
    uint64_t most;    // 0: not measured
    uint64_t kernel;  // instructions that the kernel executes; 0: not measured
    uint64_t latency; // of an interrupt meanwhile; 0: not measured
};

enum {
    BENCH_COLUMNS = 12,
};

// What an operation is made of: so many times a row of the kernel.
struct bench_part {
    const char *row;
    uint64_t times;
};

// One operation. What is known of it comes from the reference, what it took from the machine.
struct bench_row {
    const char *name;
    const char *text;   // for people
    const char *of;     // whose the reference is; NULL: the reference kernel's
    uint64_t reference; // instructions there; 0: not measured there
    uint64_t target;    // no more than this is wanted
    uint64_t ceiling;   // more than this is a step back
    uint64_t latency;   // of the reference kernel, as `reference`
    uint64_t latency_ceiling;
    struct bench_part *parts;
    size_t part_count;
    uint64_t raw; // of the parts together
    uint64_t raw_kernel;
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

// The rows of tests/bench/reference.json under `key`: "rows", "worst" or "components".
bool bench_reference(struct arena *a, const char *key, struct bench_rows *out, struct diag *d);

// Takes a report line of the machine. Rows that the reference does not know are added.
void bench_take(struct arena *a, struct bench_rows *rows, const char *line);

// Boots the image with these arguments (NULL: none) and takes its rows until it says that there are
// no more.
bool bench_run(struct arena *a, const struct options *o, struct bytes image, const char *arguments,
               struct bench_rows *rows, struct diag *d);

// The rows of `bench kernel`, measured.
bool bench_kernel_rows(struct arena *a, struct options *o, struct build_result *b,
                       struct bench_rows *rows, struct diag *d);

// Adds up the parts of each row, as the kernel was measured.
bool bench_raw(struct bench_rows *rows, const struct bench_rows *kernel, struct diag *d);

// Every row that was asked for exists; every row of the reference that was asked for has come.
bool bench_known(const struct options *o, const struct bench_rows *rows, struct diag *d);
bool bench_complete(const struct options *o, const struct bench_rows *rows, struct diag *d);

// The one column beside the reference; or several beside each other.
void bench_print_table(const struct options *o, const struct bench_rows *rows);
void bench_print_components(const struct options *o, const struct bench_rows *rows);
void bench_print_worst(const struct options *o, const struct bench_rows *rows);
void bench_print_growth(const struct options *o, const struct bench_rows *rows);
void bench_print_json(const struct options *o, const struct bench_rows *rows, const char *kernel);
