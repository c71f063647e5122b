// SPDX-License-Identifier: BSD-2-Clause
//
// Barriers reach the outer shareable domain, in which devices are.

#include <kaal/io.h>

void kaal_io_publish(void)
{
    __asm__ volatile("dmb oshst" ::: "memory");
}

void kaal_io_acquire(void)
{
    __asm__ volatile("dmb oshld" ::: "memory");
}

uint64_t kaal_io_load(const volatile void *reg, unsigned bytes)
{
    uint64_t value = 0;
    switch (bytes) {
    case 1:
        value = *(const volatile uint8_t *)reg;
        break;
    case 2:
        value = *(const volatile uint16_t *)reg;
        break;
    case 4:
        value = *(const volatile uint32_t *)reg;
        break;
    default:
        value = *(const volatile uint64_t *)reg;
        break;
    }
    kaal_io_acquire();
    return value;
}

void kaal_io_store(volatile void *reg, unsigned bytes, uint64_t value)
{
    // Not only writes before writes: a device that is told to go on may change what was read.
    __asm__ volatile("dmb osh" ::: "memory");
    switch (bytes) {
    case 1:
        *(volatile uint8_t *)reg = (uint8_t)value;
        break;
    case 2:
        *(volatile uint16_t *)reg = (uint16_t)value;
        break;
    case 4:
        *(volatile uint32_t *)reg = (uint32_t)value;
        break;
    default:
        *(volatile uint64_t *)reg = value;
        break;
    }
}
