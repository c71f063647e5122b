// SPDX-License-Identifier: BSD-2-Clause
//
// One client of every driver and service: asks the time of day, sleeps, is woken at a time of day,
// and writes what the run's seed says to a disk, many requests at once, with a flush behind them.

#include "demo.h"

#include <kaal/block.h>
#include <kaal/component.h>
#include <kaal/rtc.h>
#include <kaal/timer.h>

#include <lib/prng.h>

enum {
    SLEEP_US = 250000,
    WAKE_S = 2, // from now

    FIRST_SECTOR = 8,
    REQUESTS = 16,
    BYTES = 4096, // of each
    WORDS = REQUESTS * BYTES / 8,
};

static struct kaal_timer timer;
static struct kaal_block disk;

static void need(enum kaal_err err, const char *what)
{
    if (err != KAAL_OK) {
        kaal_stop(what);
    }
}

static uint64_t time_of_day(void)
{
    uint64_t seconds = 0;
    need(kaal_rtc_read(&seconds), "no time of day");
    return seconds;
}

static void tour_time(void)
{
    uint64_t start = 0;
    uint64_t end = 0;
    need(kaal_timer_open(&timer), "no timer");
    need(kaal_timer_now(&timer, &start, NULL), "no time");
    need(kaal_timer_sleep(&timer, SLEEP_US), "no sleep");
    need(kaal_timer_now(&timer, &end, NULL), "no time");

    struct kaal_report report;
    kaal_report_begin(&report, "slept");
    kaal_report_u64(&report, "us", end - start);
    kaal_report_end(&report);
}

static void tour_clock(void)
{
    uint64_t asked = time_of_day();
    uint64_t bit = kaal_need(KAAL_START_SIGNALED, "rtc")->value;
    need(kaal_rtc_alarm(asked + WAKE_S), "no alarm");
    (void)kaal_wait_for(bit);
    uint64_t woken = time_of_day();

    struct kaal_report report;
    kaal_report_begin(&report, "woken");
    kaal_report_u64(&report, "asked", asked);
    kaal_report_u64(&report, "at", woken);
    kaal_report_u64(&report, "later", woken - asked);
    kaal_report_end(&report);
}

// --- the disk ------------------------------------------------------------------------------------

static void fill(uint64_t *words)
{
    struct prng stream = demo_stream("disk");
    for (uint32_t i = 0; i < WORDS; i++) {
        words[i] = prng_next(&stream);
    }
}

static uint64_t sum(const uint64_t *words)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < WORDS; i++) {
        total += words[i];
    }
    return total;
}

// All requests at once; how many were done well.
static uint32_t run_all(enum kaal_block_operation operation, uint64_t offset)
{
    uint32_t good = 0;
    for (uint32_t i = 0; i < REQUESTS; i++) {
        uint64_t at = (uint64_t)i * BYTES;
        (void)kaal_block_submit(&disk, operation, FIRST_SECTOR + at / KAAL_BLOCK_SECTOR, BYTES,
                                offset + at, i);
    }
    kaal_block_kick(&disk);
    for (uint32_t done = 0; done < REQUESTS;) {
        uint64_t tag = 0;
        enum kaal_err err = KAAL_OK;
        if (kaal_block_reap(&disk, &tag, &err)) {
            good += err == KAAL_OK && tag < REQUESTS;
            done++;
        } else {
            (void)kaal_wait_for(disk.bit);
        }
    }
    return good;
}

// Requests that are none.
static uint32_t refusals(void)
{
    return (uint32_t)(kaal_block_read(&disk, disk.sectors, 512, 0) == KAAL_ERR_ARGUMENT) +
           (kaal_block_read(&disk, UINT64_MAX, 512, 0) == KAAL_ERR_ARGUMENT) +
           (kaal_block_read(&disk, 0, 511, 0) == KAAL_ERR_ARGUMENT) +
           (kaal_block_read(&disk, 0, 0, 0) == KAAL_ERR_ARGUMENT) +
           (kaal_block_write(&disk, 0, 512, disk.data_size) == KAAL_ERR_ARGUMENT) +
           (kaal_block_write(&disk, 0, 512, UINT64_MAX - KAAL_BLOCK_DATA) == KAAL_ERR_ARGUMENT);
}

static void tour_disk(void)
{
    uint64_t *out = (void *)disk.data; // a page begins there
    uint64_t *in = out + WORDS;
    fill(out);
    uint32_t written = run_all(KAAL_BLOCK_WRITE, 0);
    need(kaal_block_flush(&disk), "no flush");
    uint32_t read = run_all(KAAL_BLOCK_READ, (uint64_t)REQUESTS * BYTES);

    struct kaal_report report;
    kaal_report_begin(&report, "disk");
    kaal_report_u64(&report, "sectors", disk.sectors);
    kaal_report_u64(&report, "written", written);
    kaal_report_u64(&report, "read", read);
    kaal_report_u64(&report, "sum", sum(in));
    kaal_report_u64(&report, "refused", refusals());
    kaal_report_end(&report);
}

void init(void)
{
    tour_time();
    need(kaal_block_open(&disk), "no disk");
    tour_disk();
    tour_clock();
}
