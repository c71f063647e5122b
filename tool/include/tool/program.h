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

enum program_kind {
    PROGRAM_KAAL,
    PROGRAM_MICROKIT,
    PROGRAM_SYMBOLS, // only its symbols are looked at
};

struct program {
    const char *path;
    struct bytes file;
    struct elf elf;
    enum program_kind kind;
};

// A file that a region holds.
struct data_file {
    const char *path;
    struct bytes bytes; // data NULL: it holds none
};

struct program_set {
    struct program *items;
    size_t count;
    size_t capacity;
    // Index into items; SYSTEM_NONE where it failed.
    size_t *of_pd;   // for each domain
    size_t *spawned; // for each of `programs` of [system]
    size_t *symbols; // for each domain: where its symbols are looked up, SYSTEM_NONE: in itself
    struct data_file *prefills; // of each region
    const struct products *products;
};

// Reads the image of every domain, the programs that are to be spawned, and what regions hold from
// the start. Errors are reported at
// the line that names the program. A program is searched beside the description, in each
// --search-path, and among the build's programs.
bool programs_load(struct arena *a, const struct options *o, const struct products *p,
                   const struct system *s, struct program_set *out, struct diag *d);

// What its note tells (enum kaal_program_flag of kaal/note.h); 0 without one.
uint32_t program_flags(const struct program *p);

// How many bytes of the file run, and a copy of them with the section headers' fields cleared.
size_t elf_squeezed_size(const struct elf *elf);
struct bytes elf_squeeze(struct arena *a, const struct elf *elf);
