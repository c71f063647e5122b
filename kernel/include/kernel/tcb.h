// SPDX-License-Identifier: BSD-2-Clause
//
// Threads.
//
// Invariant T1: a thread is in at most one queue: ready, release, endpoint or notification; its
//               state and flags say in which.
// Invariant T2: running, with a configured context, and not current: in the ready queue if the
//               context is ready and sufficient, else in the release queue (between two entries).
// Invariant T3: sched_context->tcb == this for the bound (or lent) scheduling context.
// Invariant T4: a fault is recorded only while the thread is blocked on its handler: sending, or
//               waiting for the reply.
// Invariant T5: the list of all threads holds exactly those that there is a capability of; the
//               current thread is one of them, or the idle one.
#pragma once

#include "kernel/arch.h"
#include "kernel/benchmark.h"
#include "kernel/fault.h"
#include "kernel/progress.h"
#include "kernel/slot.h"
#include "kernel/thread_tree.h"

#include <sel4/constants.h>
#include <sel4/errors.h>

struct endpoint;
struct notification;
struct reply;
struct sched_context;
struct syscall;

enum tcb_slot {
    TCB_SLOT_CSPACE,
    TCB_SLOT_VSPACE,
    TCB_SLOT_BUFFER,  // frame of the IPC buffer
    TCB_SLOT_FAULT,   // standard fault handler
    TCB_SLOT_TIMEOUT, // timeout fault handler
    TCB_SLOT_COUNT,
};

enum thread_state {
    THREAD_INACTIVE,
    THREAD_RUNNING, // goes on at its next program counter
    THREAD_BLOCKED_SEND,
    THREAD_BLOCKED_RECEIVE,
    THREAD_BLOCKED_REPLY,
    THREAD_BLOCKED_NOTIFICATION,
    THREAD_IDLE,
};

// What a thread blocked on an endpoint needs to be served later.
struct thread_wait {
    uint64_t badge;
    bool can_grant;
    bool can_grant_reply;
    bool is_call;
};

// In groups, rather than without padding. What a message needs comes first, within reach of the
// shortest instructions.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding)
struct tcb {
    enum thread_state state;
    uint8_t priority;
    uint8_t max_priority;
    uint8_t domain;
    uint8_t flags; // seL4_TCBFlag_*
    struct sched_context *sched_context;
    struct reply *reply; // BLOCKED_RECEIVE: for a call that arrives; BLOCKED_REPLY: for the answer
    union {
        struct endpoint *waits_on_endpoint;         // BLOCKED_SEND, BLOCKED_RECEIVE
        struct notification *waits_on_notification; // BLOCKED_NOTIFICATION
    };
    struct notification *notification; // bound
    struct sched_context *yield_to;    // context whose consumed time this thread waits for
    struct thread_wait wait;
    uint64_t arrival; // of a sender in an endpoint's queue: the later, the higher

    struct tcb *queue_next; // in a ready queue
    struct tcb *queue_prev;
    struct tree_links tree; // in the queue of an endpoint, a notification, or for a refill
    bool in_ready;
    bool in_release;

    _Alignas(32) struct slot slots[TCB_SLOT_COUNT]; // as every slot
    struct arch_context context;

    vaddr_t buffer;     // of the IPC buffer; meaningful while TCB_SLOT_BUFFER holds a frame
    struct fault fault; // FAULT_NONE unless it waits for its handler

    struct resumption resumption; // of a long operation that was preempted

    struct arch_debug debug;
    uint64_t steps; // while debug.step: instructions until its handler is told; 0: that is due

    struct utilisation utilisation;

    struct tcb *all_next; // every thread, for debugging and kernel_ok
    struct tcb *all_prev;
    char name[32]; // set by DebugNameThread, cut to fit
};

_Static_assert(sizeof(struct tcb) <= 1u << seL4_TCBBits, "seL4_TCBBits");

static inline struct tcb *tcb_of(struct cap cap)
{
    ASSERT(cap_type(cap) == CAP_TCB);
    return arch_ptr(cap_address(cap));
}

// --- life --------------------------------------------------------------------------------------

// A new thread in zeroed memory: inactive, in the current domain.
void tcb_init(struct tcb *tcb);

// The last capability goes: dissolves every tie to other objects, stops the thread for good. Its
// slots still hold what they held; the caller deletes them.
void tcb_destroy(struct tcb *tcb);

__attribute__((warn_unused_result)) seL4_Error tcb_decode(struct syscall *sys);

// --- state -------------------------------------------------------------------------------------

// The thread that runs when no other can. It has no registers, no address space and no context; the
// way out of the kernel waits for an interrupt when it is current.
bool thread_is_idle(const struct tcb *tcb);

static inline bool thread_is_running(const struct tcb *tcb)
{
    return tcb->state == THREAD_RUNNING;
}

// Blocked on an endpoint, a notification or a reply.
bool thread_is_blocked(const struct tcb *tcb);

// Stops the thread: cancels what it waits for, takes it out of every queue. A thread that was
// running goes on after its last instruction when it is resumed; the current thread executes its
// system call again.
void thread_suspend(struct tcb *tcb);

// A thread that is inactive or blocked runs again, from its restart program counter; what it waited
// for is cancelled. Nothing happens to one that is running.
void thread_restart(struct tcb *tcb);

// Takes the thread out of what it waits for (endpoint, notification, reply): inactive. A fault that
// waits for its handler is forgotten. Nothing happens to one that is not blocked.
void thread_cancel_wait(struct tcb *tcb);

// The wait is over by a decision of the kernel, not by a message: the thread executes its system
// call again; one that waited for its fault handler becomes inactive. The thread is in no queue.
void thread_retry(struct tcb *tcb);

void thread_set_priority(struct tcb *tcb, uint8_t priority);

// The registers that a system call leaves (seL4 ABI §1.3).
static inline void thread_set_badge(struct tcb *tcb, uint64_t badge)
{
    arch_set(&tcb->context, ARCH_REG_BADGE, 0, badge);
}
