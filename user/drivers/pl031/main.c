// SPDX-License-Identifier: BSD-2-Clause
//
// The time of day for all who call, and an alarm for one of them at a time.

#include "pl031.h"

#include <kaal/component.h>
#include <kaal/driver.h>
#include <kaal/rtc_protocol.h>
#include <kaal/serve.h>

const struct kaal_driver kaal_driver = {
    .version = KAAL_DRIVER_VERSION,
    .compatible = {"arm,pl031"},
    .primecell = 0x031,
    .registers = 0x1000,
    .interrupts = 1,
};

static struct kaal_device device;
static volatile struct pl031_registers *regs;
static struct kaal_request waiting; // whose alarm it is; no caller: nobody's

static void ring(void)
{
    const struct kaal_start_entry *channel = kaal_request_channel(&waiting);
    waiting.caller = NULL;
    if (channel != NULL) {
        kaal_signal(channel);
    }
}

static seL4_MessageInfo_t serve_alarm(const struct kaal_request *request)
{
    seL4_Word seconds = request->words < 2 ? UINT64_MAX : seL4_GetMR(1);
    if (waiting.caller != NULL && waiting.caller != request->caller) {
        return kaal_answer(KAAL_ERR_BUSY, 0);
    }
    if (kaal_request_channel(request) == NULL) {
        return kaal_answer(KAAL_ERR_NOTFOUND, 0);
    }
    if (seconds > UINT32_MAX) {
        return kaal_answer_argument(1);
    }
    pl031_silence(regs);
    waiting = (struct kaal_request){.caller = seconds == 0 ? NULL : request->caller};
    if (seconds != 0 && !pl031_alarm(regs, (uint32_t)seconds)) {
        ring();
    }
    return kaal_answer(KAAL_OK, 0);
}

seL4_MessageInfo_t protected(seL4_Word badge, seL4_MessageInfo_t info)
{
    struct kaal_request request;
    if (!kaal_request_open(&request, badge, info, KAAL_RTC_WORD)) {
        return request.refusal;
    }
    switch (request.number) {
    case KAAL_RTC_READ:
        seL4_SetMR(0, pl031_read(regs));
        return kaal_answer(KAAL_OK, 1);
    case KAAL_RTC_ALARM:
        return serve_alarm(&request);
    default:
        return kaal_answer(KAAL_ERR_REQUEST, 0);
    }
}

void notified(seL4_Word bits)
{
    if (pl031_interrupt(regs) && waiting.caller != NULL) {
        ring();
    }
    kaal_device_ack(&device, bits);
}

void init(void)
{
    kaal_device_need(&device, NULL);
    regs = device.registers[0].at;
    pl031_open(regs);
}
