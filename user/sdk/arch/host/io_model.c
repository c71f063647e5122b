// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/io.h>
#include <kaal/io_model.h>

#include <stdio.h>
#include <stdlib.h>

static const struct kaal_io_model *used;

void kaal_io_model_use(const struct kaal_io_model *model)
{
    used = model;
}

// The offset of a register. What is outside, or not aligned, would hit another device or fault on
// the machine.
static uint64_t offset_of(const volatile void *reg, unsigned bytes)
{
    uint64_t offset = (uintptr_t)reg - (uintptr_t)used->registers;
    if (offset > used->size || bytes > used->size - offset || offset % bytes != 0) {
        fprintf(stderr, "access of %u bytes at offset 0x%llx: no such register\n", bytes,
                (unsigned long long)offset);
        abort();
    }
    return offset;
}

uint64_t kaal_io_load(const volatile void *reg, unsigned bytes)
{
    return used->load(offset_of(reg, bytes), bytes);
}

void kaal_io_store(volatile void *reg, unsigned bytes, uint64_t value)
{
    used->store(offset_of(reg, bytes), bytes, value);
}

void kaal_io_publish(void)
{
    __atomic_thread_fence(__ATOMIC_RELEASE);
}

void kaal_io_acquire(void)
{
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
}
