// SPDX-License-Identifier: BSD-2-Clause
#include "actors.h"

#include "fresh.h"

#include "kernel/arch.h"
#include "kernel/plat_host.h"
#include "kernel/schedule.h"
#include "kernel/tcb.h"

#include <stdio.h>
#include <stdlib.h>

enum { MEMORY_BITS = 20, MARKED_REGISTERS = 31 };

static uint64_t memory; // slot of the untyped that everything is made of
static uint64_t next_slot;

static void must(uint64_t error, const char *what)
{
    if (error != seL4_NoError) {
        fprintf(stderr, "actors: %s: error %u\n", what, (unsigned)error);
        abort();
    }
}

// --- the stage ---------------------------------------------------------------------------------

void actors_begin(void)
{
    fresh_kernel();
    memory = fresh_untyped(MEMORY_BITS);
    next_slot = fresh_empty();
}

uint64_t actors_slot(void)
{
    return next_slot++;
}

uint64_t actors_object(uint64_t type, uint64_t size_bits)
{
    const uint64_t slot = actors_slot();
    must(sim_retype(memory, type, size_bits, slot, 1), "retype");
    return slot;
}

uint64_t actors_endpoint(void)
{
    return actors_object(seL4_EndpointObject, 0);
}

uint64_t actors_notification(void)
{
    return actors_object(seL4_NotificationObject, 0);
}

uint64_t actors_reply(void)
{
    return actors_object(seL4_ReplyObject, 0);
}

uint64_t actors_mint(uint64_t from, uint64_t rights, uint64_t badge)
{
    const uint64_t slot = actors_slot();
    must(badge == 0 ? sim_copy(slot, from, rights) : sim_mint(slot, from, rights, badge), "mint");
    return slot;
}

static uint64_t sched_control(void)
{
    for (uint64_t slot = seL4_NumInitialCaps; slot < next_slot; slot++) {
        if (cap_type(fresh_slot(slot)->cap) == CAP_SCHED_CONTROL) {
            return slot;
        }
    }
    return 0;
}

struct actor actors_thread_badged(uint8_t priority, uint64_t budget, uint64_t period,
                                  uint64_t refills, uint64_t badge, uint64_t flags)
{
    const uint64_t slot = next_slot;
    next_slot += 3;
    struct tcb *tcb = sim_thread(memory, slot, priority, 0, 0);
    const struct actor actor = {.tcb = tcb, .cap = slot, .context = slot + 1, .frame = slot + 2};
    if (budget != 0) {
        must(sim_call(sched_control(), sim_with_cap(SIM_MESSAGE(SchedControlConfigureFlags, budget,
                                                                period, refills, badge, flags),
                                                    actor.context)),
             "configure");
        must(sim_call(actor.context, sim_with_cap(sim_empty(SchedContextBind), actor.cap)), "bind");
    }
    return actor;
}

struct actor actors_thread(uint8_t priority, uint64_t budget, uint64_t period)
{
    return actors_thread_badged(priority, budget, period, 0, 0, 0);
}

void actors_set_fault_handler(struct actor actor, uint64_t endpoint)
{
    struct sim_message message = sim_with_cap(SIM_MESSAGE(TCBSetSpace, 0, 0), endpoint);
    message = sim_with_cap(message, seL4_CapInitThreadCNode);
    must(sim_call(actor.cap, sim_with_cap(message, seL4_CapInitThreadVSpace)), "set space");
}

void actors_set_timeout_handler(struct actor actor, uint64_t endpoint)
{
    must(sim_call(actor.cap, sim_with_cap(sim_empty(TCBSetTimeoutEndpoint), endpoint)),
         "set timeout endpoint");
}

void actors_start(const struct actor *first)
{
    thread_suspend(kernel.current);
    actors_become(first);
}

