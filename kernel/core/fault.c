// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/fault.h"

#include "kernel/debug.h"
#include "kernel/endpoint.h"
#include "kernel/ipc.h"
#include "kernel/sched_context.h"
#include "kernel/tcb.h"
#include "kernel/tcb_debug.h"

#include <sel4/reserved.h>

unsigned lookup_failure_words(const struct lookup_failure *failure, uint64_t words[4])
{
    words[0] = (uint64_t)failure->kind;
    words[1] = failure->bits_left;
    switch (failure->kind) {
    case LOOKUP_MISSING_CAPABILITY:
        return 2;
    case LOOKUP_DEPTH_MISMATCH:
        words[2] = failure->bits_found;
        return 3;
    case LOOKUP_GUARD_MISMATCH:
        words[2] = failure->guard_found;
        words[3] = failure->bits_found;
        return 4;
    case LOOKUP_OK:
    case LOOKUP_INVALID_ROOT:
    default:
        return 1;
    }
}

// --- raise -------------------------------------------------------------------------------------

bool fault_handler_is_valid(struct cap cap)
{
    return cap_type(cap) == CAP_ENDPOINT && cap_get(cap, CAP_WRITE) != 0 &&
           (cap_get(cap, CAP_GRANT) != 0 || cap_get(cap, CAP_GRANT_REPLY) != 0);
}

void fault_raise(struct tcb *tcb, const struct fault *fault)
{
    const bool is_timeout = fault->kind == FAULT_TIMEOUT;
    const enum tcb_slot which = is_timeout ? TCB_SLOT_TIMEOUT : TCB_SLOT_FAULT;
    const struct cap handler = tcb->slots[which].cap;
    tcb->fault = *fault;
    if (!fault_handler_is_valid(handler)) {
        debug_unhandled_fault(tcb);
        tcb->fault.kind = FAULT_NONE;
        tcb->state = THREAD_INACTIVE;
        return;
    }
    const struct endpoint_send how = {
        .badge = cap_badge(handler),
        .can_grant = cap_get(handler, CAP_GRANT) != 0,
        .can_grant_reply = cap_get(handler, CAP_GRANT_REPLY) != 0,
        .is_call = true,
        .may_block = true,
        .may_donate = !is_timeout,
    };
    endpoint_send(tcb, endpoint_of(handler), &how);
}

// --- message -----------------------------------------------------------------------------------

static unsigned cap_words(const struct tcb *tcb, uint64_t *words)
{
    words[0] = arch_restart_pc(&tcb->context);
    words[1] = tcb->fault.address;
    words[2] = tcb->fault.in_receive;
    return 3 + lookup_failure_words(&tcb->fault.lookup, &words[3]);
}

static unsigned unknown_syscall_words(const struct tcb *tcb, uint64_t *words)
{
    for (unsigned i = 0; i < 12; i++) {
        words[i] = arch_unknown_syscall_word(&tcb->context, i);
    }
    words[12] = tcb->fault.code;
    return 13;
}

static unsigned user_exception_words(const struct tcb *tcb, uint64_t *words)
{
    for (unsigned i = 0; i < 3; i++) {
        words[i] = arch_user_exception_word(&tcb->context, i);
    }
    words[3] = (uint32_t)tcb->fault.code;
    words[4] = 0;
    return 5;
}

static unsigned debug_words(const struct tcb *tcb, uint64_t *words)
{
    words[0] = arch_restart_pc(&tcb->context);
    words[1] = tcb->fault.code;
    words[2] = tcb->fault.address;
    words[3] = tcb->fault.extra;
    return tcb->fault.code <= KAAL_DEBUG_REASON_INSTRUCTION ? 4 : 2;
}

static unsigned timeout_words(struct tcb *tcb, uint64_t *words)
{
    words[0] = tcb->fault.code;
    if (tcb->sched_context == NULL) {
        return 1;
    }
    words[1] = sched_context_consumed(tcb->sched_context);
    return 2;
}

static unsigned vm_words(const struct tcb *tcb, uint64_t *words)
{
    words[0] = arch_restart_pc(&tcb->context);
    words[1] = tcb->fault.address;
    words[2] = tcb->fault.instruction;
    words[3] = tcb->fault.code;
    return 4;
}

unsigned fault_words(struct tcb *tcb, uint64_t words[FAULT_WORDS_MAX])
{
    switch (tcb->fault.kind) {
    case FAULT_CAP:
        return cap_words(tcb, words);
    case FAULT_UNKNOWN_SYSCALL:
        return unknown_syscall_words(tcb, words);
    case FAULT_USER_EXCEPTION:
        return user_exception_words(tcb, words);
    case FAULT_DEBUG:
        return debug_words(tcb, words);
    case FAULT_TIMEOUT:
        return timeout_words(tcb, words);
    case FAULT_VM:
        return vm_words(tcb, words);
    case FAULT_NONE:
    default:
        return 0;
    }
}

// --- answer ------------------------------------------------------------------------------------

// Word `index` of the answer goes to a register of the thread.
static void write_back(struct tcb *tcb, unsigned index, uint64_t value)
{
    if (tcb->fault.kind == FAULT_UNKNOWN_SYSCALL) {
        arch_set_unknown_syscall_word(&tcb->context, index, value);
    } else if (tcb->fault.kind == FAULT_USER_EXCEPTION) {
        arch_set_user_exception_word(&tcb->context, index, value);
    } else {
        arch_set_user_register(&tcb->context, index, value);
    }
}

// How many words of an answer count.
static unsigned answer_length(enum fault_kind kind)
{
    switch (kind) {
    case FAULT_UNKNOWN_SYSCALL:
        return 12;
    case FAULT_USER_EXCEPTION:
        return 3;
    case FAULT_TIMEOUT:
        return ARCH_TIMEOUT_REGISTERS;
    case FAULT_NONE:
    case FAULT_CAP:
    case FAULT_DEBUG:
    case FAULT_VM:
    default:
        return 0;
    }
}

bool fault_answer(struct tcb *replier, struct tcb *tcb)
{
    const enum fault_kind kind = tcb->fault.kind;
    const uint64_t word = arch_get(&replier->context, ARCH_REG_INFO, 0);
    struct message_info info = message_info_unpack(word);
    uint64_t *buffer = NULL;
    unsigned length = answer_length(kind);
    if (info.length < length) {
        length = info.length;
    }
    if (length > ARCH_MESSAGE_REGISTERS && !thread_buffer(replier, false, &buffer)) {
        length = ARCH_MESSAGE_REGISTERS;
    }
    resumption_forget(&tcb->resumption);
    for (unsigned i = 0; i < length; i++) {
        write_back(tcb, i, message_word(replier, buffer, i));
    }
    if (kind == FAULT_DEBUG) {
        tcb_debug_answer(tcb, info.length, message_word(replier, NULL, 0));
    }
    tcb->fault.kind = FAULT_NONE;
    if (info.label != 0 && kind != FAULT_VM && kind != FAULT_CAP) {
        return false;
    }
    arch_restart(&tcb->context);
    return true;
}
