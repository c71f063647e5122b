// SPDX-License-Identifier: BSD-2-Clause
//
// Debug system calls, and what the kernel prints: in configurations that have them. Where there are
// none, the same numbers are unknown system calls.
#include "actors.h"

#include "kernel/debug.h"
#include "kernel/ipc.h"
#include "kernel/plat_host.h"
#include "kernel/print.h"

#include <sel4/reserved.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static int fresh(void **state)
{
    (void)state;
    actors_begin();
    host_machine.output_length = 0;
    memset(host_machine.output, 0, sizeof(host_machine.output));
    return 0;
}

// The current thread makes the call with `x0`; what x0 is then.
static uint64_t call(int64_t number, uint64_t x0)
{
    arch_set(&kernel.current->context, ARCH_REG_BADGE, 0, x0);
    sim_trap(number);
    return arch_get(&kernel.current->context, ARCH_REG_BADGE, 0);
}

static void characters_are_printed_where_there_is_printing(void **state)
{
    (void)state;
    if (KCFG_PRINTING) {
        call(KAAL_SYS_DEBUG_PUT_CHAR, 'K');
        call(KAAL_SYS_DEBUG_PUT_CHAR, 'L');
        assert_string_equal(host_machine.output, "KL");
    }
    kernel_print("line\n");
    assert_string_equal(host_machine.output, KCFG_PRINTING ? "KLline\n" : "");
}

static void a_capability_is_identified_by_its_type(void **state)
{
    (void)state;
    if (!KCFG_DEBUG_BUILD) {
        return;
    }
    assert_int_equal(call(KAAL_SYS_DEBUG_CAP_IDENTIFY, seL4_CapInitThreadTCB), CAP_TCB);
    assert_int_equal(call(KAAL_SYS_DEBUG_CAP_IDENTIFY, actors_endpoint()), CAP_ENDPOINT);
    assert_int_equal(call(KAAL_SYS_DEBUG_CAP_IDENTIFY, actors_slot()), CAP_NULL);
    assert_int_equal(call(KAAL_SYS_DEBUG_CAP_IDENTIFY, UINT64_MAX), CAP_NULL);
}

static void name(uint64_t thread, const char *text)
{
    uint64_t *buffer = sim_buffer(kernel.current);
    memset(&buffer[BUFFER_MESSAGE], 'x', seL4_MsgMaxLength * sizeof(uint64_t));
    if (text != NULL) {
        memcpy(&buffer[BUFFER_MESSAGE], text, strlen(text) + 1);
    }
    call(KAAL_SYS_DEBUG_NAME_THREAD, thread);
}

static void a_thread_gets_a_name_that_fits(void **state)
{
    (void)state;
    if (!KCFG_DEBUG_BUILD) {
        return;
    }
    const struct actor actor = actors_thread(1, 0, 0);
    name(actor.cap, "server");
    assert_string_equal(actor.tcb->name, "server");
    name(actor.cap, "a name that is much too long for the room that a thread has for it");
    assert_int_equal(strlen(actor.tcb->name), sizeof(actor.tcb->name) - 1);
    assert_memory_equal(actor.tcb->name, "a name that is much too long", 28);
}

static void a_name_that_makes_no_sense_is_refused(void **state)
{
    (void)state;
    if (!KCFG_DEBUG_BUILD || !KCFG_PRINTING) {
        return;
    }
    const struct actor actor = actors_thread(1, 0, 0);
    name(actor.cap, "before");
    name(actor.cap, NULL); // no end
    assert_non_null(strstr(host_machine.output, "refused debug call: NameThread with a name"));
    name(actors_endpoint(), "endpoint");
    assert_non_null(strstr(host_machine.output, "NameThread of something that is not a thread"));
    assert_string_equal(actor.tcb->name, "before");
}

static void the_scheduler_is_dumped_by_thread(void **state)
{
    (void)state;
    if (!KCFG_DEBUG_BUILD || !KCFG_PRINTING) {
        return;
    }
    const struct actor actor = actors_thread(7, 1000, 2000);
    name(actor.cap, "worker");
    call(KAAL_SYS_DEBUG_DUMP_SCHEDULER, 0);
    assert_non_null(strstr(host_machine.output, "thread=worker state=running priority=7 domain=0"));
    assert_non_null(strstr(host_machine.output, "budget_us=1000 period_us=2000 refills=1"));
    assert_null(strstr(host_machine.output, "holds"));
    call(KAAL_SYS_DEBUG_SNAPSHOT, 0);
    assert_non_null(strstr(host_machine.output, "holds cspace=cnode vspace=vspace buffer=frame"));
}

static void a_fault_that_nobody_handles_is_told(void **state)
{
    (void)state;
    const struct actor actor = actors_thread(255, 1000, 1000);
    actors_start(&actor);
    actor.tcb->context.pc = 0x1234;
    sim_enter(-1000);
    const bool told = strstr(host_machine.output, "unhandled fault=unknown_syscall") != NULL;
    assert_int_equal(told, KCFG_PRINTING && KCFG_DEBUG_BUILD);
    if (told) {
        assert_non_null(strstr(host_machine.output, "ip=0x1234"));
    }
    assert_int_equal(actor.tcb->state, THREAD_INACTIVE);
}

static void a_configuration_without_debugging_has_none(void **state)
{
    (void)state;
    assert_int_equal(debug_syscall(KAAL_SYS_DEBUG_CAP_IDENTIFY), KCFG_DEBUG_BUILD);
    assert_int_equal(debug_syscall(KAAL_SYS_DEBUG_PUT_CHAR), KCFG_PRINTING);
    assert_false(debug_syscall(-1000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(characters_are_printed_where_there_is_printing, fresh),
        cmocka_unit_test_setup(a_capability_is_identified_by_its_type, fresh),
        cmocka_unit_test_setup(a_thread_gets_a_name_that_fits, fresh),
        cmocka_unit_test_setup(a_name_that_makes_no_sense_is_refused, fresh),
        cmocka_unit_test_setup(the_scheduler_is_dumped_by_thread, fresh),
        cmocka_unit_test_setup(a_fault_that_nobody_handles_is_told, fresh),
        cmocka_unit_test_setup(a_configuration_without_debugging_has_none, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
