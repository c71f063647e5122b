// SPDX-License-Identifier: BSD-2-Clause
//
// The host port of the contract kernel/plat.h: a machine whose time and interrupts a test controls.
#include "kernel/plat.h"

#include "kernel/arch_host.h"
#include "kernel/assert.h"
#include "kernel/plat_host.h"

#include "lib/mem.h"

#include <stdio.h>
#include <stdlib.h>

enum { SGI_TARGETS = 8 };

struct host_machine host_machine;

void host_machine_reset(void)
{
    host_machine = (struct host_machine){.now = 1, .deadline = UINT64_MAX, .ram_count = 1};
    host_machine.ram[0] =
        (struct plat_range){paddr(host_memory.base), paddr(host_memory.base + host_memory.size)};
    memset(host_machine.masked, true, sizeof(host_machine.masked));
    host_machine.masked[HOST_TIMER_IRQ] = false; // the kernel's own, as every platform leaves it
}

// --- interrupts --------------------------------------------------------------------------------

void host_irq_set_mask(unsigned irq, bool masked)
{
    host_machine.masked[irq] = masked;
}

void plat_irq_set_trigger(unsigned irq, bool edge)
{
    host_machine.edge[irq] = edge;
}

// The timer's line is a level: it follows the clock.
static void timer_update(void)
{
    host_machine.raised[HOST_TIMER_IRQ] = host_machine.deadline <= host_machine.now;
}

static unsigned irq_highest(void)
{
    timer_update();
    for (unsigned irq = 0; irq < PLAT_IRQ_COUNT; irq++) {
        if (host_machine.raised[irq] && !host_machine.masked[irq] && !host_machine.active[irq]) {
            return irq;
        }
    }
    return PLAT_IRQ_NONE;
}

unsigned host_irq_claim(void)
{
    const unsigned irq = irq_highest();
    if (irq != PLAT_IRQ_NONE) {
        host_machine.active[irq] = true;
        host_machine.raised[irq] = false; // a test raises it again if the device still asks
    }
    return irq;
}

void host_irq_end(unsigned irq)
{
    ASSERT(host_machine.active[irq]);
    host_machine.active[irq] = false;
}

void plat_irq_handled(unsigned irq)
{
    plat_irq_unmask(irq);
}

bool plat_irq_pending(void)
{
    return irq_highest() != PLAT_IRQ_NONE;
}

bool plat_irq_reserved(unsigned irq)
{
    return irq == HOST_TIMER_IRQ;
}

void plat_sgi_send(unsigned number, unsigned target)
{
    host_machine.sgi_number = number;
    host_machine.sgi_target = target;
    host_machine.sgi_count++;
}

unsigned plat_sgi_targets(void)
{
    return SGI_TARGETS;
}

void host_irq_raise(unsigned irq)
{
    host_machine.raised[irq] = true;
}

void host_irq_line(unsigned irq, bool high)
{
    host_machine.raised[irq] = high;
}

bool host_irq_waits(void)
{
    return plat_irq_pending();
}

// --- time --------------------------------------------------------------------------------------

ticks_t host_time_now(void)
{
    host_machine.now += host_machine.drift;
    return host_machine.now;
}

void host_timer_set(ticks_t deadline)
{
    host_machine.deadline = deadline;
}

void host_advance(ticks_t ticks)
{
    host_machine.now += ticks;
}

// --- output ------------------------------------------------------------------------------------

void plat_putc(char c)
{
    if (host_machine.putc != NULL) {
        host_machine.putc(c);
    } else if (host_machine.output_length < HOST_OUTPUT_SIZE - 1) {
        host_machine.output[host_machine.output_length++] = c;
    }
}

_Noreturn void plat_halt(void)
{
    if (host_machine.halt != NULL) {
        host_machine.halt();
    }
    // What the kernel last said is why it stopped.
    fprintf(stderr, "%s\nkernel halted\n", host_machine.output);
    abort();
}

const char *plat_description(void)
{
    return "plat=host";
}

// --- memory ------------------------------------------------------------------------------------

unsigned plat_ram_count(void)
{
    return host_machine.ram_count;
}

struct plat_range plat_ram(unsigned index)
{
    return host_machine.ram[index];
}

unsigned plat_kernel_device_count(void)
{
    return 2;
}

// Where QEMU's "virt" machine has its interrupt controller.
struct plat_range plat_kernel_device(unsigned index)
{
    static const uint64_t pages[] = {0x08000000, 0x08010000};
    return (struct plat_range){paddr(pages[index]), paddr(pages[index] + 0x1000)};
}
