// SPDX-License-Identifier: BSD-2-Clause
//
// The driver kit. A driver says what it drives and needs as data (kaal_driver of
// kaal/driver_info.h), and gets it in one piece, whoever granted it, the description or the broker:
//
//    struct kaal_device
//       registers[]   windows, for typed registers     kaal/io.h
//       config        configuration space, of a PCI function, to be read
//       irqs[]        interrupts                       kaal_device_ack()
//       dma           memory for the device            kaal/dma.h, kaal/virtq.h
//
// docs/driver.md makes one in an hour.
#pragma once

#include <kaal/dma.h>
#include <kaal/driver_info.h>
#include <kaal/io.h>
#include <kaal/start_page.h>

#include <stdbool.h>
#include <stdint.h>

struct kaal_device {
    const char *name; // in the start page
    struct {
        volatile void *at;
        uint64_t size;
    } registers[KAAL_DEVICE_WINDOWS_MAX];
    const struct kaal_start_entry *irqs[KAAL_DEVICE_INTERRUPTS_MAX];
    uint32_t register_count;
    uint32_t irq_count;
    const volatile void *config; // 4 KiB; NULL: no PCI function, or none that was described
    uint64_t irq_bits;           // of all its interrupts, for notified()
    struct kaal_dma dma;         // size 0: none
};

// Collects what the start page has of the device `name`, or of the first device if that is NULL,
// and compares it with what the driver needs and matches. NULL if all is well, else what is wrong.
const char *kaal_device_open(struct kaal_device *device, const struct kaal_driver *driver,
                             const struct kaal_start *start, const char *name);

// The same with the component's own start page and kaal_driver. Stops the component, with the
// reason, if something is wrong.
void kaal_device_need(struct kaal_device *device, const char *name);

// Lets all its interrupts come again: what is in `bits` of notified(), after it was handled.
void kaal_device_ack(const struct kaal_device *device, uint64_t bits);

// The driver's own; each program that calls kaal_device_need() has one.
extern const struct kaal_driver kaal_driver;
