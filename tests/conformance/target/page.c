// SPDX-License-Identifier: BSD-2-Clause
//
// Pages: where and how they can be mapped, and what a thread may then do with them.
#include "mapping.h"

static seL4_CPtr large_new(void)
{
    return object_new(seL4_ARM_LargePageObject, 0);
}

static seL4_Word address_of(seL4_CPtr frame)
{
    struct got g = call(frame, ARMPageGetAddress, NO_WORDS, NO_CAPS);
    EXPECT_EQUAL(g.label, seL4_NoError);
    EXPECT_EQUAL(g.length, 1);
    return g.mr[0];
}

// A frame of device memory of this size, which nobody will touch.
static seL4_CPtr device_new(seL4_Word type, seL4_Word bits)
{
    const seL4_BootInfo *boot = boot_info();
    seL4_Word i = 0;
    while (!boot->untypedList[i].isDevice || boot->untypedList[i].sizeBits < bits) {
        i++;
    }
    seL4_CPtr slot = slot_new();
    return expect_made(HERE, retype(boot->untyped.start + i, type, 0, slot, 1), slot);
}

// --- the checks of Map, in order ----------------------------------------------------------------

CASE(pages_refuse_other_labels)
{
    EXPECT_ILLEGAL(call(frame_new(), 0, NO_WORDS, NO_CAPS));
    EXPECT_ILLEGAL(call(frame_new(), ARMPageTableMap, NO_WORDS, NO_CAPS));
    EXPECT_ILLEGAL(call(frame_new(), ARMVSpaceClean_Data, WORDS(0, 1), NO_CAPS));
}

CASE(map_wants_three_words_and_a_vspace)
{
    EXPECT_TRUNCATED(call(frame_new(), ARMPageMap, WORDS(0, RIGHTS_RW), CAPS(vspace_new())));
    EXPECT_TRUNCATED(call(frame_new(), ARMPageMap, WORDS(0, RIGHTS_RW, CACHED), NO_CAPS));
}

CASE(map_refuses_what_is_no_vspace_with_an_asid)
{
    EXPECT_INVALID_CAPABILITY(map_page(frame_new(), 0, 1, 0, 0), 1);
    EXPECT_INVALID_CAPABILITY(map_page(frame_new(), page_table_new(), 1, 0, 0), 1);
    EXPECT_INVALID_CAPABILITY(map_page(frame_new(), object_new(seL4_ARM_VSpaceObject, 0), 1, 0, 0),
                              1);
}

CASE(map_refuses_a_vspace_whose_asid_is_gone_or_anothers)
{
    EXPECT_NO_ROOT(map_page(frame_new(), stale_vspace(), 1, 0, 0), 0);
    EXPECT_INVALID_CAPABILITY(map_page(frame_new(), replaced_vspace(), 1, 0, 0), 1);
}

CASE(map_refuses_addresses_that_are_not_aligned_to_the_size)
{
    seL4_CPtr vspace = vspace_new();
    EXPECT_ALIGNMENT(map_page(frame_new(), vspace, 8, RIGHTS_RW, CACHED));
    EXPECT_ALIGNMENT(map_page(frame_new(), vspace, ~0UL, RIGHTS_RW, CACHED));
    EXPECT_ALIGNMENT(map_page(large_new(), vspace, PAGE_SIZE, RIGHTS_RW, CACHED));
    EXPECT_ALIGNMENT(
        map_page(device_new(seL4_ARM_HugePageObject, 30), vspace, LARGE, RIGHTS_RW, CACHED));
}

CASE(map_refuses_addresses_above_the_users)
{
    seL4_CPtr vspace = vspace_new();
    EXPECT_INVALID_ARGUMENT(map_page(frame_new(), vspace, USER_TOP + 1, RIGHTS_RW, CACHED), 0);
    EXPECT_INVALID_ARGUMENT(map_page(frame_new(), vspace, ~0xfffUL, RIGHTS_RW, CACHED), 0);
    EXPECT_INVALID_ARGUMENT(map_page(large_new(), vspace, USER_TOP + 1, RIGHTS_RW, CACHED), 0);
    EXPECT_MISSING(map_page(frame_new(), vspace, USER_TOP + 1 - PAGE_SIZE, RIGHTS_RW, CACHED), 0,
                   39);
}

