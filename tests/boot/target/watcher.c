// SPDX-License-Identifier: BSD-2-Clause
//
// Goes on as if there were no monkey: one call in each of its periods, with messages of 0 to 120
// words, every answer checked. When the monkey is done as well it reports and ends the run.

#include "demo.h"

#include <kaal/component.h>

static uint64_t sum;

static void call(seL4_CPtr echo, struct prng *words, unsigned length)
{
    const struct prng sent = *words;
    for (unsigned i = 0; i < length; i++) {
        seL4_SetMR((int)i, prng_next(words));
    }
    seL4_MessageInfo_t info = seL4_Call(echo, seL4_MessageInfo_new(0, 0, 0, length));
    bool ok = seL4_MessageInfo_get_length(info) == length;
    for (unsigned i = 0; i < length; i++) {
        ok = ok && seL4_GetMR((int)i) == (prng_at(sent.state, i) ^ demo_key(length));
        sum += seL4_GetMR((int)i);
    }
    if (!ok) {
        kaal_stop("wrong answer");
    }
}

void init(void)
{
    seL4_CPtr echo = kaal_need(KAAL_START_CALL, "echo")->slot;
    struct prng words = demo_stream("watch");
    unsigned rounds = 0;
    for (; rounds <= seL4_MsgMaxLength; rounds++) {
        seL4_Yield();
        call(echo, &words, rounds);
    }
    seL4_Wait(kaal_need(KAAL_START_NOTIFICATION, NULL)->slot, NULL);

    struct kaal_report report;
    kaal_report_begin(&report, "alive");
    kaal_report_u64(&report, "rounds", rounds);
    kaal_report_hex(&report, "sum", sum);
    kaal_report_end(&report);
    kaal_report_begin(&report, "end");
    kaal_report_end(&report);
    (void)kaal_console_flush();
    kaal_halt();
}
