// SPDX-License-Identifier: BSD-2-Clause
//
// The extra boot info, for root tasks: chunks one behind the other, in the pages behind the boot
// info.
//
//    | seL4_BootInfo .. | id, length | .. | id, length | .. |
//    0                  seL4_BootInfoFrameSize              + extraLen
#pragma once

#include <sel4/bootinfo_types.h>

#include <stddef.h>
#include <stdint.h>

static inline const uint8_t *kaal_bootinfo_extra(const seL4_BootInfo *boot)
{
    return (const uint8_t *)boot + seL4_BootInfoFrameSize;
}

// What the chunk with this id holds, and its bytes; NULL: there is none.
const void *kaal_bootinfo_chunk(const seL4_BootInfo *boot, seL4_Word id, size_t *size);
