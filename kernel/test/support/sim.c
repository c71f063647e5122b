// SPDX-License-Identifier: BSD-2-Clause
#include "sim.h"

#include "fresh.h"
#include "kernel_ok.h"

#include "kernel/arch.h"
#include "kernel/ipc.h"
#include "kernel/plat_host.h"
#include "kernel/syscall.h"
#include "kernel/tcb.h"

#include <stdio.h>
#include <stdlib.h>

enum { INSTRUCTION = 4, DEPTH = 64 };

static void check(void)
{
    const char *broken = kernel_ok();
    if (broken != NULL) {
        fprintf(stderr, "broken invariant %s\n", broken);
        abort();
    }
}

// --- messages ----------------------------------------------------------------------------------

struct sim_message sim_message(uint64_t label, size_t length, const uint64_t *words)
{
    struct sim_message message = {.label = label, .length = (unsigned)length};
    for (size_t i = 0; i < length; i++) {
        message.word[i] = words[i];
    }
    return message;
}

struct sim_message sim_empty(uint64_t label)
{
    return sim_message(label, 0, NULL);
}

struct sim_message sim_with_cap(struct sim_message message, uint64_t cap)
{
    message.cap[message.cap_count++] = cap;
    return message;
}

uint64_t *sim_buffer(const struct tcb *tcb)
{
    uint64_t *words;
    return thread_buffer(tcb, true, &words) ? words : NULL;
}

void sim_put(uint64_t target, const struct sim_message *message)
{
    struct arch_context *context = &kernel.current->context;
    uint64_t *buffer = sim_buffer(kernel.current);
    const struct message_info info = {
        .label = message->label, .length = message->length, .extra_caps = message->cap_count};
    arch_set(context, ARCH_REG_BADGE, 0, target);
    arch_set(context, ARCH_REG_INFO, 0, message_info_pack(info));
    for (unsigned i = 0; i < message->length; i++) {
        if (i < ARCH_MESSAGE_REGISTERS) {
            arch_set(context, ARCH_REG_MR0, i, message->word[i]);
        } else if (buffer != NULL) {
            buffer[BUFFER_MESSAGE + i] = message->word[i];
        }
    }
    for (unsigned i = 0; i < message->cap_count && buffer != NULL; i++) {
        buffer[BUFFER_CAPS + i] = message->cap[i];
    }
}

static uint64_t received_word(const struct tcb *tcb, unsigned index)
{
    if (index < ARCH_MESSAGE_REGISTERS) {
        return arch_get(&tcb->context, ARCH_REG_MR0, index);
    }
    const uint64_t *buffer = sim_buffer(tcb);
    return buffer == NULL ? 0 : buffer[BUFFER_MESSAGE + index];
}

struct sim_message sim_received(const struct tcb *tcb)
{
    const struct message_info info = message_info_unpack(arch_get(&tcb->context, ARCH_REG_INFO, 0));
    struct sim_message message = {
        .label = info.label, .length = info.length, .cap_count = info.extra_caps};
    for (unsigned i = 0; i < info.length && i < SIM_WORDS; i++) {
        message.word[i] = received_word(tcb, i);
    }
    return message;
}

uint64_t sim_badge(const struct tcb *tcb)
{
    return arch_get(&tcb->context, ARCH_REG_BADGE, 0);
}

// --- entering the kernel -------------------------------------------------------------------------

void sim_enter(int64_t number)
{
    struct arch_context *context = &kernel.current->context;
    context->restart_pc = context->pc;
    context->pc += INSTRUCTION;
    arch_set(context, ARCH_REG_SYSCALL, 0, (uint64_t)number);
    (void)entry_syscall(kernel.current, number);
}

void sim_trap(int64_t number)
{
    sim_enter(number);
    check();
}

void sim_interrupts(void)
{
    while (host_irq_waits()) {
        kernel.current->context.restart_pc = kernel.current->context.pc;
        (void)entry_interrupt();
        check();
    }
}

void sim_syscall(int64_t number)
{
    const struct tcb *tcb = kernel.current;
    const uint64_t pc = tcb->context.pc;
    do {
        sim_interrupts();
        if (kernel.current != tcb) {
            return;
        }
        sim_trap(number);
    } while (kernel.current == tcb && tcb->context.pc == pc);
}

void sim_run(ticks_t ticks)
{
    host_advance(ticks);
    sim_interrupts();
}

// --- invocations ---------------------------------------------------------------------------------

seL4_Error sim_call(uint64_t target, struct sim_message message)
{
    const struct tcb *tcb = kernel.current;
    sim_put(target, &message);
    sim_syscall(seL4_SysCall);
    if (kernel.current != tcb) {
        fputs("sim_call: another thread runs now\n", stderr);
        abort();
    }
    return (seL4_Error)message_info_unpack(arch_get(&tcb->context, ARCH_REG_INFO, 0)).label;
}

