// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// The system calls of every kernel.
//
// Each exists twice: the plain form carries message registers 0 to 3 between CPU and IPC buffer,
// the WithMRs form takes pointers to them. A null pointer, or one beyond the message's length,
// sends 0; results go to every pointer that is not null. A thread without an IPC buffer can use
// only the WithMRs forms and those without a message.
//
// A received notification leaves info and message registers as they went in: 0 for the plain
// receives, the message sent for the combined calls.

#include <sel4/arch/syscalls_trap.h>
#include <sel4/functions.h>
#include <sel4/types.h>

// Registers for a message whose first words are in the IPC buffer.
LIBSEL4_INLINE_FUNC struct kaal_trap_regs kaal_regs_from_buffer(seL4_CPtr cptr,
                                                                seL4_MessageInfo_t info)
{
    const seL4_Word *msg = seL4_GetIPCBuffer()->msg;

    return (struct kaal_trap_regs){cptr, info.words[0], {msg[0], msg[1], msg[2], msg[3]}};
}

// Stores what a receive left in registers; `sender` may be null.
LIBSEL4_INLINE_FUNC seL4_MessageInfo_t kaal_regs_to_buffer(const struct kaal_trap_regs *regs,
                                                           seL4_Word *sender)
{
    seL4_Word *msg = seL4_GetIPCBuffer()->msg;
    seL4_MessageInfo_t info = {{regs->x1}};

    msg[0] = regs->mr[0];
    msg[1] = regs->mr[1];
    msg[2] = regs->mr[2];
    msg[3] = regs->mr[3];
    if (sender) {
        *sender = regs->x0;
    }
    return info;
}

// Registers for a message whose first words are behind pointers.
LIBSEL4_INLINE_FUNC struct kaal_trap_regs
kaal_regs_from_mrs(seL4_CPtr cptr, seL4_MessageInfo_t info, const seL4_Word *mr0,
                   const seL4_Word *mr1, const seL4_Word *mr2, const seL4_Word *mr3)
{
    seL4_Word length = seL4_MessageInfo_get_length(info);
    struct kaal_trap_regs regs = {cptr, info.words[0], {0, 0, 0, 0}};

    if (mr0 && length > 0) {
        regs.mr[0] = *mr0;
    }
    if (mr1 && length > 1) {
        regs.mr[1] = *mr1;
    }
    if (mr2 && length > 2) {
        regs.mr[2] = *mr2;
    }
    if (mr3 && length > 3) {
        regs.mr[3] = *mr3;
    }
    return regs;
}

// Stores what a receive left in registers; every pointer may be null.
LIBSEL4_INLINE_FUNC seL4_MessageInfo_t kaal_regs_to_mrs(const struct kaal_trap_regs *regs,
                                                        seL4_Word *sender, seL4_Word *mr0,
                                                        seL4_Word *mr1, seL4_Word *mr2,
                                                        seL4_Word *mr3)
{
    seL4_MessageInfo_t info = {{regs->x1}};

    if (sender) {
        *sender = regs->x0;
    }
    if (mr0) {
        *mr0 = regs->mr[0];
    }
    if (mr1) {
        *mr1 = regs->mr[1];
    }
    if (mr2) {
        *mr2 = regs->mr[2];
    }
    if (mr3) {
        *mr3 = regs->mr[3];
    }
    return info;
}

// Send, blocking until the message is taken.
LIBSEL4_INLINE_FUNC void seL4_Send(seL4_CPtr dest, seL4_MessageInfo_t msgInfo)
{
    struct kaal_trap_regs regs = kaal_regs_from_buffer(dest, msgInfo);

    kaal_trap_send((seL4_Word)seL4_SysSend, &regs);
}

LIBSEL4_INLINE_FUNC void seL4_SendWithMRs(seL4_CPtr dest, seL4_MessageInfo_t msgInfo,
                                          seL4_Word *mr0, seL4_Word *mr1, seL4_Word *mr2,
                                          seL4_Word *mr3)
{
    struct kaal_trap_regs regs = kaal_regs_from_mrs(dest, msgInfo, mr0, mr1, mr2, mr3);

    kaal_trap_send((seL4_Word)seL4_SysSend, &regs);
}

// Send if somebody waits for it, else drop the message.
LIBSEL4_INLINE_FUNC void seL4_NBSend(seL4_CPtr dest, seL4_MessageInfo_t msgInfo)
{
    struct kaal_trap_regs regs = kaal_regs_from_buffer(dest, msgInfo);

    kaal_trap_send((seL4_Word)seL4_SysNBSend, &regs);
}

