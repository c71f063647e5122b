// SPDX-License-Identifier: BSD-2-Clause
#include "tool/symbols.h"

#include "tool/arena.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <gelf.h>
#include <libelf.h>
#include <string.h>

enum {
    SCOPES_MAX = 64,
    CHILDREN_MAX = 1 << 20,
};

struct symbols {
    Elf *elf;     // NULL: not readable
    Dwarf *dwarf; // NULL: no debug information
    char *image;  // libelf's own copy
    const char *reason;
};

struct symbols *symbols_open(struct arena *a, struct bytes file)
{
    struct symbols *s = arena_alloc(a, sizeof(*s));
    s->image = arena_alloc(a, file.size + 1);
    memcpy(s->image, file.data, file.size);
    if (elf_version(EV_CURRENT) == EV_NONE) {
        s->reason = "libelf is of another version";
        return s;
    }
    s->elf = elf_memory(s->image, file.size);
    if (s->elf == NULL || elf_kind(s->elf) != ELF_K_ELF) {
        s->reason = "not an ELF file";
        return s;
    }
    s->dwarf = dwarf_begin_elf(s->elf, DWARF_C_READ, NULL);
    if (s->dwarf == NULL) {
        s->reason = "no debug information";
    }
    return s;
}

void symbols_close(struct symbols *s)
{
    if (s->dwarf != NULL) {
        (void)dwarf_end(s->dwarf);
    }
    if (s->elf != NULL) {
        (void)elf_end(s->elf);
    }
    *s = (struct symbols){.reason = "closed"};
}

// --- debug information ---------------------------------------------------------------------------

// The build maps the source tree to ".", and with clang the folder that it runs in stands before
// that: "build/./user/sdk/loop.c" is user/sdk/loop.c.
static const char *plain_path(struct arena *a, const char *path)
{
    if (path == NULL) {
        return NULL;
    }
    const char *inner = strstr(path, "/./");
    if (inner != NULL) {
        return arena_string(a, inner + 3);
    }
    return arena_string(a, strncmp(path, "./", 2) == 0 ? path + 2 : path);
}

static bool find_unit(Dwarf *dwarf, uint64_t address, Dwarf_Die *unit)
{
    Dwarf_CU *cu = NULL;
    uint8_t type = 0;
    while (dwarf_get_units(dwarf, cu, &cu, NULL, &type, unit, NULL) == 0) {
        if (dwarf_haspc(unit, address) > 0) {
            return true;
        }
    }
    return false;
}

static void set_line(struct arena *a, Dwarf_Die *unit, uint64_t address, struct symbol_frame *out)
{
    Dwarf_Line *line = dwarf_getsrc_die(unit, address);
    int number = 0;
    if (line != NULL && dwarf_lineno(line, &number) == 0 && number > 0) {
        out->file = plain_path(a, dwarf_linesrc(line, NULL, NULL));
        out->line = (unsigned)number;
    }
}

// Where the inlined function `die` was called.
static void set_call(struct arena *a, Dwarf_Die *unit, Dwarf_Die *die, struct symbol_frame *out)
{
    Dwarf_Attribute attribute;
    Dwarf_Word file = 0;
    Dwarf_Word line = 0;
    Dwarf_Files *files = NULL;
    size_t count = 0;
    if (dwarf_formudata(dwarf_attr(die, DW_AT_call_line, &attribute), &line) == 0) {
        out->line = line <= UINT32_MAX ? (unsigned)line : 0;
    }
    if (dwarf_formudata(dwarf_attr(die, DW_AT_call_file, &attribute), &file) == 0 &&
        dwarf_getsrcfiles(unit, &files, &count) == 0 && file < count) {
        out->file = plain_path(a, dwarf_filesrc(files, file, NULL, NULL));
    }
}

