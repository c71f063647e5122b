// SPDX-License-Identifier: BSD-2-Clause
//
// Registers of devices. A register's type says how wide it is and what may be done with it, so that
// reading one that can only be written, or writing 32 bits to one of 16, does not compile:
//
//    struct pl031_registers {
//        kaal_ro32 dr;     kaal_rw32 mr;     kaal_wo32 icr; ...
//    };
//    volatile struct pl031_registers *regs = ...;
//    kaal_write(&regs->mr, kaal_read(&regs->dr) + 1);
//
// Order: what the program wrote to memory before a register is written is there for the device, and
// what it reads from memory after a register was read is at least as new as that. On the host a
// model of the device answers instead (kaal/io_model.h): the same driver source is unit-tested.
#pragma once

#include <stdint.h>

// One member each, so that they are types of their own. Nobody but this header touches it.
typedef struct {
    uint8_t raw;
} kaal_rw8;
typedef struct {
    uint16_t raw;
} kaal_rw16;
typedef struct {
    uint32_t raw;
} kaal_rw32;
typedef struct {
    uint64_t raw;
} kaal_rw64;
typedef struct {
    uint32_t raw;
} kaal_ro32; // read only
typedef struct {
    uint32_t raw;
} kaal_wo32; // write only

// One access of that many bytes: 1, 2, 4 or 8.
uint64_t kaal_io_load(const volatile void *reg, unsigned bytes);
void kaal_io_store(volatile void *reg, unsigned bytes, uint64_t value);

static inline uint8_t kaal_rw8_read(const volatile kaal_rw8 *reg)
{
    return (uint8_t)kaal_io_load(reg, 1);
}

static inline uint16_t kaal_rw16_read(const volatile kaal_rw16 *reg)
{
    return (uint16_t)kaal_io_load(reg, 2);
}

static inline uint32_t kaal_rw32_read(const volatile kaal_rw32 *reg)
{
    return (uint32_t)kaal_io_load(reg, 4);
}

static inline uint64_t kaal_rw64_read(const volatile kaal_rw64 *reg)
{
    return kaal_io_load(reg, 8);
}

static inline uint32_t kaal_ro32_read(const volatile kaal_ro32 *reg)
{
    return (uint32_t)kaal_io_load(reg, 4);
}

static inline void kaal_rw8_write(volatile kaal_rw8 *reg, uint8_t value)
{
    kaal_io_store(reg, 1, value);
}

static inline void kaal_rw16_write(volatile kaal_rw16 *reg, uint16_t value)
{
    kaal_io_store(reg, 2, value);
}

static inline void kaal_rw32_write(volatile kaal_rw32 *reg, uint32_t value)
{
    kaal_io_store(reg, 4, value);
}

static inline void kaal_rw64_write(volatile kaal_rw64 *reg, uint64_t value)
{
    kaal_io_store(reg, 8, value);
}

static inline void kaal_wo32_write(volatile kaal_wo32 *reg, uint32_t value)
{
    kaal_io_store(reg, 4, value);
}

// By the register's type; another type does not compile. (clang-format 14 takes the associations
// for bit-fields.)
// clang-format off
#define kaal_read(reg)                                                                             \
    _Generic((reg),                                                                                \
        volatile kaal_rw8 *: kaal_rw8_read,                                                        \
        volatile kaal_rw16 *: kaal_rw16_read,                                                      \
        volatile kaal_rw32 *: kaal_rw32_read,                                                      \
        volatile kaal_rw64 *: kaal_rw64_read,                                                      \
        volatile kaal_ro32 *: kaal_ro32_read)(reg)

#define kaal_write(reg, value)                                                                     \
    _Generic((reg),                                                                                \
        volatile kaal_rw8 *: kaal_rw8_write,                                                       \
        volatile kaal_rw16 *: kaal_rw16_write,                                                     \
        volatile kaal_rw32 *: kaal_rw32_write,                                                     \
        volatile kaal_rw64 *: kaal_rw64_write,                                                     \
        volatile kaal_wo32 *: kaal_wo32_write)((reg), (value))
// clang-format on

// Between writes to DMA memory: the device sees the second only with the first.
void kaal_io_publish(void);

// Between reads of DMA memory: the second is at least as new as the first.
void kaal_io_acquire(void);
