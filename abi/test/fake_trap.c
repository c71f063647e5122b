// SPDX-License-Identifier: BSD-2-Clause

#include "fake_trap.h"

#include <string.h>

#include <sel4/arch/syscalls_trap.h>
#include <sel4/functions.h>

struct fake_trap fake_last;
seL4_Word fake_answer_label;
seL4_Word fake_answer_length;

static seL4_IPCBuffer ipc_buffer;

void fake_reset(void)
{
    memset(&fake_last, 0, sizeof(fake_last));
    memset(&ipc_buffer, 0, sizeof(ipc_buffer));
    fake_answer_label = 0;
    fake_answer_length = 0;
    seL4_SetIPCBuffer(&ipc_buffer);
}

static void note(seL4_Word number, const struct kaal_trap_regs *regs, seL4_Word x6, seL4_Word x8)
{
    fake_last.number = number;
    fake_last.regs = *regs;
    fake_last.x6 = x6;
    fake_last.x8 = x8;
    fake_last.buffer = ipc_buffer;
}

static void answer(struct kaal_trap_regs *regs)
{
    regs->x0 = FAKE_BADGE;
    regs->x1 = seL4_MessageInfo_new(fake_answer_label, 0, 0, fake_answer_length).words[0];
    for (seL4_Word i = 0; i < 4; i++) {
        regs->mr[i] = FAKE_ANSWER + i;
    }
    for (seL4_Word i = 4; i < seL4_MsgMaxLength; i++) {
        ipc_buffer.msg[i] = FAKE_ANSWER + i;
    }
}

void kaal_trap_send(seL4_Word number, const struct kaal_trap_regs *regs)
{
    note(number, regs, 0, 0);
}

void kaal_trap_send_empty(seL4_Word number, seL4_Word dest, seL4_Word info)
{
    note(number, &(struct kaal_trap_regs){dest, info, {0, 0, 0, 0}}, 0, 0);
}

void kaal_trap_call(seL4_Word number, struct kaal_trap_regs *regs)
{
    note(number, regs, 0, 0);
    answer(regs);
}

void kaal_trap_recv(seL4_Word number, struct kaal_trap_regs *regs, seL4_Word object)
{
    note(number, regs, object, 0);
    answer(regs);
}

void kaal_trap_send_recv(seL4_Word number, struct kaal_trap_regs *regs, seL4_Word reply,
                         seL4_Word dest)
{
    note(number, regs, reply, dest);
    answer(regs);
}

seL4_Word kaal_trap_words(seL4_Word number, seL4_Word first, seL4_Word second)
{
    note(number, &(struct kaal_trap_regs){first, second, {0, 0, 0, 0}}, 0, 0);
    return FAKE_ANSWER;
}
