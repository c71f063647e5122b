// SPDX-License-Identifier: BSD-2-Clause
#include "lib/elf.h"

#include "lib/bits.h"
#include "lib/mem.h"

// Offsets in the file format (ELF-64 object file format, version 1.5).
enum {
    EHDR_SIZE = 64,
    EI_CLASS = 4,
    EI_DATA = 5,
    EI_VERSION = 6,
    E_TYPE = 16,
    E_MACHINE = 18,
    E_VERSION = 20,
    E_ENTRY = 24,
    E_PHOFF = 32,
    E_SHOFF = 40,
    E_PHENTSIZE = 54,
    E_PHNUM = 56,
    E_SHENTSIZE = 58,
    E_SHNUM = 60,

    PHDR_SIZE = 56,
    P_TYPE = 0,
    P_FLAGS = 4,
    P_OFFSET = 8,
    P_VADDR = 16,
    P_PADDR = 24,
    P_FILESZ = 32,
    P_MEMSZ = 40,
    P_ALIGN = 48,

    SHDR_SIZE = 64,
    SH_TYPE = 4,
    SH_OFFSET = 24,
    SH_SIZE = 32,
    SH_LINK = 40,

    SYM_SIZE = 24,
    ST_NAME = 0,
    ST_INFO = 4,
    ST_SHNDX = 6,
    ST_VALUE = 8,
    ST_SIZE = 16,

    NHDR_SIZE = 12,
};

enum {
    CLASS_64 = 2,
    DATA_LITTLE = 1,
    DATA_BIG = 2,
    TYPE_REL = 1,
    TYPE_EXEC = 2,
    TYPE_DYN = 3,
    SECTION_SYMTAB = 2,
    SECTION_STRTAB = 3,
};

struct elf_segment elf_segment(const struct elf *elf, unsigned index)
{
    const uint8_t *p = elf->data + elf->phoff + (size_t)index * PHDR_SIZE;
    const uint64_t filesz = load_le64(p + P_FILESZ);
    return (struct elf_segment){
        .type = load_le32(p + P_TYPE),
        .flags = load_le32(p + P_FLAGS),
        // Where no bytes lie means nothing, and may be behind the end of the file.
        .offset = filesz == 0 ? 0 : load_le64(p + P_OFFSET),
        .vaddr = load_le64(p + P_VADDR),
        .paddr = load_le64(p + P_PADDR),
        .filesz = filesz,
        .memsz = load_le64(p + P_MEMSZ),
        .align = load_le64(p + P_ALIGN),
    };
}

static enum elf_err check_type(uint16_t type)
{
    switch (type) {
    case TYPE_EXEC:
        return ELF_OK;
    case TYPE_DYN:
        return ELF_SHARED;
    case TYPE_REL:
        return ELF_RELOCATABLE;
    default:
        return ELF_TYPE;
    }
}

// The identification, in the order in which a wrong file is best explained.
static enum elf_err check_ident(struct elf *elf)
{
    const uint8_t *e = elf->data;
    if (elf->size < 4 || memcmp(e, "\177ELF", 4) != 0) {
        return ELF_MAGIC;
    }
    if (elf->size < EHDR_SIZE) {
        return ELF_SHORT;
    }
    if (e[EI_DATA] == DATA_BIG) {
        return ELF_BIG_ENDIAN;
    }
    elf->machine = load_le16(e + E_MACHINE);
    if (elf->machine != ELF_EM_AARCH64) {
        return ELF_MACHINE;
    }
    if (e[EI_CLASS] != CLASS_64) {
        return ELF_CLASS;
    }
    if (e[EI_DATA] != DATA_LITTLE || e[EI_VERSION] != 1 || load_le32(e + E_VERSION) != 1) {
        return ELF_VERSION;
    }
    return check_type(load_le16(e + E_TYPE));
}

static enum elf_err check_phdr_table(struct elf *elf)
{
    const uint8_t *e = elf->data;
    elf->entry = load_le64(e + E_ENTRY);
    elf->phoff = load_le64(e + E_PHOFF);
    elf->phnum = load_le16(e + E_PHNUM);
    if (elf->phnum == 0) {
        return ELF_EMPTY;
    }
    if (load_le16(e + E_PHENTSIZE) != PHDR_SIZE) {
        return ELF_PHDR_SIZE;
    }
    if (!range_fits(elf->phoff, (uint64_t)elf->phnum * PHDR_SIZE, elf->size)) {
        return ELF_PHDR_TABLE;
    }
    return ELF_OK;
}

