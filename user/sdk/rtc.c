// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/rtc.h>
#include <kaal/rtc_protocol.h>
#include <kaal/start_page.h>

#include <sel4/sel4.h>

static enum kaal_err request(enum kaal_rtc_request number, unsigned words, unsigned wanted)
{
    const struct kaal_start_entry *rtc = kaal_start_find(kaal_start, KAAL_START_CALL, "rtc");
    if (rtc == NULL) {
        return KAAL_ERR_NOTFOUND;
    }
    seL4_SetMR(0, KAAL_RTC_WORD);
    seL4_MessageInfo_t info = seL4_Call(rtc->slot, seL4_MessageInfo_new(number, 0, 0, words));
    enum kaal_err err = (enum kaal_err)seL4_MessageInfo_get_label(info);
    return err == KAAL_OK && seL4_MessageInfo_get_length(info) < wanted ? KAAL_ERR_PROTOCOL : err;
}

enum kaal_err kaal_rtc_read(uint64_t *seconds)
{
    enum kaal_err err = request(KAAL_RTC_READ, 1, 1);
    if (err == KAAL_OK) {
        *seconds = seL4_GetMR(0);
    }
    return err;
}

enum kaal_err kaal_rtc_alarm(uint64_t seconds)
{
    seL4_SetMR(1, seconds);
    return request(KAAL_RTC_ALARM, 2, 0);
}
