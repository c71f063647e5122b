// SPDX-License-Identifier: BSD-2-Clause
//
// Reader of static AArch64 executables: ELF64, little-endian, ET_EXEC, nothing dynamic.
//
// A file is input, whoever built it. elf_parse() checks everything that the accessors rely on,
// once:
//
//    data                                                          data + size
//     |ehdr|phdr phdr ..|   |## LOAD ##|   |## LOAD ##|  |symtab|strtab|
//                             file range of each header lies inside the file
//
//    lo                                                     hi
//     |### filesz ###|zeros|      |### filesz ###|zeros|          ascending, no overlap, no wrap
//
// The reader keeps pointers into `data` and copies nothing: the caller keeps the bytes unchanged
// for as long as it uses the struct. `data` needs no alignment.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum elf_err {
    ELF_OK,
    ELF_SHORT,       // smaller than an ELF header
    ELF_MAGIC,       // not an ELF file
    ELF_CLASS,       // 32-bit
    ELF_BIG_ENDIAN,  // big-endian
    ELF_VERSION,     // not version 1
    ELF_MACHINE,     // of another machine: elf.machine, elf_machine_name()
    ELF_SHARED,      // ET_DYN: position-independent or a shared object
    ELF_RELOCATABLE, // ET_REL: an object file
    ELF_TYPE,        // some other type
    ELF_PHDR_SIZE,   // program headers of an unexpected size
    ELF_PHDR_TABLE,  // program header table outside the file
    ELF_INTERP,      // wants a dynamic linker
    ELF_DYNAMIC,     // has dynamic linking data
    ELF_SEG_FILE,    // segment's bytes lie outside the file
    ELF_SEG_SIZE,    // filesz above memsz
    ELF_SEG_ALIGN,   // p_align is no power of two
    ELF_SEG_PAGE,    // address and file offset differ within the page
    ELF_SEG_WRAP,    // segment wraps around the end of the address space
    ELF_SEG_RANGE,   // segment outside the range of addresses that the caller allows
    ELF_SEG_ORDER,   // segments not in ascending order of addresses
    ELF_SEG_OVERLAP, // two segments share addresses
    ELF_TOO_LARGE,   // from the first to the last address is more than the caller allows
    ELF_EMPTY,       // nothing to load
    ELF_ENTRY,       // entry point in no executable segment
    ELF_ERR_COUNT,
};

enum elf_segment_type {
    ELF_PT_NULL = 0,
    ELF_PT_LOAD = 1,
    ELF_PT_DYNAMIC = 2,
    ELF_PT_INTERP = 3,
    ELF_PT_NOTE = 4,
    ELF_PT_TLS = 7,
};

enum elf_segment_flags {
    ELF_PF_X = 1,
    ELF_PF_W = 2,
    ELF_PF_R = 4,
};

enum elf_machine {
    ELF_EM_AARCH64 = 183,
};

// What the caller demands beyond a well-formed file. Zero in a field: no demand.
struct elf_rules {
    uint64_t vaddr_min; // no segment below
    uint64_t vaddr_end; // no segment byte at or above
    uint64_t span_max;  // bound on hi - lo
    uint64_t page;      // a power of two: vaddr ≡ file offset modulo this, where there are bytes
};

// One program header. For LOAD, NOTE and TLS, [offset, offset + filesz) lies inside the file;
// without bytes in the file the offset is 0, whatever the file says.
struct elf_segment {
    uint32_t type;
    uint32_t flags;
    uint64_t offset;
    uint64_t vaddr;
    uint64_t paddr;
    uint64_t filesz;
    uint64_t memsz;
    uint64_t align;
};

struct elf {
    const uint8_t *data;
    size_t size;
    uint64_t phoff;
    uint64_t entry;
    uint64_t lo; // lowest address of a LOAD segment
    uint64_t hi; // first address above the last one
    uint16_t phnum;
    uint16_t loads;   // LOAD segments with memsz > 0
    uint16_t machine; // as found, also after ELF_MACHINE
    uint16_t bad;     // index of the program header that an ELF_SEG_* error is about
    bool wx;          // some LOAD segment is writable and executable: the caller decides
};

struct elf_symbol {
    uint64_t value;
    uint64_t size;
    uint8_t type; // ELF_STT_*
};

enum elf_symbol_type {
    ELF_STT_NOTYPE = 0,
    ELF_STT_OBJECT = 1,
    ELF_STT_FUNC = 2,
};

// Checks `size` bytes at `data` and fills `elf`. `rules` may be NULL. After an error only
// elf->machine and elf->bad may be read.
enum elf_err elf_parse(struct elf *elf, const void *data, size_t size,
                       const struct elf_rules *rules);

// The cause, to follow "name: ", and what to do about it. Never NULL, also for unknown numbers.
const char *elf_strerror(enum elf_err err);
const char *elf_remedy(enum elf_err err);

// Name of an e_machine number ("x86-64"); "unknown machine" for the rest.
const char *elf_machine_name(uint16_t machine);

// Program header number `index` (< phnum).
struct elf_segment elf_segment(const struct elf *elf, unsigned index);

// The next LOAD segment with memsz > 0, ascending by address. *index is 0 at first and moves on.
bool elf_next_load(const struct elf *elf, unsigned *index, struct elf_segment *out);

// The first program header of a type.
bool elf_find_segment(const struct elf *elf, enum elf_segment_type type, struct elf_segment *out);

// The file bytes behind [vaddr, vaddr + len); NULL unless one segment's file part has them all.
const void *elf_bytes(const struct elf *elf, uint64_t vaddr, uint64_t len);

// The descriptor of the first note with this owner and type in a NOTE segment. The bytes may be
// unaligned.
bool elf_note(const struct elf *elf, const char *owner, uint32_t type, const void **desc,
              size_t *desc_size);

// A symbol by name from .symtab. False if there is none, if the file has no symbols, or if its
// section headers make no sense: they are not needed to run, so elf_parse() does not look at them.
bool elf_find_symbol(const struct elf *elf, const char *name, struct elf_symbol *out);
