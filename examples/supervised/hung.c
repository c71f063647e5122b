// SPDX-License-Identifier: BSD-2-Clause
//
// Gives a sign of life each period of its own, and in its first life stops doing so: it still runs,
// but gets nowhere. Its second life ends as it should.

#include <kaal/broker_client.h>
#include <kaal/component.h>

enum { BEATS = 10 };

int main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    uint64_t beats = 0;
    while (beats < BEATS && kaal_alive() == KAAL_OK) {
        beats++;
        seL4_Yield(); // budget < period: until the next one
    }
    struct kaal_report report;
    kaal_report_begin(&report, "beaten");
    kaal_report_u64(&report, "generation", kaal_start->generation);
    kaal_report_u64(&report, "beats", beats);
    kaal_report_end(&report);
    while (kaal_start->generation == 1) {
        seL4_Yield();
    }
    return 0;
}
