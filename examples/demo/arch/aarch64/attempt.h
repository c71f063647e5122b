// SPDX-License-Identifier: BSD-2-Clause
//
// One forbidden instruction each, with `word` in the register that it would write. What comes back
// is what is there afterwards: `word` again, if the instruction was stopped and then stepped over.
#pragma once

#include <sel4/sel4.h>

#include <stdint.h>

static inline uint64_t try_load(uint64_t word, uint64_t address)
{
    __asm__ volatile("ldr %0, [%1]" : "+r"(word) : "r"(address) : "memory");
    return word;
}

static inline uint64_t try_store(uint64_t word, uint64_t address)
{
    __asm__ volatile("str %0, [%1]" : : "r"(word), "r"(address) : "memory");
    return word;
}

// A jump has nothing behind it to step to; whoever handles the fault goes back to the link
// register.
static inline uint64_t try_execute(uint64_t word, uint64_t address)
{
    __asm__ volatile("blr %1" : "+r"(word) : "r"(address) : "x30", "memory");
    return word;
}

// The kernel's register.
static inline uint64_t try_control_register(uint64_t word)
{
    __asm__ volatile("mrs %0, sctlr_el1" : "+r"(word));
    return word;
}

// fmov x0, d0, for a component without floating point.
static inline uint64_t try_vector_register(uint64_t word)
{
    register uint64_t x0 __asm__("x0") = word;
    __asm__ volatile(".inst 0x9e660000" : "+r"(x0));
    return x0;
}

// A number that no system call has.
static inline uint64_t try_system_call(uint64_t word)
{
    return kaal_trap_words((seL4_Word)-99, word, 0);
}
