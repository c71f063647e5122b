// SPDX-License-Identifier: BSD-2-Clause
//
// Untyped memory: the checks of a retype in their order, the mark of free space, what may be made
// of device memory.
#include "case.h"
#include "serial.h"

enum {
    FAN_OUT = 256,
    RADIX = 4,
    SLOTS = 1 << RADIX,
};

#define PAGE 4096UL

// Retype into slot `offset` of what (root, index, depth) leads to.
static struct got retype_at(seL4_CPtr untyped, seL4_Word type, seL4_CPtr root, seL4_Word index,
                            seL4_Word depth, seL4_Word offset, seL4_Word count)
{
    return call(untyped, UntypedRetype, WORDS(type, 0, index, depth, offset, count), CAPS(root));
}

// A device untyped of the boot info that nobody uses, of at least `bits`.
static seL4_CPtr device_untyped(seL4_Word bits)
{
    const seL4_BootInfo *boot = boot_info();
    seL4_Word i = 0;
    while (!boot->untypedList[i].isDevice || boot->untypedList[i].sizeBits < bits ||
           boot->untypedList[i].paddr == SERIAL_PADDR) {
        i++;
    }
    return boot->untyped.start + i;
}

static seL4_Word physical_address(seL4_CPtr frame)
{
    struct got g = call(frame, ARMPageGetAddress, NO_WORDS, NO_CAPS);
    EXPECT_RESULT(g, WORDS(g.mr[0]));
    return g.mr[0];
}

// --- the checks, in order -----------------------------------------------------------------------

CASE(retype_refuses_another_label)
{
    seL4_CPtr untyped = untyped_new(12);
    EXPECT_ILLEGAL(call(untyped, 0, NO_WORDS, NO_CAPS));
    EXPECT_ILLEGAL(call(untyped, TCBReadRegisters, NO_WORDS, NO_CAPS));
    EXPECT_ILLEGAL(call(untyped, (1UL << 52) - 1, NO_WORDS, NO_CAPS));
}

CASE(retype_refuses_five_words)
{
    EXPECT_TRUNCATED(call(untyped_new(12), UntypedRetype,
                          WORDS(seL4_ObjectTypeCount, 0, 0, 0, slot_new()), CAPS(ROOT)));
}

CASE(retype_refuses_a_missing_root)
{
    EXPECT_TRUNCATED(call(untyped_new(12), UntypedRetype,
                          WORDS(seL4_ObjectTypeCount, 0, 0, 0, slot_new(), 1), NO_CAPS));
}

CASE(retype_refuses_a_type_that_does_not_exist)
{
    seL4_CPtr untyped = untyped_new(12);
    EXPECT_INVALID_ARGUMENT(retype(untyped, seL4_ObjectTypeCount, 64, slot_new(), 1), 0);
    EXPECT_INVALID_ARGUMENT(retype(untyped, ~0UL, 0, slot_new(), 1), 0);
}

CASE(retype_refuses_a_size_of_64_bits_for_every_type)
{
    seL4_CPtr untyped = untyped_new(12);
    for (seL4_Word type = 0; type < seL4_ObjectTypeCount; type++) {
        EXPECT_RANGE(retype(untyped, type, 64, slot_new(), 0), 0, seL4_MaxUntypedBits);
    }
    EXPECT_RANGE(retype(untyped, seL4_EndpointObject, ~0UL, slot_new(), 0), 0, seL4_MaxUntypedBits);
}

CASE(retype_refuses_objects_above_the_largest_untyped)
{
    seL4_CPtr untyped = untyped_new(12);
    EXPECT_RANGE(retype(untyped, seL4_UntypedObject, 48, slot_new(), 0), 0, 47);
    EXPECT_RANGE(retype(untyped, seL4_CapTableObject, 43, slot_new(), 0), 0, 47);
    EXPECT_RANGE(retype(untyped, seL4_SchedContextObject, 48, slot_new(), 0), 0, 47);
    EXPECT_NO_MEMORY(retype(untyped, seL4_UntypedObject, 47, slot_new(), 1), PAGE);
    EXPECT_NO_MEMORY(retype(untyped, seL4_CapTableObject, 42, slot_new(), 1), PAGE);
}

CASE(retype_ignores_the_size_of_objects_that_have_only_one)
{
    EXPECT_SUCCESS(retype(untyped_new(12), seL4_EndpointObject, 63, slot_new(), 1));
}

