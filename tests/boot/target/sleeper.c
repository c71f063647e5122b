// SPDX-License-Identifier: BSD-2-Clause
//
// A client of the timer service: sleeps, takes periods, asks for what it must refuse. Arguments:
// `sleep=` and `period=` microseconds. With a channel "poke" it signals another sleeper, whose
// signal must neither end its sleep nor be lost.

#include <kaal/args.h>
#include <kaal/component.h>
#include <kaal/timer.h>
#include <kaal/timer_protocol.h>

enum { PERIODS = 10 };

static struct kaal_timer timer;
static uint32_t pokes;

static void need(enum kaal_err err)
{
    if (err != KAAL_OK) {
        kaal_stop("the timer refused");
    }
}

static uint64_t now(uint64_t *tick_us)
{
    uint64_t now_us = 0;
    need(kaal_timer_now(&timer, &now_us, tick_us));
    return now_us;
}

// Are the waits as long as asked, and at most two ticks longer?
static bool sleeps_right(uint64_t us)
{
    uint64_t tick_us = 0;
    uint64_t start = now(&tick_us);
    need(kaal_timer_sleep(&timer, us));
    uint64_t passed = now(NULL) - start;
    return passed >= us && passed <= us + 2 * tick_us;
}

static bool period_right(uint64_t period_us)
{
    uint64_t tick_us = 0;
    uint64_t start = now(&tick_us);
    need(kaal_timer_set(&timer, start + period_us, period_us));
    for (uint32_t i = 0; i < PERIODS; i++) {
        (void)kaal_wait_for(timer.bit);
    }
    uint64_t passed = now(NULL) - start;
    need(kaal_timer_cancel(&timer));
    return passed >= PERIODS * period_us && passed <= PERIODS * period_us + 2 * tick_us;
}

static enum kaal_err ask(uint64_t word, seL4_Word request, seL4_Word words)
{
    seL4_SetMR(0, word);
    seL4_SetMR(1, 1);
    seL4_SetMR(2, 1); // a period shorter than a tick
    seL4_MessageInfo_t info =
        seL4_Call(timer.channel->slot, seL4_MessageInfo_new(request, 0, 0, words));
    return (enum kaal_err)seL4_MessageInfo_get_label(info);
}

static uint64_t refusals(void)
{
    uint64_t other = kaal_protocol_word(KAAL_PROTOCOL_CONSOLE, KAAL_TIMER_MAJOR, 0);
    uint64_t newer = kaal_protocol_word(KAAL_PROTOCOL_TIMER, KAAL_TIMER_MAJOR + 1, 0);
    uint64_t minor = kaal_protocol_word(KAAL_PROTOCOL_TIMER, KAAL_TIMER_MAJOR, 9);
    return (uint64_t)(ask(other, KAAL_TIMER_NOW, 1) == KAAL_ERR_PROTOCOL) +
           (ask(newer, KAAL_TIMER_NOW, 1) == KAAL_ERR_VERSION) +
           (ask(minor, KAAL_TIMER_NOW, 1) == KAAL_OK) +
           (ask(KAAL_TIMER_WORD, KAAL_TIMER_NOW, 0) == KAAL_ERR_PROTOCOL) +
           (ask(KAAL_TIMER_WORD, KAAL_TIMER_SET, 2) == KAAL_ERR_PROTOCOL) +
           (ask(KAAL_TIMER_WORD, KAAL_TIMER_SET, 3) == KAAL_ERR_ARGUMENT) +
           (ask(KAAL_TIMER_WORD, 99, 3) == KAAL_ERR_REQUEST);
}

void notified(seL4_Word bits)
{
    (void)bits;
    pokes++;
    struct kaal_report report;
    kaal_report_begin(&report, "poked");
    kaal_report_u64(&report, "times", pokes);
    kaal_report_end(&report);
}

void init(void)
{
    uint64_t sleep_us = 0;
    uint64_t period_us = 0;
    (void)kaal_args_number(kaal_start->args, "sleep", &sleep_us);
    (void)kaal_args_number(kaal_start->args, "period", &period_us);
    need(kaal_timer_open(&timer));
    const struct kaal_start_entry *poke = kaal_start_find(kaal_start, KAAL_START_SIGNAL, "poke");
    if (poke != NULL) {
        kaal_signal(poke);
    }
    bool slept = sleeps_right(sleep_us) && sleeps_right(0) && sleeps_right(1);
    bool periods = period_right(period_us);
    struct kaal_report report;
    kaal_report_begin(&report, "slept");
    kaal_report_u64(&report, "sleeps", slept);
    kaal_report_u64(&report, "periods", periods);
    kaal_report_u64(&report, "refusals", refusals());
    kaal_report_u64(&report, "early", pokes);
    kaal_report_end(&report);
}
