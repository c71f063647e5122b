// SPDX-License-Identifier: BSD-2-Clause
//
// What a fuzz target defines. With clang, libFuzzer drives it; with any compiler, driver.c does,
// from the target's own seeds and by a fixed pseudo-random sequence.
#pragma once

#include <stddef.h>
#include <stdint.h>

// One input, never written to. Aborts, or makes a sanitizer speak, if something is wrong.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Writes well-formed input number `index` and returns its size; 0 if there are no more.
size_t fuzz_seed(unsigned index, uint8_t *out, size_t room);