// The child of `die` that has the address. A file may be made so that there is no end of children.
static bool find_child(Dwarf_Die *die, uint64_t address, Dwarf_Die *child)
{
    if (dwarf_child(die, child) != 0) {
        return false;
    }
    for (unsigned i = 0; i < CHILDREN_MAX; i++) {
        if (dwarf_haspc(child, address) > 0) {
            return true;
        }
        Dwarf_Die next;
        if (dwarf_siblingof(child, &next) != 0) {
            return false;
        }
        *child = next;
    }
    return false;
}

// Adds `die` as the next frame outwards, if it is a function. True if it is the one that is really
// there.
static bool add_frame(struct arena *a, Dwarf_Die *unit, Dwarf_Die *die, struct symbol_place *out)
{
    int tag = dwarf_tag(die);
    if ((tag != DW_TAG_subprogram && tag != DW_TAG_inlined_subroutine) ||
        out->count == SYMBOLS_FRAMES_MAX) {
        return false;
    }
    const char *name = dwarf_diename(die);
    out->frames[out->count++].function = arena_string(a, name == NULL ? "?" : name);
    if (tag == DW_TAG_inlined_subroutine) {
        if (out->count < SYMBOLS_FRAMES_MAX) {
            set_call(a, unit, die, &out->frames[out->count]);
        }
        return false;
    }
    Dwarf_Addr start = 0;
    out->start = dwarf_lowpc(die, &start) == 0 ? start : 0;
    return true;
}

// scopes[0] is the unit, each lies in the one before: functions, inlined functions and blocks.
static void find_in_dwarf(struct symbols *s, struct arena *a, uint64_t address,
                          struct symbol_place *out)
{
    Dwarf_Die scopes[SCOPES_MAX];
    size_t count = 1;
    if (s->dwarf == NULL || !find_unit(s->dwarf, address, &scopes[0])) {
        return;
    }
    while (count < SCOPES_MAX && find_child(&scopes[count - 1], address, &scopes[count])) {
        count++;
    }
    set_line(a, &scopes[0], address, &out->frames[0]);
    while (count > 1 && !add_frame(a, &scopes[0], &scopes[count - 1], out)) {
        count--;
    }
}

// --- symbols -------------------------------------------------------------------------------------

struct symbol_search {
    uint64_t address;
    uint64_t start;
    const char *name; // NULL: none so far
};

static void search_table(Elf *elf, Elf_Scn *section, const GElf_Shdr *header,
                         struct symbol_search *search)
{
    Elf_Data *data = elf_getdata(section, NULL);
    size_t count = data == NULL || header->sh_entsize == 0 ? 0 : data->d_size / header->sh_entsize;
    for (size_t i = 0; i < count && i < INT32_MAX; i++) {
        GElf_Sym symbol;
        if (gelf_getsym(data, (int)i, &symbol) == NULL ||
            GELF_ST_TYPE(symbol.st_info) != STT_FUNC || search->address < symbol.st_value ||
            search->address - symbol.st_value >= symbol.st_size) {
            continue;
        }
        search->name = elf_strptr(elf, header->sh_link, symbol.st_name);
        search->start = symbol.st_value;
    }
}

static void find_in_symbols(struct symbols *s, struct arena *a, uint64_t address,
                            struct symbol_place *out)
{
    struct symbol_search search = {.address = address};
    Elf_Scn *section = NULL;
    while ((section = elf_nextscn(s->elf, section)) != NULL) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) != NULL && header.sh_type == SHT_SYMTAB) {
            search_table(s->elf, section, &header, &search);
        }
    }
    if (search.name != NULL) {
        out->frames[0].function = arena_string(a, search.name);
        out->start = search.start;
        out->count = 1;
    }
}

void symbols_find(struct symbols *s, struct arena *a, uint64_t address, struct symbol_place *out)
{
    *out = (struct symbol_place){.reason = s->reason};
    if (s->elf == NULL) {
        return;
    }
    find_in_dwarf(s, a, address, out);
    if (out->count == 0) {
        // Assembly has lines, but no functions.
        find_in_symbols(s, a, address, out);
    }
    if (out->count == 0 && out->reason == NULL) {
        out->reason = "no function there";
    }
}
