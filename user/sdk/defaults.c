// SPDX-License-Identifier: BSD-2-Clause
//
// What a component does not define.

#include <kaal/component.h>
#include <kaal/error.h>

__attribute__((weak)) void init(void)
{
}

__attribute__((weak)) void notified(seL4_Word bits)
{
    (void)bits;
}

__attribute__((weak)) void notified_channel(const struct kaal_start_entry *channel)
{
    (void)channel;
}

__attribute__((weak)) seL4_MessageInfo_t protected(seL4_Word badge, seL4_MessageInfo_t info)
{
    (void)badge;
    (void)info;
    return seL4_MessageInfo_new(KAAL_ERR_REQUEST, 0, 0, 0);
}

__attribute__((weak)) bool fault(seL4_Word badge, seL4_MessageInfo_t info,
                                 seL4_MessageInfo_t *reply)
{
    (void)badge;
    (void)info;
    (void)reply;
    return false;
}
