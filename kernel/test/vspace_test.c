// SPDX-License-Identifier: BSD-2-Clause
//
// Page tables, frames and address spaces: checks in their order, mappings, and capabilities that
// outlive what they mapped (seL4 ABI §8.7, §11).
#include "fresh.h"
#include "sim.h"

#include "kernel/arch.h"
#include "kernel/arch_host.h"
#include "kernel/asid.h"
#include "kernel/vspace.h"

#include "lib/mem.h"

#include <sel4/arch/types.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
    ROOT = seL4_CapInitThreadCNode,
    DEPTH = 64,
    PAGE = 1 << seL4_PageBits,
    LARGE = 1 << seL4_LargePageBits,
    PLACE = 0x10000000, // nothing is mapped near it
    TABLES = 6,
    RW = 3,
    DEFAULT = seL4_ARM_Default_VMAttributes,
};

// Slots of what the tests start with.
static struct {
    uint64_t space, table, small, large, endpoint, free;
} at;

static void retype(uint64_t type, uint64_t slot, uint64_t count)
{
    assert_int_equal(sim_retype(fresh_untyped(22), type, 0, slot, count), seL4_NoError);
}

static int fresh(void **state)
{
    (void)state;
    fresh_kernel();
    at.space = fresh_empty();
    at.table = at.space + 2;
    at.small = at.table + TABLES;
    at.large = at.small + 2;
    at.endpoint = at.large + 1;
    at.free = at.endpoint + 1;
    retype(seL4_ARM_VSpaceObject, at.space, 2);
    retype(seL4_ARM_PageTableObject, at.table, TABLES);
    retype(seL4_ARM_SmallPageObject, at.small, 2);
    retype(seL4_EndpointObject, at.endpoint, 1);
    retype(seL4_ARM_LargePageObject, at.large, 1);
    return 0;
}

static seL4_Error assign(uint64_t space)
{
    return sim_call(seL4_CapInitThreadASIDPool, sim_with_cap(sim_empty(ARMASIDPoolAssign), space));
}

static seL4_Error map_table(uint64_t table, uint64_t address)
{
    return sim_call(table, sim_with_cap(SIM_MESSAGE(ARMPageTableMap, address, 0), at.space));
}

static seL4_Error map_with(uint64_t frame, uint64_t address, uint64_t rights, uint64_t attributes)
{
    return sim_call(frame,
                    sim_with_cap(SIM_MESSAGE(ARMPageMap, address, rights, attributes), at.space));
}

static seL4_Error map(uint64_t frame, uint64_t address)
{
    return map_with(frame, address, RW, DEFAULT);
}

static seL4_Error range(uint64_t cap, uint64_t label, uint64_t start, uint64_t end)
{
    return sim_call(cap, SIM_MESSAGE(label, start, end));
}

// An assigned space with `levels` tables for PLACE.
static void make_space(unsigned levels)
{
    assert_int_equal(assign(at.space), seL4_NoError);
    for (unsigned i = 0; i < levels; i++) {
        assert_int_equal(map_table(at.table + i, PLACE), seL4_NoError);
    }
}

// The entry that ends the walk in the space of the tests.
static struct walk walk_to(uint64_t address)
{
    return vspace_walk(cap_base(fresh_slot(at.space)->cap), vaddr(address));
}

static paddr_t mapped_at(uint64_t address)
{
    const struct walk walk = walk_to(address);
    const bool page = arch_pte_kind(*walk.entry, walk.level) == ARCH_PTE_PAGE;
    return page ? arch_pte_address(*walk.entry) : paddr(0);
}

static bool is_frame_at(uint64_t frame, uint64_t address)
{
    return mapped_at(address).raw == cap_base(fresh_slot(frame)->cap).raw;
}

// --- which address space ------------------------------------------------------------------------

static void a_space_without_identifier_takes_no_mapping(void **state)
{
    (void)state;
    assert_int_equal(map(at.small, PLACE), seL4_InvalidCapability);
    assert_int_equal(sim_answer(0), 1);
    assert_int_equal(map_table(at.table, PLACE), seL4_InvalidCapability);
    assert_int_equal(sim_answer(0), 1);
    assert_int_equal(range(at.space, ARMVSpaceClean_Data, 0, 1), seL4_InvalidCapability);
    assert_int_equal(sim_answer(0), 0);
}

