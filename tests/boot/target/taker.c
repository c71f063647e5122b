// SPDX-License-Identifier: BSD-2-Clause
//
// Takes all that the broker gives it: notifications, then pages one by one, then, every second page
// being given back, pairs of pages. It keeps what it has.
//
//    @took channels=.. pages=.. pairs=.. channel_error=.. page_error=.. pair_error=..

#include <kaal/broker_client.h>
#include <kaal/component.h>

enum {
    PAGE = 4096,
    GRANTS_MAX = 4096,
};

static uint64_t grants[GRANTS_MAX];
static uint64_t grant_count;

static enum kaal_err take_channels(uint64_t *taken)
{
    struct kaal_channel channel;
    enum kaal_err err = KAAL_OK;
    while ((err = kaal_channel_new(1, &channel)) == KAAL_OK) {
        (*taken)++;
    }
    return err;
}

static enum kaal_err take_memory(size_t size, uint64_t *taken)
{
    struct kaal_memory_grant memory;
    enum kaal_err err = KAAL_OK;
    while ((err = kaal_memory_get(size, KAAL_RIGHT_READ | KAAL_RIGHT_WRITE, &memory)) == KAAL_OK) {
        grants[grant_count % GRANTS_MAX] = memory.grant;
        grant_count++;
        (*taken)++;
    }
    return err;
}

void init(void)
{
    uint64_t channels = 0;
    uint64_t pages = 0;
    uint64_t pairs = 0;
    enum kaal_err channel_err = take_channels(&channels);
    enum kaal_err page_err = take_memory(PAGE, &pages);
    for (uint64_t i = 0; i < pages; i += 2) {
        (void)kaal_grant_release(grants[i]);
    }
    enum kaal_err pair_err = take_memory(2 * (size_t)PAGE, &pairs);
    struct kaal_report report;
    kaal_report_begin(&report, "took");
    kaal_report_u64(&report, "channels", channels);
    kaal_report_u64(&report, "pages", pages);
    kaal_report_u64(&report, "pairs", pairs);
    kaal_report_str(&report, "channel_error", kaal_strerror(channel_err));
    kaal_report_str(&report, "page_error", kaal_strerror(page_err));
    kaal_report_str(&report, "pair_error", kaal_strerror(pair_err));
    kaal_report_end(&report);
}

void notified(seL4_Word bits)
{
    (void)bits; // nobody signals: it stays as it is
}
