// SPDX-License-Identifier: BSD-2-Clause
//
// Threads of a case. They share the suite's address space and capability space.
//
//   block of 16 KiB    | IPC buffer, a page | stack ......... <- sp | top |
//
// Block 0 is the initial thread's, 1 the case's own, 2 the watchdog's; the others are for threads
// that the case makes. A stack pointer tells the block, and so the IPC buffer.
//
//    struct thread t = thread_new(CASE_PRIORITY + 1);      // above the case: runs at once
//    thread_start(&t, function, argument);
//    struct got end = thread_end(&t);                      // how it ended so far
//    EXPECT_ANSWER(end, seL4_Fault_VMFault, WORDS(...));
#pragma once

#include "trap.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    BLOCK_SIZE = 0x4000,
    BLOCKS = 14,
    BLOCK_MAIN = 0,
    BLOCK_CASE = 1,
    BLOCK_WATCHDOG = 2,
    BLOCK_FREE = 3, // the first for the case's threads

    CASE_PRIORITY = 100,
    WATCHDOG_PRIORITY = 254,
};

struct block {
    union {
        seL4_IPCBuffer buffer;
        uint8_t page[4096];
    };
    uint8_t stack[BLOCK_SIZE - 4096 - 32];
    struct {
        seL4_IPCBuffer *buffer;
        seL4_CPtr end;
        seL4_CPtr tcb;
        seL4_Word unused;
    } top;
};

extern struct block suite_blocks[BLOCKS];

static inline struct block *block_of_stack(uintptr_t sp)
{
    return (struct block *)(sp & ~(uintptr_t)(BLOCK_SIZE - 1)); // NOLINT: blocks are aligned
}

struct thread {
    seL4_CPtr tcb;
    seL4_CPtr sc;  // 0: passive
    seL4_CPtr end; // endpoint to which it faults, and tells that its function returned
    struct block *block;
};

typedef seL4_Word thread_function(seL4_Word argument);

// A thread with capability space, address space, IPC buffer, fault handler and a round-robin
// scheduling context; its MCP is 254. Not started.
struct thread thread_new(seL4_Word priority);

// The same without a scheduling context.
struct thread thread_new_passive(seL4_Word priority);

// The same from the block of this number, faults going to `end`: what the two above are made of.
struct thread thread_make(unsigned number, seL4_Word priority, seL4_CPtr end);

void thread_start(const struct thread *t, thread_function *run, seL4_Word argument);

// How it ended so far, without waiting. Labels other than these are the fault's, which is then
// unanswered in thread_reply().
enum {
    THREAD_RETURNED = 0x1001, // word 0: what the function returned
    THREAD_RUNS = 0x1002,     // no word: it is blocked, or has not had the processor
};
struct got thread_end(const struct thread *t);

// Starts it and tells how it ended. The thread should be above the case's priority.
struct got thread_run(const struct thread *t, thread_function *run, seL4_Word argument);

// Functions for threads that touch memory: a word is read; the address is written to itself; a
// call.
seL4_Word peek(seL4_Word address);
seL4_Word poke(seL4_Word address);
seL4_Word jump(seL4_Word address);

// Calls a capability with an empty message, by registers alone; the label of the answer.
seL4_Word call_empty(seL4_CPtr dest);
extern const char call_empty_svc[];
extern const char peek_instruction[];
extern const char poke_instruction[];

// Answers the fault that thread_end() told.
void thread_reply(seL4_Word label, struct words words);

// The reply object that thread_end() receives with.
seL4_CPtr thread_reply_object(void);

// For main.c: the case's threads are gone.
void threads_reset(void);

// The thread of the running case.
const struct thread *thread_self(void);
void thread_set_self(const struct thread *t);
