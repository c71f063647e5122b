// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Boot: the cycle counter runs, where the kernel measures.
void measure_init(void);
