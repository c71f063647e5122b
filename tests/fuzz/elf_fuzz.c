// SPDX-License-Identifier: BSD-2-Clause
//
// Whatever the bytes: elf_parse() refuses them, or every accessor stays inside them and the
// segments keep what elf.h promises.
#include "elf_make.h"
#include "fuzz.h"
#include "lib/bits.h"
#include "lib/elf.h"

#include <stdlib.h>

static void must(bool x)
{
    if (!x) {
        abort();
    }
}

static uint8_t touch(const void *at, size_t size)
{
    const volatile uint8_t *p = at;
    uint8_t sum = 0;
    for (size_t i = 0; i < size; i++) {
        sum = (uint8_t)(sum + p[i]);
    }
    return sum;
}

static void check_segments(const struct elf *elf, const struct elf_rules *rules)
{
    struct elf_segment s;
    uint64_t end = elf->lo;
    unsigned count = 0;
    bool entry = false;
    for (unsigned i = 0; elf_next_load(elf, &i, &s); count++) {
        must(s.vaddr >= end && s.filesz <= s.memsz);
        end = s.vaddr + s.memsz;
        must(end > s.vaddr && (rules->vaddr_end == 0 || end <= rules->vaddr_end));
        must(rules->page == 0 || s.filesz == 0 || is_aligned(s.vaddr - s.offset, rules->page));
        must(s.filesz == 0 || elf_bytes(elf, s.vaddr, s.filesz) == elf->data + s.offset);
        touch(elf->data + s.offset, s.filesz);
        entry |= (s.flags & ELF_PF_X) != 0 && elf->entry >= s.vaddr && elf->entry < end;
    }
    must(entry && count == elf->loads && end == elf->hi);
    must(rules->span_max == 0 || elf->hi - elf->lo <= rules->span_max);
}

static void look_around(const struct elf *elf)
{
    const void *desc;
    size_t size;
    struct elf_symbol symbol;
    struct elf_segment tls;
    if (elf_note(elf, "KaaL", 9, &desc, &size)) {
        touch(desc, size);
    }
    (void)elf_find_symbol(elf, "marker", &symbol);
    (void)elf_find_symbol(elf, "", &symbol);
    if (elf_find_segment(elf, ELF_PT_TLS, &tls)) {
        touch(elf->data + tls.offset, tls.filesz);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct elf_rules rules[] = {
        {0},
        {.vaddr_min = 0x1000, .vaddr_end = 1ULL << 47, .span_max = 1 << 20, .page = 4096},
    };
    for (unsigned i = 0; i < 2; i++) {
        struct elf elf;
        enum elf_err err = elf_parse(&elf, data, size, &rules[i]);
        must(elf_strerror(err) != NULL && elf_machine_name(elf.machine) != NULL);
        if (err == ELF_OK) {
            check_segments(&elf, &rules[i]);
            look_around(&elf);
        }
    }
    return 0;
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t room)
{
    if (index > 1 || room < MAKE_SIZE) {
        return 0;
    }
    elf_make(out);
    if (index == 1) {
        elf_make_set(out, 2, MAKE_P_TYPE, ELF_PT_TLS);
        elf_make_set(out, 0, MAKE_P_FLAGS, ELF_PF_R | ELF_PF_W | ELF_PF_X);
    }
    return MAKE_SIZE;
}
