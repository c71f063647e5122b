// SPDX-License-Identifier: BSD-2-Clause
//
// Files: read whole, written whole or not at all.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct diag;

struct bytes {
    const uint8_t *data; // followed by a NUL that `size` does not count
    size_t size;
};

// On failure *cause is the reason, in words ("no such file", "is a directory", "larger than ...").
bool file_read(struct arena *a, const char *path, size_t limit, struct bytes *out,
               const char **cause);

// All of it, to an open file. On failure errno tells why.
bool file_write(int fd, struct bytes content);

// Reports that `path` cannot be written, with the reason that errno has. Returns false.
bool write_failed(struct diag *d, const char *path);

// What was printed to standard output has arrived; an error if it has not.
bool output_shown(struct diag *d);

bool file_exists(const char *path); // and is no directory
bool folder_exists(const char *path);

// The folders in `folder` that are not hidden, as "a, b, c"; NULL if there is none.
const char *folder_list(struct arena *a, const char *folder);

// With all that is in it.
void folder_remove(const char *path);

// Both of `path` without its last component ("." if it has none), and `name` beside it.
const char *path_dir(struct arena *a, const char *path);
const char *path_join(struct arena *a, const char *dir, const char *name);

// The last component, which is in `path`.
const char *path_base(const char *path);

// `path` as it is if absolute, else below `dir`.
const char *path_resolve(struct arena *a, const char *dir, const char *path);

// `path` from the root, without links, if it exists.
const char *path_absolute(struct arena *a, const char *path);

// Several output files that appear together: each is written under a temporary name in its own
// folder, and renamed when all are complete. Signals and errors leave no temporary file behind.
enum {
    OUTPUT_MAX = 4,
};

struct output {
    const char *path;
    const char *temporary;
    int registered; // number of its clean-up
};

struct output_set {
    struct output items[OUTPUT_MAX];
    size_t count;
};

// Could `path` be written? To be asked before work that is lost if not: it is reported.
bool output_possible(struct arena *a, const char *path, struct diag *d);

// At most OUTPUT_MAX of a set. `path` must live until the set is committed or discarded.
bool output_add(struct output_set *set, struct arena *a, const char *path, struct bytes content,
                struct diag *d);
bool output_commit(struct output_set *set, struct diag *d);
void output_discard(struct output_set *set); // for what is not committed

// One such file.
bool output_write(struct arena *a, const char *path, struct bytes content, struct diag *d);
