// SPDX-License-Identifier: BSD-2-Clause
//
// Between main.c, which runs the cases, and what a case calls.
#pragma once

#include "trap.h"

struct fmt;

enum {
    SUITE_TEXT_SIZE = 400,

    // Labels of messages to the suite's endpoint.
    SUITE_CASE_PASSED = 0x1001, // THREAD_RETURNED: the case's function came to its end
    SUITE_CASE_FAILED = 0x1003, // suite_failure() says why
};

// Where the thread of a case tells its end and its faults.
seL4_CPtr suite_endpoint(void);

// All registers of the initial thread at its first instruction, but for x0, or-ed together.
seL4_Word suite_initial_registers(void);

// What fail() and the expectations had to say.
const char *suite_failure(void);

// The initial thread has nobody to tell that something is wrong.
void suite_bail_out_if_main(void);

void suite_describe_answer(struct fmt *f, const struct got *g);
