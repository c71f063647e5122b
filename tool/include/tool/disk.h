// SPDX-License-Identifier: BSD-2-Clause
//
// The disk of a run's machine: the file of --disk, else, where the expectations ask for one, zeros
// that are gone with the run.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct diag;

enum {
    DISK_SECTOR = 512,
    DISK_SIZE_MAX = 1 << 30, // of one that the expectations ask for
};

// Is there a file of whole sectors, to be read and written? Asked before QEMU is, which says it
// less well.
bool disk_check(const char *path, struct diag *d);

// `size` bytes of zeros in memory without a name, at a path that this process and those that it
// starts can open. *fd is to be closed when the machine has started; -1: it could not be made,
// which is reported.
const char *disk_make(struct arena *a, uint64_t size, int *fd, struct diag *d);
