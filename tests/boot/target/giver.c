// SPDX-License-Identifier: BSD-2-Clause
//
// Fills the inbox of a component that dies in between (reborn.c): each life can take as many
// capabilities as the first, and the calls in which it dies tell the next generation.

#include <kaal/component.h>

enum { GIVE = 1, DIE = 2, GIFTS = 3, LIVES = 4 };

// How many it has by now; 0: it did not answer.
static uint64_t give(const struct kaal_start_entry *to)
{
    seL4_SetCap(0, kaal_need(KAAL_START_CALL, "console")->slot);
    seL4_MessageInfo_t info = seL4_Call(to->slot, seL4_MessageInfo_new(GIVE, 0, 1, 0));
    return kaal_result(info) == KAAL_OK ? seL4_GetMR(0) : 0;
}

static uint64_t kill(const struct kaal_start_entry *to)
{
    seL4_Word words[KAAL_CALL_WORDS] = {0};
    return kaal_call_words(to, DIE, words, 0, 1) == KAAL_ERR_DEAD ? words[0] : 0;
}

static void give_to(const char *name)
{
    const struct kaal_start_entry *to = kaal_need(KAAL_START_CALL, name);
    uint64_t kept = 0;
    uint64_t told = 0;
    for (uint32_t life = 1; life <= LIVES; life++) {
        uint64_t last = 0;
        for (uint32_t i = 0; i < GIFTS; i++) {
            last = give(to);
        }
        kept += last;
        told += life < LIVES ? kill(to) : 0;
    }
    struct kaal_report report;
    kaal_report_begin(&report, "given");
    kaal_report_str(&report, "to", name);
    kaal_report_u64(&report, "kept", kept);
    kaal_report_u64(&report, "told", told);
    kaal_report_u64(&report, "value", *(volatile const uint64_t *)&to->value);
    kaal_report_end(&report);
}

void init(void)
{
    give_to("in_place");
    give_to("rebuilt");
}
