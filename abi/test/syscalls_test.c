// SPDX-License-Identifier: BSD-2-Clause

// Every system call puts its arguments in the registers of the ABI; packed words and fault values
// give back what was put in.

#include "fake_trap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sel4/sel4.h>

enum { DEST = 0x41, SRC = 0x42, REPLY = 0x43 };

static int setup(void **state)
{
    (void)state;
    fake_reset();
    for (int i = 0; i < seL4_MsgMaxLength; i++) {
        seL4_SetMR(i, 0x500 + (seL4_Word)i);
    }
    fake_answer_label = 9;
    fake_answer_length = 3;
    return 0;
}

static seL4_MessageInfo_t message(void)
{
    return seL4_MessageInfo_new(7, 0, 0, 3);
}

// Number, x0, x6 and x8 of the last call, as the ABI's table of registers has them.
static void expect_call(seL4_Syscall_ID number, seL4_Word x0, seL4_Word x6, seL4_Word x8)
{
    assert_int_equal(fake_last.number, (seL4_Word)number);
    assert_int_equal(fake_last.regs.x0, x0);
    assert_int_equal(fake_last.x6, x6);
    assert_int_equal(fake_last.x8, x8);
}

static void expect_message_from_buffer(void)
{
    assert_int_equal(fake_last.regs.x1, message().words[0]);
    for (seL4_Word i = 0; i < 4; i++) {
        assert_int_equal(fake_last.regs.mr[i], 0x500 + i);
    }
}

static void expect_answer_in_buffer(seL4_MessageInfo_t info, seL4_Word badge)
{
    assert_int_equal(info.words[0], seL4_MessageInfo_new(9, 0, 0, 3).words[0]);
    assert_int_equal(badge, FAKE_BADGE);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(seL4_GetMR(i), FAKE_ANSWER + i);
    }
}

static void sends_take_the_message_from_the_buffer(void **state)
{
    (void)state;
    seL4_Send(DEST, message());
    expect_call(seL4_SysSend, DEST, 0, 0);
    expect_message_from_buffer();
    seL4_NBSend(DEST, message());
    expect_call(seL4_SysNBSend, DEST, 0, 0);
    expect_message_from_buffer();
}

static void a_signal_is_a_send_without_a_message(void **state)
{
    (void)state;
    seL4_Signal(DEST);
    expect_call(seL4_SysSend, DEST, 0, 0);
    assert_int_equal(fake_last.regs.x1, 0);
}

static void call_puts_the_answer_into_the_buffer(void **state)
{
    (void)state;
    expect_answer_in_buffer(seL4_Call(DEST, message()), FAKE_BADGE);
    expect_call(seL4_SysCall, DEST, 0, 0);
    expect_message_from_buffer();
}

static void receives_name_source_and_reply_object(void **state)
{
    seL4_Word badge = 0;

    (void)state;
    expect_answer_in_buffer(seL4_Recv(SRC, &badge, REPLY), FAKE_BADGE);
    expect_call(seL4_SysRecv, SRC, REPLY, 0);
    assert_int_equal(badge, FAKE_BADGE);
    (void)seL4_NBRecv(SRC, NULL, REPLY);
    expect_call(seL4_SysNBRecv, SRC, REPLY, 0);
    (void)seL4_Wait(SRC, &badge);
    expect_call(seL4_SysWait, SRC, 0, 0);
    (void)seL4_NBWait(SRC, &badge);
    expect_call(seL4_SysNBWait, SRC, 0, 0);
    (void)seL4_Poll(SRC, &badge);
    expect_call(seL4_SysNBWait, SRC, 0, 0);
}

static void combined_calls_place_each_capability_in_its_register(void **state)
{
    seL4_Word badge = 0;

    (void)state;
    (void)seL4_ReplyRecv(SRC, message(), &badge, REPLY);
    expect_call(seL4_SysReplyRecv, SRC, REPLY, 0);
    (void)setup(NULL);
    (void)seL4_NBSendRecv(DEST, message(), SRC, &badge, REPLY);
    expect_call(seL4_SysNBSendRecv, SRC, REPLY, DEST);
    expect_message_from_buffer();
    (void)setup(NULL);
    (void)seL4_NBSendWait(DEST, message(), SRC, &badge);
    expect_call(seL4_SysNBSendWait, SRC, DEST, 0);
    expect_message_from_buffer();
}