CASE(retype_refuses_sizes_that_are_too_small)
{
    seL4_CPtr untyped = untyped_new(12);
    EXPECT_INVALID_ARGUMENT(retype(untyped, seL4_CapTableObject, 0, slot_new(), 0), 1);
    EXPECT_INVALID_ARGUMENT(retype(untyped, seL4_UntypedObject, 3, slot_new(), 0), 1);
    EXPECT_INVALID_ARGUMENT(retype(untyped, seL4_SchedContextObject, 6, slot_new(), 0), 1);
    EXPECT_SUCCESS(retype(untyped, seL4_CapTableObject, 1, slot_new(), 1));
    EXPECT_SUCCESS(retype(untyped, seL4_UntypedObject, 4, slot_new(), 1));
    EXPECT_SUCCESS(retype(untyped, seL4_SchedContextObject, 7, slot_new(), 1));
}

CASE(retype_checks_the_size_before_the_destination)
{
    EXPECT_INVALID_ARGUMENT(
        call(untyped_new(12), UntypedRetype, WORDS(seL4_UntypedObject, 3, 0, 65, 0, 0), CAPS(0)),
        1);
}

CASE(retype_resolves_the_destination_and_refuses_as_lookups_do)
{
    seL4_CPtr untyped = untyped_new(12);
    seL4_CPtr cnode = cnode_new(RADIX);
    seL4_Word type = seL4_EndpointObject;
    EXPECT_RANGE(retype_at(untyped, type, ROOT, 1, 65, 0, 0), 1, 64);
    EXPECT_NO_ROOT(retype_at(untyped, type, untyped, 1, 64, 0, 0), 0);
    EXPECT_NO_ROOT(retype_at(untyped, type, untyped, 1, 65, 0, 0), 0);
    EXPECT_DEPTH_MISMATCH(retype_at(untyped, type, cnode, 1, 3, 0, 0), 0, 3, 4);
    EXPECT_GUARD_MISMATCH(retype_at(untyped, type, ROOT, 1UL << 60, 64, 0, 0), 0, 64, 0,
                          64 - boot_info()->initThreadCNodeSizeBits);
}

CASE(retype_refuses_a_destination_that_is_no_cnode)
{
    seL4_CPtr untyped = untyped_new(12);
    EXPECT_MISSING(retype_at(untyped, seL4_EndpointObject, ROOT, untyped, 64, 0, 0), 0, 64);
    EXPECT_MISSING(retype_at(untyped, seL4_EndpointObject, ROOT, slot_new(), 64, 0, 0), 0, 64);
    EXPECT_MISSING(retype_at(untyped, seL4_EndpointObject, untyped, 0, 0, 0, 0), 0, 0);
    EXPECT_MISSING(retype_at(untyped, seL4_EndpointObject, 0, 0, 0, 0, 0), 0, 0);
}

CASE(retype_with_depth_0_takes_the_root_itself_and_ignores_the_index)
{
    seL4_CPtr cnode = cnode_new(RADIX);
    EXPECT_SUCCESS(retype_at(untyped_new(12), seL4_EndpointObject, cnode, 1UL << 63, 0, 2, 1));
    EXPECT_DELETE_FIRST(call(cnode, CNodeMove, WORDS(2, RADIX, 2, RADIX), CAPS(cnode)));
}

CASE(retype_refuses_an_offset_outside_the_cnode)
{
    seL4_CPtr cnode = cnode_new(RADIX);
    seL4_CPtr untyped = untyped_new(12);
    EXPECT_RANGE(retype_at(untyped, seL4_EndpointObject, cnode, 0, 0, SLOTS, 0), 0, SLOTS - 1);
    EXPECT_RANGE(retype_at(untyped, seL4_EndpointObject, cnode, 0, 0, ~0UL, 0), 0, SLOTS - 1);
}

CASE(retype_refuses_no_objects_and_more_than_256)
{
    seL4_CPtr untyped = untyped_new(12);
    seL4_CPtr cnode = cnode_new(RADIX);
    EXPECT_RANGE(retype_at(untyped, seL4_EndpointObject, cnode, 0, 0, 0, 0), 1, FAN_OUT);
    EXPECT_RANGE(retype_at(untyped, seL4_EndpointObject, cnode, 0, 0, 0, FAN_OUT + 1), 1, FAN_OUT);
    EXPECT_RANGE(retype_at(untyped, seL4_EndpointObject, cnode, 0, 0, 0, ~0UL), 1, FAN_OUT);
}

