// SPDX-License-Identifier: BSD-2-Clause
//
// Where crt0.S finds what it needs in the start page. start_page.c compares them with the
// structure.
#pragma once

#define START_GENERATION 176
#define START_STACK_TOP  200
#define START_STACK_SIZE 208
