// SPDX-License-Identifier: BSD-2-Clause
//
// Symbols of a program that are filled in when it is packed:
//
//    program   |ehdr|phdr|.. text ..|.. data ..|          the bytes of .bss are not in the file
//    copy      |ehdr|phdr|.. text ..|.. data ..| pad |.. data, and .bss as far as it is filled in
//    ..|
//
// The copy runs as the program does; the segment that grew has moved behind the rest.
#pragma once

#include "tool/diag.h"
#include "tool/program.h"

struct arena;

struct setvar {
    const char *symbol;
    struct place at;   // to blame
    const void *value; // little-endian
    size_t size;       // that the symbol must have
    bool optional;     // nothing is wrong if there is no such symbol
};

// A copy of `program` with `count` symbols set. `symbols`: the file in which they are looked up; it
// has the addresses of `program`. False: reported.
bool setvar_apply(struct arena *a, const struct program *program, const struct program *symbols,
                  const struct setvar *vars, size_t count, struct program *out, struct diag *d);