static void the_mrs_forms_leave_the_buffer_alone(void **state)
{
    seL4_Word mr[4] = {1, 2, 3, 4};
    seL4_Word badge = 0;
    seL4_MessageInfo_t info;

    (void)state;
    info = seL4_CallWithMRs(DEST, message(), &mr[0], &mr[1], &mr[2], &mr[3]);
    assert_int_equal(seL4_MessageInfo_get_label(info), 9);
    assert_int_equal(fake_last.regs.mr[2], 3);
    assert_int_equal(fake_last.regs.mr[3], 0); // beyond the length
    assert_int_equal(mr[3], FAKE_ANSWER + 3);
    assert_int_equal(seL4_GetMR(0), 0x500);
    (void)seL4_ReplyRecvWithMRs(SRC, message(), &badge, &mr[0], NULL, NULL, NULL, REPLY);
    expect_call(seL4_SysReplyRecv, SRC, REPLY, 0);
    assert_int_equal(fake_last.regs.mr[1], 0); // null pointer
    (void)seL4_NBSendRecvWithMRs(DEST, message(), SRC, &badge, &mr[0], NULL, NULL, NULL, REPLY);
    expect_call(seL4_SysNBSendRecv, SRC, REPLY, DEST);
    (void)seL4_NBSendWaitWithMRs(DEST, message(), SRC, &badge, &mr[0], NULL, NULL, NULL);
    expect_call(seL4_SysNBSendWait, SRC, DEST, 0);
    (void)seL4_RecvWithMRs(SRC, &badge, &mr[0], NULL, NULL, NULL, REPLY);
    expect_call(seL4_SysRecv, SRC, REPLY, 0);
    (void)seL4_NBRecvWithMRs(SRC, &badge, &mr[0], NULL, NULL, NULL, REPLY);
    expect_call(seL4_SysNBRecv, SRC, REPLY, 0);
    (void)seL4_WaitWithMRs(SRC, &badge, &mr[0], NULL, NULL, NULL);
    expect_call(seL4_SysWait, SRC, 0, 0);
    (void)seL4_NBWaitWithMRs(SRC, &badge, &mr[0], NULL, NULL, NULL);
    expect_call(seL4_SysNBWait, SRC, 0, 0);
    seL4_SendWithMRs(DEST, message(), &mr[0], NULL, NULL, NULL);
    expect_call(seL4_SysSend, DEST, 0, 0);
    seL4_NBSendWithMRs(DEST, message(), &mr[0], NULL, NULL, NULL);
    expect_call(seL4_SysNBSend, DEST, 0, 0);
    assert_int_equal(seL4_GetMR(0), 0x500);
}

static void yield_has_no_arguments(void **state)
{
    (void)state;
    seL4_Yield();
    expect_call(seL4_SysYield, 0, 0, 0);
}

#ifdef CONFIG_DEBUG_BUILD

static void debug_calls_pass_one_word(void **state)
{
    (void)state;
    seL4_DebugPutChar((char)0xe9);
    expect_call(seL4_SysDebugPutChar, 0xe9, 0, 0);
    assert_int_equal(seL4_DebugCapIdentify(DEST), FAKE_ANSWER);
    expect_call(seL4_SysDebugCapIdentify, DEST, 0, 0);
}

