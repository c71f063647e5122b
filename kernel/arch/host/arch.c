// SPDX-License-Identifier: BSD-2-Clause
//
// The host port of the contract kernel/arch.h: a processor without instructions. Registers and
// translation tables are data; caches and TLB are counters.
#include "kernel/arch.h"

#include "kernel/config.h"

#include "lib/mem.h"

#include <stdlib.h>

enum { PAGE = 4096 };

struct host_memory host_memory;
struct host_cpu host_cpu;

bool host_memory_reset(uint64_t base, uint64_t size)
{
    const unsigned resets = host_memory.resets + 1;
    free(host_memory.allocation);
    host_memory = (struct host_memory){.resets = resets};
    host_cpu = (struct host_cpu){0};

    // The kernel's objects are aligned to no more than a page.
    uint8_t *allocation = calloc(1, size + PAGE);
    if (allocation == NULL) {
        return false;
    }
    uint8_t *bytes = allocation + (PAGE - (uintptr_t)allocation % PAGE);
    host_memory = (struct host_memory){bytes, base, size, allocation, resets};
    return true;
}

// --- memory ------------------------------------------------------------------------------------

void arch_zero(void *at, uint64_t size)
{
    memset(at, 0, size);
}

void arch_clean(paddr_t base, uint64_t size)
{
    (void)base;
    (void)size;
    host_cpu.cache_operations++;
}

void arch_clean_table(paddr_t base, uint64_t size)
{
    (void)base;
    (void)size;
    host_cpu.cache_operations++;
}

void arch_cache(enum arch_cache_op op, vaddr_t user, paddr_t start, uint64_t size)
{
    (void)op;
    (void)user;
    (void)start;
    (void)size;
    host_cpu.cache_operations++;
}

// --- registers of a thread ---------------------------------------------------------------------

// Processor state of user level: FIQ masked, and SError where the kernel is not a debug one.
static uint64_t spsr_sanitise(uint64_t value)
{
    return (value & UINT64_C(0xf0000000)) | (KCFG_DEBUG_BUILD ? 0x40 : 0x140);
}

void arch_context_init(struct arch_context *context)
{
    context->spsr = spsr_sanitise(0);
}

// A test sees the idle thread in kernel.current and raises interrupts itself.
void arch_context_init_idle(struct arch_context *context)
{
    *context = (struct arch_context){0};
}

// Where seL4_UserContext's word `index` >= 3 lives; words 0..2 are pc, sp, spsr.
static uint64_t *user_register(struct arch_context *context, unsigned index)
{
    static const uint8_t general[ARCH_TIMEOUT_REGISTERS - 3] = {
        0,  1,  2,  3,  4,  5,  6,  7,  8,  16, 17, 18, 29, 30, 9,  10,
        11, 12, 13, 14, 15, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
    };
    if (index < ARCH_TIMEOUT_REGISTERS) {
        return &context->x[general[index - 3]];
    }
    return index == ARCH_TIMEOUT_REGISTERS ? &context->tpidr : &context->tpidrro;
}

uint64_t arch_user_register(const struct arch_context *context, unsigned index)
{
    struct arch_context copy = *context;
    switch (index) {
    case 0:
        return copy.restart_pc;
    case 1:
        return copy.sp;
    case 2:
        return copy.spsr;
    default:
        return *user_register(&copy, index);
    }
}

void arch_set_user_register(struct arch_context *context, unsigned index, uint64_t value)
{
    switch (index) {
    case 0:
        context->restart_pc = value;
        context->pc = value;
        break;
    case 1:
        context->sp = value;
        break;
    case 2:
        context->spsr = spsr_sanitise(value);
        break;
    default:
        *user_register(context, index) = value;
        break;
    }
}

void arch_copy_registers(struct arch_context *to, const struct arch_context *from, bool frame,
                         bool integer)
{
    struct arch_context source = *from; // `to` may be the same thread
    if (frame) {
        to->restart_pc = source.restart_pc;
        to->pc = source.restart_pc;
        to->sp = source.sp;
        to->spsr = source.spsr;
    }
    for (unsigned i = 3; i < ARCH_USER_REGISTERS; i++) {
        if (i < ARCH_FRAME_REGISTERS ? frame : integer) {
            *user_register(to, i) = *user_register(&source, i);
        }
    }
}

void arch_set_tls_base(struct arch_context *context, uint64_t base)
{
    context->tpidr = base;
}

uint64_t arch_unknown_syscall_word(const struct arch_context *context, unsigned word)
{
    switch (word) {
    case 8:
        return context->restart_pc;
    case 9:
        return context->sp;
    case 10:
        return context->pc;
    case 11:
        return context->spsr;
    default:
        return context->x[word];
    }
}

void arch_set_unknown_syscall_word(struct arch_context *context, unsigned word, uint64_t value)
{
    switch (word) {
    case 8:
        context->restart_pc = value;
        break;
    case 9:
        context->sp = value;
        break;
    case 10:
        context->pc = value;
        break;
    case 11:
        context->spsr = spsr_sanitise(value);
        break;
    default:
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

void arch_context_release(struct arch_context *context)
{
    if (host_cpu.context == context) {
        host_cpu.context = NULL;
    }
}

// --- address spaces ----------------------------------------------------------------------------

void arch_pte_write(arch_pte_t *entry, arch_pte_t pte)
{
    *entry = pte;
}

void arch_tlb_flush_page(uint64_t asid, vaddr_t address)
{
    (void)asid;
    (void)address;
    host_cpu.tlb_flushes++;
}

void arch_tlb_flush_asid(uint64_t asid)
{
    host_cpu.flushes_in_use += host_cpu.root.raw != 0 && host_cpu.asid == asid;
    host_cpu.tlb_flushes++;
}

void arch_vspace_deactivate(void)
{
    arch_vspace_activate(paddr(0), 0);
}

void arch_smc(uint64_t regs[8])
{
    memcpy(host_cpu.smc, regs, sizeof(host_cpu.smc));
}
