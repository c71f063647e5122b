// SPDX-License-Identifier: BSD-2-Clause
//
// Devices that reach memory by themselves must not do so when that memory is somebody else's. So
// before anything of a component returns, when it ends and when it is restarted, its devices are
// made quiet, and so is each device that it gives back:
//
//    PCI function    answers no more, is no master of the bus, does not interrupt
//    others          by what they are compatible with: `quieters`
//
// A restarted component has the devices of its description again, as new.

#include "grant.h"

#include <kaal/io.h>

// Virtual I/O Device specification 1.1, 4.2.2: whatever is written there, 0 resets the device.
static void reset_virtio(volatile uint8_t *registers)
{
    enum { STATUS = 0x70 };
    kaal_io_store(registers + STATUS, 4, 0);
}

static const struct quieter {
    const char *compatible; // NULL: a PCI function
    void (*quiet)(volatile uint8_t *registers);
} quieters[] = {
    {NULL, pci_disable},
    {"virtio,mmio", reset_virtio},
};

// One without a home would answer in somebody else's place.
void device_start(struct device d, bool interrupts)
{
    if (d.function == NULL || d.function->homeless) {
        return;
    }
    volatile uint8_t *config = machine_registers(machine_base(d));
    if (config != NULL) {
        pci_enable(config, interrupts);
    }
}

static bool is_meant(const struct quieter *quieter, struct device d)
{
    return quieter->compatible == NULL
               ? d.function != NULL
               : machine_means(KAAL_DEVICE_COMPATIBLE, quieter->compatible, d);
}

void device_quiet(struct device d)
{
    for (size_t i = 0; i < sizeof(quieters) / sizeof(quieters[0]); i++) {
        volatile uint8_t *registers =
            is_meant(&quieters[i], d) ? machine_registers(machine_base(d)) : NULL;
        if (registers != NULL) {
            quieters[i].quiet(registers);
            return;
        }
    }
}

// --- of the description --------------------------------------------------------------------------

// The next of its devices, from `from` on; KAAL_NONE: there are no more.
static uint32_t next_described(const struct component *c, uint32_t from)
{
    return plan_next_device(&broker.plan, component_number(c), from);
}

void devices_start(const struct component *c)
{
    for (uint32_t i = next_described(c, 0); i != KAAL_NONE; i = next_described(c, i + 1)) {
        if (plan_device(&broker.plan, i)->match == KAAL_DEVICE_PCI) {
            device_start(machine_device(i), plan_has_cap(&broker.plan, KAAL_CAP_IRQ_HANDLER, i));
        }
    }
}

void devices_quiet(const struct component *c)
{
    struct grant_walk walk = grants_of_holder(&broker.grants, component_number(c));
    for (const struct grant *g; (g = grant_next(&broker.grants, &walk)) != NULL;) {
        if (g->kind == KAAL_GRANT_DEVICE) {
            device_quiet(granted_device(g));
        }
    }
    for (uint32_t i = next_described(c, 0); i != KAAL_NONE; i = next_described(c, i + 1)) {
        device_quiet(machine_device(i));
    }
}
