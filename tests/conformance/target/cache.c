// SPDX-License-Identifier: BSD-2-Clause
//
// Cache maintenance of pages and address spaces: the checks in their order. What a cache holds
// cannot be seen from here, but for code that is written and then run (page.c).
#include "mapping.h"

static const seL4_Word page_labels[] = {ARMPageClean_Data, ARMPageInvalidate_Data,
                                        ARMPageCleanInvalidate_Data, ARMPageUnify_Instruction};
static const seL4_Word vspace_labels[] = {ARMVSpaceClean_Data, ARMVSpaceInvalidate_Data,
                                          ARMVSpaceCleanInvalidate_Data,
                                          ARMVSpaceUnify_Instruction};
enum { OPERATIONS = 4 };

static struct got range(seL4_CPtr object, seL4_Word label, seL4_Word start, seL4_Word end)
{
    return call(object, label, WORDS(start, end), NO_CAPS);
}

static seL4_CPtr mapped(seL4_Word rights)
{
    seL4_CPtr frame = frame_new();
    EXPECT_SUCCESS(map_page(frame, VSPACE, INSIDE, rights, CACHED));
    return frame;
}

// --- pages --------------------------------------------------------------------------------------

CASE(page_operations_want_two_words)
{
    seL4_CPtr frame = frame_new();
    for (int i = 0; i < OPERATIONS; i++) {
        EXPECT_TRUNCATED(call(frame, page_labels[i], WORDS(0), NO_CAPS));
    }
}

CASE(page_operations_refuse_a_frame_that_is_not_mapped)
{
    seL4_CPtr frame = frame_new();
    for (int i = 0; i < OPERATIONS; i++) {
        EXPECT_ILLEGAL(range(frame, page_labels[i], 8, 8));
    }
}

CASE(page_operations_refuse_an_empty_range_and_then_one_outside)
{
    seL4_CPtr frame = mapped(RIGHTS_RW);
    for (int i = 0; i < OPERATIONS; i++) {
        EXPECT_INVALID_ARGUMENT(range(frame, page_labels[i], 8, 8), 1);
        EXPECT_INVALID_ARGUMENT(range(frame, page_labels[i], 2 * PAGE_SIZE, PAGE_SIZE), 1);
        EXPECT_INVALID_ARGUMENT(range(frame, page_labels[i], PAGE_SIZE, PAGE_SIZE + 1), 0);
        EXPECT_INVALID_ARGUMENT(range(frame, page_labels[i], 0, PAGE_SIZE + 1), 0);
        EXPECT_INVALID_ARGUMENT(range(frame, page_labels[i], ~0UL - 1, ~0UL), 0);
    }
}

CASE(page_operations_take_every_range_inside)
{
    seL4_CPtr frame = mapped(RIGHTS_RW);
    for (int i = 0; i < OPERATIONS; i++) {
        EXPECT_SUCCESS(range(frame, page_labels[i], 0, PAGE_SIZE));
        EXPECT_SUCCESS(range(frame, page_labels[i], 1, 2));
        EXPECT_SUCCESS(range(frame, page_labels[i], PAGE_SIZE - 1, PAGE_SIZE));
    }
}

CASE(page_operations_refuse_a_vspace_that_is_gone)
{
    seL4_CPtr vspace = vspace_new();
    seL4_CPtr frame = frame_new();
    (void)map_tables(vspace, 0, LEVELS);
    EXPECT_SUCCESS(map_page(frame, vspace, 0, RIGHTS_RW, CACHED));
    EXPECT_SUCCESS(delete (vspace));
    for (int i = 0; i < OPERATIONS; i++) {
        EXPECT_NO_ROOT(range(frame, page_labels[i], 0, 8), 0);
        EXPECT_NO_ROOT(range(frame, page_labels[i], 8, 8), 0);
    }
}

CASE(page_operations_refuse_a_mapping_that_was_replaced)
{
    seL4_CPtr frame = mapped(RIGHTS_RW);
    (void)mapped(RIGHTS_RW);
    for (int i = 0; i < OPERATIONS; i++) {
        EXPECT_INVALID_ARGUMENT(range(frame, page_labels[i], 8, 8), 1);
        EXPECT_INVALID_CAPABILITY(range(frame, page_labels[i], 0, 8), 0);
    }
}

CASE(invalidating_wants_a_page_that_can_be_written)
{
    seL4_CPtr frame = mapped(RIGHTS_R);
    for (int i = 0; i < OPERATIONS; i++) {
        if (page_labels[i] == ARMPageInvalidate_Data) {
            EXPECT_ILLEGAL(range(frame, page_labels[i], 0, 8));
        } else {
            EXPECT_SUCCESS(range(frame, page_labels[i], 0, 8));
        }
    }
}