LIBSEL4_INLINE_FUNC void seL4_NBSendWithMRs(seL4_CPtr dest, seL4_MessageInfo_t msgInfo,
                                            seL4_Word *mr0, seL4_Word *mr1, seL4_Word *mr2,
                                            seL4_Word *mr3)
{
    struct kaal_trap_regs regs = kaal_regs_from_mrs(dest, msgInfo, mr0, mr1, mr2, mr3);

    kaal_trap_send((seL4_Word)seL4_SysNBSend, &regs);
}

// Signal a notification: a Send without a message.
LIBSEL4_INLINE_FUNC void seL4_Signal(seL4_CPtr dest)
{
    kaal_trap_send_empty((seL4_Word)seL4_SysSend, dest, 0);
}

// Send and wait for the reply.
LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_Call(seL4_CPtr dest, seL4_MessageInfo_t msgInfo)
{
    struct kaal_trap_regs regs = kaal_regs_from_buffer(dest, msgInfo);

    kaal_trap_call((seL4_Word)seL4_SysCall, &regs);
    return kaal_regs_to_buffer(&regs, 0);
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_CallWithMRs(seL4_CPtr dest, seL4_MessageInfo_t msgInfo,
                                                        seL4_Word *mr0, seL4_Word *mr1,
                                                        seL4_Word *mr2, seL4_Word *mr3)
{
    struct kaal_trap_regs regs = kaal_regs_from_mrs(dest, msgInfo, mr0, mr1, mr2, mr3);

    kaal_trap_call((seL4_Word)seL4_SysCall, &regs);
    return kaal_regs_to_mrs(&regs, 0, mr0, mr1, mr2, mr3);
}

// Receive from an endpoint or notification; a Call can be answered through `reply`.
LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_Recv(seL4_CPtr src, seL4_Word *sender, seL4_CPtr reply)
{
    struct kaal_trap_regs regs = {src, 0, {0, 0, 0, 0}};

    kaal_trap_recv((seL4_Word)seL4_SysRecv, &regs, reply);
    return kaal_regs_to_buffer(&regs, sender);
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_RecvWithMRs(seL4_CPtr src, seL4_Word *sender,
                                                        seL4_Word *mr0, seL4_Word *mr1,
                                                        seL4_Word *mr2, seL4_Word *mr3,
                                                        seL4_CPtr reply)
{
    struct kaal_trap_regs regs = {src, 0, {0, 0, 0, 0}};

    kaal_trap_recv((seL4_Word)seL4_SysRecv, &regs, reply);
    return kaal_regs_to_mrs(&regs, sender, mr0, mr1, mr2, mr3);
}

// Receive if something is there, else return with *sender = 0.
LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_NBRecv(seL4_CPtr src, seL4_Word *sender,
                                                   seL4_CPtr reply)
{
    struct kaal_trap_regs regs = {src, 0, {0, 0, 0, 0}};

    kaal_trap_recv((seL4_Word)seL4_SysNBRecv, &regs, reply);
    return kaal_regs_to_buffer(&regs, sender);
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_NBRecvWithMRs(seL4_CPtr src, seL4_Word *sender,
                                                          seL4_Word *mr0, seL4_Word *mr1,
                                                          seL4_Word *mr2, seL4_Word *mr3,
                                                          seL4_CPtr reply)
{
    struct kaal_trap_regs regs = {src, 0, {0, 0, 0, 0}};

    kaal_trap_recv((seL4_Word)seL4_SysNBRecv, &regs, reply);
    return kaal_regs_to_mrs(&regs, sender, mr0, mr1, mr2, mr3);
}

// Answer the caller in `reply`, then receive from `src` with the same reply object.
LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_ReplyRecv(seL4_CPtr src, seL4_MessageInfo_t msgInfo,
                                                      seL4_Word *sender, seL4_CPtr reply)
{
    struct kaal_trap_regs regs = kaal_regs_from_buffer(src, msgInfo);

    kaal_trap_recv((seL4_Word)seL4_SysReplyRecv, &regs, reply);
    return kaal_regs_to_buffer(&regs, sender);
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_ReplyRecvWithMRs(seL4_CPtr src,
                                                             seL4_MessageInfo_t msgInfo,
                                                             seL4_Word *sender, seL4_Word *mr0,
                                                             seL4_Word *mr1, seL4_Word *mr2,
                                                             seL4_Word *mr3, seL4_CPtr reply)
{
    struct kaal_trap_regs regs = kaal_regs_from_mrs(src, msgInfo, mr0, mr1, mr2, mr3);

    kaal_trap_recv((seL4_Word)seL4_SysReplyRecv, &regs, reply);
    return kaal_regs_to_mrs(&regs, sender, mr0, mr1, mr2, mr3);
}

// NBSend to `dest`, then receive from `src`.
LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_NBSendRecv(seL4_CPtr dest, seL4_MessageInfo_t msgInfo,
                                                       seL4_CPtr src, seL4_Word *sender,
                                                       seL4_CPtr reply)
{
    struct kaal_trap_regs regs = kaal_regs_from_buffer(src, msgInfo);

    kaal_trap_send_recv((seL4_Word)seL4_SysNBSendRecv, &regs, reply, dest);
    return kaal_regs_to_buffer(&regs, sender);
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_NBSendRecvWithMRs(
    seL4_CPtr dest, seL4_MessageInfo_t msgInfo, seL4_CPtr src, seL4_Word *sender, seL4_Word *mr0,
    seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3, seL4_CPtr reply)
{
    struct kaal_trap_regs regs = kaal_regs_from_mrs(src, msgInfo, mr0, mr1, mr2, mr3);

    kaal_trap_send_recv((seL4_Word)seL4_SysNBSendRecv, &regs, reply, dest);
    return kaal_regs_to_mrs(&regs, sender, mr0, mr1, mr2, mr3);
}

// NBSend to `dest`, then wait on `src` without a reply object.
LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_NBSendWait(seL4_CPtr dest, seL4_MessageInfo_t msgInfo,
                                                       seL4_CPtr src, seL4_Word *sender)
{
    struct kaal_trap_regs regs = kaal_regs_from_buffer(src, msgInfo);

    kaal_trap_recv((seL4_Word)seL4_SysNBSendWait, &regs, dest);
    return kaal_regs_to_buffer(&regs, sender);
}

// libsel4 traps with the number of NBSendRecv here, which sends to whatever is in x8; this one does
// what its name says.
LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_NBSendWaitWithMRs(seL4_CPtr dest,
                                                              seL4_MessageInfo_t msgInfo,
                                                              seL4_CPtr src, seL4_Word *sender,
                                                              seL4_Word *mr0, seL4_Word *mr1,
                                                              seL4_Word *mr2, seL4_Word *mr3)
{
    struct kaal_trap_regs regs = kaal_regs_from_mrs(src, msgInfo, mr0, mr1, mr2, mr3);

    kaal_trap_recv((seL4_Word)seL4_SysNBSendWait, &regs, dest);
    return kaal_regs_to_mrs(&regs, sender, mr0, mr1, mr2, mr3);
}

// Receive without a reply object. A Call received this way can never be answered.
LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_Wait(seL4_CPtr src, seL4_Word *sender)
{
    struct kaal_trap_regs regs = {src, 0, {0, 0, 0, 0}};

    kaal_trap_call((seL4_Word)seL4_SysWait, &regs);
    return kaal_regs_to_buffer(&regs, sender);
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_WaitWithMRs(seL4_CPtr src, seL4_Word *sender,
                                                        seL4_Word *mr0, seL4_Word *mr1,
                                                        seL4_Word *mr2, seL4_Word *mr3)
{
    struct kaal_trap_regs regs = {src, 0, {0, 0, 0, 0}};

    kaal_trap_call((seL4_Word)seL4_SysWait, &regs);
    return kaal_regs_to_mrs(&regs, sender, mr0, mr1, mr2, mr3);
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_NBWait(seL4_CPtr src, seL4_Word *sender)
{
    struct kaal_trap_regs regs = {src, 0, {0, 0, 0, 0}};

    kaal_trap_call((seL4_Word)seL4_SysNBWait, &regs);
    return kaal_regs_to_buffer(&regs, sender);
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_NBWaitWithMRs(seL4_CPtr src, seL4_Word *sender,
                                                          seL4_Word *mr0, seL4_Word *mr1,
                                                          seL4_Word *mr2, seL4_Word *mr3)
{
    struct kaal_trap_regs regs = {src, 0, {0, 0, 0, 0}};

    kaal_trap_call((seL4_Word)seL4_SysNBWait, &regs);
    return kaal_regs_to_mrs(&regs, sender, mr0, mr1, mr2, mr3);
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_Poll(seL4_CPtr src, seL4_Word *sender)
{
    return seL4_NBWait(src, sender);
}

// Give up the rest of the budget's head entry.
LIBSEL4_INLINE_FUNC void seL4_Yield(void)
{
    (void)kaal_trap_words((seL4_Word)seL4_SysYield, 0, 0);
}