CASE(map_refuses_a_mapped_capability_in_another_place)
{
    seL4_CPtr vspace = vspace_new();
    seL4_CPtr frame = frame_new();
    (void)map_tables(vspace, 0, LEVELS);
    EXPECT_SUCCESS(map_page(frame, vspace, 0, RIGHTS_RW, CACHED));
    EXPECT_INVALID_CAPABILITY(map_page(frame, vspace_new(), 0, RIGHTS_RW, CACHED), 1);
    EXPECT_INVALID_CAPABILITY(map_page(frame, vspace_new(), PAGE_SIZE, RIGHTS_RW, CACHED), 1);
    EXPECT_INVALID_ARGUMENT(map_page(frame, vspace, PAGE_SIZE, RIGHTS_RW, CACHED), 0);
    EXPECT_ALIGNMENT(map_page(frame, vspace_new(), 8, RIGHTS_RW, CACHED));
}

CASE(map_tells_which_level_is_missing)
{
    seL4_CPtr vspace = vspace_new();
    EXPECT_MISSING(map_page(frame_new(), vspace, 0, RIGHTS_RW, CACHED), 0, 39);
    EXPECT_MISSING(map_page(large_new(), vspace, 0, RIGHTS_RW, CACHED), 0, 39);
    (void)map_tables(vspace, 0, 1);
    EXPECT_MISSING(map_page(frame_new(), vspace, 0, RIGHTS_RW, CACHED), 0, 30);
    EXPECT_MISSING(map_page(large_new(), vspace, 0, RIGHTS_RW, CACHED), 0, 30);
    (void)map_tables(vspace, 0, 1);
    EXPECT_MISSING(map_page(frame_new(), vspace, 0, RIGHTS_RW, CACHED), 0, 21);
    (void)map_tables(vspace, 0, 1);
    EXPECT_SUCCESS(map_page(frame_new(), vspace, 0, RIGHTS_RW, CACHED));
}

CASE(map_tells_where_a_table_is_in_the_way)
{
    seL4_CPtr vspace = vspace_new();
    seL4_CPtr huge = device_new(seL4_ARM_HugePageObject, 30);
    EXPECT_MISSING(map_page(huge, vspace, 0, RIGHTS_RW, CACHED), 0, 39);
    (void)map_tables(vspace, 0, LEVELS);
    EXPECT_MISSING(map_page(large_new(), vspace, 0, RIGHTS_RW, CACHED), 0, 12);
    EXPECT_MISSING(map_page(huge, vspace, 0, RIGHTS_RW, CACHED), 0, 12);
}

CASE(map_puts_pages_of_each_size_at_their_level)
{
    seL4_CPtr vspace = vspace_new();
    (void)map_tables(vspace, 0, 2);
    EXPECT_SUCCESS(map_page(large_new(), vspace, LARGE, RIGHTS_RW, CACHED));
    EXPECT_SUCCESS(
        map_page(device_new(seL4_ARM_HugePageObject, 30), vspace, HUGE, RIGHTS_RW, CACHED));
    EXPECT_MISSING(map_page(frame_new(), vspace, LARGE, RIGHTS_RW, CACHED), 0, 21);
    EXPECT_MISSING(map_page(large_new(), vspace, HUGE, RIGHTS_RW, CACHED), 0, 30);
}

// --- mapping again ------------------------------------------------------------------------------

CASE(map_replaces_a_page_that_is_there)
{
    seL4_CPtr first = frame_new();
    seL4_CPtr second = frame_new();
    EXPECT_SUCCESS(map_page(first, VSPACE, INSIDE, RIGHTS_RW, CACHED));
    (void)poke(INSIDE);
    EXPECT_SUCCESS(map_page(second, VSPACE, INSIDE, RIGHTS_RW, CACHED));
    EXPECT_EQUAL(peek(INSIDE), 0);
    EXPECT_SUCCESS(unmap_page(first));
    EXPECT_EQUAL(peek(INSIDE), 0);
    EXPECT_SUCCESS(delete (first));
    EXPECT_EQUAL(peek(INSIDE), 0);
}

