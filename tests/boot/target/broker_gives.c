// SPDX-License-Identifier: BSD-2-Clause
//
// A broker that gives the component "keeper" what no description can: memory, the power over
// processor time, address spaces and interrupts (monkey.h). It does so when all components are
// built and none has begun.

#include "broker.h"
#include "monkey.h"

#include <lib/mem.h>

enum {
    RTC_IRQ = 34, // of QEMU's virt machine; nobody in this system uses it
    SGI = 5,
};

void __real_start_continue(void);
void __wrap_start_continue(void);

static const struct component *find_keeper(void)
{
    const struct component *c = broker.components;
    while (strncmp(c->spec.name, "keeper", KAAL_NAME_SIZE) != 0) {
        c++;
    }
    return c;
}

static void check(seL4_Error err, const char *what)
{
    if (err != seL4_NoError) {
        log_error("gift", what, "refused by the kernel");
    }
}

static void give_memory(seL4_CPtr cnode, seL4_Word slot, seL4_Uint8 depth)
{
    uint32_t node = 0;
    if (pool_take(&broker.pool, GIFT_UNTYPED_BITS, &node) != KAAL_OK) {
        log_error("gift", "untyped", "out of memory");
        return;
    }
    check(
        seL4_CNode_Move(cnode, slot, depth, store(), pool_slot(&broker.pool, node), store_depth()),
        "untyped");
}

static void give_all(const struct component *keeper)
{
    const seL4_CPtr cnode = keeper->cnode;
    const seL4_Uint8 depth = (seL4_Uint8)keeper->spec.cspace_bits;
    const seL4_Word last = ((seL4_Word)1 << depth) - 1;
    const seL4_CPtr copied[] = {
        [GIFT_SCHED_CONTROL] = own_cap(KAAL_HANDOVER_SCHED_CONTROL),
        [GIFT_ASID_CONTROL] = own_cap(KAAL_HANDOVER_ASID_CONTROL),
        [GIFT_ASID_POOL] = own_cap(KAAL_HANDOVER_ASID_POOL),
    };
    for (unsigned i = 0; i < sizeof(copied) / sizeof(copied[0]); i++) {
        check(seL4_CNode_Copy(cnode, last - i, depth, store(), copied[i], store_depth(),
                              seL4_AllRights),
              "copy");
    }
    const seL4_CPtr control = own_cap(KAAL_HANDOVER_IRQ_CONTROL);
    check(seL4_IRQControl_Get(control, RTC_IRQ, cnode, last - GIFT_IRQ, depth), "irq");
    check(seL4_IRQControl_IssueSGISignal(control, SGI, 0, cnode, last - GIFT_SGI, depth), "sgi");
    check(seL4_IRQControl_Get(control, SGI, cnode, last - GIFT_SGI_IRQ, depth), "sgi_irq");
    give_memory(cnode, last - GIFT_UNTYPED, depth);
}

void __wrap_start_continue(void)
{
    give_all(find_keeper());
    __real_start_continue();
}
