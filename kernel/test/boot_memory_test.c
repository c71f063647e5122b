// SPDX-License-Identifier: BSD-2-Clause
//
// Memory at boot: ranges and holes, and where the initial task's objects lie (seL4 ABI §12.4).
#include "kernel/boot_memory.h"

#include <sel4/constants.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define RANGE(start, end) ((struct plat_range){paddr(start), paddr(end)})

static void assert_ranges(const struct boot_ranges *ranges, unsigned count,
                          const struct plat_range *expected)
{
    assert_int_equal(ranges->count, count);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(ranges->range[i].start.raw, expected[i].start.raw);
        assert_int_equal(ranges->range[i].end.raw, expected[i].end.raw);
    }
}

#define ASSERT_RANGES(ranges, ...)                                                                 \
    assert_ranges((ranges),                                                                        \
                  sizeof((const struct plat_range[]){__VA_ARGS__}) / sizeof(struct plat_range),    \
                  (const struct plat_range[]){__VA_ARGS__})

static struct boot_ranges two(void)
{
    struct boot_ranges ranges = {.count = 0};
    boot_ranges_add(&ranges, RANGE(0x1000, 0x5000));
    boot_ranges_add(&ranges, RANGE(0x8000, 0x9000));
    boot_ranges_add(&ranges, RANGE(0x9000, 0x9000)); // nothing
    return ranges;
}

static void holes_cut_and_split(void **state)
{
    (void)state;
    struct boot_ranges ranges = two();
    boot_ranges_remove(&ranges, RANGE(0x2000, 0x3000));
    ASSERT_RANGES(&ranges, RANGE(0x1000, 0x2000), RANGE(0x3000, 0x5000), RANGE(0x8000, 0x9000));
    boot_ranges_remove(&ranges, RANGE(0x4000, 0x8800));
    ASSERT_RANGES(&ranges, RANGE(0x1000, 0x2000), RANGE(0x3000, 0x4000), RANGE(0x8800, 0x9000));
    boot_ranges_remove(&ranges, RANGE(0, 0x4000));
    ASSERT_RANGES(&ranges, RANGE(0x8800, 0x9000));
}

static void what_only_touches_is_no_hole(void **state)
{
    (void)state;
    struct boot_ranges ranges = two();
    boot_ranges_remove(&ranges, RANGE(0x5000, 0x8000));
    boot_ranges_remove(&ranges, RANGE(0x3000, 0x3000));
    boot_ranges_remove(&ranges, RANGE(0x4000, 0x2000)); // ends before it begins
    ASSERT_RANGES(&ranges, RANGE(0x1000, 0x5000), RANGE(0x8000, 0x9000));
}

static void a_piece_is_aligned_to_its_size(void **state)
{
    (void)state;
    assert_int_equal(boot_piece_bits(RANGE(0x1000, 0x5000)), 12);
    assert_int_equal(boot_piece_bits(RANGE(0x4000, 0x9000)), 14);
    assert_int_equal(boot_piece_bits(RANGE(0, UINT64_C(1) << 40)), 40);
    assert_int_equal(boot_piece_bits(RANGE(0, UINT64_C(1) << 62)), seL4_MaxUntypedBits);
}

static void objects_lie_at_the_top_of_the_last_range_with_room(void **state)
{
    (void)state;
    struct boot_ranges ranges = {.count = 0};
    boot_ranges_add(&ranges, RANGE(0x40000000, 0x41000000));
    boot_ranges_add(&ranges, RANGE(0x48000000, 0x48001000)); // too small
    const struct boot_objects objects =
        boot_objects_place(&ranges, (struct boot_demand){.cnode_bits = 17, .tables = 3});
    assert_int_equal(objects.cnode.raw % (1 << 17), 0);
    assert_int_equal(objects.all.start.raw, objects.cnode.raw);
    assert_int_equal(objects.vspace.raw, objects.cnode.raw + (1 << 17));
    assert_int_equal(objects.asid_pool.raw, objects.vspace.raw + 4096);
    assert_int_equal(objects.buffer.raw, objects.asid_pool.raw + 4096);
    assert_int_equal(objects.info.raw, objects.buffer.raw + 4096);
    assert_true(objects.sched_context.raw + (1 << seL4_MinSchedContextBits) == objects.all.end.raw);
    assert_true(objects.all.end.raw <= 0x41000000);
    assert_true(objects.all.end.raw > 0x41000000 - (1 << 18));
    // They are not free any more.
    assert_int_equal(ranges.range[0].end.raw, objects.all.start.raw);
}

static void large_extra_boot_info_comes_first(void **state)
{
    (void)state;
    struct boot_ranges ranges = {.count = 0};
    boot_ranges_add(&ranges, RANGE(0x40000000, 0x41000000));
    const struct boot_objects objects = boot_objects_place(
        &ranges, (struct boot_demand){.cnode_bits = 17, .extra_bits = 20, .tables = 1});
    assert_int_equal(objects.extra.raw, objects.all.start.raw);
    assert_int_equal(objects.extra.raw % (1 << 20), 0);
    assert_int_equal(objects.cnode.raw, objects.extra.raw + (1 << 20));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holes_cut_and_split),
        cmocka_unit_test(what_only_touches_is_no_hole),
        cmocka_unit_test(a_piece_is_aligned_to_its_size),
        cmocka_unit_test(objects_lie_at_the_top_of_the_last_range_with_room),
        cmocka_unit_test(large_extra_boot_info_comes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
