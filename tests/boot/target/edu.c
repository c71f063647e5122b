// SPDX-License-Identifier: BSD-2-Clause

#include "edu.h"

enum { BUFFER = 0x40000, RUN = 1 << 0, TO_MEMORY = 1 << 1, TELL = 1 << 2 };

bool edu_is(volatile struct edu_registers *regs, uint32_t value, uint32_t *complement)
{
    kaal_write(&regs->live, value);
    *complement = kaal_read(&regs->live);
    return kaal_read(&regs->id) == EDU_ID && *complement == ~value;
}

void edu_factorial(volatile struct edu_registers *regs, uint32_t of)
{
    kaal_write(&regs->status, EDU_INTERRUPT);
    kaal_write(&regs->factorial, of);
}

static void begin(volatile struct edu_registers *regs, uint64_t from, uint64_t to, uint64_t how)
{
    kaal_write(&regs->source, from);
    kaal_write(&regs->target, to);
    kaal_write(&regs->bytes, EDU_BYTES);
    kaal_io_publish();
    kaal_write(&regs->command, RUN | TELL | how);
}

void edu_load(volatile struct edu_registers *regs, uint64_t paddr)
{
    begin(regs, paddr, BUFFER, 0);
}

void edu_store(volatile struct edu_registers *regs, uint64_t paddr)
{
    begin(regs, BUFFER, paddr, TO_MEMORY);
}

uint32_t edu_cause(volatile struct edu_registers *regs)
{
    uint32_t cause = kaal_read(&regs->cause);
    kaal_write(&regs->acknowledge, cause);
    return cause;
}
