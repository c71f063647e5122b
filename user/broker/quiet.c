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

static const struct {
    const char *compatible;
    void (*quiet)(volatile uint8_t *registers);
} quieters[] = {
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

void device_quiet(struct device d)
{
    volatile uint8_t *registers = NULL;
    if (d.function != NULL) {
        registers = machine_registers(machine_base(d));
        if (registers != NULL) {
            pci_disable(registers);
        }
        return;
    }
    for (size_t i = 0; i < sizeof(quieters) / sizeof(quieters[0]); i++) {
        if (machine_means(KAAL_DEVICE_COMPATIBLE, quieters[i].compatible, d)) {
            registers = machine_registers(machine_base(d));
        }
        if (registers != NULL) {
            quieters[i].quiet(registers);
            return;
        }
    }
}

// --- of the description --------------------------------------------------------------------------

static bool has_interrupt(uint32_t device)
{
    for (uint32_t i = 0; i < plan_count(&broker.plan, KAAL_TABLE_CAPS); i++) {
        const struct kaal_plan_cap *cap = plan_cap(&broker.plan, i);
        if (cap->kind == KAAL_CAP_IRQ_HANDLER && cap->object == device) {
            return true;
        }
    }
    return false;
}

// Number of the next device of `c` from `from` on; that of devices if there is none.
static uint32_t next_described(const struct component *c, uint32_t from)
{
    uint32_t count = plan_count(&broker.plan, KAAL_TABLE_DEVICES);
    while (from < count &&
           !(c->described && plan_device(&broker.plan, from)->pd == component_number(c))) {
        from++;
    }
    return from;
}

void devices_start(const struct component *c)
{
    uint32_t count = plan_count(&broker.plan, KAAL_TABLE_DEVICES);
    for (uint32_t i = next_described(c, 0); i < count; i = next_described(c, i + 1)) {
        if (plan_device(&broker.plan, i)->match == KAAL_DEVICE_PCI) {
            device_start(machine_device(i), has_interrupt(i));
        }
    }
}

void devices_quiet(const struct component *c)
{
    struct grant_walk walk = grants_of_holder(&broker.grants, component_number(c));
    const struct grant *g = NULL;
    while ((g = grant_next(&broker.grants, &walk)) != NULL) {
        if (g->kind == KAAL_GRANT_DEVICE) {
            device_quiet(granted_device(g));
        }
    }
    uint32_t count = plan_count(&broker.plan, KAAL_TABLE_DEVICES);
    for (uint32_t i = next_described(c, 0); i < count; i = next_described(c, i + 1)) {
        device_quiet(machine_device(i));
    }
}
