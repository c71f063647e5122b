// SPDX-License-Identifier: BSD-2-Clause
//
// CRC-32 as in IEEE 802.3, zlib and gzip (reflected 0x04c11db7): for what others must be able to
// recompute. The boot payload uses sum64.h, which is cheaper.
#pragma once

#include <stddef.h>
#include <stdint.h>

// CRC of `size` bytes at `at`, continuing from `crc`: 0 at the start, or the result for the
// preceding bytes. crc32_update(0, "123456789", 9) is 0xcbf43926.
uint32_t crc32_update(uint32_t crc, const void *at, size_t size);
