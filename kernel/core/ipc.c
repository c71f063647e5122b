// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/ipc.h"

#include "kernel/cspace.h"
#include "kernel/derive.h"
#include "kernel/endpoint.h"
#include "kernel/fault.h"
#include "kernel/slot.h"
#include "kernel/tcb.h"

// --- words -------------------------------------------------------------------------------------

void message_put(struct tcb *tcb, uint64_t label, const uint64_t *words, unsigned count)
{
    uint64_t *buffer;
    for (unsigned i = 0; i < count && i < ARCH_MESSAGE_REGISTERS; i++) {
        arch_set(&tcb->context, ARCH_REG_MR0, i, words[i]);
    }
    if (count > ARCH_MESSAGE_REGISTERS && !thread_buffer(tcb, true, &buffer)) {
        count = ARCH_MESSAGE_REGISTERS;
    }
    for (unsigned i = ARCH_MESSAGE_REGISTERS; i < count; i++) {
        buffer[BUFFER_MESSAGE + i] = words[i];
    }
    const struct message_info info = {.label = label, .length = count};
    arch_set(&tcb->context, ARCH_REG_INFO, 0, message_info_pack(info));
}

// Returns how many of `length` words arrived.
static unsigned copy_words(const struct tcb *sender, struct tcb *receiver, unsigned length)
{
    for (unsigned i = 0; i < length && i < ARCH_MESSAGE_REGISTERS; i++) {
        arch_set(&receiver->context, ARCH_REG_MR0, i, arch_get(&sender->context, ARCH_REG_MR0, i));
    }
    if (length <= ARCH_MESSAGE_REGISTERS) {
        return length;
    }
    uint64_t *from;
    uint64_t *to;
    if (!thread_buffer(sender, false, &from) || !thread_buffer(receiver, true, &to)) {
        return ARCH_MESSAGE_REGISTERS;
    }
    for (unsigned i = ARCH_MESSAGE_REGISTERS; i < length; i++) {
        to[BUFFER_MESSAGE + i] = from[BUFFER_MESSAGE + i];
    }
    return length;
}

// --- capabilities ------------------------------------------------------------------------------

bool message_extra_caps(struct tcb *tcb, const uint64_t *buffer, unsigned count,
                        struct extra_caps *extra, uint64_t *address, struct lookup_failure *failure)
{
    extra->count = 0;
    for (unsigned i = 0; i < count; i++) {
        *address = buffer[BUFFER_CAPS + i];
        if (!cspace_lookup(tcb, cptr(*address), &extra->slot[i], failure)) {
            return false;
        }
        extra->count++;
    }
    return true;
}

// The empty slot that the receiver offers for a capability, or NULL.
static struct slot *receive_slot(struct tcb *receiver, const uint64_t *buffer)
{
    struct slot *root;
    struct slot *slot;
    struct lookup_failure failure;
    const uint64_t depth = buffer[BUFFER_RECEIVE_DEPTH];
    if (depth < 1 || depth > 64) {
        return NULL;
    }
    if (!cspace_lookup(receiver, cptr(buffer[BUFFER_RECEIVE_CNODE]), &root, &failure)) {
        return NULL;
    }
    if (!cspace_lookup_exact(root->cap, cptr(buffer[BUFFER_RECEIVE_INDEX]), depth, &slot,
                             &failure)) {
        return NULL;
    }
    return slot_is_empty(slot) ? slot : NULL;
}

static bool transfer_cap(struct slot *from, struct slot *to)
{
    struct cap cap;
    if (to == NULL || cap_derive(NULL, from, from->cap, &cap) != seL4_NoError || cap_is_null(cap)) {
        return false;
    }
    slot_insert_derived(from, to, cap);
    return true;
}

static bool names_endpoint(struct cap cap, const struct endpoint *endpoint)
{
    return endpoint != NULL && cap_type(cap) == CAP_ENDPOINT && endpoint_of(cap) == endpoint;
}

// Sets what the receiver is told of capabilities: all is done for the first ones until one cannot
// be.
static void transfer_caps(struct tcb *sender, struct tcb *receiver, const struct endpoint *endpoint,
                          unsigned count, struct message_info *info)
{
    uint64_t *from;
    uint64_t *to;
    struct extra_caps extra;
    uint64_t address;
    struct lookup_failure failure;
    if (!thread_buffer(sender, false, &from) || !thread_buffer(receiver, true, &to) ||
        !message_extra_caps(sender, from, count, &extra, &address, &failure)) {
        return;
    }
    struct slot *free_slot = receive_slot(receiver, to);
    for (unsigned i = 0; i < extra.count; i++) {
        const struct cap cap = extra.slot[i]->cap;
        if (names_endpoint(cap, endpoint)) {
            to[BUFFER_CAPS + i] = cap_badge(cap);
            info->unwrapped |= 1u << i;
        } else if (transfer_cap(extra.slot[i], free_slot)) {
            free_slot = NULL;
        } else {
            break;
        }
        info->extra_caps++;
    }
}

// --- transfer ----------------------------------------------------------------------------------

void message_transfer(struct tcb *sender, struct tcb *receiver, const struct endpoint *endpoint,
                      uint64_t badge, bool can_grant)
{
    if (sender->fault.kind != FAULT_NONE) {
        uint64_t words[FAULT_WORDS_MAX];
        const unsigned count = fault_words(sender, words);
        message_put(receiver, (uint64_t)sender->fault.kind, words, count);
    } else {
        const uint64_t word = arch_get(&sender->context, ARCH_REG_INFO, 0);
        struct message_info info = message_info_unpack(word);
        const unsigned caps = info.extra_caps;
        info.extra_caps = 0;
        info.unwrapped = 0;
        info.length = copy_words(sender, receiver, info.length);
        if (can_grant && caps > 0) {
            transfer_caps(sender, receiver, endpoint, caps, &info);
        }
        arch_set(&receiver->context, ARCH_REG_INFO, 0, message_info_pack(info));
    }
    thread_set_badge(receiver, badge);
}
