// SPDX-License-Identifier: BSD-2-Clause
//
// A root task that gives the component "keeper" what no description can: memory, the power over
// processor time, address spaces and interrupts (monkey.h).

#include "monkey.h"
#include "root.h"

#include <lib/mem.h>

enum {
    RTC_IRQ = 34, // of QEMU's virt machine; nobody in this system uses it
    SGI = 5,
};

_Noreturn void __real_handover_run(struct root *root);
_Noreturn void __wrap_handover_run(struct root *root);

static uint32_t find_keeper(const struct root *root)
{
    uint32_t pd = 0;
    while (strncmp(plan_pd(&root->plan, pd)->name, "keeper", KAAL_NAME_SIZE) != 0) {
        pd++;
    }
    return pd;
}

void __wrap_handover_run(struct root *root)
{
    uint32_t pd = find_keeper(root);
    seL4_CPtr cnode = store_cptr(root->pds[pd].cnode);
    seL4_Uint8 depth = (seL4_Uint8)plan_pd(&root->plan, pd)->cspace_bits;
    seL4_Word last = ((seL4_Word)1 << depth) - 1;
    seL4_Uint8 store_depth = (seL4_Uint8)root->store_bits;

    const uint32_t copied[] = {
        [GIFT_SCHED_CONTROL] = root->caps[KAAL_HANDOVER_SCHED_CONTROL],
        [GIFT_ASID_CONTROL] = root->caps[KAAL_HANDOVER_ASID_CONTROL],
        [GIFT_ASID_POOL] = root->caps[KAAL_HANDOVER_ASID_POOL],
    };
    for (unsigned i = 0; i < sizeof(copied) / sizeof(copied[0]); i++) {
        root_check(root,
                   seL4_CNode_Copy(cnode, last - i, depth, root->store, copied[i], store_depth,
                                   seL4_AllRights),
                   "gift", "copy");
    }
    seL4_CPtr control = store_cptr(root->caps[KAAL_HANDOVER_IRQ_CONTROL]);
    root_check(root, seL4_IRQControl_Get(control, RTC_IRQ, cnode, last - GIFT_IRQ, depth), "gift",
               "irq");
    root_check(root, seL4_IRQControl_IssueSGISignal(control, SGI, 0, cnode, last - GIFT_SGI, depth),
               "gift", "sgi");
    root_check(root, seL4_IRQControl_Get(control, SGI, cnode, last - GIFT_SGI_IRQ, depth), "gift",
               "sgi_irq");
    uint32_t memory = memory_object(root, pd, seL4_UntypedObject, GIFT_UNTYPED_BITS);
    root_check(root,
               seL4_CNode_Move(cnode, last - GIFT_UNTYPED, depth, root->store, memory, store_depth),
               "gift", "untyped");
    __real_handover_run(root);
}
