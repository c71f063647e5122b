// SPDX-License-Identifier: BSD-2-Clause
//
// Device registers of the mock machine: a call, which it answers from a model of the device, if the
// caller has the registers mapped; else it is a fault like any other.

#include <kaal/io.h>

#include "device.h"

#include <stdatomic.h>

uint64_t kaal_io_load(const volatile void *reg, unsigned bytes)
{
    return host_device((uint64_t)(uintptr_t)reg, KAAL_MOCK_READ, bytes, 0,
                       __builtin_return_address(0));
}

// NOLINTNEXTLINE(readability-non-const-parameter): it is the machine that writes there
void kaal_io_store(volatile void *reg, unsigned bytes, uint64_t value)
{
    (void)host_device((uint64_t)(uintptr_t)reg, KAAL_MOCK_WRITE, bytes, value,
                      __builtin_return_address(0));
}

// A model sees memory when a call reaches it, and then all of it.
void kaal_io_publish(void)
{
    atomic_signal_fence(memory_order_release);
}

void kaal_io_acquire(void)
{
    atomic_signal_fence(memory_order_acquire);
}
