// SPDX-License-Identifier: BSD-2-Clause
#include <kaal/start_kind.h>

static bool may_receive(const struct kaal_plan_cap *cap)
{
    return (cap->rights & KAAL_RIGHT_READ) != 0;
}

// The component's loop waits on what it is told is its own, so nothing of another component may be
// called that.
static enum kaal_start_kind receiver_kind(const struct kaal_plan_cap *cap, enum kaal_start_kind own,
                                          enum kaal_start_kind of_another)
{
    return cap->object == cap->pd ? own : of_another;
}

static enum kaal_start_kind endpoint_kind(const struct plan *plan, const struct kaal_plan_cap *cap)
{
    if (plan_cap_is_note(cap)) {
        return (cap->badge & KAAL_BADGE_FAULT) != 0 ? KAAL_START_CHILD : KAAL_START_SERVES;
    }
    if (may_receive(cap)) {
        return receiver_kind(cap, KAAL_START_ENDPOINT, KAAL_START_RECEIVE);
    }
    return cap->object == plan->broker ? KAAL_START_BROKER : KAAL_START_CALL;
}

static enum kaal_start_kind notification_kind(const struct kaal_plan_cap *cap)
{
    if (plan_cap_is_note(cap)) {
        return cap->window != 0 ? KAAL_START_GROUPED
                                : receiver_kind(cap, KAAL_START_SIGNALED, KAAL_START_WATCHES);
    }
    if (may_receive(cap)) {
        return receiver_kind(cap, KAAL_START_NOTIFICATION, KAAL_START_RECEIVE);
    }
    return KAAL_START_SIGNAL;
}

enum kaal_start_kind start_kind(const struct plan *plan, const struct kaal_plan_cap *cap)
{
    switch ((enum kaal_cap_kind)cap->kind) {
    case KAAL_CAP_ENDPOINT:
        return endpoint_kind(plan, cap);
    case KAAL_CAP_NOTIFICATION:
        return notification_kind(cap);
    case KAAL_CAP_REPLY:
        return KAAL_START_REPLY;
    case KAAL_CAP_IRQ_HANDLER:
    case KAAL_CAP_IRQ_NUMBER:
        return KAAL_START_IRQ;
    case KAAL_CAP_CNODE:
        return KAAL_START_CNODE;
    case KAAL_CAP_VSPACE:
        return KAAL_START_VSPACE;
    case KAAL_CAP_TCB:
        return KAAL_START_TCB;
    case KAAL_CAP_SCHED_CONTEXT:
        return KAAL_START_SCHED_CONTEXT;
    case KAAL_CAP_FRAME:
        return KAAL_START_FRAME;
    case KAAL_CAP_INBOX:
        return KAAL_START_INBOX;
    case KAAL_CAP_SMC: // for programs that have no start page
    case KAAL_CAP_KIND_COUNT:
        break;
    }
    return KAAL_START_NONE;
}
