// SPDX-License-Identifier: BSD-2-Clause
//
// The clock (Arm DDI 0224): seconds, and an interrupt when they reach the match register. It starts
// with the host's time and goes on with the machine's.

#include "machine.h"

#include "kernel/plat_host.h"

enum {
    DR = 0x00,
    MR = 0x04,
    LR = 0x08,
    CR = 0x0c,
    IMSC = 0x10,
    RIS = 0x14,
    MIS = 0x18,
    ICR = 0x1c,
    PERIPH_ID = 0xfe0,
};

static struct {
    uint32_t offset; // of the clock's seconds from those of the machine
    uint32_t loaded;
    uint32_t match;
    bool matches; // already told
    uint32_t imsc, ris;
} rtc;

static uint32_t machine_seconds(void)
{
    return (uint32_t)(host_machine.now / PLAT_TICKS_PER_MS / 1000);
}

static uint32_t now(void)
{
    return machine_seconds() + rtc.offset;
}

void pl031_open(uint64_t seconds)
{
    rtc.offset = (uint32_t)seconds - machine_seconds();
}

bool pl031_line(void)
{
    const bool matches = now() == rtc.match;
    if (matches && !rtc.matches) {
        rtc.ris = 1;
    }
    rtc.matches = matches;
    return (rtc.ris & rtc.imsc) != 0;
}

ticks_t pl031_deadline(void)
{
    const uint32_t left = rtc.match - now();
    if (rtc.imsc == 0 || left == 0) {
        return UINT64_MAX;
    }
    const ticks_t second = UINT64_C(1000) * PLAT_TICKS_PER_MS;
    return (host_machine.now / second + left) * second;
}

uint32_t pl031_read(uint32_t offset)
{
    static const uint8_t identification[] = {0x31, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1};
    switch (offset) {
    case DR:
        return now();
    case MR:
        return rtc.match;
    case LR:
        return rtc.loaded;
    case CR:
        return 1;
    case IMSC:
        return rtc.imsc;
    case RIS:
        return rtc.ris;
    case MIS:
        return rtc.ris & rtc.imsc;
    default:
        return offset >= PERIPH_ID ? identification[(offset - PERIPH_ID) / 4 % 8] : 0;
    }
}

void pl031_write(uint32_t offset, uint32_t value)
{
    switch (offset) {
    case MR:
        rtc.match = value;
        rtc.matches = false;
        break;
    case LR:
        rtc.loaded = value;
        rtc.offset = value - machine_seconds();
        break;
    case IMSC:
        rtc.imsc = value & 1;
        break;
    case ICR:
        rtc.ris &= ~value;
        break;
    default:
        break;
    }
}
