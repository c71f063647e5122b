// SPDX-License-Identifier: BSD-2-Clause
//
// AArch64: the registers are what they are, and the signal brings the syndrome.

#include "../../host.h"

#include <asm/sigcontext.h>
#include <stdbool.h>
#include <string.h>

#define SYNDROME_UNDEFINED 0x02000000u
#define SYNDROME_BRK       0xf2000000u
#define SYNDROME_FLOAT     0xb2000000u

enum {
    CLASS_SHIFT = 26,
    CLASS_INSTRUCTION_ABORT = 0x20,
    WRITE_NOT_READ = 1 << 6,
};

void host_context_get(const ucontext_t *context, struct kaal_mock_cpu *cpu)
{
    memcpy(cpu->x, context->uc_mcontext.regs, sizeof(cpu->x));
    cpu->sp = context->uc_mcontext.sp;
    cpu->pc = context->uc_mcontext.pc;
}

void host_context_set(ucontext_t *context, const struct kaal_mock_cpu *cpu)
{
    memcpy(context->uc_mcontext.regs, cpu->x, sizeof(cpu->x));
    context->uc_mcontext.sp = cpu->sp;
    context->uc_mcontext.pc = cpu->pc;
}

// The syndrome of the exception, 0 if the host tells none.
static uint64_t syndrome(const ucontext_t *context)
{
    const uint8_t *at = (const uint8_t *)context->uc_mcontext.__reserved;
    const uint8_t *end = at + sizeof(context->uc_mcontext.__reserved);
    while (at < end) {
        struct _aarch64_ctx head;
        memcpy(&head, at, sizeof(head));
        if (head.magic == ESR_MAGIC) {
            struct esr_context found;
            memcpy(&found, at, sizeof(found));
            return found.esr;
        }
        if (head.magic == 0 || head.size == 0) {
            break;
        }
        at += head.size;
    }
    return 0;
}

static enum kaal_mock_event refused(const siginfo_t *info, const ucontext_t *context,
                                    struct kaal_mock_cpu *cpu)
{
    const uint64_t found = syndrome(context);
    cpu->address = host_sanitizer_address((uint64_t)(uintptr_t)info->si_addr);
    cpu->access = KAAL_MOCK_READ;
    if (found >> CLASS_SHIFT == CLASS_INSTRUCTION_ABORT || cpu->address == cpu->pc) {
        cpu->access = KAAL_MOCK_EXECUTE;
    } else if ((found & WRITE_NOT_READ) != 0) {
        cpu->access = KAAL_MOCK_WRITE;
    }
    return KAAL_MOCK_ACCESS;
}

static enum kaal_mock_event exception(struct kaal_mock_cpu *cpu, uint64_t found)
{
    cpu->syndrome = found;
    return KAAL_MOCK_EXCEPTION;
}

enum kaal_mock_event host_context_event(int number, const siginfo_t *info,
                                        const ucontext_t *context, struct kaal_mock_cpu *cpu)
{
    switch (number) {
    case SIGVTALRM:
        return KAAL_MOCK_PREEMPTED;
    case SIGILL:
        return exception(cpu, SYNDROME_UNDEFINED);
    case SIGTRAP: {
        // brk #imm: its number lies in the instruction.
        uint32_t code;
        memcpy(&code, (const void *)cpu->pc, sizeof(code)); // NOLINT: it was fetched just now
        return exception(cpu, SYNDROME_BRK | (code >> 5 & 0xffff));
    }
    case SIGFPE:
        return exception(cpu, SYNDROME_FLOAT);
    default:
        return refused(info, context, cpu);
    }
}
