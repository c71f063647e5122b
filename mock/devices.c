// SPDX-License-Identifier: BSD-2-Clause

#include "machine.h"

#include "kernel/plat_host.h"

struct device {
    uint64_t base;
    unsigned spi;
    uint32_t (*read)(uint32_t offset);
    void (*write)(uint32_t offset, uint32_t value);
    bool (*line)(void);
};

static const struct device devices[] = {
    {MACHINE_PL011, MACHINE_PL011_SPI, pl011_read, pl011_write, pl011_line},
    {MACHINE_PL031, MACHINE_PL031_SPI, pl031_read, pl031_write, pl031_line},
};

enum { DEVICES = sizeof(devices) / sizeof(devices[0]) };

static const struct device *find(uint64_t physical, uint32_t *offset)
{
    for (unsigned i = 0; i < DEVICES; i++) {
        if (physical - devices[i].base < MACHINE_PAGE) {
            *offset = (uint32_t)(physical - devices[i].base);
            return &devices[i];
        }
    }
    return NULL;
}

bool devices_read(uint64_t physical, uint64_t *value)
{
    uint32_t offset = 0;
    const struct device *device = find(physical, &offset);
    if (device != NULL) {
        *value = device->read(offset);
    }
    return device != NULL;
}

bool devices_write(uint64_t physical, uint64_t value)
{
    uint32_t offset = 0;
    const struct device *device = find(physical, &offset);
    if (device != NULL) {
        device->write(offset, (uint32_t)value);
    }
    return device != NULL;
}

ticks_t devices_deadline(void)
{
    return pl031_deadline();
}

void devices_update(void)
{
    for (unsigned i = 0; i < DEVICES; i++) {
        host_irq_line(MACHINE_SPI + devices[i].spi, devices[i].line());
    }
}