uint64_t sim_answer(unsigned index)
{
    return received_word(kernel.current, index);
}

seL4_Error sim_retype(uint64_t untyped, uint64_t type, uint64_t size_bits, uint64_t slot,
                      uint64_t count)
{
    return sim_call(untyped,
                    sim_with_cap(SIM_MESSAGE(UntypedRetype, type, size_bits, 0, 0, slot, count),
                                 seL4_CapInitThreadCNode));
}

seL4_Error sim_copy(uint64_t to, uint64_t from, uint64_t rights)
{
    return sim_call(seL4_CapInitThreadCNode,
                    sim_with_cap(SIM_MESSAGE(CNodeCopy, to, DEPTH, from, DEPTH, rights),
                                 seL4_CapInitThreadCNode));
}

seL4_Error sim_mint(uint64_t to, uint64_t from, uint64_t rights, uint64_t data)
{
    return sim_call(seL4_CapInitThreadCNode,
                    sim_with_cap(SIM_MESSAGE(CNodeMint, to, DEPTH, from, DEPTH, rights, data),
                                 seL4_CapInitThreadCNode));
}

seL4_Error sim_move(uint64_t to, uint64_t from)
{
    return sim_call(
        seL4_CapInitThreadCNode,
        sim_with_cap(SIM_MESSAGE(CNodeMove, to, DEPTH, from, DEPTH), seL4_CapInitThreadCNode));
}

seL4_Error sim_mutate(uint64_t to, uint64_t from, uint64_t data)
{
    return sim_call(seL4_CapInitThreadCNode,
                    sim_with_cap(SIM_MESSAGE(CNodeMutate, to, DEPTH, from, DEPTH, data),
                                 seL4_CapInitThreadCNode));
}

seL4_Error sim_delete(uint64_t slot)
{
    return sim_call(seL4_CapInitThreadCNode, SIM_MESSAGE(CNodeDelete, slot, DEPTH));
}

seL4_Error sim_revoke(uint64_t slot)
{
    return sim_call(seL4_CapInitThreadCNode, SIM_MESSAGE(CNodeRevoke, slot, DEPTH));
}

// --- threads -------------------------------------------------------------------------------------

static void must(seL4_Error error, const char *what)
{
    if (error != seL4_NoError) {
        fprintf(stderr, "sim_thread: %s: error %d\n", what, (int)error);
        abort();
    }
}

static uint64_t sched_control(void)
{
    for (uint64_t slot = seL4_NumInitialCaps; slot < fresh_empty(); slot++) {
        if (cap_type(fresh_slot(slot)->cap) == CAP_SCHED_CONTROL) {
            return slot;
        }
    }
    return 0;
}

static void give_context(uint64_t slot, uint64_t tcb, uint64_t budget, uint64_t period)
{
    must(sim_call(
             sched_control(),
             sim_with_cap(SIM_MESSAGE(SchedControlConfigureFlags, budget, period, 0, 0, 0), slot)),
         "configure the scheduling context");
    must(sim_call(slot, sim_with_cap(sim_empty(SchedContextBind), tcb)), "bind it");
}

struct tcb *sim_thread(uint64_t untyped, uint64_t slot, uint8_t priority, uint64_t budget,
                       uint64_t period)
{
    const uint64_t context = slot + 1;
    const uint64_t frame = slot + 2;
    must(sim_retype(untyped, seL4_TCBObject, 0, slot, 1), "TCB");
    must(sim_retype(untyped, seL4_SchedContextObject, seL4_MinSchedContextBits, context, 1),
         "scheduling context");
    must(sim_retype(untyped, seL4_ARM_SmallPageObject, 0, frame, 1), "IPC buffer");
    struct sim_message configure = SIM_MESSAGE(TCBConfigure, 0, 0, FRESH_IMAGE);
    configure = sim_with_cap(configure, seL4_CapInitThreadCNode);
    configure = sim_with_cap(configure, seL4_CapInitThreadVSpace);
    must(sim_call(slot, sim_with_cap(configure, frame)), "configure");
    must(sim_call(slot, sim_with_cap(SIM_MESSAGE(TCBSetPriority, priority), seL4_CapInitThreadTCB)),
         "priority");
    if (budget != 0) {
        give_context(context, slot, budget, period);
    }
    struct tcb *tcb = tcb_of(fresh_slot(slot)->cap);
    const struct sim_message resume = sim_empty(TCBResume);
    sim_put(slot, &resume);
    sim_syscall(seL4_SysCall); // another thread may be current afterwards
    return tcb;
}
