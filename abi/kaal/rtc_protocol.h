// SPDX-License-Identifier: BSD-2-Clause
//
// The protocol of a clock that tells the time of day (see protocol.h for the frame of a message).
// Times are seconds since the beginning of 1970, UTC.
//
//    request    arguments      results
//    READ       -              MR0 seconds
//    ALARM      MR1 seconds    -
#pragma once

#include <kaal/protocol.h>

enum {
    KAAL_RTC_MAJOR = 1,
    KAAL_RTC_MINOR = 0,
};

enum kaal_rtc_request {
    KAAL_RTC_READ = 1,

    // A signal over the notify channel with the caller's name when it is that time, or at once if
    // it has been. The device has one alarm: KAAL_ERR_BUSY until that of another caller is over. A
    // caller may replace his own; 0 takes it back. KAAL_ERR_NOTFOUND without a channel,
    // KAAL_ERR_ARGUMENT for a time that the device does not reach.
    KAAL_RTC_ALARM = 2,
};

#define KAAL_RTC_WORD kaal_protocol_word(KAAL_PROTOCOL_RTC, KAAL_RTC_MAJOR, KAAL_RTC_MINOR)
