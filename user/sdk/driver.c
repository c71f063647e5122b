// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/driver.h>
#include <kaal/image.h>

#include <lib/mem.h>

// Identification registers at the end of a PrimeCell's 4 KiB: eight bits in each of four words.
enum {
    PRIMECELL_SIZE = 0x1000,
    PRIMECELL_ID0 = 0xfe0,
    PRIMECELL_ID1 = 0xfe4,
};

// Registers that can only be read are the configuration space of a PCI function.
static bool is_config(const struct kaal_start_entry *entry)
{
    return entry->kind == KAAL_START_DEVICE && entry->rights == KAAL_RIGHT_READ;
}

static void collect(struct kaal_device *device, const struct kaal_start_entry *entry)
{
    if (is_config(entry)) {
        device->config = (const volatile void *)entry->address; // NOLINT: start page
    } else if (entry->kind == KAAL_START_DEVICE &&
               device->register_count < KAAL_DEVICE_WINDOWS_MAX) {
        device->registers[device->register_count].at =
            (volatile void *)entry->address; // NOLINT: start page
        device->registers[device->register_count].size = entry->size;
        device->register_count++;
    } else if (entry->kind == KAAL_START_IRQ && device->irq_count < KAAL_DEVICE_INTERRUPTS_MAX) {
        device->irqs[device->irq_count] = entry;
        device->irq_bits |= entry->value;
        device->irq_count++;
    } else if (entry->kind == KAAL_START_DMA) {
        device->dma = kaal_dma_of(entry);
    }
}

static const char *check_needs(const struct kaal_device *device, const struct kaal_driver *driver)
{
    if (device->register_count == 0 || device->registers[0].size < driver->registers) {
        return "the device has fewer registers than its driver needs";
    }
    if (device->irq_count < driver->interrupts) {
        return "the device was given fewer interrupts than its driver needs";
    }
    if (device->dma.size < driver->dma) {
        return "the device was given less DMA memory than its driver needs";
    }
    return NULL;
}

static bool is_other_function(const struct kaal_device *device, const struct kaal_driver *driver)
{
    uint64_t id = driver->pci_vendor | (uint32_t)driver->pci_device << 16;
    return driver->pci_vendor != 0 && device->config != NULL &&
           kaal_io_load(device->config, 4) != id;
}

static uint32_t primecell_part(const struct kaal_device *device)
{
    const volatile uint8_t *base = device->registers[0].at;
    uint64_t low = kaal_io_load(base + PRIMECELL_ID0, 4);
    uint64_t high = kaal_io_load(base + PRIMECELL_ID1, 4);
    return (uint32_t)((low & 0xff) | (high & 0xf) << 8);
}

const char *kaal_device_open(struct kaal_device *device, const struct kaal_driver *driver,
                             const struct kaal_start *start, const char *name)
{
    *device = (struct kaal_device){0};
    const struct kaal_start_entry *first = kaal_start_find(start, KAAL_START_DEVICE, name);
    if (first == NULL) {
        return "the description gives it no such device";
    }
    device->name = first->name;
    for (uint32_t i = 0; i < start->entry_count; i++) {
        if (strncmp(start->entries[i].name, first->name, KAAL_NAME_SIZE) == 0) {
            collect(device, &start->entries[i]);
        }
    }
    if (is_other_function(device, driver)) {
        return "the device is of another kind than its driver";
    }
    const char *wrong = check_needs(device, driver);
    if (wrong == NULL && driver->primecell != 0 &&
        (device->registers[0].size < PRIMECELL_SIZE ||
         primecell_part(device) != driver->primecell)) {
        wrong = "the device is of another kind than its driver";
    }
    return wrong;
}
