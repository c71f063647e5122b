// SPDX-License-Identifier: BSD-2-Clause
//
// Device interrupts. The device is the serial port, whose transmitter has nothing to do: its
// interrupt comes when it is let through, by one store to a register.
//
//    root task   ──store──►  device ──interrupt──► kernel ──signal──► handler (higher priority)
//                ◄──────────────── Wait, Ack, store: cause gone ◄────┘

#include "bench.h"

enum {
    FPU = 1u << 0,
    ALONE = 1u << 1, // the acknowledgement by itself
    UART_IRQ = 33,
};

static uint32_t measure_store(struct bench *b)
{
    b->trap = b->saved;
    bench_store(&b->trap);
    return (uint32_t)(b->trap.after - b->trap.before) - b->overhead;
}

static uint32_t measure_store_one_way(struct bench *b)
{
    b->trap = b->saved;
    bench_store(&b->trap);
    return (uint32_t)(*(volatile uint64_t *)&b->stamp - b->trap.before) - b->overhead;
}

static seL4_CPtr open_handler(struct bench *b)
{
    seL4_CPtr slot = world_slot(b);
    bench_check(b,
                seL4_IRQControl_Get(seL4_CapIRQControl, UART_IRQ, seL4_CapInitThreadCNode, slot,
                                    seL4_WordBits),
                "interrupt");
    b->object = world_object(b, seL4_NotificationObject, 0);
    bench_check(b, seL4_IRQHandler_SetNotification(slot, b->object), "interrupt's notification");
    return slot;
}

static void setup_interrupt(struct bench *b, const struct row *row)
{
    bool fpu = (row->variant & FPU) != 0;
    b->irq = open_handler(b);
    seL4_UserContext registers = {
        .x19 = b->object,
        .x20 = b->irq,
        .x21 = (seL4_Word)&b->uart->imsc,
        .x22 = (seL4_Word)seL4_SysWait,
        .x23 = (seL4_Word)seL4_SysCall,
        .x24 = seL4_MessageInfo_new(IRQAckIRQ, 0, 0, 0).words[0],
        .x25 = (seL4_Word)&b->stamp,
    };
    world_own_fpu(b, fpu);
    world_thread(b, &b->partner, fpu ? THREAD_FPU : 0,
                 (row->variant & ALONE) != 0 ? loop_acknowledge : loop_interrupt, &registers);
    b->saved = (struct trap){.x = {PL011_INT_TX, (seL4_Word)&b->uart->imsc}};
}

// Of a thread without an IPC buffer, which the root task is not.
static uint32_t run_acknowledge(struct bench *b)
{
    (void)measure_store(b);
    return (uint32_t) * (volatile uint64_t *)&b->stamp - b->overhead;
}

const struct row rows_interrupt[] = {
    {"interrupt.round.nofpu", setup_interrupt, measure_store, NULL, 0},
    {"interrupt.round.fpu", setup_interrupt, measure_store, NULL, FPU},
    {"interrupt.one-way.nofpu", setup_interrupt, measure_store_one_way, NULL, 0},
    {"interrupt.one-way.fpu", setup_interrupt, measure_store_one_way, NULL, FPU},
    {"interrupt.acknowledge", setup_interrupt, run_acknowledge, NULL, ALONE},
    {0},
};
