// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Powers the machine off, where the kernel has a call for it (debug configurations); else returns.
void kaal_halt(void);
