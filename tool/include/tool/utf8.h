// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <stddef.h>

// Length of the valid UTF-8 sequence at `s`, of which `left` bytes are there, at least one; 0 if it
// is none: no overlong form, no surrogate, nothing above U+10FFFF.
size_t utf8_length(const unsigned char *s, size_t left);
