// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// A kernel that only takes notes: what the last system call had in registers and IPC buffer.

#include <sel4/arch/trap_regs.h>
#include <sel4/shared_types.h>

enum { FAKE_ANSWER = 0x200, FAKE_BADGE = 0x300 };

struct fake_trap {
    seL4_Word number;
    struct kaal_trap_regs regs;
    seL4_Word x6;
    seL4_Word x8;
    seL4_IPCBuffer buffer;
};

extern struct fake_trap fake_last;

// What the next calls answer: label and length; message register i is FAKE_ANSWER + i.
extern seL4_Word fake_answer_label;
extern seL4_Word fake_answer_length;

// Fresh IPC buffer, nothing noted, answers without error.
void fake_reset(void);
