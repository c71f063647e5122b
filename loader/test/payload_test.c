// SPDX-License-Identifier: BSD-2-Clause
#include "payload.h"

#include "elf_make.h"
#include "lib/sum64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

enum {
    KERNEL_AT = KAAL_BOOT_ALIGN,
    ROOT_AT = KERNEL_AT + MAKE_SIZE, // need not be aligned
    SIZE = 8 * KAAL_BOOT_ALIGN,
};

_Static_assert(ROOT_AT + MAKE_SIZE <= SIZE, "both files fit");

static struct kaal_boot boot;
static struct elf elf;
static uint8_t *bytes; // of exactly SIZE bytes, so that the sanitizer sees each step beyond

// Puts the header in place and makes the checksum right.
static void seal(void)
{
    memcpy(bytes, &boot, sizeof(boot));
    boot.checksum =
        sum64(0, bytes + KAAL_BOOT_SUM_FROM, (SIZE - KAAL_BOOT_SUM_FROM) / sizeof(uint64_t));
    memcpy(bytes, &boot, sizeof(boot));
}

static int setup(void **state)
{
    (void)state;
    bytes = calloc(1, SIZE);
    if (bytes == NULL) {
        return 1;
    }
    elf_make(bytes + KERNEL_AT);
    elf_make(bytes + ROOT_AT);
    boot = (struct kaal_boot){
        .magic = KAAL_BOOT_MAGIC,
        .version = KAAL_BOOT_VERSION,
        .header_size = sizeof(boot),
        .size = SIZE,
        .kernel_offset = KERNEL_AT,
        .kernel_size = MAKE_SIZE,
        .root_offset = ROOT_AT,
        .root_size = MAKE_SIZE,
    };
    seal();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    free(bytes);
    return 0;
}

static void assert_cause(const char *cause, const char *part)
{
    assert_non_null(cause);
    assert_non_null(strstr(cause, part));
}

static const char *open_kernel(void)
{
    return payload_open_elf(&boot, bytes, boot.kernel_offset, boot.kernel_size, &elf);
}

static void what_the_tool_made_is_accepted(void **state)
{
    (void)state;
    assert_null(payload_check_header(&boot));
    assert_null(payload_check_bytes(&boot, bytes, SIZE));
    assert_null(open_kernel());
    assert_int_equal(elf.lo, MAKE_TEXT);
    assert_null(payload_open_elf(&boot, bytes, boot.root_offset, boot.root_size, &elf));
    assert_ptr_equal(elf.data, bytes + ROOT_AT);
}

static void another_header_is_refused_and_told_from_none(void **state)
{
    (void)state;
    boot.magic ^= 1;
    assert_cause(payload_check_header(&boot), "missing or damaged");
    boot.magic ^= 1;
    boot.version++;
    assert_cause(payload_check_header(&boot), "another version");
    boot.version--;
    boot.header_size--;
    assert_cause(payload_check_header(&boot), "another version");
    boot.header_size++;
    boot.size = 0;
    assert_cause(payload_check_header(&boot), "bare loader");
}

static void a_longer_header_is_a_newer_one_but_ends_inside_the_payload(void **state)
{
    (void)state;
    boot.header_size = SIZE;
    assert_null(payload_check_header(&boot));
    boot.header_size = SIZE + 1;
    assert_cause(payload_check_header(&boot), "size is wrong");
    boot.header_size = UINT32_MAX;
    assert_cause(payload_check_header(&boot), "size is wrong");
}

static void a_size_that_is_no_multiple_of_a_page_is_refused(void **state)
{
    (void)state;
    const uint64_t sizes[] = {1, KAAL_BOOT_SUM_FROM - 1, SIZE - 8, SIZE + 1, UINT64_MAX};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        boot.size = sizes[i];
        assert_cause(payload_check_header(&boot), "size is wrong");
    }
}

static void a_payload_that_reaches_beyond_the_memory_is_not_read(void **state)
{
    (void)state;
    assert_cause(payload_check_bytes(&boot, bytes, SIZE - 1), "does not fit");
    assert_cause(payload_check_bytes(&boot, bytes, 0), "does not fit");
    boot.size = UINT64_MAX - KAAL_BOOT_ALIGN + 1;
    assert_null(payload_check_header(&boot));
    assert_cause(payload_check_bytes(&boot, bytes, SIZE), "does not fit");
}

static void damage_anywhere_behind_the_checksum_is_found(void **state)
{
    (void)state;
    for (size_t at = KAAL_BOOT_SUM_FROM; at < SIZE; at += 509) {
        bytes[at] ^= 0x10;
        assert_cause(payload_check_bytes(&boot, bytes, SIZE), "checksum");
        bytes[at] ^= 0x10;
    }
    boot.checksum ^= 1;
    assert_cause(payload_check_bytes(&boot, bytes, SIZE), "checksum");
}

static void a_file_outside_the_payload_is_refused(void **state)
{
    (void)state;
    const struct {
        uint64_t offset;
        uint64_t size;
    } files[] = {
        {SIZE, 1},         {SIZE - 1, 2},     {SIZE + 1, 0},
        {0, SIZE + 1},     {UINT64_MAX, 1},   {KERNEL_AT, UINT64_MAX},
        {1, UINT64_MAX},   {UINT64_MAX, 0},   {UINT64_MAX, UINT64_MAX},
        {INT64_MAX, SIZE}, {SIZE, INT64_MAX}, {UINT64_MAX - SIZE + 1, SIZE},
        {KERNEL_AT, SIZE},
    };
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        assert_cause(payload_open_elf(&boot, bytes, files[i].offset, files[i].size, &elf),
                     "outside the payload");
    }
}

static void a_file_that_is_cut_or_none_is_refused(void **state)
{
    (void)state;
    boot.kernel_size = 0;
    assert_non_null(open_kernel());
    boot.kernel_size = 3;
    assert_non_null(open_kernel());
    boot.kernel_size = MAKE_PHOFF;
    assert_non_null(open_kernel());
    boot.kernel_size = MAKE_TEXT_OFFSET;
    assert_non_null(open_kernel());
    assert_non_null(payload_open_elf(&boot, bytes, 0, SIZE, &elf)); // the header is no ELF
    assert_non_null(payload_open_elf(&boot, bytes, SIZE, 0, &elf)); // at the very end
    assert_non_null(payload_open_elf(&boot, bytes, SIZE - 4, 4, &elf));
}

// The file's own offsets are measured from its start and end, not the payload's.
static void a_segment_that_reaches_into_the_next_file_is_refused(void **state)
{
    (void)state;
    elf_make_set(bytes + KERNEL_AT, 0, MAKE_P_OFFSET, MAKE_SIZE + 0x1000 - MAKE_SIZE % 0x1000);
    assert_non_null(open_kernel());
    elf_make(bytes + KERNEL_AT);
    elf_make_set(bytes + KERNEL_AT, 0, MAKE_P_OFFSET, UINT64_MAX - 0xfff);
    assert_non_null(open_kernel());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_the_tool_made_is_accepted, setup, teardown),
        cmocka_unit_test_setup_teardown(another_header_is_refused_and_told_from_none, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_longer_header_is_a_newer_one_but_ends_inside_the_payload,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_size_that_is_no_multiple_of_a_page_is_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_payload_that_reaches_beyond_the_memory_is_not_read, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(damage_anywhere_behind_the_checksum_is_found, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_file_outside_the_payload_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_that_is_cut_or_none_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_segment_that_reaches_into_the_next_file_is_refused, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
