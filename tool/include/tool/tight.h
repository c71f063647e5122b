// SPDX-License-Identifier: BSD-2-Clause
//
// Programs in as few bytes as will do:
//
//    segment    |text......0000000000000000constants|data00000000000000|      bss |
//    file       |headers|text......|constants|data|
//
// A segment becomes several where it has long runs of zeros, which are memory without bytes then;
// no offset agrees with an address. Only what is loaded stays.
#pragma once

#include "tool/file.h"

#include "lib/elf.h"

struct arena;
struct tight;

struct tight *tight_open(struct arena *a, uint64_t entry);

// Segments, in ascending order of their addresses; `data` are the bytes that they have in the file.
void tight_add(struct tight *t, const struct elf_segment *seg, const uint8_t *data);

// All that the program has.
void tight_add_all(struct tight *t, const struct elf *elf);

struct bytes tight_finish(struct tight *t);
