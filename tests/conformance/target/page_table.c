// SPDX-License-Identifier: BSD-2-Clause
//
// Page tables: where they can be mapped, and what unmapping does.
#include "mapping.h"

CASE(page_tables_refuse_other_labels)
{
    EXPECT_ILLEGAL(call(page_table_new(), 0, NO_WORDS, NO_CAPS));
    EXPECT_ILLEGAL(call(page_table_new(), ARMPageMap, NO_WORDS, NO_CAPS));
}

CASE(map_wants_two_words_and_a_vspace)
{
    EXPECT_TRUNCATED(call(page_table_new(), ARMPageTableMap, WORDS(0), CAPS(vspace_new())));
    EXPECT_TRUNCATED(call(page_table_new(), ARMPageTableMap, WORDS(0, 0), NO_CAPS));
}

CASE(map_refuses_a_table_that_is_mapped)
{
    seL4_CPtr vspace = vspace_new();
    seL4_CPtr table = map_tables(vspace, 0, 1);
    EXPECT_INVALID_CAPABILITY(map_table(table, vspace, 1UL << 39), 0);
    EXPECT_INVALID_CAPABILITY(map_table(table, 0, ~0UL), 0);
}

CASE(map_refuses_what_is_no_vspace_with_an_asid)
{
    EXPECT_INVALID_CAPABILITY(map_table(page_table_new(), 0, ~0UL), 1);
    EXPECT_INVALID_CAPABILITY(map_table(page_table_new(), endpoint_new(), ~0UL), 1);
    EXPECT_INVALID_CAPABILITY(map_table(page_table_new(), page_table_new(), ~0UL), 1);
    EXPECT_INVALID_CAPABILITY(
        map_table(page_table_new(), object_new(seL4_ARM_VSpaceObject, 0), ~0UL), 1);
}

CASE(map_refuses_addresses_above_the_users)
{
    seL4_CPtr vspace = vspace_new();
    EXPECT_INVALID_ARGUMENT(map_table(page_table_new(), vspace, USER_TOP + 1), 0);
    EXPECT_INVALID_ARGUMENT(map_table(page_table_new(), vspace, ~0UL), 0);
    EXPECT_INVALID_ARGUMENT(map_table(page_table_new(), stale_vspace(), USER_TOP + 1), 0);
    EXPECT_SUCCESS(map_table(page_table_new(), vspace, USER_TOP));
}

CASE(map_refuses_a_vspace_whose_asid_is_gone)
{
    EXPECT_NO_ROOT(map_table(page_table_new(), stale_vspace(), 0), 0);
}

CASE(map_refuses_a_vspace_whose_asid_is_anothers)
{
    EXPECT_INVALID_CAPABILITY(map_table(page_table_new(), replaced_vspace(), 0), 1);
}

CASE(map_goes_down_three_levels)
{
    seL4_CPtr vspace = vspace_new();
    (void)map_tables(vspace, OUTSIDE, LEVELS);
    EXPECT_DELETE_FIRST(map_table(page_table_new(), vspace, OUTSIDE));
    EXPECT_SUCCESS(map_table(page_table_new(), vspace, OUTSIDE + LARGE));
    EXPECT_DELETE_FIRST(map_table(page_table_new(), vspace, OUTSIDE + LARGE));
    EXPECT_SUCCESS(map_table(page_table_new(), vspace, OUTSIDE + HUGE));
    EXPECT_SUCCESS(map_table(page_table_new(), vspace, OUTSIDE + HUGE));
    EXPECT_DELETE_FIRST(map_table(page_table_new(), vspace, OUTSIDE + HUGE));
}

CASE(map_rounds_the_address_down)
{
    seL4_CPtr vspace = vspace_new();
    (void)map_tables(vspace, OUTSIDE + 0x1fffff, LEVELS);
    EXPECT_SUCCESS(map_page(frame_new(), vspace, OUTSIDE, RIGHTS_RW, CACHED));
}

CASE(map_refuses_a_place_that_a_large_page_takes)
{
    seL4_CPtr vspace = vspace_new();
    (void)map_tables(vspace, 0, 2);
    EXPECT_SUCCESS(map_page(object_new(seL4_ARM_LargePageObject, 0), vspace, 0, RIGHTS_RW, CACHED));
    EXPECT_DELETE_FIRST(map_table(page_table_new(), vspace, 0));
}

CASE(unmap_succeeds_for_a_table_that_is_not_mapped)
{
    EXPECT_SUCCESS(call(page_table_new(), ARMPageTableUnmap, NO_WORDS, NO_CAPS));
}

