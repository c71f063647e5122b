// SPDX-License-Identifier: BSD-2-Clause
//
// Text for the kernel's developer: nothing in configurations without printing.
#pragma once

// A string to the platform's output.
void kernel_print(const char *text);
