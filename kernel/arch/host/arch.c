// SPDX-License-Identifier: BSD-2-Clause
//
// The host port of the contract kernel/arch.h: a processor without instructions. Registers and
// translation tables are data; caches and TLB are counters.
#include "kernel/arch.h"

#include "kernel/config.h"
#include "kernel/vspace.h"

#include "lib/mem.h"

#include <sys/mman.h>

enum { PAGE = 4096 };

struct host_memory host_memory;
struct host_cpu host_cpu;

// Addresses without memory, which tell of who goes beyond either end of what is put between.
static uint8_t *reserve(uint64_t size)
{
    const unsigned resets = host_memory.resets + 1;
    if (host_memory.bytes != NULL) {
        (void)munmap(host_memory.bytes - PAGE, host_memory.size + UINT64_C(2) * PAGE);
    }
    host_memory = (struct host_memory){.resets = resets};
    host_cpu = (struct host_cpu){0};
    uint8_t *mapped = mmap(NULL, size + UINT64_C(2) * PAGE, PROT_NONE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return mapped == MAP_FAILED ? NULL : mapped + PAGE;
}

bool host_memory_reset(uint64_t base, uint64_t size)
{
    // The host's page faults zero what is used.
    uint8_t *bytes = reserve(size);
    if (bytes == NULL || mprotect(bytes, size, PROT_READ | PROT_WRITE) != 0) {
        return false;
    }
    host_memory = (struct host_memory){bytes, base, size, host_memory.resets};
    return true;
}

bool host_memory_share(int file, uint64_t base, uint64_t size)
{
    uint8_t *bytes = reserve(size);
    if (bytes == NULL ||
        mmap(bytes, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0) == MAP_FAILED) {
        return false;
    }
    host_memory = (struct host_memory){bytes, base, size, host_memory.resets};
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

void arch_flush_caches(bool instruction, bool data, bool first_level)
{
    host_cpu.cache_operations++;
    host_cpu.flushed.instruction = instruction;
    host_cpu.flushed.data = data;
    host_cpu.flushed.first_level = first_level;
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
    host_cpu.releases++;
    if (host_cpu.context == context) {
        host_cpu.context = NULL;
    }
}

void arch_debug_changed(const struct arch_debug *debug, bool running)
{
    if (running) {
        host_cpu.debug = debug;
        host_cpu.debug_loads++;
    }
}

// --- address spaces ----------------------------------------------------------------------------

void arch_pte_write(arch_pte_t *entry, arch_pte_t pte)
{
    *entry = pte;
    host_cpu.table_writes++;
}

static uint64_t first_address(uint64_t address, unsigned level)
{
    return address >> level_bits(level) << level_bits(level);
}

void host_tlb_fill(uint64_t address, unsigned level, arch_pte_t pte)
{
    host_cpu.tlb[host_cpu.tlb_next] =
        (struct host_translation){true, host_cpu.asid, first_address(address, level), level, pte};
    host_cpu.tlb_next = (host_cpu.tlb_next + 1) % HOST_TLB_SIZE;
}

void arch_tlb_flush_page(uint64_t asid, vaddr_t address)
{
    for (unsigned i = 0; i < HOST_TLB_SIZE; i++) {
        struct host_translation *t = &host_cpu.tlb[i];
        if (t->asid == asid && t->address == first_address(address.raw, t->level)) {
            t->valid = false;
        }
    }
    host_cpu.tlb_flushes++;
}

void arch_tlb_flush_asid(uint64_t asid)
{
    for (unsigned i = 0; i < HOST_TLB_SIZE; i++) {
        host_cpu.tlb[i].valid = host_cpu.tlb[i].valid && host_cpu.tlb[i].asid != asid;
    }
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