CASE(two_capabilities_of_a_frame_map_it_twice)
{
    seL4_CPtr frame = frame_new();
    EXPECT_SUCCESS(map_page(frame, VSPACE, INSIDE, RIGHTS_RW, CACHED));
    EXPECT_SUCCESS(
        map_page(copy_new(frame, RIGHTS_RW), VSPACE, INSIDE + PAGE_SIZE, RIGHTS_RW, CACHED));
    (void)poke(INSIDE);
    EXPECT_EQUAL(peek(INSIDE + PAGE_SIZE), INSIDE);
}

CASE(a_copy_of_a_mapped_frame_is_not_mapped)
{
    seL4_CPtr frame = frame_new();
    EXPECT_SUCCESS(map_page(frame, VSPACE, INSIDE, RIGHTS_RW, CACHED));
    seL4_CPtr copied = copy_new(frame, RIGHTS_RW);
    EXPECT_ILLEGAL(call(copied, ARMPageClean_Data, WORDS(0, 8), NO_CAPS));
    EXPECT_SUCCESS(unmap_page(copied));
    EXPECT_EQUAL(peek(INSIDE), 0);
}

CASE(unmap_takes_the_page_and_succeeds_again)
{
    seL4_CPtr frame = frame_new();
    EXPECT_SUCCESS(unmap_page(frame));
    EXPECT_SUCCESS(map_page(frame, VSPACE, INSIDE, RIGHTS_RW, CACHED));
    EXPECT_EQUAL(peek(INSIDE), 0);
    EXPECT_SUCCESS(unmap_page(frame));
    EXPECT_SUCCESS(unmap_page(frame));
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_ANSWER(thread_run(&t, peek, INSIDE), seL4_Fault_VMFault,
                  WORDS((seL4_Word)peek_instruction, INSIDE, 0, FSR_READ | FSR_TRANSLATION | 3));
    EXPECT_SUCCESS(map_page(frame, VSPACE, INSIDE + PAGE_SIZE, RIGHTS_RW, CACHED));
}

CASE(unmap_after_the_end_of_the_vspace_succeeds)
{
    seL4_CPtr vspace = vspace_new();
    seL4_CPtr frame = frame_new();
    (void)map_tables(vspace, 0, LEVELS);
    EXPECT_SUCCESS(map_page(frame, vspace, 0, RIGHTS_RW, CACHED));
    EXPECT_SUCCESS(delete (vspace));
    EXPECT_INVALID_CAPABILITY(map_page(frame, VSPACE, INSIDE, RIGHTS_RW, CACHED), 1);
    EXPECT_SUCCESS(unmap_page(frame));
    EXPECT_SUCCESS(map_page(frame, VSPACE, INSIDE, RIGHTS_RW, CACHED));
}

// --- an address space that took the identifier of another one ------------------------------------

// An address space with tables for address 0, in a pool whose first identifier it takes.
static seL4_CPtr first_of(seL4_CPtr pool)
{
    seL4_CPtr vspace = object_new(seL4_ARM_VSpaceObject, 0);
    EXPECT_SUCCESS(call(pool, ARMASIDPoolAssign, NO_WORDS, CAPS(vspace)));
    (void)map_tables(vspace, 0, LEVELS);
    return vspace;
}

static seL4_CPtr pool_new(void)
{
    seL4_CPtr slot = slot_new();
    struct got g = call(seL4_CapASIDControl, ARMASIDControlMakePool, WORDS(slot, DEPTH),
                        CAPS(untyped_new(12), ROOT));
    return expect_made(HERE, g, slot);
}

// Is it the page of its frame that is mapped?
static void expect_mapped(seL4_CPtr frame)
{
    EXPECT_SUCCESS(call(frame, ARMPageClean_Data, WORDS(0, 8), NO_CAPS));
}

