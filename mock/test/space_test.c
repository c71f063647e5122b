// SPDX-License-Identifier: BSD-2-Clause
//
// Tables made by hand:
//
//    root ──► level 1 ──► level 2 ──► level 3     pages at 2 MiB
//                            └──► 2 MiB           at 4 MiB
#include "machine.h"

#include "kernel/arch.h"
#include "kernel/arch_host.h"

#include <kaal/mock.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define BASE   UINT64_C(0x40000000)
#define SIZE   UINT64_C(0x800000)
#define PAGE   UINT64_C(0x1000)
#define PAGES  UINT64_C(0x200000) // where they are mapped
#define LARGE  UINT64_C(0x400000)
#define FRAMES (BASE + 0x100000)
#define DEVICE UINT64_C(0x09000000)

static const paddr_t root = {BASE};

_Noreturn void machine_end(int status)
{
    exit(status);
}

static void set(uint64_t table, unsigned index, arch_pte_t entry)
{
    arch_pte_t *entries = arch_ptr(paddr(table));
    entries[index] = entry;
}

static void map(unsigned index, uint64_t frame, bool write, bool execute)
{
    const struct arch_mapping mapping = {true, write, execute, true};
    set(BASE + 3 * PAGE, index, arch_pte_page(paddr(frame), 3, mapping));
}

static int setup(void **state)
{
    const struct arch_mapping mapping = {true, true, false, true};
    (void)state;
    if (!host_memory_reset(BASE, SIZE)) {
        return -1;
    }
    for (unsigned level = 0; level < 2; level++) {
        set(BASE + level * PAGE, 0, arch_pte_table(paddr(BASE + (level + 1) * PAGE)));
    }
    set(BASE + 2 * PAGE, 1, arch_pte_table(paddr(BASE + 3 * PAGE)));
    set(BASE + 2 * PAGE, 2, arch_pte_page(paddr(BASE + LARGE), 2, mapping));
    return 0;
}

// --- translation ---------------------------------------------------------------------------------

static void refused(uint64_t address, uint32_t access, uint64_t wanted)
{
    uint64_t physical = 0;
    uint64_t syndrome = 0;
    assert_false(space_translate(root, address, access, &physical, &syndrome));
    assert_int_equal(syndrome, wanted);
}

static void allowed(uint64_t address, uint32_t access, uint64_t wanted)
{
    uint64_t physical = 0;
    uint64_t syndrome = 0;
    assert_true(space_translate(root, address, access, &physical, &syndrome));
    assert_int_equal(physical, wanted);
}

static void nothing_there_tells_the_level_that_ends_the_walk(void **state)
{
    (void)state;
    refused(PAGES, KAAL_MOCK_READ, 0x92000007);
    refused(0x18, KAAL_MOCK_WRITE, 0x92000046);
    refused(UINT64_C(1) << 30, KAAL_MOCK_READ, 0x92000005);
    refused(UINT64_C(1) << 39, KAAL_MOCK_EXECUTE, 0x82000004);
    refused(UINT64_C(1) << 47, KAAL_MOCK_READ, 0x92000004);
    refused(UINT64_MAX, KAAL_MOCK_READ, 0x92000004);
}

static void the_kernel_is_there_but_forbidden(void **state)
{
    (void)state;
    refused(0xffffffffc0008000, KAAL_MOCK_READ, 0x9200000f);
    refused(0xffffffffc0008000, KAAL_MOCK_EXECUTE, 0x8200000f);
}

static void rights_are_those_of_the_page(void **state)
{
    (void)state;
    map(0, FRAMES, false, true);
    map(1, FRAMES + PAGE, true, false);
    allowed(PAGES + 8, KAAL_MOCK_READ, FRAMES + 8);
    allowed(PAGES, KAAL_MOCK_EXECUTE, FRAMES);
    refused(PAGES, KAAL_MOCK_WRITE, 0x9200004f);
    allowed(PAGES + PAGE, KAAL_MOCK_WRITE, FRAMES + PAGE);
    refused(PAGES + PAGE, KAAL_MOCK_EXECUTE, 0x8200000f);
    allowed(LARGE + 0x12345, KAAL_MOCK_WRITE, BASE + LARGE + 0x12345);
}

static void without_a_root_nothing_is_there(void **state)
{
    uint64_t physical = 0;
    uint64_t syndrome = 0;
    struct runs runs = {0};
    (void)state;
    assert_false(space_translate(paddr(0), PAGES, KAAL_MOCK_READ, &physical, &syndrome));
    assert_int_equal(syndrome, 0x92000004);
    space_runs(paddr(0), &runs);
    assert_int_equal(runs.count, 0);
}

// --- runs ----------------------------------------------------------------------------------------

static void run_is(const struct run *run, uint64_t start, uint64_t size, uint64_t physical,
                   uint32_t access)
{
    assert_int_equal(run->start, start);
    assert_int_equal(run->end, start + size);
    assert_int_equal(run->offset, physical - BASE);
    assert_int_equal(run->access, access);
}

static void neighbours_in_both_spaces_are_one_run(void **state)
{
    struct runs runs = {0};
    (void)state;
    map(0, FRAMES, false, true);
    map(1, FRAMES + PAGE, false, false);
    map(2, FRAMES + 2 * PAGE, true, false);
    map(3, FRAMES + 8 * PAGE, true, false);
    map(5, FRAMES + 9 * PAGE, true, false);
    space_runs(root, &runs);
    assert_int_equal(runs.count, 5);
    run_is(&runs.items[0], PAGES, 2 * PAGE, FRAMES, 1);
    run_is(&runs.items[1], PAGES + 2 * PAGE, PAGE, FRAMES + 2 * PAGE, 3);
    run_is(&runs.items[2], PAGES + 3 * PAGE, PAGE, FRAMES + 8 * PAGE, 3);
    run_is(&runs.items[3], PAGES + 5 * PAGE, PAGE, FRAMES + 9 * PAGE, 3);
    run_is(&runs.items[4], LARGE, UINT64_C(0x200000), BASE + LARGE, 3);
    free(runs.items);
}

static void registers_are_no_memory(void **state)
{
    struct runs runs = {0};
    (void)state;
    map(0, DEVICE, true, false);
    map(1, BASE + SIZE, true, false);
    allowed(PAGES + 0x18, KAAL_MOCK_WRITE, DEVICE + 0x18);
    space_runs(root, &runs);
    assert_int_equal(runs.count, 1);
    assert_int_equal(runs.items[0].start, LARGE);
    free(runs.items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nothing_there_tells_the_level_that_ends_the_walk, setup),
        cmocka_unit_test_setup(the_kernel_is_there_but_forbidden, setup),
        cmocka_unit_test_setup(rights_are_those_of_the_page, setup),
        cmocka_unit_test_setup(without_a_root_nothing_is_there, setup),
        cmocka_unit_test_setup(neighbours_in_both_spaces_are_one_run, setup),
        cmocka_unit_test_setup(registers_are_no_memory, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
