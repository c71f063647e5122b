// SPDX-License-Identifier: BSD-2-Clause
//
// The chain of calls that a scheduling context was donated along (reply.h draws it).
#pragma once

#include "kernel/reply.h"
#include "kernel/sched_context.h"

#include <stddef.h>

// A call that takes the context along becomes the top.
static inline void reply_chain_push(struct sched_context *context, struct reply *reply)
{
    struct reply *top = context->reply;
    if (top != NULL) {
        top->next = (uintptr_t)reply;
    }
    reply->prev = top;
    reply->next = (uintptr_t)context | 1;
    context->reply = reply;
}

// The top is taken off; the call below it, if any, becomes the top.
static inline void reply_chain_pop(struct sched_context *context, struct reply *top)
{
    struct reply *below = top->prev;
    context->reply = below;
    if (below != NULL) {
        below->next = (uintptr_t)context | 1;
    }
    top->prev = NULL;
    top->next = 0;
}
