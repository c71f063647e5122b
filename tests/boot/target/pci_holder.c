// SPDX-License-Identifier: BSD-2-Clause
//
// Holds a PCI function as it is told, and is killed with it (pci_judge).

#include "edu.h"
#include "pci_test.h"

#include <kaal/broker_client.h>
#include <kaal/component.h>
#include <kaal/serve.h>

#include <lib/mem.h>

static struct kaal_device_grant function;
static struct kaal_memory_grant memory;

static volatile struct edu_registers *registers(void)
{
    return (volatile struct edu_registers *)function.info.window[0].address; // NOLINT: granted
}

static seL4_MessageInfo_t take(void)
{
    char text[2 * sizeof(seL4_Word) + 1] = {0};
    seL4_Word words[2] = {seL4_GetMR(0), seL4_GetMR(1)};
    memcpy(text, words, sizeof(words));
    return kaal_answer(kaal_device_get(KAAL_DEVICE_PCI, text, &function), 0);
}

// The buffer is full of ones when the transfer begins that will not be seen to end.
static seL4_MessageInfo_t begin(void)
{
    enum kaal_err err = kaal_dma_get(EDU_PAGE, &memory);
    if (err != KAAL_OK) {
        return kaal_answer(err, 0);
    }
    memset((void *)memory.address, 0xff, EDU_PAGE); // NOLINT: granted
    edu_load(registers(), memory.paddr);
    (void)kaal_wait_for(function.info.interrupt[0].bit);
    (void)edu_cause(registers());
    edu_store(registers(), memory.paddr);
    seL4_SetMR(0, memory.paddr);
    return kaal_answer(KAAL_OK, 1);
}

static seL4_MessageInfo_t acknowledge(void)
{
    struct kaal_device_grant virtio;
    enum kaal_err err = kaal_device_get(KAAL_DEVICE_PATH, VIRTIO, &virtio);
    if (err != KAAL_OK) {
        return kaal_answer(err, 0);
    }
    volatile uint8_t *at = (volatile uint8_t *)virtio.info.window[0].address; // NOLINT: granted
    kaal_io_store(at + VIRTIO_STATUS, 4, 1);
    seL4_SetMR(0, kaal_io_load(at + VIRTIO_STATUS, 4));
    return kaal_answer(KAAL_OK, 1);
}

seL4_MessageInfo_t protected(seL4_Word badge, seL4_MessageInfo_t info)
{
    (void)badge;
    switch (seL4_MessageInfo_get_label(info)) {
    case PCI_TAKE:
        return take();
    case PCI_BEGIN:
        return begin();
    case PCI_VIRTIO:
        return acknowledge();
    case PCI_SCRIBBLE:
        kaal_io_store((volatile void *)function.info.config, 4, 0); // NOLINT: granted
        return kaal_answer(KAAL_OK, 0);
    default:
        return kaal_answer(KAAL_ERR_REQUEST, 0);
    }
}
