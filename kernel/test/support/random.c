// SPDX-License-Identifier: BSD-2-Clause
#include "random.h"

#include "random_parts.h"

#include "kernel/arch.h"
#include "kernel/ipc.h"
#include "kernel/kernel.h"
#include "kernel/plat_host.h"
#include "kernel/tcb.h"

#include <sel4/reserved.h>
#include <sel4/syscall.h>

enum { MESSAGE_MAX = 120, LABEL_MAX = 80, CAPS_MAX = 3, WORLD_STEPS = 1000 };

// --- talking -------------------------------------------------------------------------------------

static uint64_t ipc_target(void)
{
    static const enum cap_type types[] = {CAP_ENDPOINT, CAP_ENDPOINT, CAP_ENDPOINT,
                                          CAP_NOTIFICATION, CAP_REPLY};
    return pick(types[below(5)]);
}

static void put_message(struct step *step)
{
    const struct message_info info = {
        .label = below(8),
        .length = (unsigned)(chance(80) ? below(8) : below(MESSAGE_MAX + 1)),
        .extra_caps = (unsigned)below(CAPS_MAX + 1),
    };
    step->x[1] = message_info_pack(info);
    for (unsigned i = 0; i < info.length; i++) {
        if (i < ARCH_MESSAGE_REGISTERS) {
            step->x[2 + i] = below(64);
        } else if (i < 8 || i + 4 > info.length) { // the ends of a long one say enough
            step_word(step, BUFFER_MESSAGE + i, below(64));
        }
    }
    for (unsigned i = 0; i < info.extra_caps; i++) {
        step_word(step, BUFFER_CAPS + i, pick(any_type()));
    }
}

static void talk(struct step *step)
{
    static const struct {
        const char *name;
        int64_t number;
    } calls[] = {
        {"Call", seL4_SysCall},     {"ReplyRecv", seL4_SysReplyRecv},
        {"Recv", seL4_SysRecv},     {"NBSendRecv", seL4_SysNBSendRecv},
        {"Send", seL4_SysSend},     {"NBSendWait", seL4_SysNBSendWait},
        {"NBSend", seL4_SysNBSend}, {"Wait", seL4_SysWait},
        {"NBRecv", seL4_SysNBRecv}, {"NBWait", seL4_SysNBWait},
        {"Yield", seL4_SysYield},
    };
    const size_t which = chance(40) ? below(2) : below(sizeof(calls) / sizeof(calls[0]));
    step->name = calls[which].name;
    step->number = calls[which].number;
    step->x[0] = ipc_target();
    put_message(step);
}

// What a receive phase needs, whatever the call.
static void prepare_receive(struct step *step)
{
    step->x[6] = step->number == seL4_SysNBSendWait ? ipc_target() : pick(CAP_REPLY);
    step->x[8] = ipc_target();
    step_word(step, BUFFER_RECEIVE_CNODE, self());
    step_word(step, BUFFER_RECEIVE_INDEX, empty_slot());
    step_word(step, BUFFER_RECEIVE_DEPTH, DEPTH);
}

// --- wild ----------------------------------------------------------------------------------------

static uint64_t wild_target(void)
{
    return chance(70) ? pick(any_type()) : anything();
}

// Any number but the one that ends the run; calls that wait are rarer, or all threads would.
static int64_t wild_number(void)
{
    if (chance(60)) {
        return chance(60) ? seL4_SysCall : seL4_SysNBSend;
    }
    if (chance(80)) {
        return -(int64_t)(1 + below(11));
    }
    const int64_t number = (int64_t)(chance(50) ? anything() : 0 - below(40));
    return number == KAAL_SYS_DEBUG_HALT ? seL4_SysYield : number;
}

static void wild(struct step *step)
{
    const struct message_info info = {
        .label = below(LABEL_MAX),
        .length = (unsigned)below(MESSAGE_MAX + 8),
        .extra_caps = (unsigned)below(CAPS_MAX + 1),
        .unwrapped = (unsigned)below(8),
    };
    step->name = "wild";
    step->number = wild_number();
    for (unsigned i = 0; i < STEP_REGISTERS; i++) {
        step->x[i] = anything();
    }
    step->x[0] = wild_target();
    step->x[1] = chance(75) ? message_info_pack(info) : anything();
    step->x[6] = wild_target();
    step->x[8] = wild_target();
    for (unsigned i = 0; i < CAPS_MAX; i++) {
        step_word(step, BUFFER_CAPS + i, wild_target());
    }
    for (uint64_t words = below(8); words > 0; words--) {
        step_word(step, (unsigned)below(STEP_WORDS), anything());
    }
}

