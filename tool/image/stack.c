// SPDX-License-Identifier: BSD-2-Clause
//
//   functions[]   sorted by address, none overlaps the next; the last one, without code, stands
//                 for all whose address is used: a call through a pointer leads to it, and from it
//                 to each of them
//   edges[]       of each function, those from `first` on
//
// The search goes depth first with a stack of its own: the call graph is as deep as the file says.
#include "tool/stack.h"

#include "tool/arena.h"
#include "tool/program.h"

#include "lib/bits.h"

#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>

enum {
    REGISTERS = 32,
    SP = 31,
    WORD = 4,
    PATH_MAX_SHOWN = 64,
    NAME_MAX_SHOWN = 120,
    FUNCTIONS_MAX = 1 << 20,
};

#define NOBODY SIZE_MAX

enum state {
    NEW,
    BUSY,
    DONE,
};

struct function {
    uint64_t start;
    uint64_t end;
    const char *name;
    uint64_t frame;
    size_t first; // of its edges
    size_t edge_count;
    bool computed; // takes room of a size that it computes
    bool taken;    // its address is used
    // Of the search.
    enum state state;
    size_t visited; // edges
    uint64_t deepest;
    size_t next; // on the deepest way
    const char *reason;
};

struct finder {
    struct arena *arena;
    const struct program *program;
    struct function *functions;
    size_t count; // without the one behind the last
    size_t capacity;
    size_t *edges;
    size_t edge_count;
    size_t edge_capacity;
};

// --- symbols -----------------------------------------------------------------------------------

static void add_function(struct finder *f, const GElf_Sym *symbol, const char *name)
{
    bool code = GELF_ST_TYPE(symbol->st_info) == STT_FUNC;
    if (!code || symbol->st_shndx == SHN_UNDEF || name == NULL || f->count == FUNCTIONS_MAX ||
        symbol->st_value % WORD != 0) {
        return;
    }
    f->functions =
        arena_grow(f->arena, f->functions, f->count, &f->capacity, sizeof(*f->functions));
    f->functions[f->count++] = (struct function){
        .start = symbol->st_value,
        .end = symbol->st_value + symbol->st_size,
        .name = arena_copy(f->arena, name, strnlen(name, NAME_MAX_SHOWN)),
        .next = NOBODY,
    };
}

static void read_table(struct finder *f, Elf *elf, Elf_Scn *section, const GElf_Shdr *header)
{
    Elf_Data *data = elf_getdata(section, NULL);
    size_t entry = gelf_fsize(elf, ELF_T_SYM, 1, EV_CURRENT);
    size_t count = data == NULL || entry == 0 ? 0 : data->d_size / entry;
    for (size_t i = 0; i < count && i < INT32_MAX; i++) {
        GElf_Sym symbol;
        if (gelf_getsym(data, (int)i, &symbol) != NULL) {
            add_function(f, &symbol, elf_strptr(elf, header->sh_link, symbol.st_name));
        }
    }
}

static void read_symbols(struct finder *f, struct bytes file)
{
    char *copy = arena_alloc(f->arena, file.size + 1); // libelf wants to own it
    memcpy(copy, file.data, file.size);
    Elf *elf = elf_version(EV_CURRENT) == EV_NONE ? NULL : elf_memory(copy, file.size);
    Elf_Scn *section = NULL;
    while ((section = elf_nextscn(elf, section)) != NULL) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) != NULL && header.sh_type == SHT_SYMTAB) {
            read_table(f, elf, section, &header);
            break; // a linker writes one
        }
    }
    if (elf != NULL) {
        (void)elf_end(elf);
    }
}

static int by_start(const void *a, const void *b)
{
    const struct function *left = a;
    const struct function *right = b;
    if (left->start != right->start) {
        return left->start < right->start ? -1 : 1;
    }
    return strcmp(left->name, right->name);
}

// One name for each start; one that has no size, as in assembly, reaches to the next.
static void sort_functions(struct finder *f)
{
    size_t kept = 0;
    qsort(f->functions, f->count, sizeof(*f->functions), by_start);
    for (size_t i = 0; i < f->count; i++) {
        if (kept == 0 || f->functions[kept - 1].start != f->functions[i].start) {
            f->functions[kept++] = f->functions[i];
        }
    }
    f->count = kept;
    for (size_t i = 0; i + 1 < kept; i++) {
        struct function *this = &f->functions[i];
        uint64_t next = f->functions[i + 1].start;
        this->end = this->end <= this->start || this->end > next ? next : this->end;
    }
}

