// SPDX-License-Identifier: BSD-2-Clause
#include "thread.h"

#include "case.h"

enum {
    MCP = 254,
    BUDGET_US = 5000, // equal to the period: round robin
};

__attribute__((aligned(BLOCK_SIZE))) struct block suite_blocks[BLOCKS];

static struct {
    unsigned next;
    seL4_CPtr end;   // endpoint
    seL4_CPtr reply; // object with which it is received from
    struct thread self;
} threads = {.next = BLOCK_FREE};

// In start.S.
void thread_entry(void);
_Noreturn void thread_leave(seL4_Word result);

// What a thread needs for its end is in its block. It tells the end once.
_Noreturn void thread_leave(seL4_Word result)
{
    struct block *block = block_of_stack((uintptr_t)__builtin_frame_address(0));
    send(block->top.end, THREAD_RETURNED, WORDS(result), NO_CAPS);
    for (;;) {
        (void)call(block->top.tcb, TCBSuspend, NO_WORDS, NO_CAPS);
    }
}

void threads_reset(void)
{
    threads.next = BLOCK_FREE;
    threads.end = 0;
    threads.reply = 0;
}

const struct thread *thread_self(void)
{
    return &threads.self;
}

void thread_set_self(const struct thread *t)
{
    threads.self = *t;
}

seL4_CPtr thread_reply_object(void)
{
    return threads.reply;
}

struct thread thread_make(unsigned number, seL4_Word priority, seL4_CPtr end)
{
    struct block *block = &suite_blocks[number];
    struct thread t = {.tcb = tcb_new(), .end = end, .block = block};
    block->top.buffer = &block->buffer;
    block->top.end = end;
    block->top.tcb = t.tcb;
    seL4_CPtr buffer = copy_new(image_frame(block), RIGHTS_RW);
    struct got g = call(t.tcb, TCBConfigure, WORDS(0, 0, (uintptr_t)&block->buffer),
                        CAPS(ROOT, seL4_CapInitThreadVSpace, buffer));
    (void)expect_made(HERE, g, t.tcb);
    g = call(t.tcb, TCBSetSchedParams, WORDS(MCP, priority), CAPS(SELF_AUTHORITY, 0, end));
    (void)expect_made(HERE, g, t.tcb);
    return t;
}

// Faults and ends of thread i have the badge i.
static seL4_CPtr end_endpoint(unsigned number)
{
    if (threads.end == 0) {
        threads.end = endpoint_new();
        threads.reply = reply_new();
    }
    return mint_new(threads.end, RIGHTS_ALL, number);
}

struct thread thread_new_passive(seL4_Word priority)
{
    if (threads.next == BLOCKS) {
        fail(HERE, "no blocks left for threads");
    }
    unsigned number = threads.next++;
    return thread_make(number, priority, end_endpoint(number));
}

struct thread thread_new(seL4_Word priority)
{
    struct thread t = thread_new_passive(priority);
    t.sc = sched_context_new(BUDGET_US, BUDGET_US, 0);
    (void)expect_made(HERE, call(t.sc, SchedContextBind, NO_WORDS, CAPS(t.tcb)), t.sc);
    return t;
}

void thread_start(const struct thread *t, thread_function *run, seL4_Word argument)
{
    enum { RESUME = 1 };
    uintptr_t sp = (uintptr_t)&t->block->top;
    // Words of the message: flags, count, then registers in the order of seL4_UserContext.
    struct got g =
        call(t->tcb, TCBWriteRegisters,
             WORDS(RESUME, 5, (uintptr_t)thread_entry, sp, 0, argument, (uintptr_t)run), NO_CAPS);
    (void)expect_made(HERE, g, t->tcb);
}

struct got thread_end(const struct thread *t)
{
    struct got g = nbrecv(threads.end, threads.reply);
    if (g.badge == 0) {
        return (struct got){.label = THREAD_RUNS};
    }
    expect_equal(HERE, g.badge, (seL4_Word)(t->block - suite_blocks), "the thread that ended");
    return g;
}

struct got thread_run(const struct thread *t, thread_function *run, seL4_Word argument)
{
    thread_start(t, run, argument);
    return thread_end(t);
}

void thread_reply(seL4_Word label, struct words words)
{
    send(threads.reply, label, words, NO_CAPS);
}
