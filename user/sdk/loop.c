// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/broker.h>
#include <kaal/broker_client.h>
#include <kaal/component.h>

#include "inbox.h"
#include "internal.h"

// What the loop waits on; from the start page.
struct waiting {
    seL4_CPtr endpoint;
    seL4_CPtr notification;
    seL4_CPtr reply;
};

static seL4_CPtr slot_of(uint32_t kind)
{
    const struct kaal_start_entry *entry = kaal_start_find(kaal_start, kind, NULL);
    return entry == NULL ? seL4_CapNull : entry->slot;
}

// The first wait of a passive component. Its readiness and its wait are one system call: the broker
// takes the scheduling context back when the component already waits, never between the two.
static seL4_MessageInfo_t wait_passive(const struct waiting *on, seL4_Word *badge)
{
    seL4_SetMR(0, KAAL_BROKER_WORD);
    return seL4_NBSendRecv(kaal_broker_slot(), seL4_MessageInfo_new(KAAL_BROKER_PASSIVE, 0, 0, 1),
                           on->endpoint, badge, on->reply);
}

static seL4_MessageInfo_t first_wait(const struct waiting *on, seL4_Word *badge)
{
    if ((kaal_start->flags & KAAL_PD_PASSIVE) != 0) {
        return wait_passive(on, badge);
    }
    if ((kaal_start->flags & KAAL_PD_AWAITED) != 0) {
        (void)kaal_broker_started();
    }
    return seL4_Recv(on->endpoint, badge, on->reply);
}

// One event. True if *info is now an answer to be sent.
static bool dispatch(seL4_Word badge, seL4_MessageInfo_t *info)
{
    if ((badge & KAAL_BADGE_CALL) != 0) {
        inbox_arrived(*info);
        *info = protected(badge, *info);
        inbox_release();
        return true;
    }
    if ((badge & KAAL_BADGE_FAULT) != 0) {
        seL4_MessageInfo_t answer = seL4_MessageInfo_new(0, 0, 0, 0);
        bool restart = fault(badge, *info, &answer);
        *info = answer;
        return restart;
    }
    notified(badge);
    return false;
}

static _Noreturn void serve(const struct waiting *on)
{
    seL4_Word badge = 0;
    seL4_MessageInfo_t info = first_wait(on, &badge);
    for (;;) {
        if (dispatch(badge, &info)) {
            info = seL4_ReplyRecv(on->endpoint, info, &badge, on->reply);
        } else {
            info = seL4_Recv(on->endpoint, &badge, on->reply);
        }
    }
}

static _Noreturn void listen(const struct waiting *on)
{
    if ((kaal_start->flags & KAAL_PD_AWAITED) != 0) {
        (void)kaal_broker_started();
    }
    for (;;) {
        seL4_Word badge = 0;
        seL4_Wait(on->notification, &badge);
        notified(badge);
    }
}

__attribute__((weak)) int main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct waiting on = {
        .endpoint = slot_of(KAAL_START_ENDPOINT),
        .notification = slot_of(KAAL_START_NOTIFICATION),
        .reply = slot_of(KAAL_START_REPLY),
    };
    inbox_open();
    init();
    if (on.endpoint != seL4_CapNull) {
        serve(&on);
    }
    if (on.notification != seL4_CapNull) {
        listen(&on);
    }
    return 0;
}
