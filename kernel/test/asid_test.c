// SPDX-License-Identifier: BSD-2-Clause
//
// Address-space identifiers and their pools (seL4 ABI §8.7, §11.3).
#include "fresh.h"
#include "sim.h"

#include "kernel/arch_host.h"
#include "kernel/asid.h"
#include "kernel/cap.h"
#include "kernel/untyped.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { ROOT = seL4_CapInitThreadCNode, DEPTH = 64, INITIAL_POOL = seL4_CapInitThreadASIDPool };

static struct {
    uint64_t memory, space, pool, free;
} at;

static int fresh(void **state)
{
    (void)state;
    fresh_kernel();
    at.memory = fresh_empty();
    at.space = at.memory + 1;
    at.pool = at.memory + 4;
    at.free = at.memory + 5;
    const uint64_t from = fresh_untyped(20);
    if (sim_retype(from, seL4_UntypedObject, seL4_ASIDPoolBits, at.memory, 1) != seL4_NoError ||
        sim_retype(from, seL4_ARM_VSpaceObject, 0, at.space, 3) != seL4_NoError) {
        return -1;
    }
    return 0;
}

static seL4_Error make_pool(uint64_t memory, uint64_t slot, uint64_t depth)
{
    struct sim_message message = SIM_MESSAGE(ARMASIDControlMakePool, slot, depth);
    message = sim_with_cap(sim_with_cap(message, memory), ROOT);
    return sim_call(seL4_CapASIDControl, message);
}

static seL4_Error assign(uint64_t pool, uint64_t space)
{
    return sim_call(pool, sim_with_cap(sim_empty(ARMASIDPoolAssign), space));
}

static uint64_t asid_of(uint64_t space)
{
    return cap_get(fresh_slot(space)->cap, CAP_ASID);
}

static void the_lowest_free_identifier_is_assigned(void **state)
{
    (void)state;
    assert_int_equal(asid_of(seL4_CapInitThreadVSpace), 1);
    for (uint64_t i = 0; i < 3; i++) {
        assert_int_equal(assign(INITIAL_POOL, at.space + i), seL4_NoError);
        assert_int_equal(asid_of(at.space + i), i + 2);
    }
    assert_int_equal(sim_delete(at.space + 1), seL4_NoError);
    assert_int_equal(asid_root(3).raw, 0);
    assert_int_equal(sim_retype(fresh_untyped(20), seL4_ARM_VSpaceObject, 0, at.free, 1),
                     seL4_NoError);
    assert_int_equal(assign(INITIAL_POOL, at.free), seL4_NoError);
    assert_int_equal(asid_of(at.free), 3);
}

static void a_space_is_assigned_once(void **state)
{
    (void)state;
    assert_int_equal(assign(INITIAL_POOL, at.space), seL4_NoError);
    assert_int_equal(assign(INITIAL_POOL, at.space), seL4_InvalidCapability);
    assert_int_equal(sim_answer(0), 1);
    assert_int_equal(assign(INITIAL_POOL, at.memory), seL4_InvalidCapability);
    assert_int_equal(sim_answer(0), 1);
    assert_int_equal(sim_call(INITIAL_POOL, sim_empty(ARMASIDPoolAssign)), seL4_TruncatedMessage);
    assert_int_equal(sim_call(INITIAL_POOL, sim_empty(ARMASIDControlMakePool)),
                     seL4_IllegalOperation);
}

static void a_pool_consumes_its_memory(void **state)
{
    (void)state;
    assert_int_equal(make_pool(at.memory, at.pool, DEPTH), seL4_NoError);
    assert_int_equal(untyped_free(fresh_slot(at.memory)->cap), 1u << seL4_ASIDPoolBits);
    assert_int_equal(sim_retype(at.memory, seL4_EndpointObject, 0, at.free, 1),
                     seL4_NotEnoughMemory);
    assert_int_equal(make_pool(at.memory, at.free, DEPTH), seL4_RevokeFirst);
    assert_int_equal(assign(at.pool, at.space), seL4_NoError);
    assert_int_equal(asid_of(at.space), 512);
    // Revoking the memory takes the pool and frees its identifiers.
    assert_int_equal(sim_revoke(at.memory), seL4_NoError);
    assert_int_equal(asid_root(512).raw, 0);
    assert_true(slot_is_empty(fresh_slot(at.pool)));
}

static void a_pool_needs_a_page_of_memory(void **state)
{
    (void)state;
    assert_int_equal(make_pool(at.space, at.pool, DEPTH), seL4_InvalidCapability);
    assert_int_equal(sim_answer(0), 1);
    assert_int_equal(make_pool(fresh_untyped(14), at.pool, DEPTH), seL4_InvalidCapability);
    assert_int_equal(sim_answer(0), 1);
    struct sim_message message = SIM_MESSAGE(ARMASIDControlMakePool, at.pool, DEPTH);
    assert_int_equal(sim_call(seL4_CapASIDControl, sim_with_cap(message, at.memory)),
                     seL4_TruncatedMessage);
    assert_int_equal(sim_call(seL4_CapASIDControl, sim_empty(ARMASIDPoolAssign)),
                     seL4_IllegalOperation);
}

