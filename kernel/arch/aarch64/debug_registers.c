// SPDX-License-Identifier: BSD-2-Clause
#include "debug_registers.h"

#include "kernel/arch.h"
#include "kernel/kernel.h"
#include "kernel/syscall.h"
#include "kernel/sysreg.h"
#include "lib/bits.h"

#include <sel4/reserved.h>

#include <stdbool.h>
#include <stddef.h>

enum {
    MDSCR_SS = 1 << 0,
    MDSCR_MDE = 1 << 15,

    // DBGBCR, DBGWCR
    CONTROL_ENABLE = 1 << 0,
    CONTROL_EL0 = 2 << 1,
    BREAKPOINT_ALL_BYTES = 0xf << 5,
    WATCHPOINT_LOAD = 1 << 3,
    WATCHPOINT_STORE = 2 << 3,
    WATCHPOINT_BYTES_SHIFT = 5,

    INSTRUCTION = 4,
    WATCHED = 8, // bytes that one register watches, aligned

    SPSR_SS = 1 << 21,
};

static const uint64_t SYNDROME_STEPPED = UINT64_C(1) << 24; // ISV: an instruction was executed

bool debug_registers_used;

// --- to the processor --------------------------------------------------------------------------

static uint64_t instruction(const struct arch_breakpoint *breakpoint)
{
    return align_down(breakpoint->address.raw, INSTRUCTION);
}

static uint64_t code_control(const struct arch_breakpoint *breakpoint)
{
    return breakpoint->enabled ? CONTROL_ENABLE | CONTROL_EL0 | BREAKPOINT_ALL_BYTES : 0;
}

static uint64_t watched(const struct arch_breakpoint *breakpoint)
{
    return align_down(breakpoint->address.raw, WATCHED);
}

static uint64_t data_control(const struct arch_breakpoint *breakpoint)
{
    if (!breakpoint->enabled) {
        return 0;
    }
    const uint64_t bytes = ((UINT64_C(1) << breakpoint->size) - 1)
                           << (breakpoint->address.raw - watched(breakpoint));
    uint64_t control = CONTROL_ENABLE | CONTROL_EL0 | bytes << WATCHPOINT_BYTES_SHIFT;
    control |= breakpoint->read ? WATCHPOINT_LOAD : 0;
    control |= breakpoint->write ? WATCHPOINT_STORE : 0;
    return control;
}

// A register's number is part of its name.
#define LOAD_CODE(from, number)                                                                    \
    sysreg_write(dbgbvr##number##_el1, instruction(&(from)[number]));                              \
    sysreg_write(dbgbcr##number##_el1, code_control(&(from)[number]))
#define LOAD_DATA(from, number)                                                                    \
    sysreg_write(dbgwvr##number##_el1, watched(&(from)[number]));                                  \
    sysreg_write(dbgwcr##number##_el1, data_control(&(from)[number]))

static void load_breakpoints(const struct arch_breakpoint *code, const struct arch_breakpoint *data)
{
    LOAD_CODE(code, 0);
    LOAD_CODE(code, 1);
    LOAD_CODE(code, 2);
    LOAD_CODE(code, 3);
    LOAD_CODE(code, 4);
    LOAD_CODE(code, 5);
    LOAD_DATA(data, 0);
    LOAD_DATA(data, 1);
    LOAD_DATA(data, 2);
    LOAD_DATA(data, 3);
}

_Static_assert(ARCH_CODE_BREAKPOINTS == 6 && ARCH_DATA_BREAKPOINTS == 4, "all are loaded");

void debug_registers_load(const struct arch_debug *debug)
{
    uint64_t mdscr = debug->step ? MDSCR_SS : 0;
    for (unsigned i = 0; i < ARCH_BREAKPOINTS; i++) {
        mdscr |= debug->breakpoints[i].enabled ? MDSCR_MDE : 0;
    }
    if ((mdscr & MDSCR_MDE) != 0) {
        load_breakpoints(debug->breakpoints, &debug->breakpoints[ARCH_CODE_BREAKPOINTS]);
    }
    sysreg_write(mdscr_el1, mdscr);
    barrier_instruction();
}

void arch_debug_changed(const struct arch_debug *debug, bool running)
{
    debug_registers_used = true;
    if (running) {
        debug_registers_load(debug);
    }
}

void debug_registers_init(void)
{
    sysreg_write(mdscr_el1, 0);
    sysreg_write(oslar_el1, 0);
    barrier_instruction();
}

// --- exceptions --------------------------------------------------------------------------------

// The processor does not say which one it was.

struct tcb *debug_registers_breakpoint(void)
{
    const uint64_t pc = arch_restart_pc(&kernel.current->context);
    for (unsigned i = 0; i < ARCH_CODE_BREAKPOINTS; i++) {
        const struct arch_breakpoint *breakpoint = &kernel.current->debug.breakpoints[i];
        if (breakpoint->enabled && instruction(breakpoint) == pc) {
            return entry_debug_exception(KAAL_DEBUG_REASON_INSTRUCTION, pc, i);
        }
    }
    return NULL;
}

static uint64_t distance(const struct arch_breakpoint *breakpoint, uint64_t address)
{
    const uint64_t start = breakpoint->address.raw;
    if (address < start) {
        return start - address;
    }
    return address < start + breakpoint->size ? 0 : address - (start + breakpoint->size - 1);
}

// An access may begin before what is watched, and the address told is anywhere in it: the nearest.
struct tcb *debug_registers_watchpoint(uint64_t address)
{
    unsigned found = ARCH_BREAKPOINTS;
    uint64_t least = UINT64_MAX;
    for (unsigned i = ARCH_CODE_BREAKPOINTS; i < ARCH_BREAKPOINTS; i++) {
        const struct arch_breakpoint *breakpoint = &kernel.current->debug.breakpoints[i];
        if (breakpoint->enabled && distance(breakpoint, address) < least) {
            least = distance(breakpoint, address);
            found = i;
        }
    }
    return found == ARCH_BREAKPOINTS
               ? NULL
               : entry_debug_exception(KAAL_DEBUG_REASON_DATA, address, found);
}

struct tcb *debug_registers_step(uint64_t syndrome)
{
    struct tcb *next = entry_step((syndrome & SYNDROME_STEPPED) != 0);
    if (next == NULL) {
        next = kernel.current;
        next->context.spsr |= SPSR_SS;
    }
    return next;
}
