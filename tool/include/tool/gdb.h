// SPDX-License-Identifier: BSD-2-Clause
//
// As much of the gdb remote protocol as it takes to run a machine to an address.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gdb {
    int fd;
};

struct gdb_stop {
    uint64_t pc;
    unsigned el; // exception level
};

// Over `fd`, which stays the caller's. False if nobody answers in time.
bool gdb_open(struct gdb *g, int fd, unsigned timeout_ms);

// Runs until the instruction at the virtual address `pc` is next. False if that does not happen in
// time.
bool gdb_run_to(struct gdb *g, uint64_t pc, unsigned timeout_ms, struct gdb_stop *out);

// Reads `size` bytes, at most 64, at a virtual address, as the processor sees it now.
bool gdb_read(struct gdb *g, uint64_t address, uint8_t *out, size_t size, unsigned timeout_ms);

// Lets the machine run on, for good.
bool gdb_leave(struct gdb *g, unsigned timeout_ms);
