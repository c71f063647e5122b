// SPDX-License-Identifier: BSD-2-Clause
#include "trap.h"

#include "thread.h"

#include <sel4/arch/syscalls_trap.h>

seL4_IPCBuffer *ipc_buffer(void)
{
    return block_of_stack((uintptr_t)__builtin_frame_address(0))->top.buffer;
}

seL4_Word message(seL4_Word label, struct words words, struct words caps)
{
    seL4_IPCBuffer *buffer = ipc_buffer();
    for (size_t i = 4; i < words.count; i++) {
        buffer->msg[i] = words.at[i];
    }
    for (size_t i = 0; i < caps.count; i++) {
        buffer->caps_or_badges[i] = caps.at[i];
    }
    return seL4_MessageInfo_new(label, 0, caps.count, words.count).words[0];
}

static struct got got_from(const struct kaal_trap_regs *regs)
{
    const seL4_MessageInfo_t info = {{regs->x1}};
    return (struct got){
        .badge = regs->x0,
        .info = regs->x1,
        .label = seL4_MessageInfo_get_label(info),
        .length = seL4_MessageInfo_get_length(info),
        .extra_caps = seL4_MessageInfo_get_extraCaps(info),
        .unwrapped = seL4_MessageInfo_get_capsUnwrapped(info),
        .mr = {regs->mr[0], regs->mr[1], regs->mr[2], regs->mr[3]},
    };
}

seL4_Word got_word(const struct got *g, size_t i)
{
    return i < 4 ? g->mr[i] : ipc_buffer()->msg[i];
}

struct got trap(seL4_Word number, seL4_CPtr x0, seL4_Word info, struct words words, seL4_CPtr x6,
                seL4_CPtr x8)
{
    struct kaal_trap_regs regs = {.x0 = x0, .x1 = info};
    for (size_t i = 0; i < 4 && i < words.count; i++) {
        regs.mr[i] = words.at[i];
    }
    kaal_trap_send_recv(number, &regs, x6, x8);
    return got_from(&regs);
}

struct got call(seL4_CPtr dest, seL4_Word label, struct words words, struct words caps)
{
    return trap((seL4_Word)seL4_SysCall, dest, message(label, words, caps), words, 0, 0);
}

void send(seL4_CPtr dest, seL4_Word label, struct words words, struct words caps)
{
    (void)trap((seL4_Word)seL4_SysSend, dest, message(label, words, caps), words, 0, 0);
}

void nbsend(seL4_CPtr dest, seL4_Word label, struct words words, struct words caps)
{
    (void)trap((seL4_Word)seL4_SysNBSend, dest, message(label, words, caps), words, 0, 0);
}

void signal(seL4_CPtr notification)
{
    (void)trap((seL4_Word)seL4_SysSend, notification, 0, NO_WORDS, 0, 0);
}

struct got recv(seL4_CPtr src, seL4_CPtr reply)
{
    return trap((seL4_Word)seL4_SysRecv, src, 0, NO_WORDS, reply, 0);
}

struct got nbrecv(seL4_CPtr src, seL4_CPtr reply)
{
    return trap((seL4_Word)seL4_SysNBRecv, src, 0, NO_WORDS, reply, 0);
}

struct got wait(seL4_CPtr src)
{
    return trap((seL4_Word)seL4_SysWait, src, 0, NO_WORDS, 0, 0);
}

struct got nbwait(seL4_CPtr src)
{
    return trap((seL4_Word)seL4_SysNBWait, src, 0, NO_WORDS, 0, 0);
}

struct got reply_recv(seL4_CPtr src, seL4_Word label, struct words words, seL4_CPtr reply)
{
    return trap((seL4_Word)seL4_SysReplyRecv, src, message(label, words, NO_CAPS), words, reply, 0);
}

struct got nbsend_recv(seL4_CPtr dest, seL4_Word label, struct words words, seL4_CPtr src,
                       seL4_CPtr reply)
{
    return trap((seL4_Word)seL4_SysNBSendRecv, src, message(label, words, NO_CAPS), words, reply,
                dest);
}

struct got nbsend_wait(seL4_CPtr dest, seL4_Word label, struct words words, seL4_CPtr src)
{
    return trap((seL4_Word)seL4_SysNBSendWait, src, message(label, words, NO_CAPS), words, dest, 0);
}

void yield(void)
{
    (void)trap((seL4_Word)seL4_SysYield, 0, 0, NO_WORDS, 0, 0);
}
