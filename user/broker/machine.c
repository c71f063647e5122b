// SPDX-License-Identifier: BSD-2-Clause
//
// What the device tree says about the machine, and the frames of device registers. A page of
// registers may belong to several devices, so its frame stays here and holders get copies:
//
//    pages   | paddr, frame | paddr, frame | ..        the serial port's came from the root task
//
// A frame stays for the next holder, so the table has room for all devices of a machine, but for
// none with registers of megabytes.

#include "broker.h"

#include <kaal/layout.h>

#include <lib/bits.h>

enum { DEVICE_PAGES_MAX = 512 };

static struct {
    uint64_t paddr;
    uint32_t frame;
} pages[DEVICE_PAGES_MAX];

static uint32_t page_count;

enum kaal_err machine_open(void)
{
    const struct kaal_handover *table = broker.table;
    for (uint32_t i = 0; i < table->tree_frame_count; i++) {
        (void)seL4_ARM_Page_Unmap(table->tree_frames + i); // from the root task's address space
        enum kaal_err err =
            memory_map_own(table->tree_frames + i, KAAL_LAYOUT_TREE + ((uint64_t)i << PAGE_BITS),
                           seL4_CanRead, true);
        if (err != KAAL_OK) {
            return err;
        }
    }
    const void *tree = (const void *)(KAAL_LAYOUT_TREE + table->tree_offset); // NOLINT
    if (dt_open(&broker.dt, tree, table->tree_size) != DT_OK) {
        return KAAL_ERR_NOTFOUND;
    }
    pages[0].paddr = table->uart_paddr;
    pages[0].frame = table->caps[KAAL_HANDOVER_UART_FRAME];
    page_count = 1;
    return KAAL_OK;
}

struct dt_node machine_find(enum kaal_device_match match, const char *text)
{
    switch (match) {
    case KAAL_DEVICE_PATH:
    case KAAL_DEVICE_ALIAS:
        return dt_find(&broker.dt, text);
    case KAAL_DEVICE_COMPATIBLE:
        return dt_find_compatible(&broker.dt, dt_none(), text);
    case KAAL_DEVICE_MATCH_COUNT:
        break;
    }
    return dt_none();
}

// Each is looked for once.
struct dt_node machine_device(uint32_t device)
{
    static struct {
        struct dt_node node;
        bool known;
    } devices[KAAL_DEVICE_MAX];
    if (!devices[device].known) {
        const struct kaal_plan_device *plan = plan_device(&broker.plan, device);
        devices[device].node = machine_find((enum kaal_device_match)plan->match, plan->match_text);
        devices[device].known = true;
    }
    return devices[device].node;
}

static bool is_known(uint64_t paddr)
{
    uint32_t i = 0;
    while (i < page_count && pages[i].paddr != paddr) {
        i++;
    }
    return i < page_count;
}

bool machine_has_room(const struct dt_range *ranges, uint32_t count)
{
    uint32_t room = DEVICE_PAGES_MAX - page_count;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t end = ranges[i].base + ranges[i].size;
        for (uint64_t at = align_down(ranges[i].base, PAGE_SIZE); at < end; at += PAGE_SIZE) {
            if (!is_known(at) && room-- == 0) {
                return false;
            }
        }
    }
    return true;
}

static enum kaal_err add_page(uint64_t paddr)
{
    uint32_t node = 0;
    uint32_t slot = 0;
    if (page_count == DEVICE_PAGES_MAX) {
        return KAAL_ERR_SLOTS;
    }
    enum kaal_err err = pool_take_at(&broker.pool, paddr, PAGE_BITS, &node);
    if (err != KAAL_OK) {
        return err;
    }
    if (!slots_take(&broker.slots, 1, &slot)) {
        (void)pool_give(&broker.pool, node);
        return KAAL_ERR_SLOTS;
    }
    err = refused(seL4_Untyped_Retype(pool_slot(&broker.pool, node), seL4_ARM_SmallPageObject, 0,
                                      store(), 0, 0, slot, 1));
    if (err == KAAL_OK) {
        pages[page_count].paddr = paddr;
        pages[page_count].frame = slot;
        page_count++;
    } else {
        (void)slots_give(&broker.slots, slot, 1);
        (void)pool_give(&broker.pool, node);
    }
    return err;
}

// The frame over a page; made when it is first asked for.
static enum kaal_err find_page(uint64_t paddr, uint32_t *frame)
{
    for (uint32_t i = 0; i < page_count; i++) {
        if (pages[i].paddr == paddr) {
            *frame = pages[i].frame;
            return KAAL_OK;
        }
    }
    enum kaal_err err = add_page(paddr);
    if (err == KAAL_OK) {
        *frame = pages[page_count - 1].frame;
    }
    return err;
}

enum kaal_err machine_frame_into(uint32_t slot, uint64_t paddr)
{
    uint32_t frame = 0;
    enum kaal_err err = find_page(paddr, &frame);
    if (err != KAAL_OK) {
        return err;
    }
    return refused(seL4_CNode_Copy(store(), slot, store_depth(), store(), frame, store_depth(),
                                   seL4_ReadWrite));
}

enum kaal_err machine_frame(struct arena *arena, uint64_t paddr, uint32_t *frame)
{
    enum kaal_err err = arena_slot(arena, frame);
    return err == KAAL_OK ? machine_frame_into(*frame, paddr) : err;
}

enum kaal_err machine_irq_number(uint32_t number, bool edge, uint32_t slot)
{
    return refused(seL4_IRQControl_GetTrigger(own_cap(KAAL_HANDOVER_IRQ_CONTROL), number,
                                              edge ? 1 : 0, store(), slot, store_depth()));
}

enum kaal_err machine_irq(struct dt_node node, uint32_t number, uint32_t slot)
{
    struct dt_irq irq;
    if (!dt_irq(&broker.dt, node, number, &irq)) {
        return KAAL_ERR_NOTFOUND;
    }
    return machine_irq_number(irq.number, irq.edge, slot);
}
