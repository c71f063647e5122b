// SPDX-License-Identifier: BSD-2-Clause
#include "lib/elf.h"

#include "elf_make.h"
#include "lib/bits.h"

// cmocka needs these four before itself.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static uint8_t file[MAKE_SIZE];
static struct elf elf;

static int setup(void **state)
{
    (void)state;
    elf_make(file);
    return 0;
}

// Parses a copy of exactly `size` bytes at an odd address: any byte beyond is the sanitizer's.
static enum elf_err parse_bytes(size_t size, const struct elf_rules *rules)
{
    static uint8_t *copy;
    free(copy);
    copy = malloc(size + 1);
    assert_non_null(copy);
    memcpy(copy + 1, file, size);
    return elf_parse(&elf, copy + 1, size, rules);
}

static enum elf_err parse(void)
{
    return parse_bytes(MAKE_SIZE, NULL);
}

static enum elf_err parse_with(unsigned segment, size_t field, uint64_t value)
{
    elf_make(file);
    elf_make_set(file, segment, field, value);
    return parse();
}

static void a_static_executable_is_accepted_and_described(void **state)
{
    (void)state;
    assert_int_equal(parse(), ELF_OK);
    assert_int_equal(elf.entry, MAKE_TEXT + 16);
    assert_int_equal(elf.lo, MAKE_TEXT);
    assert_int_equal(elf.hi, MAKE_DATA + MAKE_DATA_MEMSZ);
    assert_int_equal(elf.loads, 2);
    assert_false(elf.wx);
    struct elf_segment s;
    unsigned i = 0;
    assert_true(elf_next_load(&elf, &i, &s));
    assert_int_equal(s.vaddr, MAKE_TEXT);
    assert_true(elf_next_load(&elf, &i, &s));
    assert_int_equal(s.memsz, MAKE_DATA_MEMSZ);
    assert_false(elf_next_load(&elf, &i, &s));
}

static void every_cut_of_the_file_is_refused_until_all_segments_are_there(void **state)
{
    (void)state;
    for (size_t size = 0; size < MAKE_DATA_OFFSET + MAKE_DATA_SIZE; size++) {
        assert_int_not_equal(parse_bytes(size, NULL), ELF_OK);
    }
    assert_int_equal(parse_bytes(MAKE_DATA_OFFSET + MAKE_DATA_SIZE, NULL), ELF_OK);
}

static void wrong_identifications_are_told_apart(void **state)
{
    (void)state;
    struct {
        size_t at;
        uint8_t value;
        enum elf_err err;
    } cases[] = {
        {0, 'X', ELF_MAGIC},      {4, 1, ELF_CLASS},    {5, 2, ELF_BIG_ENDIAN}, {5, 0, ELF_VERSION},
        {6, 0, ELF_VERSION},      {20, 2, ELF_VERSION}, {18, 62, ELF_MACHINE},  {16, 3, ELF_SHARED},
        {16, 1, ELF_RELOCATABLE}, {16, 4, ELF_TYPE},    {54, 1, ELF_PHDR_SIZE}, {56, 0, ELF_EMPTY},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        elf_make(file);
        file[cases[i].at] = cases[i].value;
        assert_int_equal(parse(), cases[i].err);
    }
}

static void another_machine_is_named(void **state)
{
    (void)state;
    store_le16(file + 18, 62);
    assert_int_equal(parse(), ELF_MACHINE);
    assert_string_equal(elf_machine_name(elf.machine), "x86-64");
    assert_string_equal(elf_machine_name(0x7777), "unknown machine");
}

static void program_headers_outside_the_file_are_refused(void **state)
{
    (void)state;
    store_le64(file + 32, UINT64_MAX - 8);
    assert_int_equal(parse(), ELF_PHDR_TABLE);
    store_le64(file + 32, MAKE_SIZE - 100);
    assert_int_equal(parse(), ELF_PHDR_TABLE);
    elf_make(file);
    store_le16(file + 56, 0xffff);
    assert_int_equal(parse(), ELF_PHDR_TABLE);
}

static void dynamic_executables_are_refused_by_name(void **state)
{
    (void)state;
    assert_int_equal(parse_with(2, MAKE_P_TYPE, ELF_PT_INTERP), ELF_INTERP);
    assert_int_equal(parse_with(2, MAKE_P_TYPE, ELF_PT_DYNAMIC), ELF_DYNAMIC);
}

static void segments_that_lie_are_refused(void **state)
{
    (void)state;
    assert_int_equal(parse_with(1, MAKE_P_OFFSET, MAKE_SIZE), ELF_SEG_FILE);
    assert_int_equal(parse_with(1, MAKE_P_OFFSET, UINT64_MAX), ELF_SEG_FILE);
    assert_int_equal(parse_with(2, MAKE_P_FILESZ, UINT64_MAX), ELF_SEG_FILE);
    assert_int_equal(parse_with(1, MAKE_P_MEMSZ, 1), ELF_SEG_SIZE);
    assert_int_equal(parse_with(1, MAKE_P_ALIGN, 3), ELF_SEG_ALIGN);
    assert_int_equal(parse_with(1, MAKE_P_MEMSZ, UINT64_MAX), ELF_SEG_WRAP);
    assert_int_equal(parse_with(1, MAKE_P_VADDR, UINT64_MAX - 0xfff), ELF_SEG_WRAP);
    assert_int_equal(elf.bad, 1);
}

