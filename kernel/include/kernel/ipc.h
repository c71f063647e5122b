// SPDX-License-Identifier: BSD-2-Clause
//
// Messages: from the registers and the IPC buffer of one thread to those of another, with
// capabilities.
//
// IPC buffer, in words:
//
//   0      1 .. 120    121         122 .. 124       125            126           127
//   tag    message     user data   caps or badges   receive CNode  receive index  receive depth
#pragma once

#include "kernel/tcb.h"

#include <sel4/constants.h>

#include <stdbool.h>
#include <stdint.h>

struct endpoint;
struct lookup_failure;
struct slot;

enum {
    BUFFER_MESSAGE = 1,
    BUFFER_CAPS = 122,
    BUFFER_RECEIVE_CNODE = 125,
    BUFFER_RECEIVE_INDEX = 126,
    BUFFER_RECEIVE_DEPTH = 127,
};

// The message info word.
//
//   63 .. 12   11 .. 9     8 .. 7       6 .. 0
//   label      unwrapped   extra caps   length
enum {
    MESSAGE_LENGTH = 0x7f,
    MESSAGE_EXTRA_CAPS = 3 << 7,
    MESSAGE_UNWRAPPED = 7 << 9,
    MESSAGE_LABEL_SHIFT = 12,
};

struct message_info {
    uint64_t label;
    unsigned length;     // words
    unsigned extra_caps; // capabilities
    unsigned unwrapped;  // bit i: capability i was replaced by its badge
};

static inline struct message_info message_info_unpack(uint64_t word)
{
    const unsigned length = word & MESSAGE_LENGTH;
    return (struct message_info){
        .label = word >> MESSAGE_LABEL_SHIFT,
        .length = length <= seL4_MsgMaxLength ? length : seL4_MsgMaxLength,
        .extra_caps = (unsigned)(word & MESSAGE_EXTRA_CAPS) >> 7,
        .unwrapped = (unsigned)(word & MESSAGE_UNWRAPPED) >> 9,
    };
}

static inline uint64_t message_info_pack(struct message_info info)
{
    return info.label << MESSAGE_LABEL_SHIFT | (uint64_t)info.unwrapped << 9 |
           (uint64_t)info.extra_caps << 7 | info.length;
}

// The IPC buffer of `tcb`, which has one.
static inline uint64_t *thread_buffer_words(const struct tcb *tcb)
{
    const struct cap frame = tcb->slots[TCB_SLOT_BUFFER].cap;
    const unsigned bits = frame_bits((enum frame_size)cap_get(frame, CAP_FRAME_SIZE));
    const uint64_t offset = tcb->buffer.raw & ((UINT64_C(1) << bits) - 1);
    return arch_ptr(paddr(cap_base(frame).raw + offset));
}

// The IPC buffer of `tcb`, for reading or for writing, or false if it has none that may be used so.
static inline bool thread_buffer(const struct tcb *tcb, bool write, uint64_t **words)
{
    const struct cap frame = tcb->slots[TCB_SLOT_BUFFER].cap;
    if (cap_type(frame) != CAP_FRAME || cap_get(frame, CAP_DEVICE) != 0 ||
        cap_get(frame, CAP_READ) == 0 || (write && cap_get(frame, CAP_WRITE) == 0)) {
        return false;
    }
    *words = thread_buffer_words(tcb);
    return true;
}

// Word `index` of the message that `tcb` sends; `buffer` as from thread_buffer, NULL if none.
static inline uint64_t message_word(const struct tcb *tcb, const uint64_t *buffer, unsigned index)
{
    return index < ARCH_MESSAGE_REGISTERS ? arch_get(&tcb->context, ARCH_REG_MR0, index)
                                          : buffer[BUFFER_MESSAGE + index];
}

// Writes a message of the kernel to `tcb`: its info and as many words as it can hold. The badge is
// not touched.
void message_put(struct tcb *tcb, uint64_t label, const uint64_t *words, unsigned count);

// The extra capabilities that the message of `tcb` names. Returns false, with the address that led
// nowhere and why, if one of them is not there.
struct extra_caps {
    unsigned count;
    struct slot *slot[3];
};
bool message_extra_caps(struct tcb *tcb, const uint64_t *buffer, unsigned count,
                        struct extra_caps *extra, uint64_t *address,
                        struct lookup_failure *failure);

// The message of `sender` (its fault if it has one) arrives at `receiver`. `endpoint`: the one it
// went through, NULL for replies: capabilities to it are unwrapped.
void message_transfer(struct tcb *sender, struct tcb *receiver, const struct endpoint *endpoint,
                      uint64_t badge, bool can_grant);
