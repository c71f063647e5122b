// SPDX-License-Identifier: BSD-2-Clause
//
// Random system calls: what a set of threads that know the ABI, and sometimes err, may ask of the
// kernel. Everything follows from the seed.
#pragma once

#include <stdint.h>

// A fresh kernel with a few threads that share a small CSpace full of capabilities.
void random_world(uint64_t seed);

// One step: a system call, a fault, an interrupt or time. Returns its name, NULL if no thread will
// ever run again. The kernel's state is not checked.
const char *random_step(void);
