// SPDX-License-Identifier: BSD-2-Clause
//
// QEMU's educational PCI device (docs/specs/edu.txt of QEMU): a factorial, and a DMA engine with a
// buffer of a page, which takes a tenth of a second.
#pragma once

#include <kaal/io.h>

#include <stdbool.h>
#include <stddef.h>

#define EDU_PCI "1234:11e8"

struct edu_registers {
    kaal_ro32 id;
    kaal_rw32 live; // reads as the complement of what was written
    kaal_rw32 factorial;
    uint32_t gap0[5];
    kaal_rw32 status;
    kaal_ro32 cause;
    uint32_t gap1[14];
    kaal_wo32 raise;
    kaal_wo32 acknowledge;
    uint32_t gap2[6];
    kaal_rw64 source;
    kaal_rw64 target;
    kaal_rw64 bytes;
    kaal_rw64 command;
};

enum {
    EDU_VENDOR = 0x1234,
    EDU_DEVICE = 0x11e8,
    EDU_ID = 0x010000ed,
    EDU_SIZE = 0x100000, // of its registers
    EDU_PAGE = 4096,     // of its buffer, which cannot be moved whole
    EDU_BYTES = 2048,    // that a transfer moves

    EDU_BUSY = 1 << 0,      // in status
    EDU_INTERRUPT = 1 << 7, // when the factorial is there
    EDU_CAUSE_FACTORIAL = 1 << 0,
    EDU_CAUSE_DMA = 1 << 8,
};

// Whether this is such a device and answers: `value` comes back as its complement.
bool edu_is(volatile struct edu_registers *regs, uint32_t value, uint32_t *complement);

// Begins; the interrupt says that it is done.
void edu_factorial(volatile struct edu_registers *regs, uint32_t of);
void edu_load(volatile struct edu_registers *regs, uint64_t paddr);  // memory to the buffer
void edu_store(volatile struct edu_registers *regs, uint64_t paddr); // the buffer to memory

// What the interrupt was for; it is silent then.
uint32_t edu_cause(volatile struct edu_registers *regs);

_Static_assert(offsetof(struct edu_registers, source) == 0x80, "edu.txt");
