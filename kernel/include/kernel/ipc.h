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

#include <stdbool.h>
#include <stdint.h>

struct endpoint;
struct lookup_failure;
struct slot;
struct tcb;

enum {
    BUFFER_MESSAGE = 1,
    BUFFER_CAPS = 122,
    BUFFER_RECEIVE_CNODE = 125,
    BUFFER_RECEIVE_INDEX = 126,
    BUFFER_RECEIVE_DEPTH = 127,
};

// The message info word.
struct message_info {
    uint64_t label;
    unsigned length;     // words
    unsigned extra_caps; // capabilities
    unsigned unwrapped;  // bit i: capability i was replaced by its badge
};

struct message_info message_info_unpack(uint64_t word);
uint64_t message_info_pack(struct message_info info);

// The IPC buffer of `tcb`, for reading or for writing, or false if it has none that may be used so.
bool thread_buffer(const struct tcb *tcb, bool write, uint64_t **words);

// Word `index` of the message that `tcb` sends; `buffer` as from thread_buffer, NULL if none.
uint64_t message_word(const struct tcb *tcb, const uint64_t *buffer, unsigned index);

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
