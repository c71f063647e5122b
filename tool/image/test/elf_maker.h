// SPDX-License-Identifier: BSD-2-Clause
//
// Small ELF files for tests: text, data with 64 bits that a symbol names, KaaL notes, and section
// headers with a symbol table.
//
//   0x200000  R-X  ehdr, phdrs, note, `text_size` bytes      entry 0x200000 + ELF_MAKER_HEAD
//   next page RW-  `data_size` bytes, `bss_size` zeros; `symbol` and `alias` at its start, `more`
//                  one after another from ELF_MAKER_MORE on
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
    ELF_MAKER_BASE = 0x200000,
    ELF_MAKER_HEAD = 0x200, // headers and notes
    ELF_MAKER_MORE = 64,    // in data
    ELF_MAKER_MAX = 256 * 1024,
};

struct elf_maker_symbol {
    const char *name;
    size_t size;
};

struct elf_maker {
    size_t text_size;
    size_t data_size; // 0 and no bss: no data segment; 0: it begins behind the end of the file
    size_t bss_size;
    const char *config;                  // of the note; NULL: no note
    uint32_t flags;                      // of the note about the program; 0: no such note
    const char *symbol;                  // of the first bytes of data; NULL: no symbol table
    size_t symbol_size;                  // 0: 8
    const char *alias;                   // a second symbol of the same bytes; NULL: none
    const struct elf_maker_symbol *more; // further ones, if there is `symbol`
    size_t more_count;
    uint8_t fill; // byte of text and data
};

// Writes at most ELF_MAKER_MAX bytes to `out`, returns how many.
size_t elf_make(const struct elf_maker *m, uint8_t *out);
