// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/broker_client.h>

#include "broker_call.h"

// One element of a list, from the number in the last of the words on.
static enum kaal_err next(enum kaal_broker_request number, unsigned words, void *to, size_t size)
{
    enum kaal_err err = kaal_broker_call(number, words, kaal_broker_words(size));
    if (err == KAAL_OK) {
        kaal_broker_take(0, to, size);
    }
    return err;
}

// The index behind that of an id; no id is 0.
static uint64_t behind(uint64_t id)
{
    return id == 0 ? 0 : (uint64_t)kaal_id_index(id) + 1;
}

enum kaal_err kaal_component_next(struct kaal_component_info *info)
{
    seL4_SetMR(1, behind(info->id));
    return next(KAAL_BROKER_LIST, 2, info, sizeof(*info));
}

enum kaal_err kaal_grant_next(uint64_t holder, struct kaal_grant_info *info)
{
    seL4_SetMR(1, holder);
    seL4_SetMR(2, behind(info->id));
    return next(KAAL_BROKER_GRANTS, 3, info, sizeof(*info));
}

enum kaal_err kaal_audit_next(struct kaal_audit_info *event)
{
    seL4_SetMR(1, event->sequence + 1);
    return next(KAAL_BROKER_AUDIT, 2, event, sizeof(*event));
}

enum kaal_err kaal_device_next(struct kaal_device_node *info)
{
    seL4_SetMR(1, info->path[0] == '\0' ? 0 : (uint64_t)info->number + 1);
    return next(KAAL_BROKER_DEVICES, 2, info, sizeof(*info));
}

enum kaal_err kaal_totals_get(struct kaal_totals *totals)
{
    return next(KAAL_BROKER_TOTALS, 1, totals, sizeof(*totals));
}
