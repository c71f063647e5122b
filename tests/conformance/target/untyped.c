// SPDX-License-Identifier: BSD-2-Clause
//
// Untyped memory: the checks of a retype in their order, the mark of free space, what may be made
// of device memory.
#include "case.h"

// --- the checks, in order -----------------------------------------------------------------------

CASE(retype_refuses_another_label)
{
    EXPECT_ILLEGAL(call(untyped_new(12), TCBReadRegisters, NO_WORDS, NO_CAPS));
    EXPECT_ILLEGAL(call(untyped_new(12), 0xfffffff, NO_WORDS, NO_CAPS));
}

CASE(retype_refuses_five_words)
{
    seL4_CPtr slot = slot_new();
    EXPECT_TRUNCATED(call(untyped_new(12), UntypedRetype,
                          WORDS(seL4_ObjectTypeCount, 0, 0, 0, slot), CAPS(ROOT)));
}

CASE(retype_refuses_a_missing_root)
{
    EXPECT_TRUNCATED(
        call(untyped_new(12), UntypedRetype, WORDS(seL4_ObjectTypeCount, 0, 0, 0, 0, 1), NO_CAPS));
}

CASE(retype_refuses_a_type_that_does_not_exist)
{
    seL4_CPtr untyped = untyped_new(12);
    EXPECT_INVALID_ARGUMENT(retype(untyped, seL4_ObjectTypeCount, 64, slot_new(), 1), 0);
    EXPECT_INVALID_ARGUMENT(retype(untyped, ~0UL, 0, slot_new(), 1), 0);
}

CASE(retype_makes_objects_in_consecutive_slots)
{
    seL4_CPtr slots = slots_new(3);
    EXPECT_SUCCESS(retype(untyped_new(12), seL4_EndpointObject, 0, slots, 2));
    EXPECT(!slot_is_empty(slots));
    EXPECT(!slot_is_empty(slots + 1));
    EXPECT(slot_is_empty(slots + 2));
}
