// SPDX-License-Identifier: BSD-2-Clause
//
// Retype: checks in their order, the mark, and memory that is zero when it is given out (seL4 ABI
// §6).
#include "fresh.h"
#include "kernel_ok.h"
#include "sim.h"

#include "kernel/arch.h"
#include "kernel/arch_host.h"
#include "kernel/plat_host.h"
#include "kernel/untyped.h"

#include "lib/mem.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { ROOT = seL4_CapInitThreadCNode, DEPTH = 64 };

static uint64_t memory; // untyped RAM, 16 KiB, its children in the slots from free_slot + 1
static uint64_t free_slot;

static int fresh(void **state)
{
    (void)state;
    fresh_kernel();
    free_slot = fresh_empty();
    memory = free_slot;
    return sim_retype(fresh_untyped(16), seL4_UntypedObject, 14, memory, 1) == seL4_NoError ? 0
                                                                                            : -1;
}

static uint64_t slot(unsigned index)
{
    return free_slot + 1 + index;
}

static seL4_Error retype(uint64_t type, uint64_t size_bits, unsigned index, uint64_t count)
{
    return sim_retype(memory, type, size_bits, slot(index), count);
}

static uint64_t mark(void)
{
    return untyped_free(fresh_slot(memory)->cap);
}

// A device untyped capability.
static uint64_t device(void)
{
    for (uint64_t i = 1; i < free_slot; i++) {
        const struct cap cap = fresh_slot(i)->cap;
        if (cap_type(cap) == CAP_UNTYPED && cap_get(cap, CAP_DEVICE) != 0) {
            return i;
        }
    }
    return 0;
}

// --- checks --------------------------------------------------------------------------------------

static void the_label_is_checked_first(void **state)
{
    (void)state;
    assert_int_equal(sim_call(memory, sim_empty(TCBSuspend)), seL4_IllegalOperation);
}

static void a_short_message_is_truncated(void **state)
{
    (void)state;
    assert_int_equal(
        sim_call(memory, sim_with_cap(SIM_MESSAGE(UntypedRetype, 0, 4, 0, 0, slot(0)), ROOT)),
        seL4_TruncatedMessage);
    assert_int_equal(sim_call(memory, SIM_MESSAGE(UntypedRetype, 0, 4, 0, 0, slot(0), 1)),
                     seL4_TruncatedMessage);
}

static void types_and_sizes_have_limits(void **state)
{
    (void)state;
    assert_int_equal(retype(seL4_ObjectTypeCount, 0, 0, 1), seL4_InvalidArgument);
    assert_int_equal(sim_answer(0), 0);
    assert_int_equal(retype(seL4_TCBObject, 64, 0, 1), seL4_RangeError);
    assert_int_equal(sim_answer(0), 0);
    assert_int_equal(sim_answer(1), 47);
    assert_int_equal(retype(seL4_UntypedObject, 48, 0, 1), seL4_RangeError);
    assert_int_equal(retype(seL4_CapTableObject, 43, 0, 1), seL4_RangeError);
    assert_int_equal(retype(seL4_CapTableObject, 0, 0, 1), seL4_InvalidArgument);
    assert_int_equal(sim_answer(0), 1);
    assert_int_equal(retype(seL4_UntypedObject, 3, 0, 1), seL4_InvalidArgument);
    assert_int_equal(retype(seL4_SchedContextObject, 6, 0, 1), seL4_InvalidArgument);
    assert_int_equal(retype(seL4_EndpointObject, 63, 0, 1), seL4_NoError); // size is not looked at
}

static void the_destination_must_be_a_cnode(void **state)
{
    (void)state;
    assert_int_equal(
        sim_call(memory, sim_with_cap(SIM_MESSAGE(UntypedRetype, 0, 4, 0, 0, slot(0), 1),
                                      seL4_CapInitThreadTCB)),
        seL4_FailedLookup);
    assert_int_equal(sim_answer(0), 0);
    assert_int_equal(sim_answer(1), seL4_MissingCapability);
    assert_int_equal(sim_answer(2), 0);
    assert_int_equal(
        sim_call(memory, sim_with_cap(SIM_MESSAGE(UntypedRetype, 0, 4, seL4_CapInitThreadTCB, DEPTH,
                                                  slot(0), 1),
                                      ROOT)),
        seL4_FailedLookup);
    assert_int_equal(sim_answer(2), 64);
    assert_int_equal(
        sim_call(memory,
                 sim_with_cap(SIM_MESSAGE(UntypedRetype, 0, 4, ROOT, DEPTH, slot(0), 1), ROOT)),
        seL4_NoError);
}

