// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Threads.

#include <sel4/invocation.h>
#include <sel4/stubs/invoke.h>

struct seL4_TCB_SetFlags {
    int error;
    seL4_Word flags;
};
typedef struct seL4_TCB_SetFlags seL4_TCB_SetFlags_t;

// Stores the first `count` registers of a stopped thread.
LIBSEL4_INLINE seL4_Error seL4_TCB_ReadRegisters(seL4_TCB _service, seL4_Bool suspend_source,
                                                 seL4_Uint8 arch_flags, seL4_Word count,
                                                 seL4_UserContext *regs)
{
    seL4_Word flags = ((seL4_Word)suspend_source & 1) | ((seL4_Word)arch_flags << 8);
    struct kaal_trap_regs trap = {0, 0, {flags, count, 0, 0}};
    seL4_Error error = kaal_invoke_regs(_service, TCBReadRegisters, 0, 2, &trap);
    seL4_Word *reg = (seL4_Word *)regs;

    if (error != seL4_NoError) {
        return error;
    }
    for (seL4_Word i = 0; i < count; i++) {
        reg[i] = i < 4 ? trap.mr[i] : seL4_GetMR((int)i);
    }
    return seL4_NoError;
}

// Writes the first `count` registers of a stopped thread. The message has its full length whatever
// the count, as libsel4 sends it.
LIBSEL4_INLINE seL4_Error seL4_TCB_WriteRegisters(seL4_TCB _service, seL4_Bool resume_target,
                                                  seL4_Uint8 arch_flags, seL4_Word count,
                                                  seL4_UserContext *regs)
{
    seL4_Word flags = ((seL4_Word)resume_target & 1) | ((seL4_Word)arch_flags << 8);
    const seL4_Word *reg = (const seL4_Word *)regs;
    seL4_Word most = sizeof(*regs) / sizeof(*reg);

    for (seL4_Word i = 2; i < count && i < most; i++) {
        seL4_SetMR((int)i + 2, reg[i]);
    }
    return kaal_invoke(_service, TCBWriteRegisters, 0, 38, flags, count, regs->pc, regs->sp);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_CopyRegisters(seL4_TCB _service, seL4_TCB source,
                                                 seL4_Bool suspend_source, seL4_Bool resume_target,
                                                 seL4_Bool transfer_frame,
                                                 seL4_Bool transfer_integer, seL4_Uint8 arch_flags)
{
    seL4_Word flags = ((seL4_Word)suspend_source & 1) | (((seL4_Word)resume_target & 1) << 1) |
                      (((seL4_Word)transfer_frame & 1) << 2) |
                      (((seL4_Word)transfer_integer & 1) << 3) | ((seL4_Word)arch_flags << 8);

    seL4_SetCap(0, source);
    return kaal_invoke(_service, TCBCopyRegisters, 1, 1, flags, 0, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_Configure(seL4_TCB _service, seL4_CNode cspace_root,
                                             seL4_Word cspace_root_data, seL4_CPtr vspace_root,
                                             seL4_Word vspace_root_data, seL4_Word buffer,
                                             seL4_CPtr bufferFrame)
{
    seL4_SetCap(0, cspace_root);
    seL4_SetCap(1, vspace_root);
    seL4_SetCap(2, bufferFrame);
    return kaal_invoke(_service, TCBConfigure, 3, 3, cspace_root_data, vspace_root_data, buffer, 0);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_SetPriority(seL4_TCB _service, seL4_TCB authority,
                                               seL4_Word priority)
{
    seL4_SetCap(0, authority);
    return kaal_invoke(_service, TCBSetPriority, 1, 1, priority, 0, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_SetMCPriority(seL4_TCB _service, seL4_TCB authority,
                                                 seL4_Word mcp)
{
    seL4_SetCap(0, authority);
    return kaal_invoke(_service, TCBSetMCPriority, 1, 1, mcp, 0, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_SetSchedParams(seL4_TCB _service, seL4_TCB authority,
                                                  seL4_Word mcp, seL4_Word priority,
                                                  seL4_CPtr sched_context, seL4_CPtr fault_ep)
{
    seL4_SetCap(0, authority);
    seL4_SetCap(1, sched_context);
    seL4_SetCap(2, fault_ep);
    return kaal_invoke(_service, TCBSetSchedParams, 3, 2, mcp, priority, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_SetTimeoutEndpoint(seL4_TCB _service, seL4_CPtr timeout_fault_ep)
{
    seL4_SetCap(0, timeout_fault_ep);
    return kaal_invoke(_service, TCBSetTimeoutEndpoint, 1, 0, 0, 0, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_SetIPCBuffer(seL4_TCB _service, seL4_Word buffer,
                                                seL4_CPtr bufferFrame)
{
    seL4_SetCap(0, bufferFrame);
    return kaal_invoke(_service, TCBSetIPCBuffer, 1, 1, buffer, 0, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_SetSpace(seL4_TCB _service, seL4_CPtr fault_ep,
                                            seL4_CNode cspace_root, seL4_Word cspace_root_data,
                                            seL4_CPtr vspace_root, seL4_Word vspace_root_data)
{
    seL4_SetCap(0, fault_ep);
    seL4_SetCap(1, cspace_root);
    seL4_SetCap(2, vspace_root);
    return kaal_invoke(_service, TCBSetSpace, 3, 2, cspace_root_data, vspace_root_data, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_Suspend(seL4_TCB _service)
{
    return kaal_invoke(_service, TCBSuspend, 0, 0, 0, 0, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_Resume(seL4_TCB _service)
{
    return kaal_invoke(_service, TCBResume, 0, 0, 0, 0, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_BindNotification(seL4_TCB _service, seL4_CPtr notification)
{
    seL4_SetCap(0, notification);
    return kaal_invoke(_service, TCBBindNotification, 1, 0, 0, 0, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_UnbindNotification(seL4_TCB _service)
{
    return kaal_invoke(_service, TCBUnbindNotification, 0, 0, 0, 0, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_SetTLSBase(seL4_TCB _service, seL4_Word tls_base)
{
    return kaal_invoke(_service, TCBSetTLSBase, 0, 1, tls_base, 0, 0, 0);
}

// Clears and sets bits of seL4_TCBFlag; the result has the flags after that.
LIBSEL4_INLINE seL4_TCB_SetFlags_t seL4_TCB_SetFlags(seL4_TCB _service, seL4_Word clear,
                                                     seL4_Word set)
{
    struct kaal_trap_regs trap = {0, 0, {clear, set, 0, 0}};
    seL4_TCB_SetFlags_t result;

    result.error = (int)kaal_invoke_regs(_service, TCBSetFlags, 0, 2, &trap);
    result.flags = trap.mr[0];
    return result;
}
