// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/component.h>
#include <kaal/driver.h>

void kaal_device_need(struct kaal_device *device, const char *name)
{
    const char *wrong = kaal_device_open(device, &kaal_driver, kaal_start, name);
    if (wrong != NULL) {
        kaal_stop(wrong);
    }
}

void kaal_device_ack(const struct kaal_device *device, uint64_t bits)
{
    for (uint32_t i = 0; i < device->irq_count; i++) {
        if ((device->irqs[i]->value & bits) != 0) {
            kaal_irq_ack(device->irqs[i]);
        }
    }
}
