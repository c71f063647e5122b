// SPDX-License-Identifier: BSD-2-Clause
//
// From a plan to bytes that boot:
//
//   plan + component ELFs   ->  packed system   (kaal/image.h)
//   root task + that        ->  root ELF with one more segment
//   loader + kernel + that  ->  loader.elf and system.bin   (kaal/boot.h)
//
// The same input gives the same bytes.
#pragma once

#include "tool/file.h"
#include "tool/plan.h"
#include "tool/products.h"

// The raw image's name, beside loader.elf.
#define IMAGE_RAW_NAME "system.bin"

static inline const char *image_raw_path(struct arena *a, const char *elf)
{
    return path_join(a, path_dir(a, elf), IMAGE_RAW_NAME);
}

struct image {
    struct bytes system; // the packed system
    struct bytes root;   // root task with it
    struct bytes elf;    // loader.elf
    struct bytes raw;    // IMAGE_RAW_NAME
    uint64_t root_entry;
    uint64_t loader_end;  // first physical address above loader and payload
    uint64_t root_memory; // bytes that the root task takes once loaded
};

struct bytes pack_system(struct arena *a, const struct plan *plan);

// `at` is where the root task's image is named.
bool pack_root(struct arena *a, const struct program *root, struct bytes system, struct place at,
               struct image *out, struct diag *d);

bool pack_boot(struct arena *a, const char *loader_path, const struct kernel *kernel,
               struct memory_range memory, struct image *out, struct diag *d);

// The checks that need numbers of all parts: slots of the root task, memory of the machine.
bool image_fits(const struct image *image, const struct plan *plan, const struct kernel *kernel,
                uint64_t memory, struct diag *d);

// All of it, from a description that was loaded. `o` may get the configuration and machine of a
// foreign kernel.
struct options;
struct build_result {
    bool mock; // for the mock machine
    struct products products;
    struct kernel kernel;
    struct program_set programs;
    struct plan plan;
    struct image image;
};

bool image_build(struct arena *a, struct options *o, const struct system *s,
                 struct build_result *out, struct diag *d);

// The same with one program as the initial task and nothing else: bin/`name`.elf of the
// configuration that `o` says. Of `out`, products, kernel and image are set.
bool image_build_alone(struct arena *a, struct options *o, const char *name,
                       struct build_result *out, struct diag *d);
