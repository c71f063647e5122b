// SPDX-License-Identifier: BSD-2-Clause
//
// What the tool added to the loader (abi/kaal/boot.h), checked: the image is input. Nothing here
// touches anything but the payload's bytes, and the host tests it with damaged ones.
//
//   bytes                                                bytes + boot->size       end of memory
//    |boot header|..|### kernel ELF ###|..|### root ELF ###|..|......................|
//
// Every function returns NULL if all is well, else the cause as text. Each relies on those before
// it.
#pragma once

#include "lib/elf.h"

#include <kaal/boot.h>

#include <stdint.h>

// The header by itself.
const char *payload_check_header(const struct kaal_boot *boot);

// The whole: `room` bytes from `bytes` on, which is 8-byte aligned, are memory.
const char *payload_check_bytes(const struct kaal_boot *boot, const uint8_t *bytes, uint64_t room);

// One of the ELF files, by the offset and size that the header has.
const char *payload_open_elf(const struct kaal_boot *boot, const uint8_t *bytes, uint64_t offset,
                             uint64_t size, struct elf *elf);
