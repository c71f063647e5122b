// SPDX-License-Identifier: BSD-2-Clause
//
// Domains: the schedule that divides time between sets of threads (seL4 ABI §8.5, §10.7).
#pragma once

#include <sel4/errors.h>

struct syscall;

__attribute__((warn_unused_result)) seL4_Error domain_decode(struct syscall *sys);
