// SPDX-License-Identifier: BSD-2-Clause
//
// The boxes of `kaal readiness`: readiness.c runs commands, readiness_log.c reads what one has
// left.
#pragma once

#include "tool/products.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct options;

enum {
    BOX_COMMANDS = 4,
};

struct box {
    const char *title;
    const char *text; // what was seen, in a line
    const char *commands[BOX_COMMANDS];
    size_t command_count;
    uint64_t ms;
    bool set;
};

struct readiness {
    struct arena *arena;
    const struct options *options;
    const char *self;    // this program
    const char *system;  // the description
    const char *scratch; // folder for what the commands write
    struct products products;
};

// Is there a kernel in an installation, and is it of the configuration that was asked for?
bool readiness_kernel(struct readiness *r, struct box *box, const char *folder);

// In the log of the run of the box before: the stages that every system has, in their order.
bool readiness_boot(struct readiness *r, struct box *box);

// There as well: values that one component can only have from another, and only of this run.
bool readiness_ipc(struct readiness *r, struct box *box);
