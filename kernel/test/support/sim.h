// SPDX-License-Identifier: BSD-2-Clause
//
// Simulated threads: system calls of whichever thread is current, made by writing its registers and
// its IPC buffer and entering the kernel as a trap would. After every entry the whole state is
// checked (kernel_ok.h); a broken invariant ends the program with its text.
#pragma once

#include "kernel/kernel.h"

#include <sel4/arch/invocation.h>
#include <sel4/arch/objecttype.h>
#include <sel4/bootinfo_types.h>
#include <sel4/errors.h>
#include <sel4/syscall.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// --- messages ----------------------------------------------------------------------------------

enum { SIM_WORDS = 120, SIM_CAPS = 3 };

struct sim_message {
    uint64_t label;
    unsigned length;
    unsigned cap_count;
    uint64_t word[SIM_WORDS];
    uint64_t cap[SIM_CAPS];
};

// The message with these words; add capabilities with sim_with_cap().
#define SIM_MESSAGE(label, ...)                                                                    \
    sim_message((label), sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t),               \
                (const uint64_t[]){__VA_ARGS__})
struct sim_message sim_message(uint64_t label, size_t length, const uint64_t *words);
struct sim_message sim_empty(uint64_t label);
struct sim_message sim_with_cap(struct sim_message message, uint64_t cap);

// Writes the message to registers and buffer of the current thread, for a system call with `target`
// in x0.
void sim_put(uint64_t target, const struct sim_message *message);

// The message that the thread has received.
struct sim_message sim_received(const struct tcb *tcb);
uint64_t sim_badge(const struct tcb *tcb);

// The IPC buffer of a thread as words, NULL if it has none that can be written.
uint64_t *sim_buffer(const struct tcb *tcb);

// --- entering the kernel -------------------------------------------------------------------------

// Whether the state is checked after each entry, from now on; what it was.
bool sim_check(bool wanted);

// A trap without the check of the state afterwards.
void sim_enter(int64_t number);

// One trap of the current thread with system call `number`, its registers as they are.
void sim_trap(int64_t number);

// The same, executed again for as long as the kernel restarts it and the thread stays current;
// interrupts that wait are taken in between.
void sim_syscall(int64_t number);

// Interrupts that wait are taken.
void sim_interrupts(void);

// Time passes in user level, and the interrupts that this brings are taken.
void sim_run(ticks_t ticks);

// --- invocations by the current thread -----------------------------------------------------------

// Call: the answer's label. The thread must be current again afterwards.
seL4_Error sim_call(uint64_t target, struct sim_message message);
// Word of the last answer to the current thread.
uint64_t sim_answer(unsigned index);

// In the initial task's CSpace: slots by number.
seL4_Error sim_retype(uint64_t untyped, uint64_t type, uint64_t size_bits, uint64_t slot,
                      uint64_t count);
seL4_Error sim_copy(uint64_t to, uint64_t from, uint64_t rights);
seL4_Error sim_mint(uint64_t to, uint64_t from, uint64_t rights, uint64_t data);
seL4_Error sim_move(uint64_t to, uint64_t from);
seL4_Error sim_mutate(uint64_t to, uint64_t from, uint64_t data);
seL4_Error sim_delete(uint64_t slot);
seL4_Error sim_revoke(uint64_t slot);

// --- more threads --------------------------------------------------------------------------------

// A thread that shares the initial task's spaces: makes TCB, scheduling context and IPC buffer
// frame in `slot`, `slot` + 1 and `slot` + 2 from `untyped`, configures and resumes it. It is not
// current yet unless its priority is higher. Budget and period in microseconds; budget 0: no
// scheduling context is bound.
struct tcb *sim_thread(uint64_t untyped, uint64_t slot, uint8_t priority, uint64_t budget,
                       uint64_t period);
