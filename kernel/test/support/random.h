// SPDX-License-Identifier: BSD-2-Clause
//
// Random steps: what a set of threads that know the ABI, and often do not care, may ask of the
// kernel; faults, interrupts and time.
//
//   knowing   an invocation of an object of the right kind with arguments that may be right
//   talking   IPC over endpoints, notifications and reply objects, with capabilities
//   wild      any register and any word of the IPC buffer may hold anything
//
// The choices come from a stream of a seed, or from given bytes: a fuzzer's.
#pragma once

#include "step.h"

#include <stddef.h>
#include <stdint.h>

// A fresh kernel with a few threads that share a small CSpace full of capabilities.
void random_world(uint64_t number);

// Where choices come from now on.
void random_seed(uint64_t seed);
void random_bytes(const uint8_t *data, size_t size);

// No byte is left; choices are 0 from here on. Never with a seed.
bool random_is_exhausted(void);

// Whether it is time for another world: what a world has gets lost with time.
bool random_is_over(void);

// A step that makes a world, and after which all threads are new.
void random_fresh(struct step *step);

// What to do in the state that the kernel is in. Changes nothing. False if no thread will ever run
// again.
bool random_step(struct step *step);
