// SPDX-License-Identifier: BSD-2-Clause
//
// The support itself: a booted kernel is whole, and system calls reach it.
#include "fresh.h"
#include "kernel_ok.h"
#include "sim.h"

#include "kernel/arch.h"
#include "kernel/plat_host.h"
#include "kernel/tcb.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static int fresh(void **state)
{
    (void)state;
    fresh_kernel();
    return 0;
}

static void a_booted_kernel_keeps_every_invariant(void **state)
{
    (void)state;
    const char *broken = kernel_ok_all();
    if (broken != NULL) {
        fail_msg("%s", broken);
    }
}

static void the_initial_thread_is_current(void **state)
{
    (void)state;
    assert_ptr_equal(kernel.current, tcb_of(fresh_slot(seL4_CapInitThreadTCB)->cap));
    assert_int_equal(arch_next_pc(&kernel.current->context), FRESH_IMAGE);
}

static void a_call_of_nothing_is_an_invalid_capability(void **state)
{
    (void)state;
    assert_int_equal(sim_call(fresh_empty(), sim_empty(1)), seL4_InvalidCapability);
    assert_int_equal(sim_answer(0), 0);
}

static void a_thread_of_higher_priority_runs_at_once(void **state)
{
    (void)state;
    const struct tcb *initial = kernel.current;
    const struct tcb *other = sim_thread(fresh_untyped(14), fresh_empty(), 255, 1000, 1000);
    assert_ptr_not_equal(initial, other);
    sim_run(plat_us_to_ticks(UINT64_C(1000) * KCFG_BOOT_TIME_SLICE_MS));
    assert_ptr_equal(kernel.current, other);
    sim_syscall(seL4_SysYield);
    assert_ptr_equal(kernel.current, initial);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_booted_kernel_keeps_every_invariant, fresh),
        cmocka_unit_test_setup(the_initial_thread_is_current, fresh),
        cmocka_unit_test_setup(a_call_of_nothing_is_an_invalid_capability, fresh),
        cmocka_unit_test_setup(a_thread_of_higher_priority_runs_at_once, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