CASE(unmap_leaves_a_page_of_the_address_space_that_came_after)
{
    seL4_CPtr pool = pool_new();
    seL4_CPtr old = first_of(pool);
    seL4_CPtr frame = frame_new();
    seL4_CPtr other = frame_new();
    EXPECT_SUCCESS(map_page(frame, old, 0, RIGHTS_RW, CACHED));
    EXPECT_SUCCESS(delete (old));
    EXPECT_SUCCESS(map_page(other, first_of(pool), 0, RIGHTS_RW, CACHED));
    EXPECT_INVALID_CAPABILITY(call(frame, ARMPageClean_Data, WORDS(0, 8), NO_CAPS), 0);
    EXPECT_SUCCESS(unmap_page(frame));
    expect_mapped(other);
}

CASE(a_capability_can_be_mapped_in_the_address_space_that_came_after)
{
    seL4_CPtr pool = pool_new();
    seL4_CPtr old = first_of(pool);
    seL4_CPtr frame = frame_new();
    EXPECT_SUCCESS(map_page(frame, old, 0, RIGHTS_RW, CACHED));
    EXPECT_SUCCESS(delete (old));
    seL4_CPtr after = first_of(pool);
    EXPECT_INVALID_ARGUMENT(map_page(frame, after, PAGE_SIZE, RIGHTS_RW, CACHED), 0);
    EXPECT_SUCCESS(map_page(frame, after, 0, RIGHTS_RW, CACHED));
    expect_mapped(frame);
}

// --- what threads may do ------------------------------------------------------------------------

static void expect_access(thread_function *access, seL4_Word fsr)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    struct got g = thread_run(&t, access, INSIDE);
    if (fsr == 0) {
        EXPECT_EQUAL(g.label, THREAD_RETURNED);
        return;
    }
    seL4_Word ip = access == peek   ? (seL4_Word)peek_instruction
                   : access == poke ? (seL4_Word)poke_instruction
                                    : INSIDE;
    EXPECT_ANSWER(g, seL4_Fault_VMFault, WORDS(ip, INSIDE, access == jump, fsr));
    EXPECT_SUCCESS(delete (t.tcb));
}

static void expect_rights(seL4_Word of_cap, seL4_Word of_map, bool reads, bool writes)
{
    seL4_CPtr frame = copy_new(frame_new(), of_cap);
    EXPECT_SUCCESS(map_page(frame, VSPACE, INSIDE, of_map, CACHED));
    expect_access(peek, reads ? 0 : FSR_READ | FSR_PERMISSION | 3);
    expect_access(poke, writes ? 0 : FSR_WRITE | FSR_PERMISSION | 3);
    EXPECT_SUCCESS(delete (frame));
}

CASE(rights_of_capability_and_mapping_are_joined)
{
    expect_rights(RIGHTS_RW, RIGHTS_RW, true, true);
    expect_rights(RIGHTS_RW, RIGHTS_R, true, false);
    expect_rights(RIGHTS_R, RIGHTS_RW, true, false);
}

CASE(no_rights_and_write_alone_give_no_access)
{
    expect_rights(RIGHTS_RW, 0, false, false);
    expect_rights(RIGHTS_RW, RIGHTS_W, false, false);
}

CASE(a_capability_without_read_gives_no_access)
{
    expect_rights(RIGHTS_W, RIGHTS_RW, false, false);
    expect_rights(0, RIGHTS_RW, false, false);
}

CASE(grant_means_nothing_to_a_page)
{
    expect_rights(RIGHTS_ALL, RIGHTS_R | RIGHTS_G | RIGHTS_GR, true, false);
}

CASE(mapping_again_changes_the_rights)
{
    seL4_CPtr frame = frame_new();
    EXPECT_SUCCESS(map_page(frame, VSPACE, INSIDE, RIGHTS_RW, CACHED));
    expect_access(poke, 0);
    EXPECT_SUCCESS(map_page(frame, VSPACE, INSIDE, RIGHTS_R, CACHED));
    expect_access(poke, FSR_WRITE | FSR_PERMISSION | 3);
    EXPECT_EQUAL(peek(INSIDE), INSIDE);
    EXPECT_SUCCESS(map_page(frame, VSPACE, INSIDE, RIGHTS_RW, CACHED));
    expect_access(poke, 0);
}