CASE(retype_makes_256_objects)
{
    seL4_CPtr cnode = cnode_new(8);
    EXPECT_SUCCESS(retype_at(untyped_new(12), seL4_EndpointObject, cnode, 0, 0, 0, FAN_OUT));
    EXPECT_DELETE_FIRST(call(cnode, CNodeMove, WORDS(255, 8, 255, 8), CAPS(cnode)));
}

CASE(retype_refuses_more_objects_than_slots_are_left)
{
    seL4_CPtr cnode = cnode_new(RADIX);
    seL4_CPtr untyped = untyped_new(12);
    EXPECT_RANGE(retype_at(untyped, seL4_EndpointObject, cnode, 0, 0, 3, 14), 1, SLOTS - 3);
    EXPECT_SUCCESS(retype_at(untyped, seL4_EndpointObject, cnode, 0, 0, 3, 13));
}

CASE(retype_refuses_an_occupied_slot_among_the_destinations)
{
    seL4_CPtr slots = slots_new(3);
    seL4_CPtr untyped = untyped_new(12);
    EXPECT_SUCCESS(copy(slots + 2, endpoint_new(), RIGHTS_ALL));
    EXPECT_DELETE_FIRST(retype(untyped, seL4_EndpointObject, 0, slots, 3));
    EXPECT(slot_is_empty(slots));
    EXPECT_SUCCESS(retype(untyped, seL4_EndpointObject, 0, slots, 2));
}

CASE(retype_checks_the_slots_before_the_memory)
{
    seL4_CPtr slot = endpoint_new();
    EXPECT_DELETE_FIRST(retype(untyped_new(12), seL4_ARM_LargePageObject, 0, slot, 1));
}

CASE(retype_refuses_what_does_not_fit_and_tells_the_free_bytes)
{
    seL4_CPtr untyped = untyped_new(12);
    EXPECT_NO_MEMORY(retype(untyped, seL4_ARM_LargePageObject, 0, slot_new(), 1), PAGE);
    EXPECT_NO_MEMORY(retype(untyped, seL4_ReplyObject, 0, slots_new(129), 129), PAGE);
}

// --- device memory ------------------------------------------------------------------------------

CASE(retype_of_device_memory_makes_pages_and_untypeds_only)
{
    seL4_CPtr device = device_untyped(12);
    for (seL4_Word type = 0; type < seL4_ObjectTypeCount; type++) {
        seL4_Word bits = type == seL4_SchedContextObject ? 8 : type == seL4_UntypedObject ? 12 : 1;
        if (type == seL4_UntypedObject || type == seL4_ARM_SmallPageObject) {
            seL4_CPtr slot = slot_new();
            EXPECT_SUCCESS(retype(device, type, bits, slot, 1));
            EXPECT_SUCCESS(delete (slot));
        } else if (type != seL4_ARM_HugePageObject && type != seL4_ARM_LargePageObject) {
            EXPECT_INVALID_ARGUMENT(retype(device, type, bits, slot_new(), 1), 1);
        }
    }
}

CASE(retype_checks_the_memory_before_device_types)
{
    seL4_CPtr device = slot_new();
    EXPECT_SUCCESS(retype(device_untyped(12), seL4_UntypedObject, 12, device, 1));
    EXPECT_NO_MEMORY(retype(device, seL4_CapTableObject, 8, slot_new(), 1), PAGE);
}

CASE(retype_of_device_memory_makes_pages_of_every_size)
{
    seL4_CPtr huge = slot_new();
    seL4_CPtr large = slot_new();
    EXPECT_SUCCESS(retype(device_untyped(30), seL4_ARM_HugePageObject, 0, huge, 1));
    EXPECT_EQUAL(physical_address(huge) % (1UL << 30), 0);
    EXPECT_SUCCESS(retype(device_untyped(21), seL4_ARM_LargePageObject, 0, large, 1));
    EXPECT_EQUAL(physical_address(large) % (1UL << 21), 0);
}

CASE(retype_of_a_device_untyped_stays_device_memory)
{
    seL4_CPtr inner = slot_new();
    EXPECT_SUCCESS(retype(device_untyped(12), seL4_UntypedObject, 12, inner, 1));
    EXPECT_INVALID_ARGUMENT(retype(inner, seL4_EndpointObject, 0, slot_new(), 1), 1);
}

