// SPDX-License-Identifier: BSD-2-Clause
//
// Thread-local variables of a program with one thread. The linker script reserves their place at
// the end of .bss, the start-up code points TPIDR_EL0 16 bytes below it, and this fills it from
// .tdata, which lies among a component's constants:
//
//    .tdata |initial values|                    .bss  ... |initial values|zeroes|
//           kaal_tls_image kaal_tls_image_end             kaal_tls_start
#pragma once

#include <lib/mem.h>

#include <stdint.h>

extern char kaal_tls_start[];
extern const char kaal_tls_image[];
extern const char kaal_tls_image_end[];

// To be called before anything that uses a thread-local variable.
static inline void kaal_tls_open(void)
{
    const size_t size = (uintptr_t)kaal_tls_image_end - (uintptr_t)kaal_tls_image;
    if (size != 0) {
        memcpy(kaal_tls_start, kaal_tls_image, size);
    }
}
