// SPDX-License-Identifier: BSD-2-Clause
//
// What the driver kit makes of a PCI function. (Of other devices: user/drivers/pl031/test.)

#include <kaal/driver.h>
#include <kaal/image.h>
#include <kaal/io_model.h>

#include <lib/mem.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct kaal_driver driver = {
    .version = KAAL_DRIVER_VERSION,
    .pci_vendor = 0x1234,
    .pci_device = 0x11e8,
    .registers = 0x1000,
};

static _Alignas(8) uint8_t memory[sizeof(struct kaal_start) + 2 * sizeof(struct kaal_start_entry)];
static struct kaal_start *const start = (void *)memory;
static uint32_t config[16];
static uint32_t id;

static uint64_t load(uint64_t offset, unsigned bytes)
{
    assert_int_equal(bytes, 4);
    return offset == 0 ? id : 0;
}

static void store(uint64_t offset, unsigned bytes, uint64_t value)
{
    (void)offset;
    (void)bytes;
    (void)value;
    fail(); // it is to be read
}

static void add(uint32_t rights, const volatile void *at, uint64_t size)
{
    start->entries[start->entry_count] = (struct kaal_start_entry){.kind = KAAL_START_DEVICE,
                                                                   .rights = rights,
                                                                   .address = (uintptr_t)at,
                                                                   .size = size,
                                                                   .name = "edu"};
    start->entry_count++;
}

static int setup(void **state)
{
    (void)state;
    static const struct kaal_io_model model = {config, sizeof(config), load, store};
    kaal_io_model_use(&model);
    memset(memory, 0, sizeof(memory));
    id = 0x11e81234;
    return 0;
}

static void configuration_space_is_none_of_the_registers(void **state)
{
    (void)state;
    static uint32_t registers;
    struct kaal_device device;
    add(KAAL_RIGHT_READ, config, 0x1000);
    add(KAAL_RIGHT_READ | KAAL_RIGHT_WRITE, &registers, 0x1000);
    assert_null(kaal_device_open(&device, &driver, start, NULL));
    assert_int_equal(device.register_count, 1);
    assert_ptr_equal(device.registers[0].at, &registers);
    assert_ptr_equal(device.config, config);
}

static void a_function_of_another_kind_is_refused(void **state)
{
    (void)state;
    struct kaal_device device;
    add(KAAL_RIGHT_READ, config, 0x1000);
    add(KAAL_RIGHT_READ | KAAL_RIGHT_WRITE, config, 0x1000);
    id = 0x11e91234;
    assert_string_equal(kaal_device_open(&device, &driver, start, NULL),
                        "the device is of another kind than its driver");
    id = 0x11e81af4;
    assert_non_null(kaal_device_open(&device, &driver, start, NULL));
}

static void without_its_configuration_space_the_description_is_believed(void **state)
{
    (void)state;
    struct kaal_device device;
    add(KAAL_RIGHT_READ | KAAL_RIGHT_WRITE, config, 0x1000);
    id = 0;
    assert_null(kaal_device_open(&device, &driver, start, NULL));
    assert_null(device.config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(configuration_space_is_none_of_the_registers, setup),
        cmocka_unit_test_setup(a_function_of_another_kind_is_refused, setup),
        cmocka_unit_test_setup(without_its_configuration_space_the_description_is_believed, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