CASE(unmap_refuses_a_table_with_another_capability)
{
    seL4_CPtr table = map_tables(vspace_new(), 0, 1);
    seL4_CPtr another = copy_new(table, RIGHTS_ALL);
    EXPECT_REVOKE_FIRST(call(table, ARMPageTableUnmap, NO_WORDS, NO_CAPS));
    EXPECT_REVOKE_FIRST(call(another, ARMPageTableUnmap, NO_WORDS, NO_CAPS));
    EXPECT_SUCCESS(delete (table));
    EXPECT_SUCCESS(call(another, ARMPageTableUnmap, NO_WORDS, NO_CAPS));
}

CASE(unmap_makes_room_for_another_table)
{
    seL4_CPtr vspace = vspace_new();
    seL4_CPtr table = map_tables(vspace, 0, LEVELS);
    EXPECT_SUCCESS(call(table, ARMPageTableUnmap, NO_WORDS, NO_CAPS));
    EXPECT_MISSING(map_page(frame_new(), vspace, 0, RIGHTS_RW, CACHED), 0, 21);
    EXPECT_SUCCESS(map_table(page_table_new(), vspace, 0));
    EXPECT_SUCCESS(map_table(table, vspace, LARGE));
}

CASE(unmap_empties_the_table_though_pages_are_mapped_in_it)
{
    seL4_CPtr frame = frame_new();
    seL4_CPtr table = map_tables(VSPACE, OUTSIDE, LEVELS);
    EXPECT_SUCCESS(map_page(frame, VSPACE, OUTSIDE, RIGHTS_RW, CACHED));
    (void)poke(OUTSIDE);
    EXPECT_SUCCESS(call(table, ARMPageTableUnmap, NO_WORDS, NO_CAPS));
    EXPECT_SUCCESS(map_table(table, VSPACE, OUTSIDE));
    struct thread t = thread_new(CASE_PRIORITY + 1);
    struct got g = thread_run(&t, peek, OUTSIDE);
    EXPECT_ANSWER(g, seL4_Fault_VMFault,
                  WORDS((seL4_Word)peek_instruction, OUTSIDE, 0, FSR_READ | FSR_TRANSLATION | 3));
    EXPECT_SUCCESS(map_page(frame, VSPACE, OUTSIDE, RIGHTS_RW, CACHED));
    EXPECT_EQUAL(peek(OUTSIDE), OUTSIDE);
}

CASE(unmap_leaves_a_table_of_the_address_space_that_came_after)
{
    seL4_CPtr pool = slot_new();
    seL4_CPtr old = object_new(seL4_ARM_VSpaceObject, 0);
    seL4_CPtr after = object_new(seL4_ARM_VSpaceObject, 0);
    EXPECT_SUCCESS(call(seL4_CapASIDControl, ARMASIDControlMakePool, WORDS(pool, DEPTH),
                        CAPS(untyped_new(12), ROOT)));
    EXPECT_SUCCESS(call(pool, ARMASIDPoolAssign, NO_WORDS, CAPS(old)));
    seL4_CPtr table = map_tables(old, 0, LEVELS);
    EXPECT_SUCCESS(delete (old));
    EXPECT_SUCCESS(call(pool, ARMASIDPoolAssign, NO_WORDS, CAPS(after)));
    (void)map_tables(after, 0, LEVELS);
    EXPECT_SUCCESS(map_page(frame_new(), after, 0, RIGHTS_RW, CACHED));
    EXPECT_SUCCESS(call(table, ARMPageTableUnmap, NO_WORDS, NO_CAPS));
    EXPECT_SUCCESS(map_page(frame_new(), after, PAGE_SIZE, RIGHTS_RW, CACHED));
    EXPECT_SUCCESS(map_table(table, after, LARGE));
}

CASE(a_page_in_an_unmapped_table_can_be_unmapped)
{
    seL4_CPtr vspace = vspace_new();
    seL4_CPtr frame = frame_new();
    seL4_CPtr table = map_tables(vspace, 0, LEVELS);
    EXPECT_SUCCESS(map_page(frame, vspace, 0, RIGHTS_RW, CACHED));
    EXPECT_SUCCESS(delete (table));
    EXPECT_INVALID_ARGUMENT(map_page(frame, vspace, PAGE_SIZE, RIGHTS_RW, CACHED), 0);
    EXPECT_MISSING(map_page(frame, vspace, 0, RIGHTS_RW, CACHED), 0, 21);
    EXPECT_SUCCESS(unmap_page(frame));
    EXPECT_SUCCESS(map_table(page_table_new(), vspace, 0));
    EXPECT_SUCCESS(map_page(frame, vspace, PAGE_SIZE, RIGHTS_RW, CACHED));
}