void actors_become(const struct actor *actor)
{
    if (kernel.current == actor->tcb) {
        return;
    }
    if (actor->tcb->state == THREAD_INACTIVE) {
        thread_restart(actor->tcb);
    }
    if (!thread_is_schedulable(actor->tcb)) {
        fputs("actors: the thread cannot run\n", stderr);
        abort();
    }
    schedule_again();
    schedule_remove(actor->tcb);
    if (thread_is_schedulable(kernel.current)) {
        schedule_front(kernel.current);
    }
    schedule_front(actor->tcb);
    schedule();
    if (kernel.current != actor->tcb) {
        fputs("actors: a thread of higher priority runs\n", stderr);
        abort();
    }
}

// --- system calls ------------------------------------------------------------------------------

static void set(enum arch_register reg, uint64_t value)
{
    arch_set(&kernel.current->context, reg, 0, value);
}

void actors_call(uint64_t to, struct sim_message message)
{
    sim_put(to, &message);
    sim_trap(seL4_SysCall);
}

void actors_send(uint64_t to, struct sim_message message)
{
    sim_put(to, &message);
    sim_trap(seL4_SysSend);
}

void actors_nbsend(uint64_t to, struct sim_message message)
{
    sim_put(to, &message);
    sim_trap(seL4_SysNBSend);
}

static void receive(int64_t number, uint64_t from, uint64_t reply)
{
    set(ARCH_REG_BADGE, from);
    if (reply != 0) {
        set(ARCH_REG_REPLY, reply);
    }
    sim_trap(number);
}

void actors_recv(uint64_t from, uint64_t reply)
{
    receive(seL4_SysRecv, from, reply);
}

void actors_nbrecv(uint64_t from, uint64_t reply)
{
    receive(seL4_SysNBRecv, from, reply);
}

void actors_wait(uint64_t from)
{
    receive(seL4_SysWait, from, 0);
}

void actors_nbwait(uint64_t from)
{
    receive(seL4_SysNBWait, from, 0);
}

void actors_reply_recv(uint64_t from, uint64_t reply, struct sim_message message)
{
    sim_put(from, &message);
    set(ARCH_REG_REPLY, reply);
    sim_trap(seL4_SysReplyRecv);
}

void actors_nbsend_recv(uint64_t to, uint64_t from, uint64_t reply, struct sim_message message)
{
    sim_put(from, &message);
    set(ARCH_REG_NBDEST, to);
    set(ARCH_REG_REPLY, reply);
    sim_trap(seL4_SysNBSendRecv);
}

void actors_nbsend_wait(uint64_t to, uint64_t from, struct sim_message message)
{
    sim_put(from, &message);
    set(ARCH_REG_REPLY, to);
    sim_trap(seL4_SysNBSendWait);
}

void actors_yield(void)
{
    sim_trap(seL4_SysYield);
}

uint64_t actors_invoke(uint64_t to, struct sim_message message)
{
    return sim_call(to, message);
}

// --- registers ---------------------------------------------------------------------------------

uint64_t actors_mark_of(unsigned x)
{
    return UINT64_C(0xabcd000000000000) + x;
}

void actors_mark(const struct actor *actor)
{
    for (unsigned x = 0; x < MARKED_REGISTERS; x++) {
        actor->tcb->context.x[x] = actors_mark_of(x);
    }
}

uint64_t actors_register(const struct actor *actor, unsigned x)
{
    return actor->tcb->context.x[x];
}

bool actors_marked_from(const struct actor *actor, unsigned first)
{
    for (unsigned x = first; x < MARKED_REGISTERS; x++) {
        if (x != 7 && actor->tcb->context.x[x] != actors_mark_of(x)) {
            return false; // x7 is the number of the system call
        }
    }
    return true;
}

bool actors_goes_on(const struct actor *actor)
{
    return thread_is_running(actor->tcb) &&
           arch_next_pc(&actor->tcb->context) != arch_restart_pc(&actor->tcb->context);
}

bool actors_retries(const struct actor *actor)
{
    return thread_is_running(actor->tcb) &&
           arch_next_pc(&actor->tcb->context) == arch_restart_pc(&actor->tcb->context);
}
