// SPDX-License-Identifier: BSD-2-Clause
//
// Every system call enters here; Call and ReplyRecv, if they are as usual, stay (fastpath.h).
//
// Both exist twice: as systems are made of them, and wide, for what is as usual in all but size:
// messages beyond the registers, capability spaces of several levels. The first do not even save a
// register for the second.
#include "kernel/fastpath.h"

#include "kernel/benchmark.h"
#include "kernel/endpoint.h"
#include "kernel/notification.h"
#include "kernel/reply.h"
#include "kernel/reply_chain.h"
#include "kernel/syscall.h"

#include <sel4/syscall.h>

// --- messages ------------------------------------------------------------------------------------

enum width { NARROW, WIDE };

// The message fits the registers.
static inline bool is_short(uint64_t info)
{
    return usual_length(info) <= ARCH_MESSAGE_REGISTERS;
}

// Its words beyond the registers, if it has any, can be copied.
static inline bool usual_buffers(const struct tcb *from, const struct tcb *to, uint64_t info)
{
    uint64_t *buffer;
    return is_short(info) ||
           (usual_length(info) <= seL4_MsgMaxLength && thread_buffer(from, false, &buffer) &&
            thread_buffer(to, true, &buffer));
}

// Four at a time: buffers are aligned to more than their size, so two of them are the same or
// apart.
static inline void transfer_buffer(const struct tcb *from, const struct tcb *to, uint64_t length)
{
    const uint64_t *source = thread_buffer_words(from) + BUFFER_MESSAGE + ARCH_MESSAGE_REGISTERS;
    uint64_t *target = thread_buffer_words(to) + BUFFER_MESSAGE + ARCH_MESSAGE_REGISTERS;
    uint64_t left = length - ARCH_MESSAGE_REGISTERS;
    for (; left >= 4; left -= 4) {
        const uint64_t words[4] = {source[0], source[1], source[2], source[3]};
        target[0] = words[0];
        target[1] = words[1];
        target[2] = words[2];
        target[3] = words[3];
        source += 4;
        target += 4;
    }
    for (; left > 0; left--) {
        *target++ = *source++;
    }
}

static inline void transfer_word(const struct tcb *from, struct tcb *to, unsigned i)
{
    arch_set(&to->context, ARCH_REG_MR0, i, arch_get(&from->context, ARCH_REG_MR0, i));
}

// Words beyond the length stay as they are.
static inline void transfer(const struct tcb *from, struct tcb *to, enum width width, uint64_t info,
                            uint64_t badge)
{
    const uint64_t length = usual_length(info);
    if (length > 0) {
        transfer_word(from, to, 0);
        if (length > 1) {
            transfer_word(from, to, 1);
        }
        if (length > 2) {
            transfer_word(from, to, 2);
        }
        if (length > 3) {
            transfer_word(from, to, 3);
        }
        if (width == WIDE && length > ARCH_MESSAGE_REGISTERS) {
            transfer_buffer(from, to, length);
        }
    }
    arch_set(&to->context, ARCH_REG_BADGE, 0, badge);
    arch_set(&to->context, ARCH_REG_INFO, 0, info & ~(uint64_t)MESSAGE_UNWRAPPED);
}

// --- capabilities --------------------------------------------------------------------------------

// The capability at `address`; the wide way, however many steps away.
static inline bool find_cap(const struct tcb *tcb, enum width width, uint64_t address,
                            struct cap *cap)
{
    if (LIKELY(usual_cap(tcb, address, cap))) {
        return true;
    }
    struct slot *slot;
    struct lookup_failure failure;
    if (width == NARROW || !cspace_lookup(tcb, cptr(address), &slot, &failure)) {
        return false;
    }
    *cap = slot->cap;
    return true;
}

// --- Call ----------------------------------------------------------------------------------------

__attribute__((noinline)) static struct tcb *call_wide(struct tcb *caller);

FAST_INLINE struct tcb *call_of(struct tcb *caller, enum width width)
{
    const uint64_t info = arch_get(&caller->context, ARCH_REG_INFO, 0);
    struct cap cap;
    if (UNLIKELY(!find_cap(caller, width, arch_get(&caller->context, ARCH_REG_BADGE, 0), &cap))) {
        return width == NARROW ? call_wide(caller) : syscall_slow(caller, seL4_SysCall);
    }
    if (UNLIKELY(cap_get(cap, CAP_TYPE_WRITE) != (CAP_ENDPOINT << 1 | 1) ||
                 cap_get(cap, CAP_GRANTS) == 0)) {
        return syscall_slow(caller, seL4_SysCall);
    }
    if (width == NARROW && UNLIKELY(!is_short(info))) {
        return call_wide(caller);
    }
    struct endpoint *endpoint = endpoint_of(cap);
    struct tcb *server = endpoint->first;
    if (UNLIKELY(server == NULL)) {
        return syscall_slow(caller, seL4_SysCall);
    }
    struct reply *reply = server->reply;
    struct sched_context *own = server->sched_context;
    uint64_t space;
    if (UNLIKELY(reply == NULL || !usual_server(server, endpoint->root_and_state, own) ||
                 !usual_space(server, &space) ||
                 (width == WIDE && !usual_buffers(caller, server, info)))) {
        return syscall_slow(caller, seL4_SysCall);
    }

    block_caller(caller, server, endpoint, reply);
    transfer(caller, server, width, info, cap_badge(cap));
    return switch_to_server(caller, server, reply, space);
}

