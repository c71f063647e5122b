// SPDX-License-Identifier: BSD-2-Clause
//
// Goes on as if there were no monkey: one call in each of its periods, with messages of 0 to 120
// words, every answer checked; the keeper sees how many. What it wrote into its memory in the
// beginning is still there in the end. When the monkey is done as well it reports and ends the run.

#include "demo.h"

#include <kaal/component.h>

enum { LENGTHS = seL4_MsgMaxLength + 1, DIARY_WORDS = 2048 };

static uint64_t sum; // of the answers to one message of each length

static void call(seL4_CPtr echo, struct prng *words, unsigned round)
{
    const struct prng sent = *words;
    const unsigned length = round % LENGTHS;
    for (unsigned i = 0; i < length; i++) {
        seL4_SetMR((int)i, prng_next(words));
    }
    seL4_MessageInfo_t info = seL4_Call(echo, seL4_MessageInfo_new(0, 0, 0, length));
    bool ok = seL4_MessageInfo_get_length(info) == length;
    for (unsigned i = 0; i < length; i++) {
        ok = ok && seL4_GetMR((int)i) == (prng_at(sent.state, i) ^ demo_key(length));
        sum += round < LENGTHS ? seL4_GetMR((int)i) : 0;
    }
    if (!ok) {
        kaal_stop("wrong answer");
    }
}

static void write_diary(uint64_t *diary)
{
    struct prng words = demo_stream("diary");
    for (unsigned i = 0; i < DIARY_WORDS; i++) {
        diary[i] = prng_next(&words);
    }
}

static uint64_t read_diary(const volatile uint64_t *diary)
{
    uint64_t all = 0;
    for (unsigned i = 0; i < DIARY_WORDS; i++) {
        all += diary[i];
    }
    return all;
}

static bool monkey_is_done(seL4_CPtr notification)
{
    seL4_Word signals = 0;
    seL4_Poll(notification, &signals);
    return signals != 0;
}

void init(void)
{
    seL4_CPtr echo = kaal_need(KAAL_START_CALL, "echo")->slot;
    seL4_CPtr done = kaal_need(KAAL_START_NOTIFICATION, NULL)->slot;
    uint64_t *diary = (uint64_t *)kaal_need(KAAL_START_MEMORY, "diary")->address;          // NOLINT
    volatile uint64_t *tally = (uint64_t *)kaal_need(KAAL_START_MEMORY, "tally")->address; // NOLINT
    struct prng words = demo_stream("watch");
    unsigned rounds = 0;
    write_diary(diary);
    do {
        seL4_Yield();
        call(echo, &words, rounds++);
        *tally = rounds;
    } while (rounds < LENGTHS || !monkey_is_done(done));

    struct kaal_report report;
    kaal_report_begin(&report, "alive");
    kaal_report_hex(&report, "sum", sum);
    kaal_report_hex(&report, "diary", read_diary(diary));
    kaal_report_end(&report);
    kaal_report_begin(&report, "end");
    kaal_report_end(&report);
    (void)kaal_console_flush();
    kaal_halt();
}