static void what_is_no_space_takes_no_mapping(void **state)
{
    (void)state;
    at.space = at.endpoint;
    assert_int_equal(map(at.small, PLACE), seL4_InvalidCapability);
    assert_int_equal(sim_answer(0), 1);
    assert_int_equal(map_table(at.table, PLACE), seL4_InvalidCapability);
}

static void a_short_message_is_truncated(void **state)
{
    (void)state;
    make_space(0);
    assert_int_equal(sim_call(at.small, sim_with_cap(SIM_MESSAGE(ARMPageMap, PLACE, RW), at.space)),
                     seL4_TruncatedMessage);
    assert_int_equal(sim_call(at.small, SIM_MESSAGE(ARMPageMap, PLACE, RW, DEFAULT)),
                     seL4_TruncatedMessage);
    assert_int_equal(
        sim_call(at.table, sim_with_cap(SIM_MESSAGE(ARMPageTableMap, PLACE), at.space)),
        seL4_TruncatedMessage);
    assert_int_equal(sim_call(at.space, SIM_MESSAGE(ARMVSpaceClean_Data, PLACE)),
                     seL4_TruncatedMessage);
}

static void a_label_of_another_type_is_illegal(void **state)
{
    (void)state;
    make_space(0);
    assert_int_equal(sim_call(at.small, sim_empty(ARMPageTableUnmap)), seL4_IllegalOperation);
    assert_int_equal(sim_call(at.table, sim_empty(ARMPageUnmap)), seL4_IllegalOperation);
    assert_int_equal(sim_call(at.space, sim_empty(ARMPageMap)), seL4_IllegalOperation);
}

// --- tables -------------------------------------------------------------------------------------

static void a_table_takes_the_highest_empty_level(void **state)
{
    (void)state;
    make_space(0);
    for (unsigned level = 1; level < ARCH_LEVELS; level++) {
        assert_int_equal(walk_to(PLACE).level, level - 1);
        assert_int_equal(map_table(at.table + level, PLACE + 0x123), seL4_NoError);
        const struct cap cap = fresh_slot(at.table + level)->cap;
        assert_int_equal(cap_get(cap, CAP_LEVEL), level);
        const uint64_t span = UINT64_C(1) << level_bits(level - 1);
        assert_int_equal(cap_get(cap, CAP_VADDR), (PLACE & ~(span - 1)) >> 12);
    }
    assert_int_equal(map_table(at.table, PLACE), seL4_DeleteFirst);
}

static void a_table_is_mapped_once(void **state)
{
    (void)state;
    make_space(1);
    assert_int_equal(map_table(at.table, PLACE), seL4_InvalidCapability);
    assert_int_equal(sim_answer(0), 0);
}

static void a_table_beyond_user_addresses_is_refused(void **state)
{
    (void)state;
    make_space(0);
    assert_int_equal(map_table(at.table, seL4_UserTop + 1), seL4_InvalidArgument);
    assert_int_equal(sim_answer(0), 0);
    assert_int_equal(map_table(at.table, seL4_UserTop), seL4_NoError);
}

static void a_table_does_not_replace_a_page(void **state)
{
    (void)state;
    make_space(2);
    assert_int_equal(map(at.large, PLACE), seL4_NoError);
    assert_int_equal(map_table(at.table + 2, PLACE), seL4_DeleteFirst);
}

static void unmapping_a_table_needs_the_only_capability(void **state)
{
    (void)state;
    make_space(3);
    assert_int_equal(sim_copy(at.free, at.table, 15), seL4_NoError);
    assert_int_equal(sim_call(at.table, sim_empty(ARMPageTableUnmap)), seL4_RevokeFirst);
    assert_int_equal(sim_delete(at.free), seL4_NoError);
    assert_int_equal(sim_call(at.table, sim_empty(ARMPageTableUnmap)), seL4_NoError);
    assert_int_equal(sim_call(at.table, sim_empty(ARMPageTableUnmap)), seL4_NoError);
}

// Else a frame's memory could be reached after the frame was deleted.
static void an_unmapped_table_is_empty_when_it_is_mapped_again(void **state)
{
    (void)state;
    make_space(3);
    assert_int_equal(map(at.small, PLACE), seL4_NoError);
    assert_int_equal(sim_call(at.table + 2, sim_empty(ARMPageTableUnmap)), seL4_NoError);
    assert_int_equal(sim_delete(at.small), seL4_NoError);
    assert_int_equal(map_table(at.table + 2, PLACE), seL4_NoError);
    assert_int_equal(mapped_at(PLACE).raw, 0);
}