static void overlap_and_disorder_are_told_apart(void **state)
{
    (void)state;
    assert_int_equal(parse_with(1, MAKE_P_VADDR, MAKE_TEXT + MAKE_TEXT_SIZE - 1), ELF_SEG_OVERLAP);
    assert_int_equal(parse_with(1, MAKE_P_VADDR, MAKE_TEXT - 0x1000), ELF_SEG_OVERLAP);
    assert_int_equal(parse_with(1, MAKE_P_VADDR, MAKE_TEXT - MAKE_DATA_MEMSZ), ELF_SEG_ORDER);
    assert_int_equal(parse_with(1, MAKE_P_VADDR, MAKE_TEXT + MAKE_TEXT_SIZE), ELF_OK);
}

static void the_caller_s_rules_are_applied(void **state)
{
    (void)state;
    uint64_t span = MAKE_DATA + MAKE_DATA_MEMSZ - MAKE_TEXT;
    assert_int_equal(parse_bytes(MAKE_SIZE, &(struct elf_rules){.span_max = span}), ELF_OK);
    assert_int_equal(parse_bytes(MAKE_SIZE, &(struct elf_rules){.span_max = span - 1}),
                     ELF_TOO_LARGE);
    assert_int_equal(parse_bytes(MAKE_SIZE, &(struct elf_rules){.vaddr_min = MAKE_TEXT + 1}),
                     ELF_SEG_RANGE);
    assert_int_equal(parse_bytes(MAKE_SIZE, &(struct elf_rules){.vaddr_end = MAKE_DATA}),
                     ELF_SEG_RANGE);
    elf_make_set(file, 1, MAKE_P_VADDR, MAKE_DATA + 8);
    assert_int_equal(parse(), ELF_OK);
    assert_int_equal(parse_bytes(MAKE_SIZE, &(struct elf_rules){.page = 4096}), ELF_SEG_PAGE);
}

static void an_entry_outside_the_text_is_refused(void **state)
{
    (void)state;
    store_le64(file + 24, MAKE_DATA);
    assert_int_equal(parse(), ELF_ENTRY);
    store_le64(file + 24, MAKE_TEXT + MAKE_TEXT_SIZE);
    assert_int_equal(parse(), ELF_ENTRY);
    store_le64(file + 24, MAKE_TEXT - 1);
    assert_int_equal(parse(), ELF_ENTRY);
}

static void a_writable_and_executable_segment_is_reported(void **state)
{
    (void)state;
    assert_int_equal(parse_with(0, MAKE_P_FLAGS, ELF_PF_R | ELF_PF_W | ELF_PF_X), ELF_OK);
    assert_true(elf.wx);
}

static void empty_segments_do_not_count(void **state)
{
    (void)state;
    elf_make_set(file, 1, MAKE_P_FILESZ, 0);
    elf_make_set(file, 1, MAKE_P_MEMSZ, 0);
    elf_make_set(file, 1, MAKE_P_VADDR, 0);
    assert_int_equal(parse(), ELF_OK);
    assert_int_equal(elf.loads, 1);
    assert_int_equal(elf.lo, MAKE_TEXT);
}

// Linkers place such a segment where the file's next bytes would be, or at 0; a file that was cut
// behind its last byte ends before.
static void a_segment_of_zeros_needs_no_place_in_the_file(void **state)
{
    (void)state;
    static const uint64_t offsets[] = {0, MAKE_DATA_OFFSET + 8, MAKE_SIZE + 0x1000, UINT64_MAX};
    const struct elf_rules rules = {.page = 4096};
    elf_make_set(file, 1, MAKE_P_FILESZ, 0);
    for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
        elf_make_set(file, 1, MAKE_P_OFFSET, offsets[i]);
        assert_int_equal(parse_bytes(MAKE_DATA_OFFSET, &rules), ELF_OK);
        assert_int_equal(elf.loads, 2);
        assert_int_equal(elf.hi, MAKE_DATA + MAKE_DATA_MEMSZ);
        assert_int_equal(elf_segment(&elf, 1).offset, 0);
        assert_null(elf_bytes(&elf, MAKE_DATA, 1));
    }
}

