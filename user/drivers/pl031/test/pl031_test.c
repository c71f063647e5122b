// SPDX-License-Identifier: BSD-2-Clause
//
// The driver on a model of the PL031: a counter, and a match that sets the raw status for as long
// as it is not cleared. With `kaal_device_open()` before it, as on the machine.

#include "pl031.h"

#include <kaal/driver.h>
#include <kaal/io_model.h>
#include <kaal/start.h>

#include <lib/mem.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { NOW = 1700000000, WINDOW = 0x1000 };

static _Alignas(8) uint8_t window[WINDOW]; // only its addresses count
static volatile struct pl031_registers *const regs = (void *)window;

static struct {
    uint32_t dr, mr, cr, imsc, ris;
    uint32_t part;
    uint32_t step;     // seconds between two reads
    bool always_rings; // whatever is cleared
} rtc;

static void pass(uint32_t seconds)
{
    while (seconds-- > 0) {
        rtc.dr++;
        rtc.ris |= rtc.dr == rtc.mr;
    }
}

static uint64_t load(uint64_t offset, unsigned bytes)
{
    assert_int_equal(bytes, 4);
    switch (offset) {
    case offsetof(struct pl031_registers, dr):
        pass(rtc.step);
        return rtc.dr;
    case offsetof(struct pl031_registers, cr):
        return rtc.cr;
    case offsetof(struct pl031_registers, mis):
        return rtc.always_rings ? 1 : rtc.ris & rtc.imsc;
    case 0xfe0:
        return rtc.part & 0xff;
    case 0xfe4:
        return 0x10 | rtc.part >> 8;
    default:
        fail_msg("read of another register");
        return 0;
    }
}

static void store(uint64_t offset, unsigned bytes, uint64_t value)
{
    assert_int_equal(bytes, 4);
    switch (offset) {
    case offsetof(struct pl031_registers, mr):
        rtc.mr = (uint32_t)value;
        break;
    case offsetof(struct pl031_registers, cr):
        assert_int_equal(rtc.cr, 0); // it would reset the time
        rtc.cr = (uint32_t)value;
        break;
    case offsetof(struct pl031_registers, imsc):
        rtc.imsc = (uint32_t)value;
        break;
    case offsetof(struct pl031_registers, icr):
        rtc.ris &= ~(uint32_t)value;
        break;
    default:
        fail_msg("write to another register: the time is the machine's");
    }
}

static const struct kaal_io_model model = {
    .registers = window,
    .size = sizeof(window),
    .load = load,
    .store = store,
};

static int setup(void **state)
{
    (void)state;
    memset(&rtc, 0, sizeof(rtc));
    rtc.dr = NOW;
    rtc.imsc = 1;
    rtc.ris = 1;
    rtc.part = 0x031;
    kaal_io_model_use(&model);
    pl031_open(regs);
    return 0;
}

static void opening_starts_it_and_silences_it(void **state)
{
    (void)state;
    assert_int_equal(rtc.cr, 1);
    assert_int_equal(rtc.imsc, 0);
    assert_int_equal(rtc.ris, 0);
    assert_int_equal(pl031_read(regs), NOW);
    pl031_open(regs); // runs already
    assert_int_equal(rtc.cr, 1);
}

static void an_alarm_rings_once(void **state)
{
    (void)state;
    assert_true(pl031_alarm(regs, NOW + 3));
    assert_false(pl031_interrupt(regs));
    pass(3);
    assert_true(pl031_interrupt(regs));
    assert_false(pl031_interrupt(regs));
    pass(10);
    assert_false(pl031_interrupt(regs));
}

static void an_alarm_of_the_past_is_told_at_once(void **state)
{
    (void)state;
    assert_false(pl031_alarm(regs, NOW));
    assert_false(pl031_alarm(regs, NOW - 1));
    assert_int_equal(rtc.imsc, 0);
}

static void an_alarm_that_passes_while_it_is_set_is_not_lost(void **state)
{
    (void)state;
    rtc.step = 5;
    bool later = pl031_alarm(regs, NOW + 3);
    assert_false(later);
    assert_false(pl031_interrupt(regs));
}

static void silence_takes_an_alarm_back(void **state)
{
    (void)state;
    assert_true(pl031_alarm(regs, NOW + 3));
    pl031_silence(regs);
    pass(3);
    assert_false(pl031_interrupt(regs));
}

static void a_device_that_always_rings_costs_one_look_each_time(void **state)
{
    (void)state;
    rtc.always_rings = true;
    assert_true(pl031_interrupt(regs));
    assert_int_equal(rtc.imsc, 0);
}

// --- what the kit says before the driver is asked ------------------------------------------------

static const struct kaal_driver driver = {
    .version = KAAL_DRIVER_VERSION,
    .primecell = 0x031,
    .registers = WINDOW,
    .interrupts = 1,
    .dma = 0x1000,
};

static _Alignas(8) uint8_t memory[sizeof(struct kaal_start) + 4 * sizeof(struct kaal_start_entry)];
static struct kaal_start *const start = (void *)memory;

static void add(uint32_t kind, const char *name, uint64_t value, uint64_t size)
{
    struct kaal_start_entry *entry = &start->entries[start->entry_count++];
    *entry = (struct kaal_start_entry){.kind = kind, .value = value, .size = size};
    strncpy(entry->name, name, sizeof(entry->name) - 1);
}

static void the_kit_collects_what_bears_the_name(void **state)
{
    (void)state;
    struct kaal_device device;
    memset(memory, 0, sizeof(memory));
    assert_string_equal(kaal_device_open(&device, &driver, start, "rtc"),
                        "the description gives it no such device");
    add(KAAL_START_DEVICE, "rtc", (uintptr_t)window, WINDOW);
    assert_non_null(strstr(kaal_device_open(&device, &driver, start, "rtc"), "interrupts"));
    add(KAAL_START_IRQ, "other", 1, 0);
    assert_non_null(strstr(kaal_device_open(&device, &driver, start, "rtc"), "interrupts"));
    add(KAAL_START_IRQ, "rtc", 4, 0);
    assert_non_null(strstr(kaal_device_open(&device, &driver, start, "rtc"), "DMA"));
    add(KAAL_START_DMA, "rtc", 0, 0x1000);
    assert_null(kaal_device_open(&device, &driver, start, NULL));
    assert_string_equal(device.name, "rtc");
    assert_int_equal(device.irq_bits, 4);
    assert_int_equal(device.dma.size, 0x1000);
    assert_ptr_equal(device.registers[0].at, window);
}

static void the_kit_refuses_another_device(void **state)
{
    (void)state;
    struct kaal_device device;
    rtc.part = 0x011;
    assert_string_equal(kaal_device_open(&device, &driver, start, NULL),
                        "the device is of another kind than its driver");
    start->entries[0].size = WINDOW - 4;
    assert_string_equal(kaal_device_open(&device, &driver, start, NULL),
                        "the device has fewer registers than its driver needs");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(opening_starts_it_and_silences_it, setup),
        cmocka_unit_test_setup(an_alarm_rings_once, setup),
        cmocka_unit_test_setup(an_alarm_of_the_past_is_told_at_once, setup),
        cmocka_unit_test_setup(an_alarm_that_passes_while_it_is_set_is_not_lost, setup),
        cmocka_unit_test_setup(silence_takes_an_alarm_back, setup),
        cmocka_unit_test_setup(a_device_that_always_rings_costs_one_look_each_time, setup),
        cmocka_unit_test_setup(the_kit_collects_what_bears_the_name, setup),
        cmocka_unit_test_setup(the_kit_refuses_another_device, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
