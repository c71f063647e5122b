// SPDX-License-Identifier: BSD-2-Clause
//
// x86-64. Its fifteen general registers stand for as many of AArch64; r11 is the link register for
// code that asks for one (examples/demo). Reports and debuggers of the machine see them so.

#include "../../host.h"

#include <stdbool.h>
#include <string.h>

enum {
    TRAP_PROTECTION = 13,
    PAGE_FAULT_WRITE = 1 << 1,
    PAGE_FAULT_FETCH = 1 << 4,
};

// Syndromes of AArch64 (ESR): unknown instruction, brk #1000 (what a compiler's trap is there), brk
// #0 (a breakpoint), division.
#define SYNDROME_UNDEFINED 0x02000000u
#define SYNDROME_TRAP      0xf20003e8u
#define SYNDROME_BRK       0xf2000000u
#define SYNDROME_DIVIDE    0xb2000000u

// The address of an access that the processor does not tell.
#define ADDRESS_UNKNOWN UINT64_MAX

static const struct {
    int host;
    int x;
} general[] = {
    {REG_RDI, 0},  {REG_RSI, 1},  {REG_RDX, 2},  {REG_RCX, 3},  {REG_R8, 4},
    {REG_R9, 5},   {REG_R10, 6},  {REG_RAX, 7},  {REG_RBX, 8},  {REG_R12, 9},
    {REG_R13, 10}, {REG_R14, 11}, {REG_R15, 12}, {REG_RBP, 29}, {REG_R11, 30},
};

enum { GENERAL = sizeof(general) / sizeof(general[0]) };

void host_context_get(const ucontext_t *context, struct kaal_mock_cpu *cpu)
{
    const greg_t *registers = context->uc_mcontext.gregs;
    for (unsigned i = 0; i < GENERAL; i++) {
        cpu->x[general[i].x] = (uint64_t)registers[general[i].host];
    }
    cpu->sp = (uint64_t)registers[REG_RSP];
    cpu->pc = (uint64_t)registers[REG_RIP];
}

void host_context_set(ucontext_t *context, const struct kaal_mock_cpu *cpu)
{
    greg_t *registers = context->uc_mcontext.gregs;
    for (unsigned i = 0; i < GENERAL; i++) {
        registers[general[i].host] = (greg_t)cpu->x[general[i].x];
    }
    registers[REG_RSP] = (greg_t)cpu->sp;
    registers[REG_RIP] = (greg_t)cpu->pc;
}

// Is this an instruction of the kernel's? Else the processor complains in the same way about an
// address of neither half.
static bool is_privileged(uint64_t pc)
{
    uint8_t code[2];
    memcpy(code, (const void *)pc, sizeof(code)); // NOLINT: the instruction was fetched just now
    switch (code[0]) {
    case 0xf4: // hlt
    case 0xfa: // cli
    case 0xfb: // sti
    case 0xe4: // in, out
    case 0xe5:
    case 0xe6:
    case 0xe7:
    case 0xec:
    case 0xed:
    case 0xee:
    case 0xef:
        return true;
    case 0x0f: // descriptor tables, mov to and from control and debug registers, wrmsr, rdmsr
        return code[1] <= 0x01 || (code[1] >= 0x20 && code[1] <= 0x23) || code[1] == 0x30 ||
               code[1] == 0x32;
    default:
        return false;
    }
}

static enum kaal_mock_event exception(struct kaal_mock_cpu *cpu, uint64_t syndrome)
{
    cpu->syndrome = syndrome;
    return KAAL_MOCK_EXCEPTION;
}

static enum kaal_mock_event refused(const siginfo_t *info, const ucontext_t *context,
                                    struct kaal_mock_cpu *cpu)
{
    const uint64_t error = (uint64_t)context->uc_mcontext.gregs[REG_ERR];
    cpu->access = KAAL_MOCK_READ;
    if (context->uc_mcontext.gregs[REG_TRAPNO] == TRAP_PROTECTION) {
        if (is_privileged(cpu->pc)) {
            return exception(cpu, SYNDROME_UNDEFINED);
        }
        cpu->address = ADDRESS_UNKNOWN;
        return KAAL_MOCK_ACCESS;
    }
    if ((error & PAGE_FAULT_FETCH) != 0) {
        cpu->access = KAAL_MOCK_EXECUTE;
    } else if ((error & PAGE_FAULT_WRITE) != 0) {
        cpu->access = KAAL_MOCK_WRITE;
    }
    cpu->address = host_sanitizer_address((uint64_t)(uintptr_t)info->si_addr);
    return KAAL_MOCK_ACCESS;
}

static bool is_ud2(uint64_t pc)
{
    static const uint8_t ud2[] = {0x0f, 0x0b};
    return memcmp((const void *)pc, ud2, sizeof(ud2)) == 0; // NOLINT: it was fetched just now
}

enum kaal_mock_event host_context_event(int number, const siginfo_t *info,
                                        const ucontext_t *context, struct kaal_mock_cpu *cpu)
{
    switch (number) {
    case SIGVTALRM:
        return KAAL_MOCK_PREEMPTED;
    case SIGILL:
        return exception(cpu, is_ud2(cpu->pc) ? SYNDROME_TRAP : SYNDROME_UNDEFINED);
    case SIGTRAP:
        return exception(cpu, SYNDROME_BRK);
    case SIGFPE:
        return exception(cpu, SYNDROME_DIVIDE);
    default:
        return refused(info, context, cpu);
    }
}
