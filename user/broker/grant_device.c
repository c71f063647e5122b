// SPDX-License-Identifier: BSD-2-Clause
//
// Devices: registers and interrupts, for one component alone. The interrupts are grants derived
// from that of the registers, so that they go with it.
//
//    DEVICE  copies of frames |window 0|window 1| ..      mapped one after another, a guard between
//      └─ IRQ  |handler|signal|                           one for each interrupt

#include "grant.h"

#include "serve.h"

#include <kaal/layout.h>

#include <lib/bits.h>

enum {
    WINDOWS_MAX = 4,
    INTERRUPTS_MAX = 4,
    WINDOW_MAX = 1 << 21, // largest register window
};

static bool overlaps(struct dt_node node, const struct dt_range *range)
{
    struct dt_range other;
    for (unsigned i = 0; i < WINDOWS_MAX && dt_reg(&broker.dt, node, i, &other); i++) {
        if (ranges_overlap(range->base, range->size, other.base, other.size)) {
            return true;
        }
    }
    return false;
}

uint32_t device_holder(struct dt_node node)
{
    struct dt_range range;
    for (uint32_t i = 0; i < plan_count(&broker.plan, KAAL_TABLE_DEVICES); i++) {
        if (machine_device(i).at == node.at) {
            return plan_device(&broker.plan, i)->pd;
        }
    }
    uint32_t index = 0;
    const struct grant *g = NULL;
    while ((g = grant_scan(&broker.grants, &index)) != NULL) {
        range = (struct dt_range){.base = g->badge, .size = 1};
        if (g->kind == KAAL_GRANT_DEVICE && overlaps(node, &range)) {
            return g->holder;
        }
    }
    return NO_COMPONENT;
}

static bool is_held(struct dt_node node)
{
    return device_holder(node) != NO_COMPONENT;
}

static bool is_permitted(const struct component *c, struct dt_node node)
{
    for (uint32_t i = 0; i < plan_count(&broker.plan, KAAL_TABLE_PERMITS); i++) {
        const struct kaal_plan_permit *permit = plan_permit(&broker.plan, i);
        bool named = permit->match == KAAL_DEVICE_COMPATIBLE
                         ? dt_is_compatible(&broker.dt, node, permit->match_text)
                         : dt_find(&broker.dt, permit->match_text).at == node.at;
        if (permit->pd == component_number(c) && named) {
            return true;
        }
    }
    return false;
}

// The node that is asked for and not taken; with a compatible string, the first such.
static enum kaal_err find_node(struct request *r, const char *text, struct dt_node *out)
{
    enum kaal_device_match match = (enum kaal_device_match)argument(1);
    struct dt_node node = machine_find(match, text);
    if (dt_is_none(node)) {
        return KAAL_ERR_NOTFOUND;
    }
    while (match == KAAL_DEVICE_COMPATIBLE && is_held(node)) {
        node = dt_find_compatible(&broker.dt, node, text);
        if (dt_is_none(node)) {
            return KAAL_ERR_BUSY;
        }
    }
    if (!is_permitted(r->caller, node)) {
        return denied(KAAL_RULE_PERMIT);
    }
    *out = node;
    return is_held(node) ? KAAL_ERR_BUSY : KAAL_OK;
}

// --- registers -----------------------------------------------------------------------------------

static uint32_t pages_of(const struct dt_range *range)
{
    uint64_t first = align_down(range->base, PAGE_SIZE);
    return (uint32_t)((align_up(range->base + range->size, PAGE_SIZE) - first) >> PAGE_BITS);
}

// The pages of a window, mapped at `at`.
static enum kaal_err map_window(struct component *c, const struct dt_range *range, uint32_t slot,
                                uint64_t at)
{
    enum kaal_err err = KAAL_OK;
    for (uint32_t i = 0; i < pages_of(range) && err == KAAL_OK; i++) {
        uint64_t paddr = align_down(range->base, PAGE_SIZE) + ((uint64_t)i << PAGE_BITS);
        err = machine_frame_into(slot + i, paddr);
        if (err == KAAL_OK) {
            err = build_map(c, slot + i, at + ((uint64_t)i << PAGE_BITS), seL4_ReadWrite, false);
        }
    }
    return err;
}