// --- the mark -----------------------------------------------------------------------------------

CASE(retype_makes_objects_in_consecutive_slots)
{
    seL4_CPtr slots = slots_new(3);
    EXPECT_SUCCESS(retype(untyped_new(12), seL4_EndpointObject, 0, slots, 2));
    EXPECT(!slot_is_empty(slots));
    EXPECT(!slot_is_empty(slots + 1));
    EXPECT(slot_is_empty(slots + 2));
}

CASE(retype_aligns_objects_to_their_size_and_loses_what_lies_between)
{
    seL4_CPtr untyped = untyped_new(14);
    seL4_CPtr page = slot_new();
    EXPECT_SUCCESS(retype(untyped, seL4_EndpointObject, 0, slot_new(), 1));
    EXPECT_NO_MEMORY(retype(untyped, seL4_ARM_SmallPageObject, 0, slots_new(4), 4), 16368);
    EXPECT_SUCCESS(retype(untyped, seL4_ARM_SmallPageObject, 0, page, 1));
    EXPECT_EQUAL(physical_address(page) % (4 * PAGE), PAGE);
    EXPECT_NO_MEMORY(retype(untyped, seL4_ARM_SmallPageObject, 0, slots_new(3), 3), 0x2000);
    EXPECT_SUCCESS(retype(untyped, seL4_ARM_SmallPageObject, 0, slots_new(2), 2));
    EXPECT_NO_MEMORY(retype(untyped, seL4_EndpointObject, 0, slot_new(), 1), 0);
}

CASE(freeing_one_child_does_not_lower_the_mark)
{
    seL4_CPtr untyped = untyped_new(12);
    seL4_CPtr slots = slots_new(2);
    EXPECT_SUCCESS(retype(untyped, seL4_UntypedObject, 11, slots, 2));
    EXPECT_SUCCESS(delete (slots + 1));
    EXPECT_NO_MEMORY(retype(untyped, seL4_EndpointObject, 0, slot_new(), 1), 0);
}

CASE(freeing_all_children_makes_the_whole_untyped_free)
{
    seL4_CPtr untyped = untyped_new(12);
    seL4_CPtr slots = slots_new(2);
    EXPECT_SUCCESS(retype(untyped, seL4_UntypedObject, 11, slots, 2));
    EXPECT_SUCCESS(delete (slots));
    EXPECT_SUCCESS(delete (slots + 1));
    EXPECT_NO_MEMORY(retype(untyped, seL4_UntypedObject, 13, slots, 1), PAGE);
    EXPECT_SUCCESS(retype(untyped, seL4_UntypedObject, 12, slots, 1));
}

CASE(revoke_of_an_untyped_makes_it_free)
{
    seL4_CPtr untyped = untyped_new(12);
    seL4_CPtr page = slot_new();
    EXPECT_SUCCESS(retype(untyped, seL4_ARM_SmallPageObject, 0, page, 1));
    seL4_Word paddr = physical_address(page);
    seL4_CPtr another = copy_new(page, RIGHTS_R);
    EXPECT_SUCCESS(revoke(untyped));
    EXPECT(slot_is_empty(page));
    EXPECT(slot_is_empty(another));
    EXPECT_SUCCESS(retype(untyped, seL4_ARM_SmallPageObject, 0, page, 1));
    EXPECT_EQUAL(physical_address(page), paddr);
}

CASE(a_refused_retype_leaves_the_mark_where_it_was)
{
    seL4_CPtr untyped = untyped_new(12);
    EXPECT_SUCCESS(retype(untyped, seL4_EndpointObject, 0, slot_new(), 1));
    EXPECT_NO_MEMORY(retype(untyped, seL4_ARM_SmallPageObject, 0, slot_new(), 1), PAGE - 16);
    EXPECT_NO_MEMORY(retype(untyped, seL4_ARM_SmallPageObject, 0, slot_new(), 1), PAGE - 16);
}

CASE(untyped_objects_of_all_sizes_fill_their_parent)
{
    for (seL4_Word bits = seL4_MinUntypedBits; bits <= 16; bits++) {
        seL4_CPtr untyped = untyped_new(bits + 1);
        EXPECT_SUCCESS(retype(untyped, seL4_UntypedObject, bits, slots_new(2), 2));
        EXPECT_NO_MEMORY(retype(untyped, seL4_UntypedObject, 4, slot_new(), 1), 0);
    }
}

