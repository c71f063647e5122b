// SPDX-License-Identifier: BSD-2-Clause
//
// Operations that take long: they look, after each unit of work, whether there is a reason to stop,
// and if so the system call is executed again later.
//
// Most leave their progress in what they work on: what was deleted is gone. The others write down
// in the thread what they were about and how far they had come, and go on from there if the thread
// asks for the same again. It does, unless somebody writes its registers, or changes what its
// capability address leads to: so whoever writes registers makes it forget, and so does the end of
// any invocation or message.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define MUST_CHECK __attribute__((warn_unused_result))

enum progress {
    PROGRESS_DONE,
    PROGRESS_PREEMPTED,
};

struct resumption {
    uint64_t what[2]; // the operation and its object; 0 first: none
    uint64_t reached[2];
};

static inline bool resumption_is_of(const struct resumption *resumption, uint64_t what0,
                                    uint64_t what1)
{
    return resumption->what[0] == what0 && resumption->what[1] == what1;
}

static inline void resumption_forget(struct resumption *resumption)
{
    resumption->what[0] = 0;
}

// After each unit of work: whether to stop, because an interrupt waits or the budget has run out.
// It looks once in so many units (seL4 ABI §7.5).
bool preemption_wanted(void);
