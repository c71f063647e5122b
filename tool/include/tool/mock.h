// SPDX-License-Identifier: BSD-2-Clause
//
// The mock machine in place of QEMU, and its kernel in place of kernel.elf:
//
//   BUILD/mock/kaal-mock       machine and kernel, of the configuration that BUILD is for
//   BUILD/mock/bin/NAME        a program for the host
//   BUILD/mock/bin/NAME.elf    what stands for it in a packed system
#pragma once

#include "tool/machine.h"
#include "tool/pack.h"

// As image_build(), without loader and kernel: the root task with the packed system is the image.
bool mock_build(struct arena *a, const struct options *o, const struct system *s,
                struct build_result *out, struct diag *d);

// The host program that a packed program stands for: its path.
const char *mock_program_path(struct arena *a, const struct program *p);

// The setup of a machine for what was built.
struct machine_setup mock_setup(struct arena *a, const struct options *o,
                                const struct build_result *b);

// The same for the device tree alone. False, and told why, if there is no such machine.
bool mock_setup_tree(struct arena *a, const struct options *o, struct machine_setup *out,
                     struct diag *d);