static void a_pool_needs_an_empty_slot(void **state)
{
    (void)state;
    assert_int_equal(make_pool(at.memory, at.space, DEPTH), seL4_DeleteFirst);
    assert_int_equal(make_pool(at.memory, at.pool, 65), seL4_RangeError);
    assert_int_equal(sim_answer(0), 1);
    assert_int_equal(sim_answer(1), 64);
    assert_int_equal(make_pool(at.memory, at.pool, 12), seL4_FailedLookup);
    assert_int_equal(sim_answer(0), 0);
}

// While a space is active, the processor may fetch what was just flushed again.
static void a_space_that_loses_its_identifier_is_left_before_it_is_flushed(void **state)
{
    (void)state;
    const uint64_t flushes = host_cpu.tlb_flushes;
    assert_int_equal(host_cpu.asid, 1);
    assert_int_equal(sim_delete(INITIAL_POOL), seL4_NoError);
    assert_int_equal(host_cpu.root.raw, 0);
    assert_int_equal(host_cpu.tlb_flushes, flushes + 1);
    assert_int_equal(host_cpu.flushes_in_use, 0);
}

static void the_table_of_pools_has_an_end(void **state)
{
    (void)state;
    const uint64_t from = fresh_untyped(22);
    for (unsigned i = 1; i < ASID_POOL_COUNT; i++) {
        assert_int_equal(
            sim_retype(from, seL4_UntypedObject, seL4_ASIDPoolBits, at.free + UINT64_C(2) * i, 1),
            seL4_NoError);
        assert_int_equal(make_pool(at.free + UINT64_C(2) * i, at.free + UINT64_C(2) * i + 1, DEPTH),
                         seL4_NoError);
    }
    assert_int_equal(make_pool(at.memory, at.pool, DEPTH), seL4_DeleteFirst);
    assert_int_equal(sim_delete(at.free + UINT64_C(2) * 7 + 1), seL4_NoError);
    assert_int_equal(make_pool(at.memory, at.pool, DEPTH), seL4_NoError);
    assert_int_equal(assign(at.pool, at.space), seL4_NoError);
    assert_int_equal(asid_of(at.space), 7 * 512);
}

// A capability of an address space that exists for the identifier's sake.
static struct cap space_with(uint64_t asid)
{
    return cap_set(cap_new_paged(CAP_VSPACE, paddr(FRESH_RAM_BASE)), CAP_ASID, asid);
}

static void a_full_pool_assigns_nothing(void **state)
{
    (void)state;
    assert_int_equal(make_pool(at.memory, at.pool, DEPTH), seL4_NoError);
    for (uint64_t asid = 512; asid < 1024; asid++) {
        asid_assign(space_with(asid));
    }
    const uint64_t full = asid_pool_free_entry(1);
    for (uint64_t asid = 512; asid < 1024; asid++) {
        asid_release(space_with(asid));
    }
    assert_int_equal(full, 0);
    assert_int_equal(asid_pool_free_entry(1), 512);
}

static void a_deleted_pool_takes_its_spaces_out_of_use(void **state)
{
    (void)state;
    assert_int_equal(make_pool(at.memory, at.pool, DEPTH), seL4_NoError);
    assert_int_equal(assign(at.pool, at.space), seL4_NoError);
    assert_int_equal(sim_copy(at.free, at.pool, 15), seL4_NoError);
    assert_int_equal(sim_delete(at.pool), seL4_NoError);
    assert_int_not_equal(asid_root(512).raw, 0);
    assert_int_equal(sim_delete(at.free), seL4_NoError);
    assert_int_equal(asid_root(512).raw, 0);
    // A new pool in its place gives the identifier to another space; the old one stays without.
    assert_int_equal(make_pool(at.memory, at.pool, DEPTH), seL4_NoError);
    assert_int_equal(assign(at.pool, at.space), seL4_InvalidCapability);
    assert_int_equal(assign(at.pool, at.space + 1), seL4_NoError);
    assert_int_equal(sim_call(at.space, SIM_MESSAGE(ARMVSpaceClean_Data, 0, 1)),
                     seL4_InvalidCapability);
    assert_int_equal(sim_delete(at.space), seL4_NoError);
    assert_int_not_equal(asid_root(512).raw, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_lowest_free_identifier_is_assigned, fresh),
        cmocka_unit_test_setup(a_space_is_assigned_once, fresh),
        cmocka_unit_test_setup(a_pool_consumes_its_memory, fresh),
        cmocka_unit_test_setup(a_pool_needs_a_page_of_memory, fresh),
        cmocka_unit_test_setup(a_pool_needs_an_empty_slot, fresh),
        cmocka_unit_test_setup(a_space_that_loses_its_identifier_is_left_before_it_is_flushed,
                               fresh),
        cmocka_unit_test_setup(the_table_of_pools_has_an_end, fresh),
        cmocka_unit_test_setup(a_full_pool_assigns_nothing, fresh),
        cmocka_unit_test_setup(a_deleted_pool_takes_its_spaces_out_of_use, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
