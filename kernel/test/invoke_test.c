// SPDX-License-Identifier: BSD-2-Clause
//
// Which capabilities can be invoked, and by which system calls.
#include "actors.h"
#include "fresh.h"

#include "kernel/syscall.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { NO_SUCH_LABEL = 0xfffff };

static int fresh(void **state)
{
    (void)state;
    actors_begin();
    return 0;
}

static seL4_Error invoked(struct cap cap, bool may_block)
{
    struct slot slot = {.cap = cap};
    struct syscall sys = {
        .caller = kernel.current,
        .cap = cap,
        .slot = &slot,
        .label = NO_SUCH_LABEL,
        .is_call = true,
        .may_block = may_block,
        .argument = 99,
    };
    const seL4_Error error = invoke(&sys);
    if (error == seL4_InvalidCapability) {
        assert_int_equal(sys.argument, 0); // the invoked one
    }
    return error;
}

// Each object refuses a label that it does not know by itself, so the call has reached it.
static void every_object_knows_its_labels(void **state)
{
    (void)state;
    const struct actor actor = actors_thread(1, 0, 0);
    const uint64_t slots[] = {
        seL4_CapInitThreadTCB,
        seL4_CapInitThreadCNode,
        seL4_CapInitThreadVSpace,
        seL4_CapIRQControl,
        seL4_CapASIDControl,
        seL4_CapInitThreadASIDPool,
        seL4_CapDomain,
        actor.context,
        actor.frame,
        fresh_untyped(12),
        actors_object(seL4_ARM_PageTableObject, 0),
    };
    for (unsigned i = 0; i < sizeof(slots) / sizeof(slots[0]); i++) {
        assert_int_equal(invoked(fresh_slot(slots[i])->cap, true), seL4_IllegalOperation);
    }
}

static void what_is_no_object_of_the_kernel_is_invalid(void **state)
{
    (void)state;
    assert_int_equal(invoked(cap_null(), true), seL4_InvalidCapability);
    assert_int_equal(invoked(cap_new(CAP_ZOMBIE, paddr(FRESH_RAM_BASE)), true),
                     seL4_InvalidCapability);
}

// In the send phase of ReplyRecv and its kin.
static void some_objects_need_a_system_call_of_their_own(void **state)
{
    (void)state;
    const struct actor actor = actors_thread(1, 0, 0);
    const uint64_t refused[] = {seL4_CapInitThreadTCB, seL4_CapInitThreadCNode, seL4_CapDomain,
                                actor.context};
    for (unsigned i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        assert_int_equal(invoked(fresh_slot(refused[i])->cap, false), seL4_InvalidCapability);
    }
    assert_int_equal(invoked(fresh_slot(actor.frame)->cap, false), seL4_IllegalOperation);
    assert_int_equal(invoked(fresh_slot(fresh_untyped(12))->cap, false), seL4_IllegalOperation);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_object_knows_its_labels, fresh),
        cmocka_unit_test_setup(what_is_no_object_of_the_kernel_is_invalid, fresh),
        cmocka_unit_test_setup(some_objects_need_a_system_call_of_their_own, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
