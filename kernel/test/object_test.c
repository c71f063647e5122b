// SPDX-License-Identifier: BSD-2-Clause
//
// Objects by type: their sizes, and the first capability of each.
#include "fresh.h"

#include "kernel/arch.h"
#include "kernel/object.h"
#include "kernel/sched_context.h"
#include "kernel/tcb.h"
#include "kernel/untyped.h"

#include <sel4/bootinfo_types.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define BASE UINT64_C(0x40400000)

static int fresh(void **state)
{
    (void)state;
    fresh_kernel();
    return 0;
}

static void sizes_are_those_of_the_abi(void **state)
{
    (void)state;
    assert_int_equal(object_bits(seL4_UntypedObject, 17), 17);
    assert_int_equal(object_bits(seL4_CapTableObject, 6), 6 + seL4_SlotBits);
    assert_int_equal(object_bits(seL4_SchedContextObject, 8), 8);
    assert_int_equal(object_bits(seL4_TCBObject, 99 % 64), seL4_TCBBits); // of one size
    assert_int_equal(object_bits(seL4_ARM_HugePageObject, 0), 30);
}

static void the_first_capability_may_do_everything(void **state)
{
    (void)state;
    const paddr_t at = paddr(BASE);
    assert_int_equal(cap_get(object_create(seL4_EndpointObject, 0, at, false), CAP_RIGHTS), 15);
    const struct cap notification = object_create(seL4_NotificationObject, 0, at, false);
    assert_int_equal(cap_get(notification, CAP_READ), 1);
    assert_int_equal(cap_get(notification, CAP_WRITE), 1);
    assert_int_equal(cap_get(object_create(seL4_ReplyObject, 0, at, false), CAP_GRANT), 1);
    const struct cap frame = object_create(seL4_ARM_LargePageObject, 0, at, true);
    assert_int_equal(cap_get(frame, CAP_READ), 1);
    assert_int_equal(cap_get(frame, CAP_WRITE), 1);
    assert_int_equal(cap_get(frame, CAP_DEVICE), 1);
    assert_int_equal(cap_get(frame, CAP_ASID), 0);
}

static void untyped_memory_begins_with_nothing_used(void **state)
{
    (void)state;
    const struct cap cap = object_create(seL4_UntypedObject, 14, paddr(BASE), false);
    assert_int_equal(cap_type(cap), CAP_UNTYPED);
    assert_int_equal(cap_size_bits(cap), 14);
    assert_int_equal(untyped_free(cap), 0);
}

static void a_new_thread_is_inactive_and_known(void **state)
{
    (void)state;
    const struct cap cap = object_create(seL4_TCBObject, 0, paddr(BASE), false);
    struct tcb *tcb = tcb_of(cap);
    assert_int_equal(tcb->state, THREAD_INACTIVE);
    assert_ptr_equal(kernel.all_threads, tcb);
    assert_null(tcb->sched_context);
    tcb_destroy(tcb);
    assert_ptr_not_equal(kernel.all_threads, tcb);
}

static void a_new_scheduling_context_has_room_and_no_time(void **state)
{
    (void)state;
    const struct cap cap = object_create(seL4_SchedContextObject, 8, paddr(BASE), false);
    struct sched_context *context = sched_context_of(cap);
    assert_false(sched_context_is_active(context));
    assert_int_equal(context->refill_capacity, (256 - sizeof(*context)) / sizeof(struct refill));
}

static void every_type_has_a_name(void **state)
{
    (void)state;
    assert_string_equal(object_name(cap_null()), "null");
    assert_string_equal(object_name(fresh_slot(seL4_CapInitThreadTCB)->cap), "tcb");
    assert_string_equal(object_name(fresh_slot(seL4_CapInitThreadCNode)->cap), "cnode");
    assert_string_equal(object_name(fresh_slot(seL4_CapIRQControl)->cap), "irq control");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(sizes_are_those_of_the_abi, fresh),
        cmocka_unit_test_setup(the_first_capability_may_do_everything, fresh),
        cmocka_unit_test_setup(untyped_memory_begins_with_nothing_used, fresh),
        cmocka_unit_test_setup(a_new_thread_is_inactive_and_known, fresh),
        cmocka_unit_test_setup(a_new_scheduling_context_has_room_and_no_time, fresh),
        cmocka_unit_test_setup(every_type_has_a_name, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
