// SPDX-License-Identifier: BSD-2-Clause
//
// Where in the kernel's structures things lie, for who reads them from outside: compiled as the
// kernel is, never run. The section becomes a file of entries of 32 bytes.
#include "kernel/kernel.h"
#include "kernel/notification.h"
#include "kernel/sched_context.h"

#include <stddef.h>
#include <stdint.h>

struct place {
    char name[24];
    uint64_t offset;
};

#define PLACE(type, member)                                                                        \
    {                                                                                              \
#type "." #member, offsetof(struct type, member)                                           \
    }

extern const struct place readback_layout[];
__attribute__((section(".layout"))) const struct place readback_layout[] = {
    PLACE(kernel, all_threads),
    PLACE(kernel, irq_notification),
    PLACE(tcb, slots),
    PLACE(tcb, priority),
    PLACE(tcb, max_priority),
    PLACE(tcb, sched_context),
    PLACE(tcb, notification),
    PLACE(tcb, all_next),
    PLACE(tcb, buffer),
    PLACE(sched_context, badge),
    PLACE(sched_context, period),
    PLACE(sched_context, budget),
    PLACE(sched_context, tcb),
    {"slot.size", sizeof(struct slot)},
    {"slot.cspace", TCB_SLOT_CSPACE},
    {"slot.vspace", TCB_SLOT_VSPACE},
    {"slot.buffer", TCB_SLOT_BUFFER},
    {"slot.fault", TCB_SLOT_FAULT},
    {"slot.timeout", TCB_SLOT_TIMEOUT},
};
