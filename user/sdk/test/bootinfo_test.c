// SPDX-License-Identifier: BSD-2-Clause
#include <kaal/bootinfo.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

// Two chunks, with two words and one.
static struct {
    _Alignas(seL4_BootInfoFrameSize) uint8_t boot[seL4_BootInfoFrameSize];
    seL4_BootInfoHeader first;
    uint64_t two[2];
    seL4_BootInfoHeader second;
    uint64_t one;
} made;

static seL4_BootInfo *boot;

static int setup(void **state)
{
    (void)state;
    memset(&made, 0, sizeof(made));
    boot = (seL4_BootInfo *)(void *)made.boot;
    made.first = (seL4_BootInfoHeader){.id = SEL4_BOOTINFO_HEADER_PADDING,
                                       .len = sizeof(made.first) + sizeof(made.two)};
    made.second = (seL4_BootInfoHeader){.id = SEL4_BOOTINFO_HEADER_FDT,
                                        .len = sizeof(made.second) + sizeof(made.one)};
    boot->extraLen = made.first.len + made.second.len;
    return 0;
}

static const void *find(seL4_Word id, size_t *size)
{
    return kaal_bootinfo_chunk(boot, id, size);
}

static void a_chunk_is_found_behind_others(void **state)
{
    (void)state;
    size_t size = 0;
    assert_ptr_equal(find(SEL4_BOOTINFO_HEADER_PADDING, &size), made.two);
    assert_int_equal(size, sizeof(made.two));
    assert_ptr_equal(find(SEL4_BOOTINFO_HEADER_FDT, &size), &made.one);
    assert_int_equal(size, sizeof(made.one));
    assert_null(find(SEL4_BOOTINFO_HEADER_X86_VBE, &size));
}

static void nothing_is_read_behind_the_end(void **state)
{
    (void)state;
    size_t size = 0;
    boot->extraLen -= 1;
    assert_null(find(SEL4_BOOTINFO_HEADER_FDT, &size));
    boot->extraLen = made.first.len + sizeof(made.second) - 1;
    assert_null(find(SEL4_BOOTINFO_HEADER_FDT, &size));
    boot->extraLen = 0;
    assert_null(find(SEL4_BOOTINFO_HEADER_PADDING, &size));
}

static void a_chunk_shorter_than_its_header_ends_the_search(void **state)
{
    (void)state;
    size_t size = 0;
    made.first.len = 0;
    assert_null(find(SEL4_BOOTINFO_HEADER_FDT, &size));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_chunk_is_found_behind_others, setup),
        cmocka_unit_test_setup(nothing_is_read_behind_the_end, setup),
        cmocka_unit_test_setup(a_chunk_shorter_than_its_header_ends_the_search, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
