// SPDX-License-Identifier: BSD-2-Clause
//
// The page tables that the kernel is entered with; it soon makes its own.
//
//   TTBR0  -> L0 -> L1 -> L2  the GiB of the loader, as far as it is memory: virtual = physical
//   TTBR1  -> L0 -> L1 -> L2  from the kernel's start to the end of its GiB or of the memory
//
// Both map 2 MiB blocks of normal memory, executable and writable for the kernel. EL2 has one
// table: there, an entry of the first L0 leads to the second L1.
#pragma once

#include "place.h"

struct enter;

// Writes the tables and fills ttbr0, ttbr1.
void tables_build(struct enter *e, const struct place *p, const struct place_machine *m);
