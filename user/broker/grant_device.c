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
#include <lib/pci_id.h>

enum {
    WINDOWS_MAX = 4,
    INTERRUPTS_MAX = 4,
    WINDOW_MAX = 1 << 21, // largest register window
};

static bool overlaps(struct device d, uint64_t base)
{
    struct dt_range window;
    for (uint32_t i = 0; i < WINDOWS_MAX && machine_window(d, i, &window); i++) {
        if (ranges_overlap(base, 1, window.base, window.size)) {
            return true;
        }
    }
    return base == machine_base(d);
}

uint32_t device_holder(struct device d)
{
    if (machine_means(KAAL_DEVICE_COMPATIBLE, PCI_HOST, d)) {
        return broker.table->broker; // who has all functions in reach
    }
    for (uint32_t i = 0; i < plan_count(&broker.plan, KAAL_TABLE_DEVICES); i++) {
        if (device_same(machine_device(i), d)) {
            return plan_device(&broker.plan, i)->pd;
        }
    }
    uint32_t index = 0;
    const struct grant *g = NULL;
    while ((g = grant_scan(&broker.grants, &index)) != NULL) {
        if (g->kind == KAAL_GRANT_DEVICE && overlaps(d, g->badge)) {
            return g->holder;
        }
    }
    return NO_COMPONENT;
}

struct device granted_device(const struct grant *g)
{
    struct device d = machine_next(no_device());
    while (device_exists(d) && machine_base(d) != g->badge) {
        d = machine_next(d);
    }
    return d;
}

static bool is_held(struct device d)
{
    return device_holder(d) != NO_COMPONENT;
}

static bool is_permitted(const struct component *c, struct device d)
{
    for (uint32_t i = 0; i < plan_count(&broker.plan, KAAL_TABLE_PERMITS); i++) {
        const struct kaal_plan_permit *permit = plan_permit(&broker.plan, i);
        if (permit->pd == component_number(c) &&
            machine_means((enum kaal_device_match)permit->match, permit->match_text, d)) {
            return true;
        }
    }
    return false;
}

// The device that is asked for and not taken; of several that are meant, the first such.
static enum kaal_err find_device(struct request *r, const char *text, struct device *out)
{
    enum kaal_device_match match = (enum kaal_device_match)argument(1);
    struct device first = machine_find(match, text, no_device());
    struct device d = first;
    while (device_exists(d) && is_held(d)) {
        d = machine_find(match, text, d);
    }
    if (!device_exists(first)) {
        return KAAL_ERR_NOTFOUND;
    }
    *out = device_exists(d) ? d : first;
    if (!is_permitted(r->caller, *out)) {
        return denied(KAAL_RULE_PERMIT);
    }
    return device_exists(d) ? KAAL_OK : KAAL_ERR_BUSY;
}

// --- registers -----------------------------------------------------------------------------------

static uint32_t pages_of(const struct dt_range *range)
{
    uint64_t first = align_down(range->base, PAGE_SIZE);
    return (uint32_t)((align_up(range->base + range->size, PAGE_SIZE) - first) >> PAGE_BITS);
}

// The pages of a window, mapped at `at`.
static enum kaal_err map_window(struct component *c, const struct dt_range *range, uint32_t slot,
                                uint64_t at, seL4_CapRights_t rights)
{
    enum kaal_err err = KAAL_OK;
    machine_join(range);
    for (uint32_t i = 0; i < pages_of(range) && err == KAAL_OK; i++) {
        uint64_t paddr = align_down(range->base, PAGE_SIZE) + ((uint64_t)i << PAGE_BITS);
        err = machine_frame_into(slot + i, paddr);
        if (err == KAAL_OK) {
            err = build_map(c, slot + i, at + ((uint64_t)i << PAGE_BITS), rights, false);
        }
    }
    return err;
}

// A PCI function's configuration space stands behind its registers. The holder may read it, which
// changes nothing; who writes it decides where in memory the function answers.
struct windows {
    struct dt_range ranges[WINDOWS_MAX + 1];
    uint32_t registers;
    uint32_t count;
    uint32_t pages; // without guards
};

