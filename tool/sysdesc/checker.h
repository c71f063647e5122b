// SPDX-License-Identifier: BSD-2-Clause
//
// Between the parts of the checker:
//
//   check.c          names, roles, scheduling, start order
//   check_links.c    what connects domains: channels, memory, devices, raw capabilities
#pragma once

#include "tool/arena.h"
#include "tool/system.h"

struct checker {
    struct arena *arena;
    struct diag *diag;
    struct system *system;
};

// Letters, digits, _ and -, a letter first, at most KAAL_NAME_SIZE - 1 of them.
bool check_name(struct checker *c, const struct sd_text *name);

// The domain that `name` means in key `key`; SYSTEM_NONE, and reported, if there is none. The root
// task is refused: it is gone when the system runs.
size_t check_pd_reference(struct checker *c, const char *key, const struct sd_text *name);

// `number`, if given, lies in [min, max].
bool check_range(struct checker *c, const char *key, const struct sd_number *number, int64_t min,
                 int64_t max);

void check_channels(struct checker *c);
void check_regions(struct checker *c);
void check_devices(struct checker *c);
void check_caps(struct checker *c);
