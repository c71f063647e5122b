// SPDX-License-Identifier: BSD-2-Clause
//
// Builds ELF files byte by byte, right ones to be spoiled by tests and to seed the fuzzer.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Layout of what elf_make() writes: header, three program headers (text, data, note), their bytes,
// then .symtab and .strtab with the symbol "marker" at the data segment's start.
enum {
    MAKE_SIZE = 0x3400,
    MAKE_PHOFF = 64,
    MAKE_PHDR_SIZE = 56,
    MAKE_TEXT = 0x400000,
    MAKE_TEXT_OFFSET = 0x1000,
    MAKE_TEXT_SIZE = 0x234,
    MAKE_DATA = 0x401000,
    MAKE_DATA_OFFSET = 0x2000,
    MAKE_DATA_SIZE = 0x100,
    MAKE_DATA_MEMSZ = 0x5000,
    MAKE_NOTE_OFFSET = 0x1100,
    MAKE_SYMTAB_OFFSET = 0x3000,
    MAKE_STRTAB_OFFSET = 0x3100,
    MAKE_SHOFF = 0x3200,
};

// Field offsets inside a program header, for spoiling.
enum {
    MAKE_P_TYPE = 0,
    MAKE_P_FLAGS = 4,
    MAKE_P_OFFSET = 8,
    MAKE_P_VADDR = 16,
    MAKE_P_FILESZ = 32,
    MAKE_P_MEMSZ = 40,
    MAKE_P_ALIGN = 48,
};

void elf_make(uint8_t file[MAKE_SIZE]);

// Overwrites a field of program header `index`.
void elf_make_set(uint8_t *file, unsigned index, size_t field, uint64_t value);
