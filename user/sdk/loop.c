// SPDX-License-Identifier: BSD-2-Clause
//
// The event loop. A call that is answered without more ado is what it is written for: what else may
// happen on the way is cold.

#include <kaal/broker.h>
#include <kaal/broker_client.h>
#include <kaal/component.h>

#include "groups.h"
#include "inbox.h"
#include "internal.h"

// What the loop waits on; from the start page.
struct waiting {
    seL4_CPtr endpoint;
    seL4_CPtr notification;
    seL4_CPtr reply;
    const volatile uint32_t *attention;
};

// Signals that came while the component waited for others; for notified().
static seL4_Word kept;

// Off the way of calls: neither part of the loop nor expected by it.
#define ASIDE __attribute__((cold, noinline))

// One walk for all.
static struct waiting find_waiting(void)
{
    struct waiting on = {.attention = &kaal_start->attention};
    for (uint32_t i = 0; i < kaal_start->entry_count; i++) {
        const struct kaal_start_entry *entry = &kaal_start->entries[i];
        if (entry->kind == KAAL_START_ENDPOINT) {
            on.endpoint = entry->slot;
        } else if (entry->kind == KAAL_START_NOTIFICATION) {
            on.notification = entry->slot;
        } else if (entry->kind == KAAL_START_REPLY) {
            on.reply = entry->slot;
        }
    }
    return on;
}

seL4_Word kaal_wait_for(seL4_Word bits)
{
    seL4_CPtr notification = find_waiting().notification;
    while (notification != seL4_CapNull && (kept & bits) == 0) {
        seL4_Word come = 0;
        seL4_Wait(notification, &come);
        kept |= come;
    }
    seL4_Word found = kept & bits;
    kept &= ~bits | groups_bits;
    return found;
}

ASIDE void kaal_deliver(seL4_Word bits)
{
    if ((bits & ~groups_bits) != 0) {
        notified(bits & ~groups_bits);
    }
    groups_deliver(bits & groups_bits);
}

// notified() may wait as well, and keep others.
ASIDE static void deliver_kept(void)
{
    while (kept != 0) {
        seL4_Word bits = kept;
        kept = 0;
        kaal_deliver(bits);
    }
}

// Of a passive component. Its readiness and its wait are one system call: the broker takes the
// scheduling context back when the component already waits, never between the two.
static seL4_MessageInfo_t wait_passive(const struct waiting *on, seL4_Word *badge)
{
    seL4_SetMR(0, KAAL_BROKER_WORD);
    return seL4_NBSendRecv(kaal_broker_slot(), seL4_MessageInfo_new(KAAL_BROKER_PASSIVE, 0, 0, 1),
                           on->endpoint, badge, on->reply);
}

__attribute__((always_inline)) static inline seL4_MessageInfo_t first_wait(const struct waiting *on,
                                                                           seL4_Word *badge)
{
    if ((kaal_start->flags & KAAL_PD_PASSIVE) != 0) {
        return wait_passive(on, badge);
    }
    if ((kaal_start->flags & KAAL_PD_AWAITED) != 0) {
        (void)kaal_broker_started();
    }
    return seL4_Recv(on->endpoint, badge, on->reply);
}

// Something is to be done before the next wait: the broker asks for attention (abi/kaal/start.h),
// or signals were kept. The answer goes first: notified() uses the message registers.
ASIDE static seL4_MessageInfo_t answer_and_wait(const struct waiting *on, seL4_MessageInfo_t answer,
                                                seL4_Word *badge)
{
    seL4_Send(on->reply, answer);
    deliver_kept();
    if (*on->attention != 0 && (kaal_start->flags & KAAL_PD_PASSIVE) != 0) {
        return wait_passive(on, badge);
    }
    return seL4_Recv(on->endpoint, badge, on->reply);
}

