// SPDX-License-Identifier: BSD-2-Clause
//
// On the host: a model of a device, which answers what a driver does with its registers.
//
//    driver ── kaal_read(&regs->fr) ──► load(offset of fr, 4) ──► model
//
// The registers of the driver may be any address; nothing is there.
#pragma once

#include <stddef.h>
#include <stdint.h>

struct kaal_io_model {
    const volatile void *registers;
    size_t size; // an access beyond it ends the test
    uint64_t (*load)(uint64_t offset, unsigned bytes);
    void (*store)(uint64_t offset, unsigned bytes, uint64_t value);
};

// From here on; `model` stays the caller's.
void kaal_io_model_use(const struct kaal_io_model *model);
