// SPDX-License-Identifier: BSD-2-Clause
//
// Between io.c and process.c.
#pragma once

#include <kaal/mock.h>

// A read or write of device registers. Returns what was read. `caller`: where it is made.
uint64_t host_device(uint64_t address, enum kaal_mock_access access, unsigned bytes, uint64_t value,
                     const void *caller);