CASE(pages_can_be_executed_unless_they_never_may)
{
    const seL4_Word ret = 0xd65f03c0;
    seL4_CPtr frame = frame_new();
    EXPECT_SUCCESS(map_page(frame, VSPACE, INSIDE, RIGHTS_RW, CACHED));
    *(volatile seL4_Word *)INSIDE = ret; // NOLINT: mapped just now
    EXPECT_SUCCESS(call(frame, ARMPageUnify_Instruction, WORDS(0, PAGE_SIZE), NO_CAPS));
    expect_access(jump, 0);
    EXPECT_SUCCESS(map_page(frame, VSPACE, INSIDE, RIGHTS_R, CACHED));
    expect_access(jump, 0);
    EXPECT_SUCCESS(map_page(frame, VSPACE, INSIDE, RIGHTS_RW, CACHED | EXECUTE_NEVER));
    expect_access(jump, FSR_FETCH | FSR_PERMISSION | 3);
    EXPECT_EQUAL(peek(INSIDE), ret);
}

CASE(attributes_that_are_not_there_are_ignored)
{
    seL4_CPtr frame = frame_new();
    EXPECT_SUCCESS(map_page(frame, VSPACE, INSIDE, RIGHTS_RW, ~0UL & ~(seL4_Word)EXECUTE_NEVER));
    expect_access(poke, 0);
    EXPECT_SUCCESS(map_page(frame, VSPACE, INSIDE, RIGHTS_RW, UNCACHED));
    EXPECT_EQUAL(peek(INSIDE), INSIDE);
}

CASE(memory_can_be_read_at_any_alignment)
{
    seL4_CPtr frame = frame_new();
    EXPECT_SUCCESS(map_page(frame, VSPACE, INSIDE, RIGHTS_RW, CACHED));
    EXPECT_EQUAL(peek(INSIDE + 1), 0);
}

CASE(device_registers_can_be_read)
{
    EXPECT_SUCCESS(map_page(device_frame_new(RTC_PADDR), VSPACE, INSIDE, RIGHTS_RW, UNCACHED));
    EXPECT_EQUAL(*(volatile seL4_Uint32 *)(INSIDE + 0xfe0),
                 0x31); // NOLINT: PL031 identifies itself
}

CASE(device_memory_may_be_mapped_as_cached)
{
    EXPECT_SUCCESS(map_page(device_frame_new(RTC_PADDR), VSPACE, INSIDE, RIGHTS_RW, CACHED));
}

CASE(a_large_page_has_all_its_bytes)
{
    seL4_CPtr large = large_new();
    (void)map_tables(VSPACE, OUTSIDE, 2);
    EXPECT_SUCCESS(map_page(large, VSPACE, OUTSIDE, RIGHTS_RW, CACHED));
    (void)poke(OUTSIDE);
    (void)poke(OUTSIDE + LARGE - 8);
    EXPECT_EQUAL(peek(OUTSIDE), OUTSIDE);
    EXPECT_EQUAL(peek(OUTSIDE + LARGE - 8), OUTSIDE + LARGE - 8);
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_ANSWER(
        thread_run(&t, peek, OUTSIDE + LARGE), seL4_Fault_VMFault,
        WORDS((seL4_Word)peek_instruction, OUTSIDE + LARGE, 0, FSR_READ | FSR_TRANSLATION | 2));
    EXPECT_EQUAL(address_of(large) % LARGE, 0);
}

CASE(a_missing_table_shows_in_the_fault)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_ANSWER(thread_run(&t, poke, OUTSIDE), seL4_Fault_VMFault,
                  WORDS((seL4_Word)poke_instruction, OUTSIDE, 0, FSR_WRITE | FSR_TRANSLATION));
}

// --- GetAddress ---------------------------------------------------------------------------------

CASE(get_address_tells_where_a_frame_lies)
{
    seL4_CPtr frame = frame_new();
    EXPECT_EQUAL(address_of(frame) % PAGE_SIZE, 0);
    EXPECT_EQUAL(address_of(copy_new(frame, 0)), address_of(frame));
    EXPECT_EQUAL(address_of(device_frame_new(RTC_PADDR)), RTC_PADDR);
}
