// SPDX-License-Identifier: BSD-2-Clause
//
// Writes what a packed system holds of a host program: an ELF file as the target's programs are,
// with an escape for text (kaal/mock.h).
//
//    0x0000  ELF header, program headers
//    0x1000  text: struct kaal_mock_program      R-X  at TEXT
//    0x2000  constants: the notes                R--  at TEXT + 0x1000
//    0x3000  data: kaal_image_address            RW-  at TEXT + 0x2000; a component has no bytes
//    0x4000  section headers, symbols: for the tool, which looks for kaal_image_address
#include <kaal/image.h>
#include <kaal/mock.h>
#include <kaal/note.h>

#include <elf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PAGE = 0x1000,
    TEXT_AT = PAGE,
    NOTE_AT = 2 * PAGE,
    DATA_AT = 3 * PAGE,
    SECTIONS_AT = 4 * PAGE,
    SYMBOLS_AT = SECTIONS_AT + 0x200,
    STRINGS_AT = SECTIONS_AT + 0x300,
    SIZE = 5 * PAGE,
    SEGMENTS = 4,
    SECTIONS = 3,
    WORD = 8,
    NOTES = sizeof(struct kaal_note) + sizeof(struct kaal_program_note),
};

static uint8_t file[SIZE];

static void put(size_t at, const void *bytes, size_t size)
{
    memcpy(file + at, bytes, size);
}

static Elf64_Phdr segment(uint32_t type, uint32_t flags, uint64_t at, uint64_t address,
                          uint64_t size)
{
    return (Elf64_Phdr){
        .p_type = type,
        .p_flags = flags,
        .p_offset = at,
        .p_vaddr = address,
        .p_paddr = address,
        .p_filesz = size,
        .p_memsz = size,
        .p_align = type == PT_LOAD ? PAGE : 4,
    };
}

static void put_headers(uint64_t text, bool root)
{
    Elf64_Phdr segments[SEGMENTS] = {
        segment(PT_LOAD, PF_R | PF_X, TEXT_AT, text, sizeof(struct kaal_mock_program)),
        segment(PT_LOAD, PF_R, NOTE_AT, text + PAGE, NOTES),
        segment(PT_LOAD, PF_R | PF_W, DATA_AT, text + UINT64_C(2) * PAGE, WORD),
        segment(PT_NOTE, PF_R, NOTE_AT, text + PAGE, NOTES),
    };
    const Elf64_Ehdr header = {
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_EXEC,
        .e_machine = EM_AARCH64,
        .e_version = EV_CURRENT,
        .e_entry = text,
        .e_phoff = sizeof(header),
        .e_shoff = SECTIONS_AT,
        .e_ehsize = sizeof(header),
        .e_phentsize = sizeof(Elf64_Phdr),
        .e_phnum = SEGMENTS,
        .e_shentsize = sizeof(Elf64_Shdr),
        .e_shnum = SECTIONS,
    };
    segments[2].p_filesz = root ? WORD : 0;
    put(0, &header, sizeof(header));
    put(sizeof(header), segments, sizeof(segments));
}

static void put_symbols(uint64_t text)
{
    static const char strings[] = "\0" KAAL_IMAGE_SYMBOL;
    const Elf64_Sym symbols[] = {
        {0},
        {.st_name = 1,
         .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT),
         .st_shndx = SHN_ABS,
         .st_value = text + UINT64_C(2) * PAGE,
         .st_size = WORD},
    };
    const Elf64_Shdr sections[SECTIONS] = {
        {0},
        {.sh_type = SHT_SYMTAB,
         .sh_offset = SYMBOLS_AT,
         .sh_size = sizeof(symbols),
         .sh_link = 2,
         .sh_info = 1,
         .sh_entsize = sizeof(Elf64_Sym),
         .sh_addralign = WORD},
        {.sh_type = SHT_STRTAB,
         .sh_offset = STRINGS_AT,
         .sh_size = sizeof(strings),
         .sh_addralign = 1},
    };
    put(SECTIONS_AT, sections, sizeof(sections));
    put(SYMBOLS_AT, symbols, sizeof(symbols));
    put(STRINGS_AT, strings, sizeof(strings));
}

// A new process has clean data, whatever there was before.
static bool put_content(const char *name, const char *config, bool root)
{
    const struct kaal_program_note about = {
        .owner_size = sizeof(KAAL_NOTE_OWNER),
        .size = sizeof(uint32_t),
        .type = KAAL_NOTE_PROGRAM,
        .owner = KAAL_NOTE_OWNER,
        .flags = root ? 0 : KAAL_PROGRAM_STARTS_CLEAN,
    };
    struct kaal_mock_program program = {KAAL_MOCK_ESCAPE, KAAL_MOCK_VERSION, ""};
    struct kaal_note note = {
        .owner_size = sizeof(KAAL_NOTE_OWNER),
        .size = KAAL_CONFIG_SIZE,
        .type = KAAL_NOTE_CONFIG,
        .owner = KAAL_NOTE_OWNER,
    };
    if (strlen(name) >= sizeof(program.name) || strlen(config) >= sizeof(note.config)) {
        return false;
    }
    memcpy(program.name, name, strlen(name));
    memcpy(note.config, config, strlen(config));
    put(TEXT_AT, &program, sizeof(program));
    put(NOTE_AT, &note, sizeof(note));
    put(NOTE_AT + sizeof(note), &about, sizeof(about));
    return true;
}

int main(int argc, char **argv)
{
    if (argc != 5 || (strcmp(argv[1], "root") != 0 && strcmp(argv[1], "component") != 0)) {
        fputs("usage: kaal-mock-stub root|component NAME CONFIGURATION FILE\n", stderr);
        return EXIT_FAILURE;
    }
    const bool root = strcmp(argv[1], "root") == 0;
    const uint64_t text = root ? KAAL_MOCK_ROOT_TEXT : KAAL_MOCK_COMPONENT_TEXT;
    if (!put_content(argv[2], argv[3], root)) {
        fprintf(stderr, "kaal-mock-stub: %s or %s: too long a name\n", argv[2], argv[3]);
        return EXIT_FAILURE;
    }
    put_headers(text, root);
    put_symbols(text);
    FILE *out = fopen(argv[4], "wbe");
    if (out == NULL || fwrite(file, 1, sizeof(file), out) != sizeof(file) || fclose(out) != 0) {
        perror(argv[4]);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}

_Static_assert(KAAL_MOCK_ROOT_DATA == KAAL_MOCK_ROOT_TEXT + 2 * PAGE, "where the data lies");