struct windows {
    struct dt_range ranges[WINDOWS_MAX];
    uint32_t count;
    uint32_t pages; // without guards
};

static enum kaal_err read_windows(struct dt_node node, struct windows *windows)
{
    *windows = (struct windows){0};
    while (windows->count < WINDOWS_MAX &&
           dt_reg(&broker.dt, node, windows->count, &windows->ranges[windows->count])) {
        const struct dt_range *range = &windows->ranges[windows->count];
        if (range->size == 0) {
            return KAAL_ERR_NOTFOUND;
        }
        if (range->size > WINDOW_MAX) {
            return KAAL_ERR_SLOTS;
        }
        windows->pages += pages_of(range);
        windows->count++;
    }
    if (windows->count == 0) {
        return KAAL_ERR_NOTFOUND;
    }
    // Before anything is taken: what does not fit leaves no frames behind.
    return machine_has_room(windows->ranges, windows->count) ? KAAL_OK : KAAL_ERR_SLOTS;
}

static enum kaal_err map_windows(struct component *c, struct grant *g,
                                 const struct windows *windows, struct kaal_device_info *info)
{
    uint64_t size = ((uint64_t)windows->pages + windows->count) << PAGE_BITS;
    if (!grant_address(c, size, PAGE_BITS, &g->address)) {
        return KAAL_ERR_MEMORY;
    }
    g->size = size;
    if (!slots_take(&broker.slots, windows->pages, &g->slot)) {
        return KAAL_ERR_SLOTS;
    }
    g->slot_count = windows->pages;
    uint64_t at = g->address;
    uint32_t slot = g->slot;
    enum kaal_err err = KAAL_OK;
    for (uint32_t i = 0; i < windows->count && err == KAAL_OK; i++) {
        const struct dt_range *range = &windows->ranges[i];
        err = map_window(c, range, slot, at);
        info->window[i].address = at + range->base % PAGE_SIZE;
        info->window[i].size = range->size;
        slot += pages_of(range);
        at += ((uint64_t)pages_of(range) + 1) << PAGE_BITS;
    }
    info->windows = windows->count;
    return err;
}

// --- interrupts ----------------------------------------------------------------------------------

static enum kaal_err bind_irq(struct component *c, struct dt_node node, uint32_t number,
                              struct grant *g)
{
    uint64_t free = ~c->bits_taken & ((UINT64_C(1) << KAAL_NOTIFY_BITS) - 1);
    uint32_t slot = 0;
    if (free == 0 || !slots_take(&broker.slots, 2, &g->slot)) {
        return KAAL_ERR_SLOTS;
    }
    g->slot_count = 2;
    g->badge = UINT64_C(1) << ctz64(free);
    c->bits_taken |= g->badge;
    enum kaal_err err = machine_irq(node, number, g->slot);
    if (err == KAAL_OK) {
        err = refused(seL4_CNode_Mint(store(), g->slot + 1, store_depth(), store(), c->notification,
                                      store_depth(), seL4_CanWrite, g->badge));
    }
    if (err == KAAL_OK) {
        err = refused(seL4_IRQHandler_SetNotification(g->slot, g->slot + 1));
    }
    if (err == KAAL_OK) {
        err = refused(seL4_IRQHandler_Ack(g->slot)); // it may have come before, to nobody
    }
    if (err != KAAL_OK || !cspace_take(c, &slot)) {
        return err != KAAL_OK ? err : KAAL_ERR_SLOTS;
    }
    g->cptr = slot;
    return cspace_put(c, slot, g->slot, seL4_AllRights, 0);
}