static enum kaal_err read_windows(struct device d, struct windows *windows)
{
    struct dt_range range;
    *windows = (struct windows){0};
    while (windows->registers < WINDOWS_MAX && machine_window(d, windows->registers, &range)) {
        if (range.size == 0) {
            return KAAL_ERR_NOTFOUND;
        }
        if (range.size > WINDOW_MAX) {
            return KAAL_ERR_SLOTS;
        }
        windows->pages += pages_of(&range);
        windows->ranges[windows->registers++] = range;
    }
    windows->count = windows->registers;
    if (d.function != NULL && d.function->homeless) {
        return KAAL_ERR_MEMORY;
    }
    if (d.function != NULL) {
        windows->pages++;
        (void)machine_window(d, KAAL_WINDOW_CONFIG, &windows->ranges[windows->count++]);
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
    c->devices = true;
    uint64_t at = g->address;
    uint32_t slot = g->slot;
    enum kaal_err err = KAAL_OK;
    for (uint32_t i = 0; i < windows->count && err == KAAL_OK; i++) {
        const struct dt_range *range = &windows->ranges[i];
        bool config = i == windows->registers;
        err = map_window(c, range, slot, at, config ? seL4_CanRead : seL4_ReadWrite);
        if (config) {
            info->config = at;
        } else {
            info->window[i].address = at + range->base % PAGE_SIZE;
            info->window[i].size = range->size;
        }
        slot += pages_of(range);
        at += ((uint64_t)pages_of(range) + 1) << PAGE_BITS;
    }
    info->windows = windows->registers;
    return err;
}

// --- interrupts ----------------------------------------------------------------------------------

static enum kaal_err bind_irq(struct component *c, struct device d, uint32_t number,
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
    enum kaal_err err = machine_irq(d, number, g->slot);
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

static enum kaal_err add_irq(struct component *c, struct device d, uint32_t number,
                             struct grant *device, struct kaal_device_info *info)
{
    char name[KAAL_NAME_SIZE];
    struct grant *g = NULL;
    uint32_t holder = component_number(c);
    enum kaal_err err = grant_add(&broker.grants, KAAL_GRANT_IRQ, holder, holder, device, &g);
    if (err != KAAL_OK) {
        return err;
    }
    err = charge(g, holder, 0, 2);
    if (err == KAAL_OK) {
        err = bind_irq(c, d, number, g);
    }
    machine_name(d, name);
    if (err == KAAL_OK) {
        err = entry_add(
            c, &g->entry,
            &(struct kaal_start_entry){.kind = KAAL_START_IRQ, .slot = g->cptr, .value = g->badge},
            name);
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

static enum kaal_err add_irqs(struct component *c, struct device d, struct grant *device,
                              struct kaal_device_info *info)
{
    struct dt_irq irq;
    enum kaal_err err = KAAL_OK;
    for (uint32_t i = 0; i < INTERRUPTS_MAX && err == KAAL_OK && machine_line(d, i, &irq); i++) {
        err = c->notified ? add_irq(c, d, i, device, info) : KAAL_ERR_STATE;
    }
    return err;
}

// --- the request ---------------------------------------------------------------------------------

static enum kaal_err add_device(struct component *c, struct device d, const struct windows *windows,
                                struct grant *g, struct kaal_device_info *info)
{
    char name[KAAL_NAME_SIZE];
    machine_name(d, name);
    g->badge = machine_base(d);
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
                        name);
    }
    if (err == KAAL_OK) {
        err = add_irqs(c, d, g, info);
    }
    if (err == KAAL_OK) {
        device_start(d, info->interrupts != 0);
    }
    return err;
}

enum kaal_err serve_device(struct request *r)
{
    char text[128];
    struct pci_id id;
    struct device d;
    struct windows windows;
    struct grant *g = NULL;
    struct kaal_device_info info = {0};
    if (r->words < 3) {
        return KAAL_ERR_PROTOCOL;
    }
    if (argument(1) >= KAAL_DEVICE_MATCH_COUNT) {
        return wrong_argument(r, 1);
    }
    if (!argument_text(r, 3, argument(2), text, sizeof(text)) ||
        (argument(1) == KAAL_DEVICE_PCI && !pci_id_parse(text, &id))) {
        return wrong_argument(r, 2);
    }
    enum kaal_err err = require(r, KAAL_ALLOW_DEVICE, KAAL_RULE_ALLOW_DEVICE);
    if (err == KAAL_OK) {
        err = find_device(r, text, &d);
    }
    if (err == KAAL_OK) {
        err = read_windows(d, &windows);
    }
    if (err == KAAL_OK) {
        err = grant_add(&broker.grants, KAAL_GRANT_DEVICE, component_number(r->caller),
                        broker.table->broker, NULL, &g);
    }
    if (err != KAAL_OK) {
        return err;
    }
    err = add_device(r->caller, d, &windows, g, &info);
    if (err != KAAL_OK) {
        (void)take_back_all(g);
        return err;
    }
    result(r, grant_id(g));
    result_struct(r, &info, sizeof(info));
    audit_grant(KAAL_AUDIT_GRANT, NULL, g);
    return KAAL_OK;
}