// The function that has `address`; NOBODY if none has.
static size_t function_at(const struct finder *f, uint64_t address)
{
    size_t low = 0;
    size_t high = f->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (f->functions[middle].start <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low != 0 && address < f->functions[low - 1].end ? low - 1 : NOBODY;
}

// The entry's address stands in the file's header, which may be among what is loaded.
static void take_address(struct finder *f, uint64_t address)
{
    size_t to = address == f->program->elf.entry ? NOBODY : function_at(f, address);
    if (to != NOBODY && f->functions[to].start == address) {
        f->functions[to].taken = true;
    }
}

// --- instructions ------------------------------------------------------------------------------
//
// Names are those of the Arm architecture's manual, C6.2.

static uint64_t sign_extended(uint64_t value, unsigned bits)
{
    uint64_t sign = UINT64_C(1) << (bits - 1);
    return (value ^ sign) - sign;
}

// Bytes by which the instruction moves the stack pointer down.
static uint64_t pushed(uint32_t word)
{
    if ((word & 0xff8003ff) == 0xd10003ff) { // SUB SP, SP, #imm
        return (uint64_t)(word >> 10 & 0xfff) << ((word >> 22 & 1) != 0 ? 12 : 0);
    }
    uint64_t scaled = sign_extended(word >> 15 & 0x7f, 7);
    uint64_t plain = sign_extended(word >> 12 & 0x1ff, 9);
    uint64_t moved = 0;
    switch (word & 0xffc003e0) {
    case 0xa98003e0: // STP Xt, Xt, [SP, #imm]!
    case 0x6d8003e0: // STP Dt, Dt
        moved = scaled * 8;
        break;
    case 0xad8003e0: // STP Qt, Qt
        moved = scaled * 16;
        break;
    default:
        switch (word & 0xffe00fe0) {
        case 0xf8000fe0: // STR Xt, [SP, #imm]!
        case 0xfc000fe0: // STR Dt
        case 0x3c800fe0: // STR Qt
            moved = plain;
            break;
        default:
            break;
        }
    }
    return (int64_t)moved < 0 ? -moved : 0;
}

static bool computes_frame(uint32_t word)
{
    return (word & 0xffe0001f) == 0xcb20001f; // SUB SP, Xn, Xm
}

// A table of a switch: the address of BR was just computed.
static bool is_jump_table(uint32_t before, uint32_t word)
{
    bool sum = (before & 0xff000000) == 0x8b000000; // ADD Xd, Xn, Xm
    return sum && (before & 0x1f) == (word >> 5 & 0x1f);
}

static bool calls_pointer(uint32_t before, uint32_t word)
{
    if ((word & 0xfffffc1f) == 0xd63f0000) { // BLR
        return true;
    }
    return (word & 0xfffffc1f) == 0xd61f0000 && !is_jump_table(before, word); // BR
}

static void add_edge(struct finder *f, struct function *from, size_t to)
{
    f->edges = arena_grow(f->arena, f->edges, f->edge_count, &f->edge_capacity, sizeof(*f->edges));
    f->edges[f->edge_count++] = to;
    from->edge_count++;
}

// BL and B. What jumps into the middle of another function is a part of it that lies elsewhere.
static void follow_branch(struct finder *f, struct function *from, uint64_t at, uint32_t word)
{
    bool link = (word & 0xfc000000) == 0x94000000;
    if (!link && (word & 0xfc000000) != 0x14000000) {
        return;
    }
    uint64_t target = at + sign_extended(word & 0x3ffffff, 26) * WORD;
    size_t to = function_at(f, target);
    bool inside = target >= from->start && target < from->end;
    if (to != NOBODY && f->functions[to].start == target && (link || !inside)) {
        add_edge(f, from, to);
    }
}

// ADRP with ADD, and ADR: addresses that the code makes. pages[]: what ADRP left in a register.
static void follow_address(struct finder *f, uint64_t *pages, uint64_t at, uint32_t word)
{
    uint64_t offset = sign_extended((uint64_t)(word >> 5 & 0x7ffff) << 2 | (word >> 29 & 3), 21);
    if ((word & 0x9f000000) == 0x90000000) {
        pages[word & 0x1f] = (at & ~UINT64_C(0xfff)) + (offset << 12);
    } else if ((word & 0x9f000000) == 0x10000000) {
        take_address(f, at + offset);
    } else if ((word & 0xffc00000) == 0x91000000 && pages[word >> 5 & 0x1f] != 0) {
        take_address(f, pages[word >> 5 & 0x1f] + (word >> 10 & 0xfff));
    }
}

static void read_function(struct finder *f, size_t index)
{
    struct function *this = &f->functions[index];
    uint64_t pages[REGISTERS] = {0};
    uint32_t before = 0;
    bool pointer = false;
    this->first = f->edge_count;
    uint64_t size = align_down(this->end - this->start, WORD);
    const uint8_t *code = elf_bytes(&f->program->elf, this->start, size);
    for (uint64_t at = 0; code != NULL && at < size; at += WORD) {
        uint32_t word = load_le32(code + at);
        this->frame += pushed(word);
        this->computed = this->computed || computes_frame(word);
        pointer = pointer || calls_pointer(before, word);
        follow_branch(f, this, this->start + at, word);
        follow_address(f, pages, this->start + at, word);
        before = word;
    }
    if (pointer) {
        add_edge(f, this, f->count);
    }
}

// Tables of functions, and constants beside the code.
static void read_words(struct finder *f)
{
    struct elf_segment s;
    unsigned index = 0;
    while (elf_next_load(&f->program->elf, &index, &s)) {
        uint64_t first = align_up(s.vaddr, sizeof(uint64_t));
        for (uint64_t at = first - s.vaddr; range_fits(at, sizeof(uint64_t), s.filesz);
             at += sizeof(uint64_t)) {
            take_address(f, load_le64(f->program->elf.data + s.offset + at));
        }
    }
}

// The one behind the last.
static void add_pointers(struct finder *f)
{
    f->functions =
        arena_grow(f->arena, f->functions, f->count, &f->capacity, sizeof(*f->functions));
    struct function *all = &f->functions[f->count];
    *all = (struct function){.name = "a call through a pointer", .first = f->edge_count};
    all->next = NOBODY;
    for (size_t i = 0; i < f->count; i++) {
        if (f->functions[i].taken) {
            add_edge(f, all, i);
        }
    }
}

// --- the search --------------------------------------------------------------------------------

static void finish(struct finder *f, struct function *this)
{
    uint64_t below = 0;
    if (this->computed) {
        this->reason = arena_printf(f->arena, "%s computes how much it takes", this->name);
    }
    for (size_t i = 0; i < this->edge_count; i++) {
        const struct function *to = &f->functions[f->edges[this->first + i]];
        if (to->state != DONE) {
            continue;
        }
        if (this->next == NOBODY || to->deepest > below) {
            below = to->deepest;
            this->next = (size_t)(to - f->functions);
        }
        this->reason = this->reason == NULL ? to->reason : this->reason;
    }
    this->deepest = this->frame + below;
    this->state = DONE;
}

static void search(struct finder *f, size_t start)
{
    size_t *way = arena_alloc(f->arena, (f->count + 1) * sizeof(*way));
    size_t depth = 0;
    way[depth++] = start;
    f->functions[start].state = BUSY;
    while (depth != 0) {
        struct function *this = &f->functions[way[depth - 1]];
        if (this->visited == this->edge_count) {
            finish(f, this);
            depth--;
            continue;
        }
        size_t to = f->edges[this->first + this->visited++];
        if (f->functions[to].state == NEW) {
            f->functions[to].state = BUSY;
            way[depth++] = to;
        } else if (f->functions[to].state == BUSY && this->reason == NULL) {
            this->reason = arena_printf(f->arena, "%s can come to itself again, by %s",
                                        f->functions[to].name, this->name);
        }
    }
}

static void set_path(struct finder *f, size_t start, struct stack_use *out)
{
    out->path = arena_alloc(f->arena, PATH_MAX_SHOWN * sizeof(*out->path));
    for (size_t i = start; i != NOBODY && out->path_length < PATH_MAX_SHOWN;
         i = f->functions[i].next) {
        if (i != f->count) {
            out->path[out->path_length++] = f->functions[i].name;
        }
    }
}

struct stack_use stack_use(struct arena *a, const struct program *program, struct bytes symbols)
{
    struct stack_use out = {.bound = STACK_UNKNOWN, .reason = "the program has no symbols"};
    struct finder f = {.arena = a, .program = program};
    read_symbols(&f, symbols);
    if (f.count == 0) {
        return out;
    }
    sort_functions(&f);
    size_t start = function_at(&f, program->elf.entry);
    if (start == NOBODY) {
        out.reason = "the program has no symbol at its entry";
        return out;
    }
    for (size_t i = 0; i < f.count; i++) {
        read_function(&f, i);
    }
    read_words(&f);
    add_pointers(&f);
    search(&f, start);
    set_path(&f, start, &out);
    out.bytes = f.functions[start].deepest;
    out.reason = f.functions[start].reason;
    out.bound = out.reason == NULL ? STACK_AT_MOST : STACK_AT_LEAST;
    return out;
}
