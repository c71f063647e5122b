// SPDX-License-Identifier: BSD-2-Clause
//
// The time of day (abi/kaal/rtc_protocol.h) for those whom the description gives a channel "rtc" to
// call. The alarm's signal comes over a notify channel from "rtc" with the caller's name.
#pragma once

#include <kaal/error.h>

#include <stdint.h>

// Seconds since the beginning of 1970, UTC.
enum kaal_err kaal_rtc_read(uint64_t *seconds);

// One signal at that time, or at once if it has been; 0: none.
enum kaal_err kaal_rtc_alarm(uint64_t seconds);
