// SPDX-License-Identifier: BSD-2-Clause
#include "elf_make.h"

#include "lib/bits.h"
#include "lib/elf.h"

#include <string.h>

struct phdr {
    uint32_t type;
    uint32_t flags;
    uint64_t offset;
    uint64_t vaddr;
    uint64_t filesz;
    uint64_t memsz;
    uint64_t align;
};

static void put_phdr(uint8_t *file, unsigned index, const struct phdr *h)
{
    uint8_t *p = file + MAKE_PHOFF + (size_t)index * MAKE_PHDR_SIZE;
    store_le32(p, h->type);
    store_le32(p + 4, h->flags);
    store_le64(p + 8, h->offset);
    store_le64(p + 16, h->vaddr);
    store_le64(p + 24, h->vaddr);
    store_le64(p + 32, h->filesz);
    store_le64(p + 40, h->memsz);
    store_le64(p + 48, h->align);
}

static void put_section(uint8_t *file, unsigned index, uint32_t type, uint64_t offset,
                        uint64_t size, uint32_t link)
{
    uint8_t *p = file + MAKE_SHOFF + (size_t)index * 64;
    store_le32(p + 4, type);
    store_le64(p + 24, offset);
    store_le64(p + 32, size);
    store_le32(p + 40, link);
}

static void put_ehdr(uint8_t *file)
{
    memcpy(file, "\177ELF\2\1\1", 8);
    store_le16(file + 16, 2);   // ET_EXEC
    store_le16(file + 18, 183); // EM_AARCH64
    store_le32(file + 20, 1);
    store_le64(file + 24, MAKE_TEXT + 16);
    store_le64(file + 32, MAKE_PHOFF);
    store_le64(file + 40, MAKE_SHOFF);
    store_le16(file + 52, 64);
    store_le16(file + 54, MAKE_PHDR_SIZE);
    store_le16(file + 56, 3);
    store_le16(file + 58, 64);
    store_le16(file + 60, 3);
}

static void put_note(uint8_t *file)
{
    uint8_t *p = file + MAKE_NOTE_OFFSET;
    store_le32(p, 4); // another owner's first, to be passed over
    store_le32(p + 4, 2);
    store_le32(p + 8, 1);
    memcpy(p + 12, "GNU\0hi", 7);
    p += 20;
    store_le32(p, 5);
    store_le32(p + 4, 7);
    store_le32(p + 8, 9);
    memcpy(p + 12, "KaaL\0\0\0\0mcs-dbg", 16);
}

static void put_symbols(uint8_t *file)
{
    uint8_t *p = file + MAKE_SYMTAB_OFFSET + 24; // after the null symbol
    store_le32(p, 1);
    p[4] = 0x11; // global object
    store_le16(p + 6, 2);
    store_le64(p + 8, MAKE_DATA);
    store_le64(p + 16, 8);
    memcpy(file + MAKE_STRTAB_OFFSET, "\0marker", 8);
}

void elf_make(uint8_t file[MAKE_SIZE])
{
    memset(file, 0, MAKE_SIZE);
    put_ehdr(file);
    put_phdr(file, 0,
             &(struct phdr){ELF_PT_LOAD, ELF_PF_R | ELF_PF_X, MAKE_TEXT_OFFSET, MAKE_TEXT,
                            MAKE_TEXT_SIZE, MAKE_TEXT_SIZE, 0x1000});
    put_phdr(file, 1,
             &(struct phdr){ELF_PT_LOAD, ELF_PF_R | ELF_PF_W, MAKE_DATA_OFFSET, MAKE_DATA,
                            MAKE_DATA_SIZE, MAKE_DATA_MEMSZ, 0x1000});
    put_phdr(file, 2,
             &(struct phdr){ELF_PT_NOTE, ELF_PF_R, MAKE_NOTE_OFFSET, MAKE_TEXT + 0x100, 47, 47, 4});
    put_note(file);
    put_symbols(file);
    put_section(file, 1, 2, MAKE_SYMTAB_OFFSET, 48, 2);
    put_section(file, 2, 3, MAKE_STRTAB_OFFSET, 8, 0);
}

void elf_make_set(uint8_t *file, unsigned index, size_t field, uint64_t value)
{
    uint8_t *p = file + MAKE_PHOFF + (size_t)index * MAKE_PHDR_SIZE + field;
    if (field < MAKE_P_OFFSET) {
        store_le32(p, (uint32_t)value);
    } else {
        store_le64(p, value);
    }
}