// A call that may leave something in the inbox.
ASIDE static seL4_MessageInfo_t protected_with_caps(seL4_Word badge, seL4_MessageInfo_t info)
{
    inbox_arrived(info);
    seL4_MessageInfo_t answer = protected(badge, info);
    inbox_release();
    return answer;
}

// One event. True if *info is now an answer to be sent. `grouped` is known where this is compiled:
// who has no groups does not pay for them.
static inline bool dispatch(seL4_Word badge, seL4_MessageInfo_t *info, bool grouped)
{
    if ((badge & KAAL_BADGE_CALL) != 0) {
        bool with_caps = seL4_MessageInfo_get_extraCaps(*info) != 0;
        *info = with_caps ? protected_with_caps(badge, *info) : protected(badge, *info);
        return true;
    }
    if ((badge & KAAL_BADGE_FAULT) != 0) {
        seL4_MessageInfo_t answer = seL4_MessageInfo_new(0, 0, 0, 0);
        bool restart = fault(badge, *info, &answer);
        *info = answer;
        return restart;
    }
    if (grouped) {
        kaal_deliver(badge);
    } else {
        notified(badge);
    }
    return false;
}

// Not part of kaal_loop(), which compilers expect to run once and do not tune.
__attribute__((hot, noinline)) static _Noreturn void serve(const struct waiting *on)
{
    seL4_Word badge = 0;
    seL4_MessageInfo_t info = first_wait(on, &badge);
    for (;;) {
        if (!dispatch(badge, &info, false)) {
            deliver_kept();
            info = seL4_Recv(on->endpoint, &badge, on->reply);
        } else if ((*on->attention | kept) != 0) {
            info = answer_and_wait(on, info, &badge);
        } else {
            info = seL4_ReplyRecv(on->endpoint, info, &badge, on->reply);
        }
    }
}

__attribute__((hot, noinline)) static _Noreturn void listen(const struct waiting *on)
{
    if ((kaal_start->flags & KAAL_PD_AWAITED) != 0) {
        (void)kaal_broker_started();
    }
    for (;;) {
        seL4_Word badge = 0;
        (void)seL4_WaitWithMRs(on->notification, &badge, NULL, NULL, NULL, NULL);
        notified(badge);
        if (kept != 0) {
            deliver_kept();
        }
    }
}

ASIDE static _Noreturn void serve_grouped(const struct waiting *on)
{
    seL4_Word badge = 0;
    seL4_MessageInfo_t info = first_wait(on, &badge);
    for (;;) {
        if (dispatch(badge, &info, true)) {
            info = answer_and_wait(on, info, &badge);
        } else {
            deliver_kept();
            info = seL4_Recv(on->endpoint, &badge, on->reply);
        }
    }
}

ASIDE static _Noreturn void listen_grouped(const struct waiting *on)
{
    if ((kaal_start->flags & KAAL_PD_AWAITED) != 0) {
        (void)kaal_broker_started();
    }
    for (;;) {
        seL4_Word badge = 0;
        (void)seL4_WaitWithMRs(on->notification, &badge, NULL, NULL, NULL, NULL);
        kaal_deliver(badge);
        deliver_kept();
    }
}

// What its predecessor has not looked at, it finds: the bits may have come to that one.
ASIDE static _Noreturn void run_grouped(const struct waiting *on)
{
    groups_deliver(groups_bits);
    deliver_kept();
    if (on->endpoint != seL4_CapNull) {
        serve_grouped(on);
    }
    listen_grouped(on);
}

int kaal_loop(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    if ((kaal_start->flags & KAAL_PD_INBOX) != 0) {
        inbox_open(kaal_need(KAAL_START_INBOX, NULL));
    }
    init();
    deliver_kept();
    const struct waiting on = find_waiting();
    if (groups_bits != 0) {
        run_grouped(&on);
    }
    if (on.endpoint != seL4_CapNull) {
        serve(&on);
    }
    if (on.notification != seL4_CapNull) {
        listen(&on);
    }
    return 0;
}

__attribute__((weak, alias("kaal_loop"))) int main(int argc, char **argv);
