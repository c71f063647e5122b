// SPDX-License-Identifier: BSD-2-Clause
//
// System registers by name, and barriers.
#pragma once

#include <stdint.h>

#define sysreg_read(name)                                                                          \
    __extension__({                                                                                \
        uint64_t sysreg_value_;                                                                    \
        __asm__ volatile("mrs %0, " #name : "=r"(sysreg_value_));                                  \
        sysreg_value_;                                                                             \
    })

#define sysreg_write(name, value)                                                                  \
    do {                                                                                           \
        const uint64_t sysreg_new_ = (value);                                                      \
        __asm__ volatile("msr " #name ", %0" : : "r"(sysreg_new_) : "memory");                     \
    } while (0)

static inline void barrier_instruction(void)
{
    __asm__ volatile("isb" : : : "memory");
}

// Everything before is complete, for this processor and for devices.
static inline void barrier_data(void)
{
    __asm__ volatile("dsb sy" : : : "memory");
}
