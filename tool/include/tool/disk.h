// SPDX-License-Identifier: BSD-2-Clause
//
// The disk of a run's machine: the file of --disk.
#pragma once

#include <stdbool.h>

struct diag;

enum {
    DISK_SECTOR = 512,
};

// Is there a file of whole sectors, to be read and written? Asked before QEMU is, which says it
// less well.
bool disk_check(const char *path, struct diag *d);