// What one LOAD segment must satisfy by itself.
static enum elf_err check_load(const struct elf *elf, const struct elf_segment *s,
                               const struct elf_rules *rules)
{
    uint64_t end;
    if (s->filesz > s->memsz) {
        return ELF_SEG_SIZE;
    }
    if (!range_fits(s->offset, s->filesz, elf->size)) {
        return ELF_SEG_FILE;
    }
    if (s->align != 0 && !is_pow2(s->align)) {
        return ELF_SEG_ALIGN;
    }
    if (!add_checked(s->vaddr, s->memsz, &end) || !add_checked(s->paddr, s->memsz, &end)) {
        return ELF_SEG_WRAP;
    }
    if (rules->page != 0 && s->filesz != 0 && !is_aligned(s->vaddr - s->offset, rules->page)) {
        return ELF_SEG_PAGE;
    }
    if (s->vaddr < rules->vaddr_min ||
        (rules->vaddr_end != 0 && s->vaddr + s->memsz > rules->vaddr_end)) {
        return ELF_SEG_RANGE;
    }
    return ELF_OK;
}

// Why a segment that starts below the end of an earlier one is refused.
static enum elf_err misplaced(const struct elf *elf, const struct elf_segment *s)
{
    struct elf_segment earlier;
    for (unsigned i = 0; elf_next_load(elf, &i, &earlier) && i <= elf->bad;) {
        if (ranges_overlap(s->vaddr, s->memsz, earlier.vaddr, earlier.memsz)) {
            return ELF_SEG_OVERLAP;
        }
    }
    return ELF_SEG_ORDER;
}

// One more LOAD segment: it must lie above all before it.
static enum elf_err add_load(struct elf *elf, const struct elf_segment *s,
                             const struct elf_rules *rules)
{
    enum elf_err err = check_load(elf, s, rules);
    if (err != ELF_OK || s->memsz == 0) {
        return err;
    }
    if (elf->loads == 0) {
        elf->lo = s->vaddr;
    } else if (s->vaddr < elf->hi) {
        return misplaced(elf, s);
    }
    elf->hi = s->vaddr + s->memsz;
    elf->loads++;
    if (rules->span_max != 0 && elf->hi - elf->lo > rules->span_max) {
        return ELF_TOO_LARGE;
    }
    if ((s->flags & (ELF_PF_W | ELF_PF_X)) == (ELF_PF_W | ELF_PF_X)) {
        elf->wx = true;
    }
    return ELF_OK;
}

static enum elf_err check_segment(struct elf *elf, const struct elf_segment *s,
                                  const struct elf_rules *rules)
{
    switch (s->type) {
    case ELF_PT_INTERP:
        return ELF_INTERP;
    case ELF_PT_DYNAMIC:
        return ELF_DYNAMIC;
    case ELF_PT_LOAD:
        return add_load(elf, s, rules);
    case ELF_PT_NOTE:
    case ELF_PT_TLS:
        return range_fits(s->offset, s->filesz, elf->size) ? ELF_OK : ELF_SEG_FILE;
    default:
        return ELF_OK;
    }
}

static enum elf_err check_entry(const struct elf *elf)
{
    struct elf_segment s;
    for (unsigned i = 0; elf_next_load(elf, &i, &s);) {
        if ((s.flags & ELF_PF_X) != 0 && elf->entry - s.vaddr < s.memsz) {
            return ELF_OK;
        }
    }
    return ELF_ENTRY;
}

enum elf_err elf_parse(struct elf *elf, const void *data, size_t size,
                       const struct elf_rules *rules)
{
    static const struct elf_rules no_rules;
    *elf = (struct elf){.data = data, .size = size};
    enum elf_err err = check_ident(elf);
    if (err == ELF_OK) {
        err = check_phdr_table(elf);
    }
    for (unsigned i = 0; err == ELF_OK && i < elf->phnum; i++) {
        struct elf_segment s = elf_segment(elf, i);
        elf->bad = (uint16_t)i;
        err = check_segment(elf, &s, rules != NULL ? rules : &no_rules);
    }
    if (err == ELF_OK && elf->loads == 0) {
        err = ELF_EMPTY;
    }
    return err == ELF_OK ? check_entry(elf) : err;
}

bool elf_next_load(const struct elf *elf, unsigned *index, struct elf_segment *out)
{
    while (*index < elf->phnum) {
        *out = elf_segment(elf, (*index)++);
        if (out->type == ELF_PT_LOAD && out->memsz != 0) {
            return true;
        }
    }
    return false;
}

bool elf_find_segment(const struct elf *elf, enum elf_segment_type type, struct elf_segment *out)
{
    for (unsigned i = 0; i < elf->phnum; i++) {
        *out = elf_segment(elf, i);
        if (out->type == (uint32_t)type) {
            return true;
        }
    }
    return false;
}

const void *elf_bytes(const struct elf *elf, uint64_t vaddr, uint64_t len)
{
    struct elf_segment s;
    for (unsigned i = 0; elf_next_load(elf, &i, &s);) {
        if (vaddr >= s.vaddr && range_fits(vaddr - s.vaddr, len, s.filesz)) {
            return elf->data + s.offset + (vaddr - s.vaddr);
        }
    }
    return NULL;
}

