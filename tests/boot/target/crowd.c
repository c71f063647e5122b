// SPDX-License-Identifier: BSD-2-Clause
//
// One of very many components: it calls once over each channel that it has, with the number of the
// channel, and answers calls with what it got plus 1. The one with arguments tells how that went.

#include <kaal/component.h>

#include <lib/mem.h>

static uint64_t answered;

static bool is_of_crowd(const struct kaal_start_entry *entry)
{
    return entry->kind == KAAL_START_CALL && strcmp(entry->name, "console") != 0;
}

static uint64_t call(seL4_CPtr slot, uint64_t word)
{
    seL4_SetMR(0, word);
    (void)seL4_Call(slot, seL4_MessageInfo_new(0, 0, 0, 1));
    return seL4_GetMR(0);
}

seL4_MessageInfo_t protected(seL4_Word badge, seL4_MessageInfo_t info)
{
    (void)badge;
    answered++;
    // "count" asks how many calls came before.
    seL4_SetMR(0, seL4_GetMR(0) == UINT64_MAX ? answered - 1 : seL4_GetMR(0) + 1);
    return info;
}

void init(void)
{
    uint64_t calls = 0;
    uint64_t sum = 0;
    uint64_t last = 0;
    bool tells = kaal_start->args[0] != '\0';
    for (uint32_t i = 0; i < kaal_start->entry_count; i++) {
        const struct kaal_start_entry *entry = &kaal_start->entries[i];
        if (is_of_crowd(entry)) {
            bool asks = tells && strcmp(entry->name, "sink") == 0;
            last = call(entry->slot, asks ? UINT64_MAX : calls);
            sum += asks ? 0 : last;
            calls++;
        }
    }
    if (tells) {
        struct kaal_report report;
        kaal_report_begin(&report, "crowd");
        kaal_report_u64(&report, "calls", calls);
        kaal_report_u64(&report, "sum", sum);
        kaal_report_u64(&report, "sink", last);
        kaal_report_end(&report);
    }
}