static void slots_are_counted_without_overflow(void **state)
{
    (void)state;
    const uint64_t slots = UINT64_C(1) << KCFG_ROOT_CNODE_BITS;
    assert_int_equal(sim_retype(memory, 0, 4, slots, 1), seL4_RangeError);
    assert_int_equal(sim_answer(1), slots - 1);
    assert_int_equal(sim_retype(memory, 0, 4, slots - 1, 0), seL4_RangeError);
    assert_int_equal(sim_answer(0), 1);
    assert_int_equal(sim_answer(1), KCFG_RETYPE_FAN_OUT_LIMIT);
    assert_int_equal(sim_retype(memory, 0, 4, slots - 1, UINT64_MAX), seL4_RangeError);
    assert_int_equal(sim_retype(memory, 0, 4, slots - 1, 2), seL4_RangeError);
    assert_int_equal(sim_answer(1), 1);
}

static void an_occupied_slot_comes_before_memory(void **state)
{
    (void)state;
    assert_int_equal(retype(seL4_EndpointObject, 0, 3, 1), seL4_NoError);
    assert_int_equal(retype(seL4_UntypedObject, 47, 0, 4), seL4_DeleteFirst);
}

static void memory_that_is_short_says_how_much_is_left(void **state)
{
    (void)state;
    assert_int_equal(retype(seL4_EndpointObject, 0, 0, 1), seL4_NoError);
    assert_int_equal(retype(seL4_ARM_SmallPageObject, 0, 1, 1), seL4_NoError);
    assert_int_equal(retype(seL4_ARM_SmallPageObject, 0, 2, 3), seL4_NotEnoughMemory);
    assert_int_equal(sim_answer(0), 0x2000);
    assert_int_equal(retype(seL4_ARM_SmallPageObject, 0, 2, 2), seL4_NoError);
}

static void device_memory_becomes_frames_and_untyped_only(void **state)
{
    (void)state;
    assert_int_equal(sim_retype(device(), seL4_EndpointObject, 0, slot(0), 1),
                     seL4_InvalidArgument);
    assert_int_equal(sim_answer(0), 1);
    assert_int_equal(sim_retype(device(), seL4_ARM_SmallPageObject, 0, slot(0), 1), seL4_NoError);
    assert_int_equal(cap_get(fresh_slot(slot(0))->cap, CAP_DEVICE), 1);
    assert_int_equal(sim_retype(device(), seL4_UntypedObject, 12, slot(1), 1), seL4_NoError);
    assert_int_equal(cap_get(fresh_slot(slot(1))->cap, CAP_DEVICE), 1);
}

// --- the mark ------------------------------------------------------------------------------------

static void each_type_has_its_size(void **state)
{
    (void)state;
    static const struct {
        uint64_t type, size_bits, bytes;
    } sizes[] = {
        {seL4_UntypedObject, 5, 32},         {seL4_TCBObject, 0, 1u << seL4_TCBBits},
        {seL4_EndpointObject, 0, 16},        {seL4_NotificationObject, 0, 64},
        {seL4_CapTableObject, 2, 128},       {seL4_SchedContextObject, 8, 256},
        {seL4_ReplyObject, 0, 32},           {seL4_ARM_VSpaceObject, 0, 4096},
        {seL4_ARM_SmallPageObject, 0, 4096}, {seL4_ARM_PageTableObject, 0, 4096},
    };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        assert_int_equal(retype(sizes[i].type, sizes[i].size_bits, 0, 1), seL4_NoError);
        assert_int_equal(mark(), sizes[i].bytes);
        assert_int_equal(sim_delete(slot(0)), seL4_NoError);
    }
}

static void deleting_a_child_does_not_lower_the_mark(void **state)
{
    (void)state;
    assert_int_equal(retype(seL4_EndpointObject, 0, 0, 2), seL4_NoError);
    assert_int_equal(sim_delete(slot(0)), seL4_NoError);
    assert_int_equal(mark(), 32);
    assert_int_equal(retype(seL4_EndpointObject, 0, 0, 1), seL4_NoError);
    assert_int_equal(mark(), 48);
}

