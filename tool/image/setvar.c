// SPDX-License-Identifier: BSD-2-Clause
#include "tool/setvar.h"

#include "tool/arena.h"
#include "tool/system.h"

#include "lib/bits.h"

#include <elf.h>
#include <string.h>

// Where a symbol is in the address space.
struct target {
    const struct setvar *var;
    uint64_t vaddr; // 0: nowhere
};

static bool find_target(struct arena *a, const struct program *symbols, const struct setvar *var,
                        struct target *out, struct diag *d)
{
    struct elf_symbol symbol;
    *out = (struct target){.var = var};
    if (!elf_find_symbol(&symbols->elf, var->symbol, &symbol)) {
        if (!var->optional) {
            diag_error(d, var->at,
                       "%s has no symbol `%s`, which is to be set; define a global variable of "
                       "that name, or correct the name",
                       symbols->path, var->symbol);
        }
        return var->optional;
    }
    if (symbol.size != var->size) {
        diag_error(d, var->at,
                   "the symbol `%s` of %s has %s bytes and is to be set to %zu; give it a type of "
                   "that size",
                   var->symbol, symbols->path,
                   arena_printf(a, "%llu", (unsigned long long)symbol.size), var->size);
        return false;
    }
    out->vaddr = symbol.value;
    return true;
}

// --- room for what has no bytes ----------------------------------------------------------------

// The program header whose memory holds the target; -1 if none does.
static int header_of(const struct elf *elf, const struct target *t)
{
    for (unsigned i = 0; i < elf->phnum; i++) {
        struct elf_segment seg = elf_segment(elf, i);
        if (seg.type == ELF_PT_LOAD && t->vaddr >= seg.vaddr &&
            range_fits(t->vaddr - seg.vaddr, t->var->size, seg.memsz)) {
            return (int)i;
        }
    }
    return -1;
}

// Bytes of a segment that must be in the file.
static uint64_t bytes_needed(const struct elf *elf, unsigned header, const struct target *targets,
                             size_t count)
{
    struct elf_segment seg = elf_segment(elf, header);
    uint64_t end = seg.filesz;
    for (size_t i = 0; i < count; i++) {
        if (targets[i].vaddr != 0 && header_of(elf, &targets[i]) == (int)header) {
            uint64_t after = targets[i].vaddr - seg.vaddr + targets[i].var->size;
            end = after > end ? after : end;
        }
    }
    return end;
}

// A file in the making.
struct copy {
    uint8_t *data;
    size_t size;
};

static void grow(struct arena *a, struct copy *c, size_t size)
{
    uint8_t *data = arena_alloc(a, size);
    memcpy(data, c->data, c->size);
    *c = (struct copy){data, size};
}

// Moves the bytes of a segment to the end of the file, zeroes behind them.
static void move_segment(struct arena *a, const struct elf *elf, unsigned header, uint64_t filesz,
                         struct copy *c)
{
    struct elf_segment seg = elf_segment(elf, header);
    uint64_t offset = align_up(c->size, SD_PAGE) + seg.vaddr % SD_PAGE;
    grow(a, c, offset + filesz);
    memcpy(c->data + offset, elf->data + seg.offset, seg.filesz);
    uint8_t *at = c->data + elf->phoff + header * sizeof(Elf64_Phdr);
    store_le64(at + offsetof(Elf64_Phdr, p_offset), offset);
    store_le64(at + offsetof(Elf64_Phdr, p_filesz), filesz);
}

// --- values ------------------------------------------------------------------------------------

static bool store_value(const struct elf *elf, uint8_t *data, const struct program *symbols,
                        const struct target *t, struct diag *d)
{
    const uint8_t *at = elf_bytes(elf, t->vaddr, t->var->size);
    if (at == NULL) {
        diag_error(d, t->var->at,
                   "the symbol `%s` of %s is at no address that the program has; give the file "
                   "with the program's own symbols",
                   t->var->symbol, symbols->path);
        return false;
    }
    memcpy(data + (at - elf->data), t->var->value, t->var->size);
    return true;
}

bool setvar_apply(struct arena *a, const struct program *program, const struct program *symbols,
                  const struct setvar *vars, size_t count, struct program *out, struct diag *d)
{
    const struct elf *elf = &program->elf;
    struct target *targets = arena_alloc(a, (count + 1) * sizeof(*targets));
    bool ok = true;
    for (size_t i = 0; i < count; i++) {
        ok = find_target(a, symbols, &vars[i], &targets[i], d) && ok;
    }
    struct bytes squeezed = elf_squeeze(a, elf);
    struct copy c = {arena_alloc(a, squeezed.size), squeezed.size};
    memcpy(c.data, squeezed.data, squeezed.size);
    for (unsigned i = 0; i < elf->phnum; i++) {
        if (elf_segment(elf, i).type == ELF_PT_LOAD) {
            uint64_t need = bytes_needed(elf, i, targets, count);
            if (need > elf_segment(elf, i).filesz) {
                move_segment(a, elf, i, need, &c);
            }
        }
    }
    *out = *program; // its path, and its file with all symbols
    // What was well-formed is so still.
    ok = elf_parse(&out->elf, c.data, c.size, NULL) == ELF_OK && ok;
    for (size_t i = 0; i < count && ok; i++) {
        ok = targets[i].vaddr == 0 || store_value(&out->elf, c.data, symbols, &targets[i], d);
    }
    return ok;
}
