// SPDX-License-Identifier: BSD-2-Clause
//
// The host port: the inline functions of the contract kernel/arch.h.
#pragma once

#include "kernel/arch.h"
#include "kernel/arch_host.h"
#include "kernel/assert.h"

static inline void *arch_ptr(paddr_t address)
{
    ASSERT(address.raw - host_memory.base < host_memory.size);
    return host_memory.bytes + (address.raw - host_memory.base);
}

static inline paddr_t arch_paddr(const void *object)
{
    const uint64_t offset = (uint64_t)((const uint8_t *)object - host_memory.bytes);
    ASSERT(offset < host_memory.size);
    return paddr(host_memory.base + offset);
}

// --- registers ---------------------------------------------------------------------------------

static inline unsigned host_register(enum arch_register reg)
{
    switch (reg) {
    case ARCH_REG_BADGE:
        return 0;
    case ARCH_REG_INFO:
        return 1;
    case ARCH_REG_MR0:
        return 2;
    case ARCH_REG_REPLY:
        return 6;
    case ARCH_REG_SYSCALL:
        return 7;
    case ARCH_REG_NBDEST:
        return 8;
    }
    return 0;
}

static inline uint64_t arch_get(const struct arch_context *context, enum arch_register reg,
                                unsigned offset)
{
    return context->x[host_register(reg) + offset];
}

static inline void arch_set(struct arch_context *context, enum arch_register reg, unsigned offset,
                            uint64_t value)
{
    context->x[host_register(reg) + offset] = value;
}

static inline uint64_t arch_restart_pc(const struct arch_context *context)
{
    return context->restart_pc;
}

static inline uint64_t arch_next_pc(const struct arch_context *context)
{
    return context->pc;
}

static inline void arch_set_next_pc(struct arch_context *context, uint64_t pc)
{
    context->pc = pc;
}

static inline void arch_restart(struct arch_context *context)
{
    context->pc = context->restart_pc;
}

static inline void arch_context_switch(struct arch_context *from, struct arch_context *to)
{
    (void)from;
    host_cpu.context = to;
}

static inline void arch_vspace_activate(paddr_t root, uint64_t asid)
{
    host_cpu.root = root;
    host_cpu.asid = asid;
}

// --- translation tables ------------------------------------------------------------------------

enum {
    HOST_PTE_TABLE = 1 << 0,
    HOST_PTE_PAGE = 1 << 1,
    HOST_PTE_READ = 1 << 2,
    HOST_PTE_WRITE = 1 << 3,
    HOST_PTE_EXECUTE = 1 << 4,
    HOST_PTE_CACHED = 1 << 5,
};

static inline enum arch_pte_kind arch_pte_kind(arch_pte_t pte, unsigned level)
{
    (void)level; // the kind is in the entry
    if ((pte & HOST_PTE_TABLE) != 0) {
        return ARCH_PTE_TABLE;
    }
    return (pte & HOST_PTE_PAGE) != 0 ? ARCH_PTE_PAGE : ARCH_PTE_EMPTY;
}

static inline paddr_t arch_pte_address(arch_pte_t pte)
{
    return paddr(pte & ~UINT64_C(0xfff));
}

static inline bool arch_pte_writable(arch_pte_t pte)
{
    return (pte & HOST_PTE_WRITE) != 0;
}

static inline arch_pte_t arch_pte_table(paddr_t table)
{
    return table.raw | HOST_PTE_TABLE;
}

static inline arch_pte_t arch_pte_page(paddr_t frame, unsigned level, struct arch_mapping mapping)
{
    (void)level;
    arch_pte_t pte = frame.raw | HOST_PTE_PAGE;
    pte |= mapping.read ? HOST_PTE_READ : 0;
    pte |= mapping.read && mapping.write ? HOST_PTE_WRITE : 0;
    pte |= mapping.execute ? HOST_PTE_EXECUTE : 0;
    pte |= mapping.cached ? HOST_PTE_CACHED : 0;
    return pte;
}