__attribute__((noinline)) static struct tcb *call(struct tcb *caller)
{
    return call_of(caller, NARROW);
}

static struct tcb *call_wide(struct tcb *caller)
{
    return call_of(caller, WIDE);
}

// --- ReplyRecv -----------------------------------------------------------------------------------

// The client waits for an answer to a call; it gets the context back that it lent to the server, or
// its own has a budget and the call is in no chain. One that lost its context is in a chain still.
static inline bool usual_client(const struct tcb *client, struct sched_context *own,
                                const struct reply *reply, const struct sched_context *lent)
{
    if (client->state != THREAD_BLOCKED_REPLY || client->fault.kind != FAULT_NONE ||
        !runs_next(client)) {
        return false;
    }
    if (LIKELY(own == NULL)) {
        return reply->next == ((uintptr_t)lent | 1);
    }
    return reply->next == 0 && reply->prev == NULL && usual_contexts(own);
}

__attribute__((noinline)) static struct tcb *reply_recv_wide(struct tcb *server);

FAST_INLINE struct tcb *reply_recv_of(struct tcb *server, enum width width)
{
    const uint64_t info = arch_get(&server->context, ARCH_REG_INFO, 0);
    if (width == NARROW && UNLIKELY(!is_short(info))) {
        return reply_recv_wide(server);
    }
    struct cap cap, answer;
    if (UNLIKELY(
            !find_cap(server, width, arch_get(&server->context, ARCH_REG_BADGE, 0), &cap) ||
            !find_cap(server, width, arch_get(&server->context, ARCH_REG_REPLY, 0), &answer))) {
        return width == NARROW ? reply_recv_wide(server) : syscall_slow(server, seL4_SysReplyRecv);
    }
    if (UNLIKELY(cap_type(cap) != CAP_ENDPOINT || cap_get(cap, CAP_READ) == 0 ||
                 cap_type(answer) != CAP_REPLY)) {
        return syscall_slow(server, seL4_SysReplyRecv);
    }
    struct endpoint *endpoint = endpoint_of(cap);
    struct reply *reply = reply_of(answer);
    struct tcb *client = reply->tcb;
    if (UNLIKELY(client == NULL)) {
        return syscall_slow(server, seL4_SysReplyRecv);
    }
    struct sched_context *own = client->sched_context;
    struct sched_context *lent = kernel.context;
    uint64_t space;
    if (UNLIKELY(!may_block(server, endpoint) || !usual_client(client, own, reply, lent) ||
                 !usual_space(client, &space) ||
                 (width == WIDE && !usual_buffers(server, client, info)))) {
        return syscall_slow(server, seL4_SysReplyRecv);
    }

    client->reply = NULL;
    client->state = THREAD_RUNNING;
    block_receiver(server, endpoint, reply);
    transfer(server, client, width, info, 0);
    if (own != NULL) {
        return switch_both(server, client, space);
    }
    reply_chain_pop(lent, reply);
    lent->tcb = client;
    client->sched_context = lent;
    server->sched_context = NULL;
    switch_thread(server, client, space);
    return client;
}

__attribute__((noinline)) static struct tcb *reply_recv(struct tcb *server)
{
    return reply_recv_of(server, NARROW);
}

static struct tcb *reply_recv_wide(struct tcb *server)
{
    return reply_recv_of(server, WIDE);
}

// --- dispatch ------------------------------------------------------------------------------------

// Apart, so that the two calls that matter most are found at once.
__attribute__((noinline)) static struct tcb *other(struct tcb *caller, int64_t number)
{
    switch (number) {
    case seL4_SysSend:
    case seL4_SysNBSend:
        return fastpath_send(caller, number);
    case seL4_SysWait:
    case seL4_SysNBWait:
        return fastpath_wait(caller, number);
    case seL4_SysRecv:
        return fastpath_recv(caller);
    case seL4_SysYield:
        return fastpath_yield(caller);
    default:
        return syscall_slow(caller, number);
    }
}

static inline struct tcb *dispatch(struct tcb *caller, int64_t number)
{
    if (number == seL4_SysCall) {
        return call(caller);
    }
    if (number == seL4_SysReplyRecv) {
        return reply_recv(caller);
    }
    return other(caller, number);
}

struct tcb *entry_syscall(struct tcb *caller, int64_t number)
{
    benchmark_entry();
    struct tcb *next = dispatch(caller, number);
    benchmark_exit();
    return next;
}
