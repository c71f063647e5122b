// SPDX-License-Identifier: BSD-2-Clause
//
// Signals to components of higher priority, and interrupts to a driver. Each has come to its end
// when the signal that set it off returns.

#include "rows.h"

static const struct kaal_start_entry *channel(const char *name)
{
    return kaal_need(KAAL_START_SIGNAL, name);
}

// To the first instruction of pong's notified().
static uint32_t notify_handler(void)
{
    const struct kaal_start_entry *pong = channel("pong");
    uint32_t before = counter();
    kaal_signal(pong);
    return (uint32_t)marks->reached - before;
}

// From ping's notified() to pong's, and back to ping's.
static uint32_t notify_round(void)
{
    kaal_signal(channel("ping"));
    return (uint32_t)(marks->reached - marks->left);
}

// From the store that raises it to the first instruction of the driver's notified().
static uint32_t interrupt_handler(void)
{
    kaal_signal(channel("raiser"));
    return (uint32_t)(marks->handled - marks->left);
}

// From that store to the next instruction of its thread: the driver has taken the cause away, has
// acknowledged, and waits again.
static uint32_t interrupt_cycle(void)
{
    kaal_signal(channel("raiser"));
    return (uint32_t)(marks->reached - marks->left);
}

const struct row rows_signal[] = {
    {"notify.handler", notify_handler},
    {"notify.round", notify_round},
    {"interrupt.handler", interrupt_handler},
    {"interrupt.cycle", interrupt_cycle},
    {0},
};
