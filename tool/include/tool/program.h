// SPDX-License-Identifier: BSD-2-Clause
//
// The ELF files of a system, found, read, checked, and cut down to what runs:
//
//   file      |ehdr|phdr|.. LOAD ..|.. LOAD ..|debug .. symbols .. section headers|
//   squeezed  |ehdr|phdr|.. LOAD ..|.. LOAD ..|
//
// Domains that name the same file share one struct program.
#pragma once

#include "tool/diag.h"
#include "tool/file.h"

#include "lib/elf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct options;
struct products;
struct system;

struct program {
    const char *path;
    struct bytes file;
    struct elf elf;
};

struct program_set {
    struct program *items;
    size_t count;
    size_t capacity;
    size_t *of_pd; // index into items for each domain; SYSTEM_NONE where it failed
};

// Reads the image of every domain. Errors are reported at the line of program_image. A program is
// searched beside the description, in each --search-path, and among the build's programs.
bool programs_load(struct arena *a, const struct options *o, const struct products *p,
                   const struct system *s, struct program_set *out, struct diag *d);

// What its note tells (enum kaal_program_flag of kaal/note.h); 0 without one.
uint32_t program_flags(const struct program *p);

// How many bytes of the file run, and a copy of them with the section headers' fields cleared.
size_t elf_squeezed_size(const struct elf *elf);
struct bytes elf_squeeze(struct arena *a, const struct elf *elf);
