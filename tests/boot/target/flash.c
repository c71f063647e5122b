// SPDX-License-Identifier: BSD-2-Clause
//
// Asks for a device with more registers than the broker has room for. It is refused as a whole, and
// a device that fits is still to be had.
//
//    @flash error=.. other=.. bytes_lost=.. slots_lost=..

#include <kaal/broker_client.h>
#include <kaal/component.h>

static struct kaal_totals totals(void)
{
    struct kaal_totals now = {0};
    if (kaal_totals_get(&now) != KAAL_OK) {
        kaal_stop(kaal_broker_last_cause());
    }
    return now;
}

void init(void)
{
    static struct kaal_device_grant flash;
    static struct kaal_device_grant other;
    struct kaal_report report;
    const struct kaal_totals before = totals();
    enum kaal_err err = kaal_device_get(KAAL_DEVICE_COMPATIBLE, "cfi-flash", &flash);
    const struct kaal_totals after = totals();
    enum kaal_err other_err = kaal_device_get(KAAL_DEVICE_COMPATIBLE, "qemu,fw-cfg-mmio", &other);
    kaal_report_begin(&report, "flash");
    kaal_report_str(&report, "error", kaal_strerror(err));
    kaal_report_str(&report, "other", kaal_strerror(other_err));
    kaal_report_u64(&report, "bytes_lost", before.memory_free - after.memory_free);
    kaal_report_u64(&report, "slots_lost", before.slots_free - after.slots_free);
    kaal_report_end(&report);
}
