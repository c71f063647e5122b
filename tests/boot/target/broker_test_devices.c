// SPDX-License-Identifier: BSD-2-Clause
//
// One device, two components that may have it, and one that may not.

#include "broker_test.h"

#define RTC_PATH     "/pl031@9010000"
#define RTC_PERIPHID UINT64_C(0xfe0) // register with the low byte of PL031's part number, 0x31

enum { WORD_BYTES = 8 };

// A described puppet, to whom the description has a channel.
static struct puppet holder(const char *name)
{
    struct kaal_component_info info = {0};
    while (kaal_component_next(&info) == KAAL_OK && strncmp(info.name, name, KAAL_NAME_SIZE) != 0) {
    }
    return (struct puppet){.id = info.id, .call.slot = kaal_need(KAAL_START_CALL, name)->slot};
}

static enum kaal_err ask_device(const struct puppet *p, enum kaal_device_match match,
                                const char *text)
{
    const uint64_t length = strlen(text);
    const unsigned words = 3 + (unsigned)(length + WORD_BYTES - 1) / WORD_BYTES;
    uint64_t message[8] = {KAAL_BROKER_DEVICE, words, match, length};
    memcpy(&message[4], text, length);
    for (int i = 0; i < 8; i++) {
        seL4_SetMR(i, message[i]);
    }
    seL4_MessageInfo_t info = seL4_Call(p->call.slot, seL4_MessageInfo_new(PUPPET_ASK, 0, 0, 8));
    enum kaal_err err = (enum kaal_err)seL4_MessageInfo_get_label(info);
    return err == KAAL_OK ? (enum kaal_err)seL4_GetMR(0) : err;
}

void test_devices(void)
{
    struct kaal_device_grant device = {0};
    uint64_t part = 0;
    uint64_t generation = 0;
    struct puppet a = holder("rtc_a");
    struct puppet b = holder("rtc_b");
    // What the first of everything takes for good.
    same("first", ask_device(&a, KAAL_DEVICE_PATH, RTC_PATH), KAAL_OK);
    same("first", puppet_ask(&a, KAAL_BROKER_RELEASE, 2, seL4_GetMR(1), 0, 0), KAAL_OK);
    same("pci", kaal_device_get(KAAL_DEVICE_PCI, "1234:11e8", &device), KAAL_ERR_NOTFOUND);
    case_begin("devices");
    same("pci", kaal_device_get(KAAL_DEVICE_PCI, "1234:11e8", &device), KAAL_ERR_NOTFOUND);
    same("pci", kaal_device_get(KAAL_DEVICE_PCI, "edu", &device), KAAL_ERR_ARGUMENT);
    same("pci", kaal_broker_last_detail(), 2);
    same("none", kaal_device_get(KAAL_DEVICE_PATH, "/none", &device), KAAL_ERR_NOTFOUND);
    same("permit", kaal_device_get(KAAL_DEVICE_PATH, RTC_PATH, &device), KAAL_ERR_DENIED);
    same("permit", kaal_broker_last_detail(), KAAL_RULE_PERMIT);
    unchanged("permit");
    same("a", ask_device(&a, KAAL_DEVICE_PATH, RTC_PATH), KAAL_OK);
    const uint64_t grant = seL4_GetMR(1);
    const uint64_t address = seL4_GetMR(3);
    same("part", puppet_tell(&a, PUPPET_READ, address + RTC_PERIPHID, 0, &part), KAAL_OK);
    same("part", part & 0xff, 0x31);
    same("b", ask_device(&b, KAAL_DEVICE_PATH, RTC_PATH), KAAL_ERR_BUSY);
    same("b", ask_device(&b, KAAL_DEVICE_COMPATIBLE, "arm,pl031"), KAAL_ERR_BUSY);
    same("give", puppet_ask(&a, KAAL_BROKER_GIVE, 4, grant, own_id(), 0), KAAL_ERR_STATE);
    same("give", puppet_ask(&a, KAAL_BROKER_GIVE, 4, grant, b.id, 0), KAAL_ERR_DENIED);
    same("kill", kaal_component_kill(a.id), KAAL_OK);
    same("b", ask_device(&b, KAAL_DEVICE_COMPATIBLE, "arm,pl031"), KAAL_OK);
    same("release", puppet_ask(&b, KAAL_BROKER_RELEASE, 2, seL4_GetMR(1), 0, 0), KAAL_OK);
    same("restart", kaal_component_restart(a.id, &generation), KAAL_OK);
    same("generation", generation, 2);
    same("alive", puppet_tell(&a, PUPPET_SAY, 0, 0, &part), KAAL_OK);
    same("alive", part, PUPPET_SAID);
    case_end();
}