// Every object takes the bytes that the API tells: one fits an untyped of its size, but no second
// one.
static void expect_size(seL4_Word type, seL4_Word size_bits, seL4_Word bits)
{
    seL4_CPtr untyped = untyped_new(bits);
    EXPECT_SUCCESS(retype(untyped, type, size_bits, slot_new(), 1));
    EXPECT_NO_MEMORY(retype(untyped, type, size_bits, slot_new(), 1), 0);
    if (bits > seL4_MinUntypedBits) {
        EXPECT_NO_MEMORY(retype(untyped_new(bits - 1), type, size_bits, slot_new(), 1),
                         1UL << (bits - 1));
    }
}

CASE(objects_have_the_sizes_of_the_api)
{
    expect_size(seL4_TCBObject, 0, seL4_TCBBits);
    expect_size(seL4_EndpointObject, 0, 4);
    expect_size(seL4_NotificationObject, 0, 6);
    expect_size(seL4_CapTableObject, 1, 6);
    expect_size(seL4_CapTableObject, 7, 12);
    expect_size(seL4_SchedContextObject, 7, 7);
    expect_size(seL4_SchedContextObject, 9, 9);
    expect_size(seL4_ReplyObject, 0, 5);
    expect_size(seL4_ARM_VSpaceObject, 0, 12);
    expect_size(seL4_ARM_SmallPageObject, 0, 12);
    expect_size(seL4_ARM_LargePageObject, 0, 21);
    expect_size(seL4_ARM_PageTableObject, 0, 12);
}

// --- memory is clean ----------------------------------------------------------------------------

CASE(new_pages_are_zero_after_a_reset)
{
    const seL4_Word vaddr = 0x5e0000;
    seL4_CPtr untyped = untyped_new(12);
    seL4_CPtr page = slot_new();
    for (int i = 0; i < 2; i++) {
        EXPECT_SUCCESS(retype(untyped, seL4_ARM_SmallPageObject, 0, page, 1));
        EXPECT_SUCCESS(
            call(page, ARMPageMap, WORDS(vaddr, RIGHTS_RW, 3), CAPS(seL4_CapInitThreadVSpace)));
        EXPECT_EQUAL(peek(vaddr), 0);
        EXPECT_EQUAL(peek(vaddr + PAGE - 8), 0);
        (void)poke(vaddr);
        (void)poke(vaddr + PAGE - 8);
        EXPECT_SUCCESS(delete (page));
    }
}

CASE(new_cnodes_are_empty_in_memory_that_was_used)
{
    seL4_CPtr untyped = untyped_new(12);
    seL4_CPtr slot = slot_new();
    EXPECT_SUCCESS(retype(untyped, seL4_CapTableObject, 7, slot, 1));
    EXPECT_SUCCESS(call(slot, CNodeCopy, WORDS(5, 7, ROOT, DEPTH, RIGHTS_ALL), CAPS(ROOT)));
    EXPECT_SUCCESS(delete (slot));
    EXPECT_SUCCESS(retype(untyped, seL4_CapTableObject, 7, slot, 1));
    EXPECT_MISSING(call(slot, CNodeMove, WORDS(5, 7, 5, 7), CAPS(slot)), 1, 7);
}

// --- copies -------------------------------------------------------------------------------------

CASE(copying_an_untyped_fills_it)
{
    seL4_CPtr untyped = untyped_new(12);
    seL4_CPtr twin = copy_new(untyped, RIGHTS_ALL);
    EXPECT_NO_MEMORY(retype(untyped, seL4_EndpointObject, 0, slot_new(), 1), 0);
    EXPECT_SUCCESS(retype(twin, seL4_EndpointObject, 0, slot_new(), 1));
    EXPECT_SUCCESS(revoke(untyped));
    EXPECT(slot_is_empty(twin));
    EXPECT_SUCCESS(retype(untyped, seL4_EndpointObject, 0, slot_new(), 1));
}

CASE(copying_an_untyped_with_children_is_refused)
{
    seL4_CPtr untyped = untyped_new(12);
    EXPECT_SUCCESS(retype(untyped, seL4_EndpointObject, 0, slot_new(), 1));
    EXPECT_REVOKE_FIRST(copy(slot_new(), untyped, RIGHTS_ALL));
}
