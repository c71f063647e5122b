// SPDX-License-Identifier: BSD-2-Clause
//
// A program of the mock machine as a Linux process, in parts:
//
//    process.c      start, turns, system calls, signals
//    io.c           device registers
//    cpu/ARCH       the registers that a signal saves; what a signal means
//    plain, asan    where a fault of sanitized code really was
#pragma once

#include <kaal/mock.h>

#include <signal.h>
#include <stdint.h>
#include <ucontext.h>

// --- cpu/ARCH/context.c --------------------------------------------------------------------------

// Between the registers of a signal's context and those of `cpu`, back and forth without loss.
void host_context_get(const ucontext_t *context, struct kaal_mock_cpu *cpu);
void host_context_set(ucontext_t *context, const struct kaal_mock_cpu *cpu);

// What the signal tells: the event, with its address, access or syndrome in `cpu`.
enum kaal_mock_event host_context_event(int number, const siginfo_t *info,
                                        const ucontext_t *context, struct kaal_mock_cpu *cpu);

// --- plain/sanitizer.c, asan/sanitizer.c ---------------------------------------------------------

// Before the program uses memory of the machine.
void host_sanitizer_open(void);

// The address that the program used, when the host refused `address`.
uint64_t host_sanitizer_address(uint64_t address);