static void deleting_a_table_unmaps_it(void **state)
{
    (void)state;
    make_space(3);
    assert_int_equal(map(at.small, PLACE), seL4_NoError);
    assert_int_equal(sim_delete(at.table + 1), seL4_NoError);
    assert_int_equal(walk_to(PLACE).level, 1);
    // Those below are mapped nowhere now, and say so when asked.
    assert_int_equal(range(at.small, ARMPageClean_Data, 0, 1), seL4_InvalidCapability);
    assert_int_equal(sim_call(at.table + 2, sim_empty(ARMPageTableUnmap)), seL4_NoError);
    assert_int_equal(sim_call(at.small, sim_empty(ARMPageUnmap)), seL4_NoError);
}

// --- frames -------------------------------------------------------------------------------------

static void a_missing_table_is_named_by_its_level(void **state)
{
    (void)state;
    static const unsigned bits_left[] = {39, 30, 21};
    make_space(0);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(map(at.small, PLACE), seL4_FailedLookup);
        assert_int_equal(sim_answer(0), 0);
        assert_int_equal(sim_answer(1), seL4_MissingCapability);
        assert_int_equal(sim_answer(2), bits_left[i]);
        assert_int_equal(map_table(at.table + i, PLACE), seL4_NoError);
    }
    assert_int_equal(map(at.small, PLACE), seL4_NoError);
    assert_true(is_frame_at(at.small, PLACE));
}

static void a_large_frame_does_not_fit_where_a_table_is(void **state)
{
    (void)state;
    make_space(3);
    assert_int_equal(map(at.large, PLACE), seL4_FailedLookup);
    assert_int_equal(sim_answer(2), 12);
    assert_int_equal(map(at.large, PLACE + LARGE), seL4_NoError);
    assert_true(is_frame_at(at.large, PLACE + LARGE + 5 * PAGE));
}

static void a_small_frame_does_not_fit_where_a_large_one_is(void **state)
{
    (void)state;
    make_space(2);
    assert_int_equal(map(at.large, PLACE), seL4_NoError);
    assert_int_equal(map(at.small, PLACE), seL4_FailedLookup);
    assert_int_equal(sim_answer(2), 21);
}

static void addresses_are_aligned_and_below_the_top(void **state)
{
    (void)state;
    make_space(3);
    assert_int_equal(map(at.small, PLACE + 16), seL4_AlignmentError);
    assert_int_equal(map(at.large, PLACE + PAGE), seL4_AlignmentError);
    static const uint64_t beyond[] = {seL4_UserTop + 1, UINT64_C(0xffffffffc0000000),
                                      UINT64_MAX - PAGE + 1};
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(map(at.small, beyond[i]), seL4_InvalidArgument);
        assert_int_equal(sim_answer(0), 0);
    }
    assert_int_equal(map(at.small, seL4_UserTop - PAGE + 1), seL4_FailedLookup);
}

static void a_mapped_frame_stays_where_it_is(void **state)
{
    (void)state;
    make_space(3);
    assert_int_equal(map(at.small, PLACE), seL4_NoError);
    assert_int_equal(map(at.small, PLACE + PAGE), seL4_InvalidArgument);
    assert_int_equal(sim_answer(0), 0);
    at.space = seL4_CapInitThreadVSpace;
    assert_int_equal(map(at.small, PLACE), seL4_InvalidCapability);
    assert_int_equal(sim_answer(0), 1);
}

static void mapping_again_changes_rights_and_attributes(void **state)
{
    (void)state;
    make_space(3);
    assert_int_equal(map(at.small, PLACE), seL4_NoError);
    assert_int_equal(*walk_to(PLACE).entry & (HOST_PTE_WRITE | HOST_PTE_EXECUTE | HOST_PTE_CACHED),
                     HOST_PTE_WRITE | HOST_PTE_EXECUTE | HOST_PTE_CACHED);
    const uint64_t flushes = host_cpu.tlb_flushes;
    assert_int_equal(map_with(at.small, PLACE, 2, seL4_ARM_ExecuteNever), seL4_NoError);
    assert_int_equal(*walk_to(PLACE).entry &
                         (HOST_PTE_READ | HOST_PTE_WRITE | HOST_PTE_EXECUTE | HOST_PTE_CACHED),
                     HOST_PTE_READ);
    assert_true(host_cpu.tlb_flushes > flushes);
}