// --- steps ---------------------------------------------------------------------------------------

static void system_call(struct step *step)
{
    const struct arch_context *registers = &kernel.current->context;
    if (registers->pc == registers->restart_pc && chance(30)) {
        step->kind = STEP_AGAIN;
        step->name = "again";
        return;
    }
    step->kind = STEP_SYSCALL;
    const bool invokes = kernel.current == random_supervisor;
    if (!invokes && chance(15)) {
        wild(step);
        return;
    }
    if (!invokes && chance(55)) {
        talk(step);
    } else {
        any_invocation(step);
    }
    prepare_receive(step);
}

static void fault(struct step *step)
{
    switch (below(4)) {
    case 0:
        step->kind = STEP_VM_FAULT;
        step->name = "VMFault";
        step->x[0] = 0xdead000;
        step->x[1] = 0x92000006;
        step->x[2] = below(2);
        break;
    case 1:
        step->kind = STEP_EXCEPTION;
        step->name = "UserException";
        step->x[0] = 0x02000000;
        break;
    case 2:
        if (KCFG_HARDWARE_DEBUG != 0) {
            step->kind = STEP_DEBUG;
            step->name = "DebugException";
            step->x[0] = below(4);
            step->x[1] = below(4096);
            step->x[2] = below(6);
            break;
        }
        // fallthrough
    default:
        step->kind = STEP_SYSCALL;
        step->name = "UnknownSyscall";
        step->number = -100;
        break;
    }
}

static void store(struct step *step)
{
    step->kind = STEP_STORE;
    step->name = "store";
    step->x[0] = chance(90) ? any_place() + 8 * below(512) : anything();
    step->x[1] = anything();
}

static void take_interrupt(struct step *step)
{
    step->kind = STEP_INTERRUPT;
    step->name = "interrupt";
}

// Nobody runs: time passes until somebody does, or somebody is helped up. False if nobody can be.
static bool idle(struct step *step)
{
    if (host_machine.deadline == UINT64_MAX || chance(50)) {
        step->kind = STEP_RESCUE;
        step->name = "rescue";
        step->x[0] = below(16);
        return step_can_rescue();
    }
    step->advance = STEP_TO_DEADLINE;
    step->irq = (unsigned)(FIRST_IRQ + below(IRQS));
    take_interrupt(step);
    return true;
}

// What the machine does before the thread does anything.
static void machine(struct step *step)
{
    step->drift = chance(50) ? 0 : below(chance(80) ? 500 : 200000);
    // Where in its round of work the last long operation left off is nobody's business: any point
    // will do.
    step->units = (unsigned)below(KCFG_WORK_UNITS_PER_PREEMPTION);
    if (chance(30)) {
        step->units = KCFG_WORK_UNITS_PER_PREEMPTION - 1;
    }
    if (chance(4)) {
        step->irq = (unsigned)(FIRST_IRQ + below(IRQS));
    }
}

bool random_is_over(void)
{
    return below(WORLD_STEPS) == 0;
}

void random_fresh(struct step *step)
{
    *step = (struct step){.kind = STEP_WORLD, .name = "world"};
    step->x[0] = below(UINT64_MAX);
}

bool random_step(struct step *step)
{
    step->kind = STEP_INTERRUPT;
    step->name = NULL;
    step->advance = 0;
    step->irq = 0;
    step->number = 0;
    step->count = 0;
    for (unsigned i = 0; i < STEP_REGISTERS; i++) {
        step->x[i] = 0;
    }
    machine(step);
    if (kernel.current == &kernel.idle) {
        return idle(step);
    }
    if (chance(10)) {
        step->advance = below(plat_us_to_ticks(2000));
    }
    // While an interrupt waits, user level executes nothing; the kernel may find one on its way.
    if (host_irq_waits() && chance(60)) {
        take_interrupt(step);
    } else if (chance(3)) {
        fault(step);
    } else if (chance(3)) {
        store(step);
    } else {
        system_call(step);
    }
    return true;
}
