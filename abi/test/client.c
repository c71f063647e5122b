// SPDX-License-Identifier: BSD-2-Clause

// A source as seL4 programs are written: it includes sel4/sel4.h and uses system calls, old names
// and new ones, boot info and faults. compile_test.sh compiles it in every configuration; it is not
// run.

#include <sel4/arch/mapping.h>
#include <sel4/assert.h>
#include <sel4/benchmark_track_types.h>
#include <sel4/benchmark_utilisation_types.h>
#include <sel4/bootinfo.h>
#include <sel4/sel4.h>
#include <sel4/types.h>

SEL4_COMPILE_ASSERT(word_has_64_bits, sizeof(seL4_Word) * 8 == seL4_WordBits)

enum { SLOT = 64 };

seL4_Error make_thread(const seL4_BootInfo *info);
seL4_Word serve(seL4_CPtr endpoint, seL4_CPtr reply);
seL4_Word talk(seL4_CPtr endpoint, seL4_CPtr notification);
seL4_Word describe_fault(seL4_MessageInfo_t tag);
seL4_Error map_page(seL4_CPtr frame, seL4_CPtr table, seL4_Word vaddr);
void debug_all(seL4_CPtr tcb);

seL4_Error make_thread(const seL4_BootInfo *info)
{
    seL4_CPtr untyped = info->untyped.start;
    seL4_CPtr sched_control = info->schedcontrol.start;
    seL4_UserContext regs = {0};
    seL4_Error error;

    seL4_SetIPCBuffer(info->ipcBuffer);
    error = seL4_Untyped_Retype(untyped, seL4_TCBObject, 0, seL4_CapInitThreadCNode, 0, 0, SLOT, 1);
    if (error != seL4_NoError) {
        return error;
    }
    error = seL4_TCB_Configure(SLOT, seL4_CapInitThreadCNode, seL4_NilData,
                               seL4_CapInitThreadVSpace, seL4_NilData, 0, 0);
    if (!error) {
        error = seL4_TCB_SetSchedParams(SLOT, seL4_CapInitThreadTCB, seL4_MaxPrio, seL4_MaxPrio - 1,
                                        SLOT + 1, SLOT + 2);
    }
    if (!error) {
        error = seL4_SchedControl_Configure(sched_control, SLOT + 1, 1000, 10000, 0, 0);
    }
    if (!error) {
        error = seL4_CNode_Mint(seL4_CapInitThreadCNode, SLOT + 3, seL4_WordBits,
                                seL4_CapInitThreadCNode, SLOT + 2, seL4_WordBits, seL4_AllRights,
                                seL4_CNode_CapData_new(0, 52).words[0]);
    }
    regs.pc = (seL4_Word)&make_thread;
    return error ? error
                 : seL4_TCB_WriteRegisters(SLOT, seL4_True, 0, sizeof(regs) / sizeof(seL4_Word),
                                           &regs);
}

seL4_Word serve(seL4_CPtr endpoint, seL4_CPtr reply)
{
    seL4_Word badge;
    seL4_MessageInfo_t tag = seL4_Recv(endpoint, &badge, reply);

    for (int calls = 0; calls < 3; calls++) {
        seL4_SetMR(0, seL4_MessageInfo_get_length(tag) + badge);
        seL4_SetCap(0, seL4_GetCap(0));
        tag = seL4_ReplyRecv(endpoint, seL4_MessageInfo_new(0, 0, 1, 1), &badge, reply);
    }
    tag = seL4_NBRecv(endpoint, &badge, reply);
    seL4_Send(reply, tag);
    return badge;
}

seL4_Word talk(seL4_CPtr endpoint, seL4_CPtr notification)
{
    seL4_Word mr0 = 1;
    seL4_Word mr1 = 2;
    seL4_Word badge = 0;
    seL4_MessageInfo_t tag = seL4_MessageInfo_new(0, 0, 0, 2);

    tag = seL4_CallWithMRs(endpoint, tag, &mr0, &mr1, seL4_Null, seL4_Null);
    tag = seL4_Call(endpoint, tag);
    seL4_NBSend(endpoint, tag);
    seL4_Signal(notification);
    (void)seL4_Wait(notification, &badge);
    (void)seL4_Poll(notification, &badge);
    (void)seL4_NBWait(notification, &badge);
    (void)seL4_NBSendRecv(endpoint, tag, notification, &badge, 0);
    (void)seL4_NBSendWait(endpoint, tag, notification, &badge);
    seL4_Yield();
    return mr0 + mr1 + badge;
}

