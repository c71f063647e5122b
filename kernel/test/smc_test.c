// SPDX-License-Identifier: BSD-2-Clause
//
// Calls of the secure monitor: what goes there and comes back, and whom a badge lets through.
#include "fresh.h"
#include "sim.h"

#include "kernel/arch_host.h"
#include "kernel/smc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { WORDS = 8 };

static struct syscall call_of(uint64_t badge, uint64_t label, uint64_t length)
{
    // The message lies in the registers and the IPC buffer of the current thread.
    struct sim_message message = sim_empty(label);
    message.length = WORDS;
    for (unsigned i = 0; i < WORDS; i++) {
        message.word[i] = 100 + i;
    }
    sim_put(0, &message);
    return (struct syscall){
        .caller = kernel.current,
        .cap = cap_set(cap_new(CAP_SMC, paddr(0)), CAP_BADGE, badge),
        .label = label,
        .length = length,
        .buffer = sim_buffer(kernel.current),
    };
}

static int fresh(void **state)
{
    (void)state;
    fresh_kernel();
    return 0;
}

static void eight_words_go_to_the_monitor(void **state)
{
    (void)state;
    struct syscall sys = call_of(0, ARMSMCCall, WORDS);
    assert_int_equal(smc_decode(&sys), seL4_NoError);
    assert_int_equal(sys.result_count, WORDS);
    for (unsigned i = 0; i < WORDS; i++) {
        assert_int_equal(host_cpu.smc[i], 100 + i);
        assert_int_equal(sys.result[i], 100 + i);
    }
}

static void a_badge_is_the_only_function(void **state)
{
    (void)state;
    struct syscall sys = call_of(100, ARMSMCCall, WORDS);
    assert_int_equal(smc_decode(&sys), seL4_NoError);
    memset(host_cpu.smc, 0, sizeof(host_cpu.smc));
    sys = call_of(101, ARMSMCCall, WORDS);
    assert_int_equal(smc_decode(&sys), seL4_IllegalOperation);
    assert_int_equal(host_cpu.smc[0], 0);
}

static void less_than_eight_words_are_too_few(void **state)
{
    (void)state;
    struct syscall sys = call_of(0, ARMSMCCall, WORDS - 1);
    assert_int_equal(smc_decode(&sys), seL4_TruncatedMessage);
    assert_int_equal(host_cpu.smc[0], 0);
}

static void another_label_is_no_call(void **state)
{
    (void)state;
    struct syscall sys = call_of(0, ARMSMCCall + 1, WORDS);
    assert_int_equal(smc_decode(&sys), seL4_IllegalOperation);
}

static void the_initial_task_has_it_where_it_is_configured(void **state)
{
    (void)state;
    assert_int_equal(cap_type(fresh_slot(seL4_CapSMC)->cap),
                     KCFG_ALLOW_SMC != 0 ? CAP_SMC : CAP_NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(eight_words_go_to_the_monitor, fresh),
        cmocka_unit_test_setup(a_badge_is_the_only_function, fresh),
        cmocka_unit_test_setup(less_than_eight_words_are_too_few, fresh),
        cmocka_unit_test_setup(another_label_is_no_call, fresh),
        cmocka_unit_test_setup(the_initial_task_has_it_where_it_is_configured, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
