// SPDX-License-Identifier: BSD-2-Clause
//
// The registers of a thread, seen by number.
#include "offsets.h"

#include "kernel/arch.h"
#include "kernel/kernel.h"
#include "kernel/tcb.h"

#include <stddef.h>

_Static_assert(offsetof(struct arch_context, x) == CONTEXT_X, "trap.S");
_Static_assert(offsetof(struct arch_context, sp) == CONTEXT_SP, "trap.S");
_Static_assert(offsetof(struct arch_context, pc) == CONTEXT_PC, "trap.S");
_Static_assert(offsetof(struct arch_context, restart_pc) == CONTEXT_RESTART, "trap.S");
_Static_assert(offsetof(struct arch_context, spsr) == CONTEXT_SPSR, "trap.S");
_Static_assert(offsetof(struct arch_context, tpidrro) == CONTEXT_TPIDRRO, "trap.S");
_Static_assert(offsetof(struct arch_context, vector) == CONTEXT_VECTOR, "fpu.S");
_Static_assert(offsetof(struct arch_context, fpsr) == CONTEXT_FPSR, "fpu.S");
_Static_assert(offsetof(struct tcb, context) == TCB_CONTEXT, "trap.S");

// The processor state that user level runs in: EL0, FIQ masked, and without debugging SError
// masked.
static const uint64_t USER_PSTATE = KCFG_DEBUG_BUILD ? 0x40 : 0x140;
static const uint64_t PSTATE_FLAGS = UINT64_C(0xf0000000); // N, Z, C, V

// Positions after pc, sp, spsr in seL4_UserContext, up to the two thread registers.
static const uint8_t USER_ORDER[] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  16, 17, 18, 29, 30, 9, 10,
                                     11, 12, 13, 14, 15, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28};
enum {
    USER_PC,
    USER_SP,
    USER_SPSR,
    USER_X,
    USER_TPIDR = USER_X + (int)sizeof(USER_ORDER),
    USER_TPIDRRO = USER_TPIDR + 1,
};

_Static_assert(USER_TPIDRRO + 1 == ARCH_USER_REGISTERS, "seL4_UserContext");

void idle_loop(void);

void arch_context_init(struct arch_context *context)
{
    context->spsr = USER_PSTATE;
}

void arch_context_init_idle(struct arch_context *context)
{
    *context = (struct arch_context){.pc = (uintptr_t)idle_loop, .spsr = PSTATE_EL1H_MASKED};
}

static uint64_t sanitised(uint64_t spsr)
{
    return (spsr & PSTATE_FLAGS) | USER_PSTATE;
}

uint64_t arch_user_register(const struct arch_context *context, unsigned index)
{
    switch (index) {
    case USER_PC:
        return context->restart_pc;
    case USER_SP:
        return context->sp;
    case USER_SPSR:
        return context->spsr;
    case USER_TPIDR:
        return context->tpidr;
    case USER_TPIDRRO:
        return context->tpidrro;
    default:
        ASSERT(index < USER_TPIDR);
        return context->x[USER_ORDER[index - USER_X]];
    }
}

void arch_set_user_register(struct arch_context *context, unsigned index, uint64_t value)
{
    switch (index) {
    case USER_PC:
        context->restart_pc = value;
        context->pc = value;
        break;
    case USER_SP:
        context->sp = value;
        break;
    case USER_SPSR:
        context->spsr = sanitised(value);
        break;
    case USER_TPIDR:
        context->tpidr = value;
        break;
    case USER_TPIDRRO:
        context->tpidrro = value;
        break;
    default:
        ASSERT(index < USER_TPIDR);
        context->x[USER_ORDER[index - USER_X]] = value;
        break;
    }
}

void arch_copy_registers(struct arch_context *to, const struct arch_context *from, bool frame,
                         bool integer)
{
    // The processor state of a thread is fit for user level already.
    const unsigned first = frame ? 0 : ARCH_FRAME_REGISTERS;
    const unsigned end = integer ? ARCH_USER_REGISTERS : ARCH_FRAME_REGISTERS;
    for (unsigned i = first; i < end; i++) {
        arch_set_user_register(to, i, arch_user_register(from, i));
    }
}

void arch_set_tls_base(struct arch_context *context, uint64_t base)
{
    context->tpidr = base;
}

// --- words of fault messages --------------------------------------------------------------------

uint64_t arch_unknown_syscall_word(const struct arch_context *context, unsigned word)
{
    switch (word) {
    case seL4_UnknownSyscall_FaultIP:
        return context->restart_pc;
    case seL4_UnknownSyscall_SP:
        return context->sp;
    case seL4_UnknownSyscall_LR:
        return context->pc;
    case seL4_UnknownSyscall_SPSR:
        return context->spsr;
    default:
        ASSERT(word <= seL4_UnknownSyscall_X7);
        return context->x[word];
    }
}

void arch_set_unknown_syscall_word(struct arch_context *context, unsigned word, uint64_t value)
{
    switch (word) {
    case seL4_UnknownSyscall_FaultIP:
        context->restart_pc = value;
        break;
    case seL4_UnknownSyscall_SP:
        context->sp = value;
        break;
    case seL4_UnknownSyscall_LR:
        context->pc = value; // without effect: the reply restarts at FaultIP
        break;
    case seL4_UnknownSyscall_SPSR:
        context->spsr = sanitised(value);
        break;
    default:
        ASSERT(word <= seL4_UnknownSyscall_X7);
        context->x[word] = value;
        break;
    }
}

uint64_t arch_user_exception_word(const struct arch_context *context, unsigned word)
{
    return arch_user_register(context, word);
}

void arch_set_user_exception_word(struct arch_context *context, unsigned word, uint64_t value)
{
    arch_set_user_register(context, word, value);
}

_Static_assert((int)seL4_UserException_FaultIP == USER_PC &&
                   (int)seL4_UserException_SP == USER_SP &&
                   (int)seL4_UserException_SPSR == USER_SPSR,
               "the words of a UserException are the first user registers");