// --- notes -------------------------------------------------------------------------------------
//
//    |namesz|descsz|type|name ..0 pad4|desc .. pad4|  next note

// Looks at the note at *at of `size` bytes at p and moves *at behind it; false at the end or at a
// note that does not fit.
static bool note_next(const uint8_t *p, uint64_t size, uint64_t *at, uint64_t *name, uint64_t *desc)
{
    if (!range_fits(*at, NHDR_SIZE, size)) {
        return false;
    }
    uint64_t namesz = load_le32(p + *at);
    uint64_t descsz = load_le32(p + *at + 4);
    *name = *at + NHDR_SIZE;
    *desc = *name + align_up(namesz, 4);
    *at = *desc + align_up(descsz, 4);
    // Sums of 32-bit sizes: they cannot wrap 64 bits. The last padding may be missing.
    return range_fits(*desc, descsz, size);
}

static bool note_in(const uint8_t *p, uint64_t size, const char *owner, uint32_t type,
                    const void **desc, size_t *desc_size)
{
    size_t owner_size = strlen(owner) + 1;
    uint64_t note = 0;
    uint64_t next = 0;
    uint64_t name_at;
    uint64_t desc_at;
    for (; note_next(p, size, &next, &name_at, &desc_at); note = next) {
        if (load_le32(p + note) == owner_size && load_le32(p + note + 8) == type &&
            memcmp(p + name_at, owner, owner_size) == 0) {
            *desc = p + desc_at;
            *desc_size = load_le32(p + note + 4);
            return true;
        }
    }
    return false;
}

bool elf_note(const struct elf *elf, const char *owner, uint32_t type, const void **desc,
              size_t *desc_size)
{
    for (unsigned i = 0; i < elf->phnum; i++) {
        struct elf_segment s = elf_segment(elf, i);
        if (s.type == ELF_PT_NOTE &&
            note_in(elf->data + s.offset, s.filesz, owner, type, desc, desc_size)) {
            return true;
        }
    }
    return false;
}

// --- symbols -----------------------------------------------------------------------------------

struct section {
    uint32_t type;
    uint32_t link;
    uint64_t offset;
    uint64_t size;
};

// Section `index`, if it and its bytes lie inside the file.
static bool section_at(const struct elf *elf, unsigned index, struct section *out)
{
    uint64_t shoff = load_le64(elf->data + E_SHOFF);
    if (load_le16(elf->data + E_SHENTSIZE) != SHDR_SIZE ||
        index >= load_le16(elf->data + E_SHNUM) || shoff > elf->size ||
        !range_fits((uint64_t)index * SHDR_SIZE, SHDR_SIZE, elf->size - shoff)) {
        return false;
    }
    const uint8_t *p = elf->data + shoff + (size_t)index * SHDR_SIZE;
    *out = (struct section){
        .type = load_le32(p + SH_TYPE),
        .link = load_le32(p + SH_LINK),
        .offset = load_le64(p + SH_OFFSET),
        .size = load_le64(p + SH_SIZE),
    };
    return range_fits(out->offset, out->size, elf->size);
}

// Does the string at `at` of the string table equal `name`?
static bool name_is(const struct elf *elf, const struct section *strings, uint32_t at,
                    const char *name, size_t name_len)
{
    // +1: with the terminator, which so need not be looked for.
    return range_fits(at, name_len + 1, strings->size) &&
           memcmp(elf->data + strings->offset + at, name, name_len + 1) == 0;
}

static bool symbol_in(const struct elf *elf, const struct section *table,
                      const struct section *strings, const char *name, struct elf_symbol *out)
{
    size_t name_len = strlen(name);
    for (uint64_t at = 0; range_fits(at, SYM_SIZE, table->size); at += SYM_SIZE) {
        const uint8_t *p = elf->data + table->offset + at;
        // Section 0: the symbol is only referred to here.
        if (load_le16(p + ST_SHNDX) != 0 &&
            name_is(elf, strings, load_le32(p + ST_NAME), name, name_len)) {
            *out = (struct elf_symbol){
                .value = load_le64(p + ST_VALUE),
                .size = load_le64(p + ST_SIZE),
                .type = p[ST_INFO] & 0xf,
            };
            return true;
        }
    }
    return false;
}

bool elf_find_symbol(const struct elf *elf, const char *name, struct elf_symbol *out)
{
    unsigned count = load_le16(elf->data + E_SHNUM);
    for (unsigned i = 0; i < count; i++) {
        struct section table;
        struct section strings;
        if (section_at(elf, i, &table) && table.type == SECTION_SYMTAB &&
            section_at(elf, table.link, &strings) && strings.type == SECTION_STRTAB &&
            symbol_in(elf, &table, &strings, name, out)) {
            return true;
        }
    }
    return false;
}