CASE(page_operations_work_on_another_address_space)
{
    seL4_CPtr vspace = vspace_new();
    seL4_CPtr frame = frame_new();
    (void)map_tables(vspace, 0, LEVELS);
    EXPECT_SUCCESS(map_page(frame, vspace, 0, RIGHTS_RW, CACHED));
    for (int i = 0; i < OPERATIONS; i++) {
        EXPECT_SUCCESS(range(frame, page_labels[i], 0, PAGE_SIZE));
    }
}

// --- address spaces -----------------------------------------------------------------------------

CASE(vspaces_refuse_other_labels)
{
    EXPECT_ILLEGAL(call(VSPACE, 0, NO_WORDS, NO_CAPS));
    EXPECT_ILLEGAL(call(VSPACE, ARMPageClean_Data, WORDS(0, 1), NO_CAPS));
    EXPECT_ILLEGAL(call(VSPACE, ARMVSpaceClean_Data - 1, NO_WORDS, NO_CAPS));
    EXPECT_ILLEGAL(call(VSPACE, ARMVSpaceUnify_Instruction + 1, NO_WORDS, NO_CAPS));
}

CASE(vspace_operations_check_length_range_and_top)
{
    seL4_CPtr vspace = object_new(seL4_ARM_VSpaceObject, 0);
    for (int i = 0; i < OPERATIONS; i++) {
        EXPECT_TRUNCATED(call(vspace, vspace_labels[i], WORDS(8), NO_CAPS));
        EXPECT_INVALID_ARGUMENT(range(vspace, vspace_labels[i], 8, 8), 1);
        EXPECT_INVALID_ARGUMENT(range(vspace, vspace_labels[i], ~0UL, 8), 1);
        EXPECT_ILLEGAL(range(vspace, vspace_labels[i], 0, USER_TOP + 1));
        EXPECT_INVALID_CAPABILITY(range(vspace, vspace_labels[i], 0, USER_TOP), 0);
    }
}

CASE(vspace_operations_refuse_a_vspace_that_is_gone)
{
    seL4_CPtr stale = stale_vspace();
    seL4_CPtr replaced = replaced_vspace();
    for (int i = 0; i < OPERATIONS; i++) {
        EXPECT_INVALID_CAPABILITY(range(replaced, vspace_labels[i], 0, 8), 0);
    }
    EXPECT_SUCCESS(delete (replaced));
    // The identifier of the first is in use again, by neither.
    EXPECT_INVALID_CAPABILITY(range(stale, ARMVSpaceClean_Data, 0, 8), 0);
    EXPECT_NO_ROOT(range(stale_vspace(), ARMVSpaceClean_Data, 0, 8), 0);
}

CASE(vspace_operations_do_nothing_where_no_page_is)
{
    for (int i = 0; i < OPERATIONS; i++) {
        EXPECT_SUCCESS(range(vspace_new(), vspace_labels[i], 0, USER_TOP));
        EXPECT_SUCCESS(range(VSPACE, vspace_labels[i], OUTSIDE, OUTSIDE + 4 * PAGE_SIZE));
    }
}

CASE(vspace_operations_refuse_to_cross_the_page)
{
    (void)mapped(RIGHTS_RW);
    for (int i = 0; i < OPERATIONS; i++) {
        EXPECT_RANGE(range(VSPACE, vspace_labels[i], INSIDE + 8, INSIDE + PAGE_SIZE + 1),
                     INSIDE + 8, INSIDE + PAGE_SIZE - 1);
        EXPECT_SUCCESS(range(VSPACE, vspace_labels[i], INSIDE, INSIDE + PAGE_SIZE));
        EXPECT_SUCCESS(range(VSPACE, vspace_labels[i], INSIDE + 1, INSIDE + 2));
    }
}

CASE(vspace_invalidating_wants_a_page_that_can_be_written)
{
    (void)mapped(RIGHTS_R);
    for (int i = 0; i < OPERATIONS; i++) {
        if (vspace_labels[i] == ARMVSpaceInvalidate_Data) {
            EXPECT_ILLEGAL(range(VSPACE, vspace_labels[i], INSIDE, INSIDE + 8));
        } else {
            EXPECT_SUCCESS(range(VSPACE, vspace_labels[i], INSIDE, INSIDE + 8));
        }
    }
}

CASE(vspace_operations_know_large_pages)
{
    (void)map_tables(VSPACE, OUTSIDE, 2);
    EXPECT_SUCCESS(
        map_page(object_new(seL4_ARM_LargePageObject, 0), VSPACE, OUTSIDE, RIGHTS_RW, CACHED));
    EXPECT_SUCCESS(range(VSPACE, ARMVSpaceClean_Data, OUTSIDE + PAGE_SIZE, OUTSIDE + LARGE));
    EXPECT_RANGE(range(VSPACE, ARMVSpaceClean_Data, OUTSIDE, OUTSIDE + LARGE + 1), OUTSIDE,
                 OUTSIDE + LARGE - 1);
}