static void without_children_memory_is_given_out_again_from_the_start(void **state)
{
    (void)state;
    assert_int_equal(retype(seL4_EndpointObject, 0, 0, 4), seL4_NoError);
    assert_int_equal(sim_revoke(memory), seL4_NoError);
    assert_int_equal(mark(), 64);
    assert_int_equal(retype(seL4_EndpointObject, 0, 0, 1), seL4_NoError);
    assert_int_equal(mark(), 16);
}

static void memory_comes_back_zero(void **state)
{
    (void)state;
    assert_int_equal(retype(seL4_ARM_SmallPageObject, 0, 0, 4), seL4_NoError);
    const paddr_t base = cap_base(fresh_slot(slot(0))->cap);
    memset(arch_ptr(cap_address(fresh_slot(memory)->cap)), 0xa5, 16384);
    assert_int_equal(sim_revoke(memory), seL4_NoError);
    assert_int_equal(retype(seL4_ARM_SmallPageObject, 0, 0, 1), seL4_NoError);
    (void)base;
    assert_null(kernel_ok_all()); // U3
    assert_int_equal(*(uint64_t *)arch_ptr(cap_base(fresh_slot(slot(0))->cap)), 0);
}

// What takes time in proportion to the size can be preempted, so it belongs to the reset.
static void a_frame_is_clean_before_it_is_made(void **state)
{
    (void)state;
    assert_int_equal(retype(seL4_EndpointObject, 0, 0, 1), seL4_NoError);
    assert_int_equal(sim_delete(slot(0)), seL4_NoError);
    uint64_t operations = host_cpu.cache_operations;
    assert_int_equal(retype(seL4_EndpointObject, 0, 0, 1), seL4_NoError); // resets
    assert_true(host_cpu.cache_operations > operations);
    operations = host_cpu.cache_operations;
    assert_int_equal(retype(seL4_ARM_SmallPageObject, 0, 1, 1), seL4_NoError);
    assert_int_equal(host_cpu.cache_operations, operations);
}

static void a_reset_that_is_preempted_goes_on_where_it_stopped(void **state)
{
    (void)state;
    const uint64_t big = fresh_untyped(20);
    const unsigned irq = 40;
    struct sim_message get =
        sim_with_cap(SIM_MESSAGE(IRQIssueIRQHandler, irq, slot(9), DEPTH), ROOT);
    assert_int_equal(sim_call(seL4_CapIRQControl, get), seL4_NoError);
    const uint64_t before = untyped_free(fresh_slot(big)->cap);
    host_irq_raise(irq);
    struct sim_message make =
        sim_with_cap(SIM_MESSAGE(UntypedRetype, seL4_EndpointObject, 0, 0, 0, slot(0), 1), ROOT);
    sim_put(big, &make);
    const uint64_t pc = kernel.current->context.pc;
    sim_trap(seL4_SysCall); // one entry
    assert_int_equal(kernel.current->context.pc, pc);
    const uint64_t after = untyped_free(fresh_slot(big)->cap);
    assert_true(after > 0 && after < before);
    assert_null(kernel_ok_all());
    sim_interrupts();
    sim_syscall(seL4_SysCall);
    assert_int_equal(cap_type(fresh_slot(slot(0))->cap), CAP_ENDPOINT);
    assert_int_equal(untyped_free(fresh_slot(big)->cap), 16);
    assert_null(kernel_ok_all());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_label_is_checked_first, fresh),
        cmocka_unit_test_setup(a_short_message_is_truncated, fresh),
        cmocka_unit_test_setup(types_and_sizes_have_limits, fresh),
        cmocka_unit_test_setup(the_destination_must_be_a_cnode, fresh),
        cmocka_unit_test_setup(slots_are_counted_without_overflow, fresh),
        cmocka_unit_test_setup(an_occupied_slot_comes_before_memory, fresh),
        cmocka_unit_test_setup(memory_that_is_short_says_how_much_is_left, fresh),
        cmocka_unit_test_setup(device_memory_becomes_frames_and_untyped_only, fresh),
        cmocka_unit_test_setup(each_type_has_its_size, fresh),
        cmocka_unit_test_setup(deleting_a_child_does_not_lower_the_mark, fresh),
        cmocka_unit_test_setup(without_children_memory_is_given_out_again_from_the_start, fresh),
        cmocka_unit_test_setup(memory_comes_back_zero, fresh),
        cmocka_unit_test_setup(a_frame_is_clean_before_it_is_made, fresh),
        cmocka_unit_test_setup(a_reset_that_is_preempted_goes_on_where_it_stopped, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
