// SPDX-License-Identifier: BSD-2-Clause
#include "elf_maker.h"

#include <kaal/note.h>

#include <elf.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 4096, NOTE_AT = 0x180, SYMBOLS_MAX = 64, NAMES_MAX = 2048 };

static size_t page_up(size_t size)
{
    return (size + PAGE - 1) / PAGE * PAGE;
}

static size_t notes_size(const struct elf_maker *m)
{
    return sizeof(struct kaal_note) + (m->flags != 0 ? sizeof(struct kaal_program_note) : 0);
}

static void put_notes(const struct elf_maker *m, uint8_t *out)
{
    struct kaal_note note = {
        .owner_size = sizeof(KAAL_NOTE_OWNER),
        .size = KAAL_CONFIG_SIZE,
        .type = KAAL_NOTE_CONFIG,
        .owner = KAAL_NOTE_OWNER,
    };
    const struct kaal_program_note program = {
        .owner_size = sizeof(KAAL_NOTE_OWNER),
        .size = sizeof(program.flags),
        .type = KAAL_NOTE_PROGRAM,
        .owner = KAAL_NOTE_OWNER,
        .flags = m->flags,
    };
    strncpy(note.config, m->config, sizeof(note.config) - 1);
    memcpy(out + NOTE_AT, &note, sizeof(note));
    memcpy(out + NOTE_AT + sizeof(note), &program, notes_size(m) - sizeof(note));
}

// Symbol and string table in the making.
struct symbols {
    Elf64_Sym items[SYMBOLS_MAX];
    size_t count;
    char names[NAMES_MAX];
    size_t names_size;
};

static void add_symbol(struct symbols *s, const char *name, uint64_t value, size_t size)
{
    size_t length = strlen(name) + 1;
    if (s->count == SYMBOLS_MAX || length > NAMES_MAX - s->names_size) {
        abort();
    }
    s->items[s->count++] = (Elf64_Sym){.st_name = (Elf64_Word)s->names_size,
                                       .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT),
                                       .st_shndx = SHN_ABS,
                                       .st_value = value,
                                       .st_size = size};
    memcpy(s->names + s->names_size, name, length);
    s->names_size += length;
}

static void list_symbols(const struct elf_maker *m, uint64_t data, struct symbols *s)
{
    size_t size = m->symbol_size != 0 ? m->symbol_size : 8;
    uint64_t at = data + ELF_MAKER_MORE;
    *s = (struct symbols){.count = 1, .names_size = 1};
    add_symbol(s, m->symbol, data, size);
    if (m->alias != NULL) {
        add_symbol(s, m->alias, data, size);
    }
    for (size_t i = 0; i < m->more_count; i++) {
        add_symbol(s, m->more[i].name, at, m->more[i].size);
        at += m->more[i].size;
    }
}

// Null section, symbol table, string table.
static size_t put_symbols(const struct elf_maker *m, uint8_t *out, size_t at, uint64_t data)
{
    static struct symbols s;
    list_symbols(m, data, &s);
    size_t size = s.count * sizeof(s.items[0]);
    size_t strings = at + size;
    size_t headers = (strings + s.names_size + 7) / 8 * 8;
    Elf64_Shdr shdrs[3] = {{0},
                           {.sh_type = SHT_SYMTAB,
                            .sh_offset = at,
                            .sh_size = size,
                            .sh_link = 2,
                            .sh_entsize = sizeof(s.items[0])},
                           {.sh_type = SHT_STRTAB, .sh_offset = strings, .sh_size = s.names_size}};
    memcpy(out + at, s.items, size);
    memcpy(out + strings, s.names, s.names_size);
    memcpy(out + headers, shdrs, sizeof(shdrs));
    Elf64_Ehdr ehdr;
    memcpy(&ehdr, out, sizeof(ehdr));
    ehdr.e_shoff = headers;
    ehdr.e_shnum = 3;
    memcpy(out, &ehdr, sizeof(ehdr));
    return headers + sizeof(shdrs);
}

static void put_headers(const struct elf_maker *m, uint8_t *out, size_t data_at)
{
    const Elf64_Phdr phdrs[] = {
        {.p_type = PT_LOAD,
         .p_flags = PF_R | PF_X,
         .p_vaddr = ELF_MAKER_BASE,
         .p_paddr = ELF_MAKER_BASE,
         .p_filesz = ELF_MAKER_HEAD + m->text_size,
         .p_memsz = ELF_MAKER_HEAD + m->text_size,
         .p_align = PAGE},
        {.p_type = m->data_size + m->bss_size != 0 ? PT_LOAD : PT_NULL,
         .p_flags = PF_R | PF_W,
         .p_offset = data_at,
         .p_vaddr = ELF_MAKER_BASE + data_at,
         .p_paddr = ELF_MAKER_BASE + data_at,
         .p_filesz = m->data_size,
         .p_memsz = m->data_size + m->bss_size,
         .p_align = PAGE},
        {.p_type = m->config != NULL ? PT_NOTE : PT_NULL,
         .p_flags = PF_R,
         .p_offset = NOTE_AT,
         .p_vaddr = ELF_MAKER_BASE + NOTE_AT,
         .p_filesz = notes_size(m),
         .p_memsz = notes_size(m),
         .p_align = 4},
    };
    const Elf64_Ehdr ehdr = {
        .e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_EXEC,
        .e_machine = EM_AARCH64,
        .e_version = EV_CURRENT,
        .e_entry = ELF_MAKER_BASE + ELF_MAKER_HEAD,
        .e_phoff = sizeof(ehdr),
        .e_ehsize = sizeof(ehdr),
        .e_phentsize = sizeof(phdrs[0]),
        .e_phnum = sizeof(phdrs) / sizeof(phdrs[0]),
        .e_shentsize = sizeof(Elf64_Shdr),
    };
    memcpy(out, &ehdr, sizeof(ehdr));
    memcpy(out + sizeof(ehdr), phdrs, sizeof(phdrs));
}

size_t elf_make(const struct elf_maker *m, uint8_t *out)
{
    size_t text_end = ELF_MAKER_HEAD + m->text_size;
    size_t data_at = page_up(text_end);
    size_t end = m->data_size != 0 ? data_at + m->data_size : text_end;
    memset(out, 0, ELF_MAKER_MAX);
    memset(out + ELF_MAKER_HEAD, m->fill, m->text_size);
    memset(out + data_at, m->fill, m->data_size);
    put_headers(m, out, data_at);
    if (m->config != NULL) {
        put_notes(m, out);
    }
    if (m->symbol != NULL) {
        end = put_symbols(m, out, (end + 7) / 8 * 8, ELF_MAKER_BASE + data_at);
    }
    return end;
}
