// SPDX-License-Identifier: BSD-2-Clause
//
// Where crt0.S finds what it needs in the start page. start_page.c compares them with the
// structure.
#pragma once

#define START_GENERATION 208
#define START_STACK_TOP  232
#define START_STACK_SIZE 240
#define START_FLAGS      248

#define START_KEEP_MEMORY_BIT 5 // KAAL_PD_KEEP_MEMORY
