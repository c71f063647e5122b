// SPDX-License-Identifier: BSD-2-Clause
//
// A driver of a PCI function that the description gives it, with the driver kit: a factorial, and a
// page through the device and back, each step begun by the interrupt of the one before. Its first
// life ends in a failure then.

#include "demo.h"
#include "edu.h"

#include <kaal/component.h>
#include <kaal/driver.h>

#include <lib/prng.h>

enum { WORDS = EDU_BYTES / 8 };

const struct kaal_driver kaal_driver = {
    .version = KAAL_DRIVER_VERSION,
    .pci_vendor = EDU_VENDOR,
    .pci_device = EDU_DEVICE,
    .registers = EDU_SIZE,
    .interrupts = 1,
    .dma = UINT64_C(2) * EDU_PAGE,
};

static struct kaal_device device;
static volatile struct edu_registers *regs;
static uint64_t *out;
static uint64_t *in;
static uint64_t out_paddr;
static uint64_t in_paddr;
static enum { FACTORIAL, LOAD, STORE, DONE } step;

static void tell(void)
{
    struct kaal_report report;
    uint64_t sum = 0;
    uint64_t weighted = 0;
    kaal_io_acquire();
    for (uint64_t i = 0; i < WORDS; i++) {
        sum += in[i];
        weighted += in[i] * (i + 1);
    }
    kaal_report_begin(&report, "edu");
    kaal_report_u64(&report, "generation", kaal_start->generation);
    kaal_report_u64(&report, "factorial", kaal_read(&regs->factorial));
    kaal_report_u64(&report, "sum", sum);
    kaal_report_u64(&report, "weighted", weighted);
    kaal_report_end(&report);
}

void notified(seL4_Word bits)
{
    uint32_t cause = edu_cause(regs);
    if (step == FACTORIAL && cause == EDU_CAUSE_FACTORIAL) {
        step = LOAD;
        edu_load(regs, out_paddr);
    } else if (step == LOAD && cause == EDU_CAUSE_DMA) {
        step = STORE;
        edu_store(regs, in_paddr);
    } else if (step == STORE && cause == EDU_CAUSE_DMA) {
        step = DONE;
        tell();
    }
    kaal_device_ack(&device, bits);
    if (step == DONE && kaal_start->generation == 1) {
        kaal_stop("once more");
    }
}

void init(void)
{
    uint32_t complement = 0;
    struct prng stream = demo_stream("edu");
    kaal_device_need(&device, NULL);
    regs = device.registers[0].at;
    out = kaal_dma_take(&device.dma, EDU_PAGE, EDU_PAGE, &out_paddr);
    in = kaal_dma_take(&device.dma, EDU_PAGE, EDU_PAGE, &in_paddr);
    if (device.config == NULL || !edu_is(regs, (uint32_t)demo_value("live"), &complement)) {
        kaal_stop("not the device of QEMU");
    }
    for (uint32_t i = 0; i < WORDS; i++) {
        out[i] = prng_next(&stream);
    }
    edu_factorial(regs, 12);
}
