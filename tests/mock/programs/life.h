// SPDX-License-Identifier: BSD-2-Clause
//
// What keeper and pupil agree on.
#pragma once

#define LIFE_ENTRY   0x200000 // of every component
#define LIFE_PAGE    0x3f0000 // in the page table that the pupil's program has
#define LIFE_NOWHERE 0x18     // in none: a member of no structure