static enum kaal_err add_irq(struct component *c, struct dt_node node, uint32_t number,
                             struct grant *device, struct kaal_device_info *info)
{
    struct grant *g = NULL;
    uint32_t holder = component_number(c);
    enum kaal_err err = grant_add(&broker.grants, KAAL_GRANT_IRQ, holder, holder, device, &g);
    if (err != KAAL_OK) {
        return err;
    }
    grant_blank(g);
    err = charge(g, holder, 0, 2);
    if (err == KAAL_OK) {
        err = bind_irq(c, node, number, g);
    }
    if (err == KAAL_OK) {
        err = entry_add(
            c, &g->entry,
            &(struct kaal_start_entry){.kind = KAAL_START_IRQ, .slot = g->cptr, .value = g->badge},
            dt_name(&broker.dt, node));
    }
    if (err != KAAL_OK) {
        take_back(g);
        return err;
    }
    info->interrupt[number].slot = g->cptr;
    info->interrupt[number].bit = g->badge;
    info->interrupts = number + 1;
    return KAAL_OK;
}

static enum kaal_err add_irqs(struct component *c, struct dt_node node, struct grant *device,
                              struct kaal_device_info *info)
{
    struct dt_irq irq;
    enum kaal_err err = KAAL_OK;
    for (uint32_t i = 0; i < INTERRUPTS_MAX && err == KAAL_OK && dt_irq(&broker.dt, node, i, &irq);
         i++) {
        err = c->notified ? add_irq(c, node, i, device, info) : KAAL_ERR_STATE;
    }
    return err;
}

// --- the request ---------------------------------------------------------------------------------

static enum kaal_err add_device(struct component *c, struct dt_node node,
                                const struct windows *windows, struct grant *g,
                                struct kaal_device_info *info)
{
    g->badge = windows->ranges[0].base;
    g->rights = KAAL_RIGHT_READ | KAAL_RIGHT_WRITE;
    enum kaal_err err = charge(g, component_number(c), 0, windows->pages);
    if (err == KAAL_OK) {
        err = map_windows(c, g, windows, info);
    }
    if (err == KAAL_OK) {
        err = entry_add(c, &g->entry,
                        &(struct kaal_start_entry){.kind = KAAL_START_DEVICE,
                                                   .rights = g->rights,
                                                   .address = info->window[0].address,
                                                   .size = info->window[0].size},
                        dt_name(&broker.dt, node));
    }
    return err == KAAL_OK ? add_irqs(c, node, g, info) : err;
}

enum kaal_err serve_device(struct request *r)
{
    char text[128];
    struct dt_node node;
    struct windows windows;
    struct grant *g = NULL;
    struct kaal_device_info info = {0};
    if (r->words < 3) {
        return KAAL_ERR_PROTOCOL;
    }
    if (argument(1) >= KAAL_DEVICE_MATCH_COUNT) {
        return wrong_argument(r, 1);
    }
    if (!argument_text(r, 3, argument(2), text, sizeof(text))) {
        return wrong_argument(r, 2);
    }
    enum kaal_err err = require(r, KAAL_ALLOW_DEVICE, KAAL_RULE_ALLOW_DEVICE);
    if (err == KAAL_OK) {
        err = find_node(r, text, &node);
    }
    if (err == KAAL_OK) {
        err = read_windows(node, &windows);
    }
    if (err == KAAL_OK) {
        err = grant_add(&broker.grants, KAAL_GRANT_DEVICE, component_number(r->caller),
                        broker.table->broker, NULL, &g);
    }
    if (err != KAAL_OK) {
        return err;
    }
    grant_blank(g);
    err = add_device(r->caller, node, &windows, g, &info);
    if (err != KAAL_OK) {
        (void)take_back_all(g);
        return err;
    }
    result(r, grant_id(&broker.grants, g));
    result_struct(r, &info, sizeof(info));
    audit_grant(KAAL_AUDIT_GRANT, NULL, g);
    return KAAL_OK;
}