static void a_thread_name_travels_in_the_buffer_and_always_ends(void **state)
{
    char name[1100];
    const char *sent = (const char *)fake_last.buffer.msg;

    (void)state;
    seL4_DebugNameThread(DEST, "worker");
    expect_call(seL4_SysDebugNameThread, DEST, 0, 0);
    assert_string_equal(sent, "worker");
    memset(name, 'x', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    seL4_DebugNameThread(DEST, name);
    assert_int_equal(strlen(sent), 959);
    assert_int_equal(fake_last.buffer.userData, 0);
}

#endif

static void message_info_fields_do_not_touch_each_other(void **state)
{
    seL4_MessageInfo_t info = seL4_MessageInfo_new(~UINT64_C(0), 0, 0, 0);

    (void)state;
    assert_int_equal(info.words[0], ~UINT64_C(0xfff));
    info = seL4_MessageInfo_new(1, 0xf, 0xf, 0xff); // too wide: cut to the field
    assert_int_equal(info.words[0], 0x1fff);
    info = seL4_MessageInfo_set_length(info, 5);
    info = seL4_MessageInfo_set_extraCaps(info, 2);
    info = seL4_MessageInfo_set_capsUnwrapped(info, 4);
    info = seL4_MessageInfo_set_label(info, 0xabcdef);
    assert_int_equal(seL4_MessageInfo_get_length(info), 5);
    assert_int_equal(seL4_MessageInfo_get_extraCaps(info), 2);
    assert_int_equal(seL4_MessageInfo_get_capsUnwrapped(info), 4);
    assert_int_equal(seL4_MessageInfo_get_label(info), 0xabcdef);
    seL4_MessageInfo_ptr_set_label(&info, 3);
    assert_int_equal(seL4_MessageInfo_ptr_get_label(&info), 3);
    assert_int_equal(seL4_MessageInfo_ptr_get_length(&info), 5);
}

static void rights_and_guards_are_set_one_by_one(void **state)
{
    seL4_CapRights_t rights = seL4_NoRights;
    seL4_CNode_CapData_t data = seL4_CNode_CapData_new(0x5, 52);

    (void)state;
    rights = seL4_CapRights_set_capAllowGrant(rights, 1);
    rights = seL4_CapRights_set_capAllowWrite(rights, 1);
    assert_int_equal(rights.words[0], 5);
    rights = seL4_CapRights_set_capAllowGrant(rights, 0);
    assert_int_equal(seL4_CapRights_get_capAllowGrant(rights), 0);
    assert_int_equal(seL4_CapRights_get_capAllowWrite(rights), 1);
    assert_int_equal(data.words[0], (0x5 << 6) | 52);
    data = seL4_CNode_CapData_set_guardSize(data, 3);
    assert_int_equal(seL4_CNode_CapData_get_guard(data), 5);
    assert_int_equal(seL4_CNode_CapData_get_guardSize(data), 3);
}

static void a_fault_message_becomes_a_fault_value(void **state)
{
    seL4_Fault_t fault = seL4_getFault(seL4_MessageInfo_new(seL4_Fault_VMFault, 0, 0, 4));

    (void)state;
    assert_int_equal(seL4_Fault_get_seL4_FaultType(fault), seL4_Fault_VMFault);
    assert_int_equal(seL4_Fault_VMFault_get_IP(fault), 0x500);
    assert_int_equal(seL4_Fault_VMFault_get_Addr(fault), 0x501);
    assert_int_equal(seL4_Fault_VMFault_get_PrefetchFault(fault), 0x502);
    assert_int_equal(seL4_Fault_VMFault_get_FSR(fault), 0x503);

    fault = seL4_getFault(seL4_MessageInfo_new(seL4_Fault_CapFault, 0, 0, 7));
    assert_int_equal(seL4_Fault_CapFault_get_LookupFailureType(fault), 0x503);
    assert_int_equal(seL4_Fault_CapFault_get_MR6(fault), 0x506);

    fault = seL4_getFault(seL4_MessageInfo_new(seL4_Fault_UnknownSyscall, 0, 0, 13));
    assert_int_equal(seL4_Fault_UnknownSyscall_get_X7(fault), 0x507);
    assert_int_equal(seL4_Fault_UnknownSyscall_get_FaultIP(fault), 0x508);
    assert_int_equal(seL4_Fault_UnknownSyscall_get_Syscall(fault), 0x50c);

    fault = seL4_getFault(seL4_MessageInfo_new(seL4_Fault_UserException, 0, 0, 5));
    assert_int_equal(seL4_Fault_UserException_get_Number(fault), 0x503);

    fault = seL4_getFault(seL4_MessageInfo_new(seL4_Fault_Timeout, 0, 0, 2));
    assert_int_equal(seL4_Fault_Timeout_get_consumed(fault), 0x501);

#ifdef CONFIG_ARM_HYPERVISOR_SUPPORT
    fault = seL4_getFault(seL4_MessageInfo_new(seL4_Fault_VGICMaintenance, 0, 0, 1));
    assert_int_equal(seL4_Fault_VGICMaintenance_get_IDX(fault), 0x500);
    fault = seL4_getFault(seL4_MessageInfo_new(seL4_Fault_VCPUFault, 0, 0, 1));
    assert_int_equal(seL4_Fault_VCPUFault_get_HSR(fault), 0x500);
    fault = seL4_getFault(seL4_MessageInfo_new(seL4_Fault_VPPIEvent, 0, 0, 1));
    assert_int_equal(seL4_Fault_VPPIEvent_get_irq(fault), 0x500);
#endif

    fault = seL4_getFault(seL4_MessageInfo_new(0x77, 0, 0, 2));
    assert_int_equal(seL4_Fault_get_seL4_FaultType(fault), seL4_Fault_NullFault);
}

static void a_timeout_reply_carries_all_but_the_thread_ids(void **state)
{
    seL4_UserContext regs = {.pc = 1, .sp = 2, .x28 = 3, .tpidr_el0 = 4};
    seL4_MessageInfo_t info = seL4_TimeoutReply_new(seL4_True, regs, sizeof(regs) / 8);

    (void)state;
    assert_int_equal(info.words[0], seL4_MessageInfo_new(0, 0, 0, 34).words[0]);
    assert_int_equal(seL4_GetMR(seL4_TimeoutReply_FaultIP), 1);
    assert_int_equal(seL4_GetMR(seL4_TimeoutReply_X28), 3);
    assert_int_equal(seL4_GetMR(34), 0x500 + 34);
    info = seL4_TimeoutReply_new(seL4_False, regs, 1);
    assert_int_equal(info.words[0], seL4_MessageInfo_new(1, 0, 0, 1).words[0]);
}

static void the_receive_path_is_read_and_written(void **state)
{
    seL4_CPtr root = 0;
    seL4_CPtr index = 0;
    seL4_Word depth = 0;

    (void)state;
    seL4_SetCapReceivePath(1, 2, 64);
    seL4_GetCapReceivePath(&root, &index, &depth);
    assert_int_equal(root, 1);
    assert_int_equal(index, 2);
    assert_int_equal(depth, 64);
    seL4_GetCapReceivePath(NULL, NULL, NULL);
    seL4_SetCap(2, 77);
    assert_int_equal(seL4_GetCap(2), 77);
    assert_int_equal(seL4_GetBadge(2), 77);
    seL4_SetUserData(5);
    assert_int_equal(seL4_GetUserData(), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(sends_take_the_message_from_the_buffer, setup),
        cmocka_unit_test_setup(a_signal_is_a_send_without_a_message, setup),
        cmocka_unit_test_setup(call_puts_the_answer_into_the_buffer, setup),
        cmocka_unit_test_setup(receives_name_source_and_reply_object, setup),
        cmocka_unit_test_setup(combined_calls_place_each_capability_in_its_register, setup),
        cmocka_unit_test_setup(the_mrs_forms_leave_the_buffer_alone, setup),
        cmocka_unit_test_setup(yield_has_no_arguments, setup),
#ifdef CONFIG_DEBUG_BUILD
        cmocka_unit_test_setup(debug_calls_pass_one_word, setup),
        cmocka_unit_test_setup(a_thread_name_travels_in_the_buffer_and_always_ends, setup),
#endif
        cmocka_unit_test_setup(message_info_fields_do_not_touch_each_other, setup),
        cmocka_unit_test_setup(rights_and_guards_are_set_one_by_one, setup),
        cmocka_unit_test_setup(a_fault_message_becomes_a_fault_value, setup),
        cmocka_unit_test_setup(a_timeout_reply_carries_all_but_the_thread_ids, setup),
        cmocka_unit_test_setup(the_receive_path_is_read_and_written, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
