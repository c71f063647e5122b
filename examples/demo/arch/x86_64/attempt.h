// SPDX-License-Identifier: BSD-2-Clause
//
// The same attempts on a mock machine on x86-64: four bytes each, as an instruction of AArch64 has,
// so that who steps over one lands behind it.
#pragma once

#include <sel4/sel4.h>

#include <stdint.h>

static inline uint64_t try_load(uint64_t word, uint64_t address)
{
    __asm__ volatile("movq (%%rcx), %%rax\n\tnop" : "+a"(word) : "c"(address) : "memory");
    return word;
}

static inline uint64_t try_store(uint64_t word, uint64_t address)
{
    __asm__ volatile("movq %%rax, (%%rcx)\n\tnop" : : "a"(word), "c"(address) : "memory");
    return word;
}

// A jump has nothing behind it to step to; whoever handles the fault goes back to the link
// register, which is r11 here.
static inline uint64_t try_execute(uint64_t word, uint64_t address)
{
    __asm__ volatile("leaq 1f(%%rip), %%r11\n\tjmpq *%%rcx\n1:"
                     : "+a"(word)
                     : "c"(address)
                     : "r11", "memory");
    return word;
}

// The kernel's register.
static inline uint64_t try_control_register(uint64_t word)
{
    __asm__ volatile("movq %%cr0, %%rax\n\tnop" : "+a"(word));
    return word;
}

// The host takes vector instructions from everybody: nothing stops this one, and what comes back is
// what the vector register holds, the complement of `word`.
static inline uint64_t try_vector_register(uint64_t word)
{
    __asm__ volatile("movq %1, %%xmm0\n\tmovq %%xmm0, %%rax" : "+a"(word) : "r"(~word) : "xmm0");
    return word;
}

// A number that no system call has.
static inline uint64_t try_system_call(uint64_t word)
{
    return kaal_trap_words((seL4_Word)-99, word, 0);
}
