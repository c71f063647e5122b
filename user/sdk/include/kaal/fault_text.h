// SPDX-License-Identifier: BSD-2-Clause
//
// From a fault message to lines that people read. No system calls, no allocation: whoever handles
// faults gathers what it has, and everything that comes from the component is input.
//
//    message ──► kaal_fault_take() ──┐
//    registers of its TCB ───────────┤
//    start page, segments ── explain ┼──► struct kaal_fault_record ──► kaal_fault_line()* ──► log
//    stack ── kaal_backtrace() ──────┘
//
//    @fault component=crasher kind=vm addr=0x18 ip=0x200148 access=read cause=translation
//        code=0x92000004 lr=0x2003a0 sp=0xf000fffd0 why="read of 0x18: null pointer?"
//    @backtrace component=crasher 1=0x2003a0 2=0x200410
//    @registers component=crasher x0=0x0 x1=...
#pragma once

#include <kaal/console.h>
#include <kaal/fault.h>
#include <kaal/fault_record.h>
#include <kaal/start.h>

#include <lib/elf.h>
#include <lib/fmt.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// --- gathering -----------------------------------------------------------------------------------

// Begins a record: who and what. Names that are NULL may be filled in later, before
// kaal_fault_line().
void kaal_fault_take(struct kaal_fault_record *record, const char *component, const char *program,
                     const struct kaal_fault *fault);

// After all registers of its thread were read into record->context. A fault that came without its
// place (a timeout) gets it from there.
void kaal_fault_take_registers(struct kaal_fault_record *record);

// A loaded segment of the program: addresses from `start` up to `end`, enum kaal_rights.
struct kaal_fault_segment {
    uint64_t start;
    uint64_t end;
    uint32_t rights;
};

// The segments of a program, in whole pages as they are mapped. Returns how many: at most `max`.
uint32_t kaal_fault_segments(const struct elf *elf, struct kaal_fault_segment *out, uint32_t max);

// What the component has. What is not known is NULL and 0; the reason is then a more general one.
struct kaal_fault_place {
    const struct kaal_start *start; // its start page, 8-aligned
    size_t start_room;              // bytes of it that may be read
    const struct kaal_fault_segment *segments;
    uint32_t segment_count;
};

// Finds the reason. To be called with the registers taken: the stack pointer tells an overflow.
void kaal_fault_explain(struct kaal_fault_record *record, const struct kaal_fault_place *place);

// A piece of the component's stack that may be read here at `bytes`.
struct kaal_fault_stack {
    const void *bytes;
    uint64_t address; // in the component
    uint64_t size;
};

// Follows the frame records (AAPCS64: x29 points to the caller's x29 and the return address) from
// the x29 of the registers. Ends at the first record that is not inside the stack, does not lie
// above the one before, or returns to nowhere in the executable segments of `place`; without
// segments any return address that instructions can have is taken.
void kaal_backtrace(struct kaal_fault_record *record, const struct kaal_fault_stack *stack,
                    const struct kaal_fault_place *place);

// --- words ---------------------------------------------------------------------------------------

// "write to read-only region ring0". Of any record, also one that was stored by somebody else.
void kaal_fault_put_why(struct fmt *f, const struct kaal_fault_record *record);

// Line `n` of the report, from 0: @fault, @backtrace and @registers as there are. False: no more.
bool kaal_fault_line(const struct kaal_fault_record *record, unsigned n,
                     struct kaal_report *report);
