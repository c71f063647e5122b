// SPDX-License-Identifier: BSD-2-Clause
//
// What the parts of the storm do alike. Arguments: `part=`, its number.
#pragma once

#include "storm.h"

#include <kaal/args.h>
#include <kaal/component.h>

static volatile struct storm_part *storm_me(void)
{
    uint64_t part = 0;
    (void)kaal_args_number(kaal_start->args, "part", &part);
    struct storm_board *board =
        (struct storm_board *)kaal_need(KAAL_START_MEMORY, "board")->address; // NOLINT: start page
    return &board->parts[part % STORM_PARTS_MAX];
}

// A place where it is particularly unpleasant to end.
static inline void storm_place(volatile struct storm_part *me)
{
    if (me->poisoned != 0) {
        me->poisoned = 0;
        kaal_exit(7, "poisoned");
    }
}

// The other region that it maps: its ring.
static inline const struct kaal_start_entry *storm_ring(void)
{
    char name[KAAL_NAME_SIZE] = "ring_";
    uint64_t pair = 0;
    (void)kaal_args_number(kaal_start->args, "ring", &pair);
    name[5] = (char)('0' + pair);
    return kaal_need(KAAL_START_MEMORY, name);
}