static void a_mapping_has_no_more_rights_than_the_capability(void **state)
{
    (void)state;
    make_space(3);
    assert_int_equal(sim_copy(at.free, at.small, 2), seL4_NoError);
    assert_int_equal(map(at.free, PLACE), seL4_NoError);
    assert_false(arch_pte_writable(*walk_to(PLACE).entry));
    assert_int_equal(sim_copy(at.free + 1, at.small, 1),
                     seL4_NoError); // write without read is nothing
    assert_int_equal(map(at.free + 1, PLACE + PAGE), seL4_NoError);
    assert_int_equal(*walk_to(PLACE + PAGE).entry & (HOST_PTE_READ | HOST_PTE_WRITE), 0);
    assert_true(is_frame_at(at.small, PLACE + PAGE));
}

static void a_page_in_the_way_is_replaced(void **state)
{
    (void)state;
    make_space(3);
    assert_int_equal(map(at.small, PLACE), seL4_NoError);
    assert_int_equal(map(at.small + 1, PLACE), seL4_NoError);
    assert_true(is_frame_at(at.small + 1, PLACE));
    // The old capability is out of date: it changes nothing any more.
    assert_int_equal(range(at.small, ARMPageClean_Data, 0, 1), seL4_InvalidCapability);
    assert_int_equal(sim_call(at.small, sim_empty(ARMPageUnmap)), seL4_NoError);
    assert_true(is_frame_at(at.small + 1, PLACE));
}

static void deleting_any_capability_removes_its_mapping_alone(void **state)
{
    (void)state;
    make_space(3);
    assert_int_equal(sim_copy(at.free, at.small, 15), seL4_NoError);
    assert_int_equal(map(at.small, PLACE), seL4_NoError);
    assert_int_equal(map(at.free, PLACE + PAGE), seL4_NoError);
    assert_int_equal(sim_delete(at.free), seL4_NoError);
    assert_int_equal(mapped_at(PLACE + PAGE).raw, 0);
    assert_true(is_frame_at(at.small, PLACE));
    assert_int_equal(sim_call(at.small, sim_empty(ARMPageUnmap)), seL4_NoError);
    assert_int_equal(mapped_at(PLACE).raw, 0);
}

static void a_frame_tells_its_physical_address(void **state)
{
    (void)state;
    assert_int_equal(sim_call(at.small, sim_empty(ARMPageGetAddress)), seL4_NoError);
    assert_int_equal(sim_answer(0), cap_base(fresh_slot(at.small)->cap).raw);
}

// --- caches -------------------------------------------------------------------------------------

static void cache_operations_on_a_frame_check_their_range(void **state)
{
    (void)state;
    make_space(3);
    assert_int_equal(range(at.small, ARMPageClean_Data, 0, 1), seL4_IllegalOperation);
    assert_int_equal(map_with(at.small, PLACE, 2, DEFAULT), seL4_NoError);
    assert_int_equal(range(at.small, ARMPageClean_Data, 64, 64), seL4_InvalidArgument);
    assert_int_equal(sim_answer(0), 1);
    assert_int_equal(range(at.small, ARMPageClean_Data, 0, PAGE + 1), seL4_InvalidArgument);
    assert_int_equal(sim_answer(0), 0);
    assert_int_equal(range(at.small, ARMPageInvalidate_Data, 0, 64), seL4_IllegalOperation);
    const uint64_t before = host_cpu.cache_operations;
    assert_int_equal(range(at.small, ARMPageUnify_Instruction, 0, PAGE), seL4_NoError);
    assert_int_equal(host_cpu.cache_operations, before + 1);
    assert_int_equal(host_cpu.root.raw, cap_base(fresh_slot(seL4_CapInitThreadVSpace)->cap).raw);
}

static void cache_operations_on_a_space_stay_in_one_page(void **state)
{
    (void)state;
    make_space(3);
    assert_int_equal(map(at.small, PLACE), seL4_NoError);
    assert_int_equal(range(at.space, ARMVSpaceClean_Data, PLACE + 8, PLACE + PAGE), seL4_NoError);
    assert_int_equal(range(at.space, ARMVSpaceClean_Data, PLACE + 8, PLACE + PAGE + 1),
                     seL4_RangeError);
    assert_int_equal(sim_answer(0), PLACE + 8);
    assert_int_equal(sim_answer(1), PLACE + PAGE - 1);
    assert_int_equal(range(at.space, ARMVSpaceClean_Data, PLACE, PLACE), seL4_InvalidArgument);
    assert_int_equal(range(at.space, ARMVSpaceClean_Data, PLACE, seL4_UserTop + 1),
                     seL4_IllegalOperation);
    const uint64_t before = host_cpu.cache_operations;
    assert_int_equal(range(at.space, ARMVSpaceClean_Data, 0, 64), seL4_NoError); // nothing there
    assert_int_equal(host_cpu.cache_operations, before);
}

