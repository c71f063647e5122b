// SPDX-License-Identifier: BSD-2-Clause
//
// What the parts of the storm do alike. Arguments: `part=`, its number.
#pragma once

#include "storm.h"

#include <kaal/args.h>
#include <kaal/component.h>

// To be called once in each life.
static volatile struct storm_part *storm_me(void)
{
    uint64_t part = 0;
    (void)kaal_args_number(kaal_start->args, "part", &part);
    struct storm_board *board =
        (struct storm_board *)kaal_need(KAAL_START_MEMORY, "board")->address; // NOLINT: start page
    volatile struct storm_part *me = &board->parts[part % STORM_PARTS_MAX];
    me->lives++;
    return me;
}

// Without end.
__attribute__((noinline)) static uint64_t storm_descend(const volatile uint64_t *above)
{
    volatile uint64_t here[16] = {*above + 1};
    return *above == UINT64_MAX ? 0 : storm_descend(here) + here[0];
}

// Comes back if that is no fault.
static inline void storm_end(enum storm_end how)
{
    enum { NEAR_0 = 8, NO_SYSCALL = 99 };
    volatile uint64_t word = NEAR_0;
    switch (how) {
    case STORM_NULL:
        word = *(volatile uint64_t *)(uintptr_t)word; // NOLINT: the point of it
        break;
    case STORM_TEXT:
        word = (uintptr_t)storm_end;
        *(volatile uint64_t *)(uintptr_t)word = 0; // NOLINT: the point of it
        break;
    case STORM_TRAP:
        __builtin_trap();
    case STORM_OVERFLOW:
        word = storm_descend(&word);
        break;
    case STORM_NO_SYSCALL:
        word = kaal_trap_words(NO_SYSCALL, 0, 0);
        break;
    case STORM_EXIT:
    case STORM_GO_ON:
    case STORM_END_COUNT:
        break;
    }
}

// A place where it is particularly unpleasant to end.
static inline void storm_place(volatile struct storm_part *me)
{
    enum storm_end how = (enum storm_end)me->poisoned;
    if (how != STORM_GO_ON) {
        me->poisoned = STORM_GO_ON;
        storm_end(how);
        me->wrong += how != STORM_EXIT;
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
