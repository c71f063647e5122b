// SPDX-License-Identifier: BSD-2-Clause

#include "pl031.h"

void pl031_silence(volatile struct pl031_registers *regs)
{
    kaal_write(&regs->imsc, 0);
    kaal_write(&regs->icr, 1);
}

void pl031_open(volatile struct pl031_registers *regs)
{
    pl031_silence(regs);
    if ((kaal_read(&regs->cr) & 1) == 0) {
        kaal_write(&regs->cr, 1);
    }
}

uint32_t pl031_read(volatile struct pl031_registers *regs)
{
    return kaal_read(&regs->dr);
}

bool pl031_alarm(volatile struct pl031_registers *regs, uint32_t seconds)
{
    pl031_silence(regs);
    kaal_write(&regs->mr, seconds);
    kaal_write(&regs->imsc, 1);
    // The match is an equality: a time that passed before it was set never matches.
    if (pl031_read(regs) >= seconds) {
        pl031_silence(regs);
        return false;
    }
    return true;
}

bool pl031_interrupt(volatile struct pl031_registers *regs)
{
    bool rang = (kaal_read(&regs->mis) & 1) != 0;
    if (rang) {
        pl031_silence(regs);
    }
    return rang;
}