seL4_Word describe_fault(seL4_MessageInfo_t tag)
{
    seL4_Fault_t fault = seL4_getFault(tag);

    if (seL4_isVMFault_tag(tag)) {
        return seL4_Fault_VMFault_get_Addr(fault);
    }
    switch (seL4_Fault_get_seL4_FaultType(fault)) {
    case seL4_Fault_NullFault:
        return seL4_GetMR(SEL4_PFIPC_FAULT_ADDR);
    case seL4_Fault_CapFault:
        return seL4_Fault_CapFault_get_Addr(fault);
    case seL4_Fault_UnknownSyscall:
        return seL4_Fault_UnknownSyscall_get_Syscall(fault);
    case seL4_Fault_UserException:
        return seL4_Fault_UserException_get_Number(fault);
    case seL4_Fault_Timeout:
        return seL4_Fault_Timeout_get_data(fault);
#ifdef CONFIG_HARDWARE_DEBUG_API
    case seL4_Fault_DebugException:
        return seL4_Fault_DebugException_get_ExceptionReason(fault);
#endif
    default:
        return seL4_NoFault;
    }
}

seL4_Error map_page(seL4_CPtr frame, seL4_CPtr table, seL4_Word vaddr)
{
    seL4_Error error;

    error = seL4_ARM_Page_Map(frame, seL4_CapInitThreadVSpace, vaddr, seL4_ReadWrite,
                              seL4_ARM_Default_VMAttributes | seL4_ARM_ExecuteNever);
    if (error == seL4_FailedLookup &&
        seL4_MappingFailedLookupLevel() == SEL4_MAPPING_LOOKUP_NO_PT) {
        error = seL4_ARM_PageDirectory_Map(table, seL4_CapInitThreadPD, vaddr,
                                           seL4_ARM_Default_VMAttributes);
    }
    seL4_Assert(seL4_ARM_Page_GetAddress(frame).error == seL4_NoError);
    seL4_DebugAssert(error != seL4_NumErrors);
    return error;
}

void debug_all(seL4_CPtr tcb)
{
    (void)tcb;
#ifdef CONFIG_PRINTING
    seL4_DebugPutChar('\n');
    seL4_DebugPutString("text");
    seL4_DebugDumpScheduler();
#endif
#ifdef CONFIG_DEBUG_BUILD
    seL4_DebugNameThread(tcb, "name");
    (void)seL4_DebugCapIdentify(tcb);
    seL4_DebugSnapshot();
    seL4_DebugHalt();
#endif
#ifdef CONFIG_HARDWARE_DEBUG_API
    (void)seL4_TCB_SetBreakpoint(tcb, seL4_FirstBreakpoint, 0, seL4_InstructionBreakpoint, 0,
                                 seL4_BreakOnRead);
    (void)seL4_TCB_GetBreakpoint(tcb, seL4_FirstWatchpoint).is_enabled;
    (void)seL4_TCB_ConfigureSingleStepping(tcb, 0, 1).bp_was_consumed;
#endif
#ifdef CONFIG_ENABLE_BENCHMARKS
    (void)seL4_BenchmarkResetLog();
    (void)seL4_BenchmarkFinalizeLog();
    (void)seL4_BenchmarkSetLogBuffer(tcb);
    seL4_BenchmarkNullSyscall();
    seL4_BenchmarkFlushCaches();
    seL4_BenchmarkFlushL1Caches(seL4_ARM_CacheID);
#endif
#ifdef CONFIG_BENCHMARK_TRACK_UTILISATION
    seL4_BenchmarkGetThreadUtilisation(tcb);
    (void)seL4_GetMR(BENCHMARK_TOTAL_UTILISATION);
    seL4_BenchmarkResetThreadUtilisation(tcb);
#endif
}
