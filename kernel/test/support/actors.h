// SPDX-License-Identifier: BSD-2-Clause
//
// Threads that talk to each other: made by the initial task, which then leaves the stage to them.
// They share its CSpace, so that a slot's number is its address for all of them.
//
// Registers that a system call is to leave alone hold a mark (actors_mark) that tests look for.
#pragma once

#include "sim.h"

struct actor {
    struct tcb *tcb;
    uint64_t cap;     // slot of the TCB
    uint64_t context; // of its scheduling context
    uint64_t frame;   // of its IPC buffer
};

// A fresh kernel; the initial task is current, so that the functions below can be used.
void actors_begin(void);

// The slot of a new object.
uint64_t actors_object(uint64_t type, uint64_t size_bits);
uint64_t actors_endpoint(void);
uint64_t actors_notification(void);
uint64_t actors_reply(void);

// The slot of a copy with these rights, and with the badge unless that is 0.
uint64_t actors_mint(uint64_t from, uint64_t rights, uint64_t badge);

// A slot that is empty.
uint64_t actors_slot(void);

// A thread that can run. Budget 0: it has a scheduling context object that is neither configured
// nor bound. Budget = period: round robin.
struct actor actors_thread(uint8_t priority, uint64_t budget, uint64_t period);
struct actor actors_thread_badged(uint8_t priority, uint64_t budget, uint64_t period,
                                  uint64_t refills, uint64_t badge, uint64_t flags);

// Sets the fault handler and the timeout handler of an actor: slots of endpoints, 0 for none.
void actors_set_fault_handler(struct actor actor, uint64_t endpoint);
void actors_set_timeout_handler(struct actor actor, uint64_t endpoint);

// The initial task stops; `tcb` is current.
void actors_start(const struct actor *first);

// The actor, resumed if it is inactive, goes in front of the others of its priority and is current.
void actors_become(const struct actor *actor);

// --- system calls of the current thread, one trap each -----------------------------------------

void actors_call(uint64_t to, struct sim_message message);
void actors_send(uint64_t to, struct sim_message message);
void actors_nbsend(uint64_t to, struct sim_message message);
void actors_recv(uint64_t from, uint64_t reply);
void actors_nbrecv(uint64_t from, uint64_t reply);
void actors_wait(uint64_t from);
void actors_nbwait(uint64_t from);
void actors_reply_recv(uint64_t from, uint64_t reply, struct sim_message message);
void actors_nbsend_recv(uint64_t to, uint64_t from, uint64_t reply, struct sim_message message);
void actors_nbsend_wait(uint64_t to, uint64_t from, struct sim_message message);
void actors_yield(void);

// The label of the answer to a Call by the current thread, which is still current.
uint64_t actors_invoke(uint64_t to, struct sim_message message);

// --- registers ---------------------------------------------------------------------------------

void actors_mark(const struct actor *actor);
uint64_t actors_register(const struct actor *actor, unsigned x);

// Whether x`first`..x30 hold the mark.
bool actors_marked_from(const struct actor *actor, unsigned first);
uint64_t actors_mark_of(unsigned x);

// Whether the thread goes on behind its system call (or executes it again).
bool actors_goes_on(const struct actor *actor);
bool actors_retries(const struct actor *actor);
