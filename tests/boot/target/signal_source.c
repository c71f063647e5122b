// SPDX-License-Identifier: BSD-2-Clause
//
// One of very many that signal the hub, over one channel or several: when it is asked to.

#include "signal_test.h"

#include <kaal/component.h>

enum { CHANNELS = 8 };

static const struct kaal_start_entry *channels[CHANNELS];
static uint64_t sent[CHANNELS];

void init(void)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < kaal_start->entry_count && count < CHANNELS; i++) {
        if (kaal_start->entries[i].kind == KAAL_START_SIGNAL) {
            channels[count++] = &kaal_start->entries[i];
        }
    }
}

seL4_MessageInfo_t protected(seL4_Word badge, seL4_MessageInfo_t info)
{
    seL4_Word index = seL4_GetMR(1);
    (void)badge;
    (void)info;
    if (index >= CHANNELS || channels[index] == NULL) {
        return seL4_MessageInfo_new(KAAL_ERR_ARGUMENT, 0, 0, 0);
    }
    if (seL4_GetMR(0) == SOURCE_SEND) {
        sent[index]++;
        kaal_signal(channels[index]);
        return seL4_MessageInfo_new(KAAL_OK, 0, 0, 0);
    }
    seL4_SetMR(0, sent[index]);
    sent[index] = 0;
    return seL4_MessageInfo_new(KAAL_OK, 0, 0, 1);
}
