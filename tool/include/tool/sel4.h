// SPDX-License-Identifier: BSD-2-Clause
//
// Where a real seL4 lies: an install prefix, or a board of a Microkit SDK.
//
//   PREFIX/bin/kernel.elf                              BOARD/elf/sel4.elf
//   PREFIX/libsel4/include/kernel/gen_config.json      BOARD/include/kernel/gen_config.json
//   PREFIX/libsel4/include/sel4/gen_config.json        BOARD/include/sel4/gen_config.json
//   PREFIX/support/platform_gen.json                   BOARD/platform_gen.json
#pragma once

#include <stdbool.h>

struct arena;
struct diag;
struct options;

struct sel4 {
    const char *named;   // what led to it, for messages: "SEL4_PREFIX=/opt/sel4"
    const char *kernel;  // the ELF
    const char *include; // the folder of its headers
    const char *kernel_config;
    const char *libsel4_config;
};

// The one of --backend sel4: SEL4_PREFIX, else MICROKIT_SDK, /opt/microkit, ~/microkit.
bool sel4_find(struct arena *a, const struct options *o, struct sel4 *out, struct diag *d);

// The one in `folder`, of either form.
bool sel4_open(struct arena *a, const char *folder, struct sel4 *out, struct diag *d);
