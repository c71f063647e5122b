// SPDX-License-Identifier: BSD-2-Clause
//
// One step of the model: a machine that does one thing to the kernel. Steps are data, so that a run
// can be written down, cut and run again (script.h).
//
//   time passes ──► a device asks ──► a thread does one thing ──► kernel_ok()
//   advance          irq               kind, number, x[], word[]
//
// A step says nothing about which thread: the current one takes it, as a processor would. Any step
// can be taken in any state; what needs a thread does nothing when none runs.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum step_kind {
    STEP_WORLD,     // x0: a fresh kernel and its threads (random.h)
    STEP_SYSCALL,   // number, x0 to x8, words of the IPC buffer
    STEP_AGAIN,     // the system call that the kernel restarts
    STEP_INTERRUPT, // the processor takes what waits
    STEP_VM_FAULT,  // x0: address, x1: syndrome, x2: of an instruction
    STEP_EXCEPTION, // x0: syndrome
    STEP_DEBUG,     // x0: reason, x1: address, x2: breakpoint
    STEP_STORE,     // x0: user address, x1: value; nothing if it cannot be written
    STEP_RESCUE,    // x0: which of the threads that could run is restarted from outside
    STEP_KIND_COUNT,
};

enum {
    STEP_REGISTERS = 9, // x0 to x8; x7 is the number
    STEP_WORDS = 128,   // of an IPC buffer
};

// As `advance`: until the timer's deadline.
#define STEP_TO_DEADLINE UINT64_MAX

struct step {
    enum step_kind kind;
    const char *name; // for the reader; NULL: none
    uint64_t advance; // ticks in user level before it
    uint64_t drift;   // ticks that each look at the clock takes
    unsigned units;   // of work since the kernel last looked for a reason to stop
    unsigned irq;     // asked for before it; 0: none
    int64_t number;
    uint64_t x[STEP_REGISTERS];
    unsigned count;
    struct step_word {
        uint64_t value;
        uint8_t index;
    } word[STEP_WORDS]; // written to the IPC buffer before it, `count` of them
};

// The step happens. The state is not checked afterwards.
void step_take(const struct step *step);

// The word of the IPC buffer is to hold this.
void step_word(struct step *step, unsigned index, uint64_t value);

// Whether a rescue would find a thread.
bool step_can_rescue(void);

// One line, as "syscall number=-1 x0=0x3 b5=0x1 # Retype", and reading it back; a line of anything
// else is refused.
void step_print(FILE *out, const struct step *step);
bool step_parse(const char *line, struct step *step);