// --- life of an address space -------------------------------------------------------------------

static void capabilities_outlive_the_space_they_were_mapped_in(void **state)
{
    (void)state;
    make_space(3);
    assert_int_equal(map(at.small, PLACE), seL4_NoError);
    assert_int_equal(sim_delete(at.space), seL4_NoError);
    assert_int_equal(range(at.small, ARMPageClean_Data, 0, 1), seL4_FailedLookup);
    assert_int_equal(sim_answer(0), 0);
    assert_int_equal(sim_answer(1), seL4_InvalidRoot);
    // The next space gets the same identifier, and is not the one they were mapped in.
    at.space++;
    make_space(0);
    assert_int_equal(range(at.small, ARMPageClean_Data, 0, 1), seL4_InvalidCapability);
    assert_int_equal(sim_call(at.small, sim_empty(ARMPageUnmap)), seL4_NoError);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(sim_call(at.table + i, sim_empty(ARMPageTableUnmap)), seL4_NoError);
        assert_int_equal(map_table(at.table + i, PLACE), seL4_NoError);
    }
    assert_int_equal(mapped_at(PLACE).raw, 0);
    assert_int_equal(map(at.small, PLACE), seL4_NoError);
}

static void a_thread_without_valid_space_runs_in_none(void **state)
{
    (void)state;
    const struct cap space = fresh_slot(seL4_CapInitThreadVSpace)->cap;
    assert_int_equal(host_cpu.root.raw, cap_base(space).raw);
    // The initial pool goes, with the identifier of the current thread's own space.
    assert_int_equal(sim_delete(seL4_CapInitThreadASIDPool), seL4_NoError);
    assert_int_equal(host_cpu.root.raw, 0);
    assert_int_equal(host_cpu.asid, 0);
    vspace_activate(vspace_of(kernel.current));
    assert_int_equal(host_cpu.root.raw, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_space_without_identifier_takes_no_mapping, fresh),
        cmocka_unit_test_setup(what_is_no_space_takes_no_mapping, fresh),
        cmocka_unit_test_setup(a_short_message_is_truncated, fresh),
        cmocka_unit_test_setup(a_label_of_another_type_is_illegal, fresh),
        cmocka_unit_test_setup(a_table_takes_the_highest_empty_level, fresh),
        cmocka_unit_test_setup(a_table_is_mapped_once, fresh),
        cmocka_unit_test_setup(a_table_beyond_user_addresses_is_refused, fresh),
        cmocka_unit_test_setup(a_table_does_not_replace_a_page, fresh),
        cmocka_unit_test_setup(unmapping_a_table_needs_the_only_capability, fresh),
        cmocka_unit_test_setup(an_unmapped_table_is_empty_when_it_is_mapped_again, fresh),
        cmocka_unit_test_setup(deleting_a_table_unmaps_it, fresh),
        cmocka_unit_test_setup(a_missing_table_is_named_by_its_level, fresh),
        cmocka_unit_test_setup(a_large_frame_does_not_fit_where_a_table_is, fresh),
        cmocka_unit_test_setup(a_small_frame_does_not_fit_where_a_large_one_is, fresh),
        cmocka_unit_test_setup(addresses_are_aligned_and_below_the_top, fresh),
        cmocka_unit_test_setup(a_mapped_frame_stays_where_it_is, fresh),
        cmocka_unit_test_setup(mapping_again_changes_rights_and_attributes, fresh),
        cmocka_unit_test_setup(a_mapping_has_no_more_rights_than_the_capability, fresh),
        cmocka_unit_test_setup(a_page_in_the_way_is_replaced, fresh),
        cmocka_unit_test_setup(deleting_any_capability_removes_its_mapping_alone, fresh),
        cmocka_unit_test_setup(a_frame_tells_its_physical_address, fresh),
        cmocka_unit_test_setup(cache_operations_on_a_frame_check_their_range, fresh),
        cmocka_unit_test_setup(cache_operations_on_a_space_stay_in_one_page, fresh),
        cmocka_unit_test_setup(capabilities_outlive_the_space_they_were_mapped_in, fresh),
        cmocka_unit_test_setup(a_thread_without_valid_space_runs_in_none, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
