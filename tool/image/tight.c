// SPDX-License-Identifier: BSD-2-Clause
#include "tool/tight.h"

#include "tool/arena.h"

#include "lib/bits.h"

#include <elf.h>
#include <string.h>

enum {
    ZEROS_MIN =
        256,    // a shorter run costs less than a program header and its way through the loader
    PHASE = 16, // who copies in words finds both ends aligned alike
};

struct piece {
    Elf64_Phdr phdr;
    const uint8_t *data;
};

struct tight {
    struct arena *arena;
    struct piece *pieces;
    size_t count;
    size_t capacity;
    uint64_t entry;
};

struct tight *tight_open(struct arena *a, uint64_t entry)
{
    struct tight *t = arena_alloc(a, sizeof(*t));
    *t = (struct tight){.arena = a, .entry = entry};
    return t;
}

static void add(struct tight *t, const struct elf_segment *seg, const uint8_t *data)
{
    t->pieces = arena_grow(t->arena, t->pieces, t->count, &t->capacity, sizeof(*t->pieces));
    t->pieces[t->count++] = (struct piece){
        .phdr =
            {
                .p_type = PT_LOAD,
                .p_flags = seg->flags,
                .p_vaddr = seg->vaddr,
                .p_paddr = seg->paddr,
                .p_filesz = seg->filesz,
                .p_memsz = seg->memsz,
                .p_align = 1,
            },
        .data = data,
    };
}

// Where the next long run of zeros at or behind `from` begins, in words of PHASE bytes, and where
// it ends; both `size` if there is none.
static void find_zeros(const uint8_t *data, size_t size, size_t from, size_t *first, size_t *end)
{
    size_t run = 0;
    for (size_t i = from; i < size; i++) {
        run = data[i] == 0 ? run + 1 : 0;
        bool ends = i + 1 == size || data[i + 1] != 0;
        size_t start = align_up(i + 1 - run, PHASE);
        size_t stop = i + 1 == size ? size : align_down(i + 1, PHASE);
        if (ends && stop > start && stop - start >= ZEROS_MIN) {
            *first = start;
            *end = stop;
            return;
        }
    }
    *first = size;
    *end = size;
}

void tight_add(struct tight *t, const struct elf_segment *seg, const uint8_t *data)
{
    size_t at = 0;
    do {
        size_t zeros;
        size_t next;
        find_zeros(data, seg->filesz, at, &zeros, &next);
        struct elf_segment piece = *seg;
        piece.vaddr += at;
        piece.paddr += at;
        piece.filesz = zeros - at;
        // The zeros behind it are memory without bytes, as what ends the segment is.
        piece.memsz = (next == seg->filesz ? seg->memsz : next) - at;
        if (piece.memsz != 0) {
            add(t, &piece, data + at);
        }
        at = next;
    } while (at < seg->filesz);
}

void tight_add_all(struct tight *t, const struct elf *elf)
{
    struct elf_segment seg;
    unsigned index = 0;
    while (elf_next_load(elf, &index, &seg)) {
        tight_add(t, &seg, elf->data + seg.offset);
    }
}

// Places the pieces behind the headers. Returns where the last one ends.
static size_t lay_out(struct tight *t)
{
    size_t end = sizeof(Elf64_Ehdr) + t->count * sizeof(Elf64_Phdr);
    for (size_t i = 0; i < t->count; i++) {
        Elf64_Phdr *phdr = &t->pieces[i].phdr;
        phdr->p_offset = align_up(end, PHASE) + phdr->p_vaddr % PHASE;
        end = phdr->p_offset + phdr->p_filesz;
    }
    return end;
}

struct bytes tight_finish(struct tight *t)
{
    size_t size = lay_out(t);
    uint8_t *file = arena_alloc(t->arena, size + 1);
    Elf64_Ehdr header = {
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_EXEC,
        .e_machine = EM_AARCH64,
        .e_version = EV_CURRENT,
        .e_entry = t->entry,
        .e_phoff = sizeof(Elf64_Ehdr),
        .e_ehsize = sizeof(Elf64_Ehdr),
        .e_phentsize = sizeof(Elf64_Phdr),
        .e_phnum = (uint16_t)t->count,
        .e_shentsize = sizeof(Elf64_Shdr),
    };
    memcpy(file, &header, sizeof(header));
    for (size_t i = 0; i < t->count; i++) {
        const struct piece *p = &t->pieces[i];
        memcpy(file + sizeof(header) + i * sizeof(p->phdr), &p->phdr, sizeof(p->phdr));
        memcpy(file + p->phdr.p_offset, p->data, p->phdr.p_filesz);
    }
    return (struct bytes){.data = file, .size = size};
}