static void bytes_are_found_only_inside_one_segment_s_file_part(void **state)
{
    (void)state;
    assert_int_equal(parse(), ELF_OK);
    assert_ptr_equal(elf_bytes(&elf, MAKE_DATA + 4, 8), elf.data + MAKE_DATA_OFFSET + 4);
    assert_non_null(elf_bytes(&elf, MAKE_DATA, MAKE_DATA_SIZE));
    assert_null(elf_bytes(&elf, MAKE_DATA, MAKE_DATA_SIZE + 1));
    assert_null(elf_bytes(&elf, MAKE_DATA + 1, UINT64_MAX));
    assert_null(elf_bytes(&elf, MAKE_TEXT - 1, 2));
}

static void a_note_is_found_by_owner_and_type(void **state)
{
    (void)state;
    const void *desc;
    size_t size;
    assert_int_equal(parse(), ELF_OK);
    assert_true(elf_note(&elf, "KaaL", 9, &desc, &size));
    assert_int_equal(size, 7);
    assert_memory_equal(desc, "mcs-dbg", 7);
    assert_false(elf_note(&elf, "KaaL", 8, &desc, &size));
    assert_false(elf_note(&elf, "Kaa", 9, &desc, &size));
}

static void a_note_longer_than_its_segment_is_not_read(void **state)
{
    (void)state;
    const void *desc;
    size_t size;
    for (size_t at = 0; at < 8; at += 4) {
        elf_make(file);
        store_le32(file + MAKE_NOTE_OFFSET + 20 + at, UINT32_MAX);
        assert_int_equal(parse(), ELF_OK);
        assert_false(elf_note(&elf, "KaaL", 9, &desc, &size));
    }
}

static void a_symbol_is_found_by_its_whole_name(void **state)
{
    (void)state;
    struct elf_symbol s;
    assert_int_equal(parse(), ELF_OK);
    assert_true(elf_find_symbol(&elf, "marker", &s));
    assert_int_equal(s.value, MAKE_DATA);
    assert_int_equal(s.size, 8);
    assert_int_equal(s.type, ELF_STT_OBJECT);
    assert_false(elf_find_symbol(&elf, "mark", &s));
    assert_false(elf_find_symbol(&elf, "markers", &s));
}

static void wrong_section_headers_hide_symbols_and_nothing_else(void **state)
{
    (void)state;
    struct elf_symbol s;
    static const struct {
        size_t at;
        uint64_t value;
    } spoil[] = {
        {40, UINT64_MAX - 7},               // section header table
        {MAKE_SHOFF + 64 + 24, UINT64_MAX}, // .symtab's offset
        {MAKE_SHOFF + 64 + 32, UINT64_MAX}, // .symtab's size
        {MAKE_SHOFF + 64 + 40, 77},         // .symtab's string table
        {MAKE_SHOFF + 128 + 32, 6},         // .strtab cut
        {MAKE_SYMTAB_OFFSET + 24, 0xffff},  // st_name
    };
    for (size_t i = 0; i < sizeof(spoil) / sizeof(spoil[0]); i++) {
        elf_make(file);
        store_le64(file + spoil[i].at, spoil[i].value);
        assert_int_equal(parse(), ELF_OK);
        assert_false(elf_find_symbol(&elf, "marker", &s));
    }
}

static void every_error_has_a_cause_and_a_remedy(void **state)
{
    (void)state;
    for (int e = ELF_OK; e <= ELF_ERR_COUNT; e++) {
        assert_non_null(elf_strerror((enum elf_err)e));
        assert_non_null(elf_remedy((enum elf_err)e));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_static_executable_is_accepted_and_described, setup),
        cmocka_unit_test_setup(every_cut_of_the_file_is_refused_until_all_segments_are_there,
                               setup),
        cmocka_unit_test_setup(wrong_identifications_are_told_apart, setup),
        cmocka_unit_test_setup(another_machine_is_named, setup),
        cmocka_unit_test_setup(program_headers_outside_the_file_are_refused, setup),
        cmocka_unit_test_setup(dynamic_executables_are_refused_by_name, setup),
        cmocka_unit_test_setup(segments_that_lie_are_refused, setup),
        cmocka_unit_test_setup(overlap_and_disorder_are_told_apart, setup),
        cmocka_unit_test_setup(the_caller_s_rules_are_applied, setup),
        cmocka_unit_test_setup(an_entry_outside_the_text_is_refused, setup),
        cmocka_unit_test_setup(a_writable_and_executable_segment_is_reported, setup),
        cmocka_unit_test_setup(empty_segments_do_not_count, setup),
        cmocka_unit_test_setup(a_segment_of_zeros_needs_no_place_in_the_file, setup),
        cmocka_unit_test_setup(bytes_are_found_only_inside_one_segment_s_file_part, setup),
        cmocka_unit_test_setup(a_note_is_found_by_owner_and_type, setup),
        cmocka_unit_test_setup(a_note_longer_than_its_segment_is_not_read, setup),
        cmocka_unit_test_setup(a_symbol_is_found_by_its_whole_name, setup),
        cmocka_unit_test_setup(wrong_section_headers_hide_symbols_and_nothing_else, setup),
        cmocka_unit_test_setup(every_error_has_a_cause_and_a_remedy, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
