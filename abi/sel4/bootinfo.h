// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Boot info, and the two deprecated functions that remember where it is.

#include <sel4/bootinfo_types.h>
#include <sel4/macros.h>

// Defined where a program defines them: our libraries have no such global.
void seL4_InitBootInfo(seL4_BootInfo *bi) SEL4_DEPRECATED("pass the boot info pointer yourself");
seL4_BootInfo *seL4_GetBootInfo(void) SEL4_DEPRECATED("pass the boot info pointer yourself");
