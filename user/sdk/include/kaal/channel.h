// SPDX-License-Identifier: BSD-2-Clause
//
// Channels, as who sends over them sees them. The start page is searched once, in init(): what is
// left in a call is the system call.
//
//    disk = kaal_need(KAAL_START_CALL, "disk");
//
// Up to four words go through registers, both ways:
//
//    seL4_Word words[KAAL_CALL_WORDS] = {block};
//    enum kaal_err err = kaal_call_words(disk, DISK_SIZE, words, 1, 1);
//
// More go through the IPC buffer:
//
//    kaal_put_words(0, data, 16);
//    seL4_MessageInfo_t info = kaal_call(disk, seL4_MessageInfo_new(DISK_WRITE, 0, 0, 16));
//    enum kaal_err err = kaal_result(info);
//
// To who is called (protected() in kaal/component.h) it is all one.
#pragma once

#include <kaal/error.h>
#include <kaal/start.h>

#include <sel4/sel4.h>

enum { KAAL_CALL_WORDS = seL4_FastMessageRegisters };

// --- words ---------------------------------------------------------------------------------------

// From one place to another one apart. Of a known count nothing but loads and stores is left.
static inline void kaal_copy_words(seL4_Word *to, const seL4_Word *from, unsigned count)
{
#pragma GCC unroll 4
    for (; count >= 4; count -= 4) {
        const seL4_Word words[4] = {from[0], from[1], from[2], from[3]};
        to[0] = words[0];
        to[1] = words[1];
        to[2] = words[2];
        to[3] = words[3];
        to += 4;
        from += 4;
    }
    for (; count > 0; count--) {
        *to++ = *from++;
    }
}

// Into and out of the message registers from `at` on; there are seL4_MsgMaxLength.
static inline void kaal_put_words(unsigned at, const seL4_Word *words, unsigned count)
{
    kaal_copy_words(&seL4_GetIPCBuffer()->msg[at], words, count);
}

static inline void kaal_get_words(unsigned at, seL4_Word *words, unsigned count)
{
    kaal_copy_words(words, &seL4_GetIPCBuffer()->msg[at], count);
}

// --- calls and signals ---------------------------------------------------------------------------

// What an answer says in its label.
static inline enum kaal_err kaal_result(seL4_MessageInfo_t info)
{
    return (enum kaal_err)seL4_MessageInfo_get_label(info);
}

// Calls over a CALL entry; the message is in the IPC buffer, and so is the answer.
static inline seL4_MessageInfo_t kaal_call(const struct kaal_start_entry *channel,
                                           seL4_MessageInfo_t info)
{
    return seL4_Call(channel->slot, info);
}

// The same with the first `sent` of four words, which do not touch the IPC buffer; the answer's are
// there afterwards. KAAL_ERR_PROTOCOL if all went well but for `wanted` words.
static inline enum kaal_err kaal_call_words(const struct kaal_start_entry *channel, seL4_Word label,
                                            seL4_Word words[KAAL_CALL_WORDS], unsigned sent,
                                            unsigned wanted)
{
    seL4_MessageInfo_t info =
        seL4_CallWithMRs(channel->slot, seL4_MessageInfo_new(label, 0, 0, sent), &words[0],
                         &words[1], &words[2], &words[3]);
    enum kaal_err err = kaal_result(info);
    return err == KAAL_OK && seL4_MessageInfo_get_length(info) < wanted ? KAAL_ERR_PROTOCOL : err;
}

// Signals over a SIGNAL entry. A channel in a group has a word as well, which its receiver takes
// when the bit of the group has come (user/sdk/groups.c):
//
//    sender   word = 1              release         receiver   the bit has come
//             the bit                                          word -> 0         acquire
//                                                              notified_channel() if it was 1
//
// No signal is lost: the bit comes after the word was set, so whoever gets the bit finds the word
// set, unless an earlier look has taken it; and what took it, delivers it after it was set. Signals
// that come before the receiver has looked are one, as they are with a bit.
static inline void kaal_signal(const struct kaal_start_entry *channel)
{
    if (channel->word != 0) {
        uint64_t *word = (uint64_t *)channel->word; // NOLINT: an address from the broker
        __atomic_store_n(word, 1, __ATOMIC_RELEASE);
    }
    seL4_Signal(channel->slot);
}

// Lets an interrupt come again (IRQ entry). Fails only if the capability is gone, and then there is
// none to let through.
static inline void kaal_irq_ack(const struct kaal_start_entry *irq)
{
    (void)seL4_IRQHandler_Ack(irq->slot);
}
