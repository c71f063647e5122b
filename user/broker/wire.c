// SPDX-License-Identifier: BSD-2-Clause
//
// Capabilities between components, as the plan lists them. Every object of a component vanishes
// with it, and with the object all capabilities to it; when it is built again they are put anew. In
// between, what others call in its place is the broker:
//
//    client's slot    ──► server's endpoint, badge of the channel        alive
//                     ──► broker's endpoint, KAAL_BADGE_DEAD | server    ended
//
// uses     for each component, the capabilities of the plan to its objects, as linked lists;
//          channels of others to it first

#include "broker.h"

#include <kaal/layout.h>
#include <kaal/microkit.h>

#include <lib/bits.h>

struct use {
    const struct use *next;
    const struct kaal_plan_cap *cap;
    uint16_t entry; // in the start page of its holder
};

static uint32_t sink;        // a notification that nobody waits for
static uint32_t signal_slot; // empty but for the moment of a signal

// Of another component, which learns generations.
static bool is_others_channel(const struct kaal_plan_cap *cap)
{
    return plan_cap_is_channel(cap) && cap->pd != cap->object;
}

// Each is put before what is in the list.
static void list_uses(struct use *uses, bool channels)
{
    for (uint32_t i = 0; i < plan_count(&broker.plan, KAAL_TABLE_CAPS); i++) {
        const struct kaal_plan_cap *cap = uses[i].cap;
        if (plan_cap_is_of_pd(cap) && !plan_cap_is_note(cap) &&
            is_others_channel(cap) == channels) {
            struct component *object = component_at(cap->object);
            uses[i].next = object->uses;
            object->uses = &uses[i];
            object->channels_to += channels ? 1 : 0;
        }
    }
}

enum kaal_err wire_open(void)
{
    static uint16_t entries[KAAL_PD_MAX];
    void *table = NULL;
    const uint32_t count = plan_count(&broker.plan, KAAL_TABLE_CAPS);
    enum kaal_err err = own_table(count * sizeof(struct use), &table);
    struct use *uses = table;
    if (err != KAAL_OK) {
        return err;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct kaal_plan_cap *cap = plan_cap(&broker.plan, i);
        uses[i].cap = cap;
        uses[i].entry = entries[cap->pd]++;
        struct component *holder = component_at(cap->pd);
        holder->notified = holder->notified || plan_cap_is_irq(cap) ||
                           (cap->kind == KAAL_CAP_NOTIFICATION && cap->object == cap->pd);
        holder->serves = holder->serves || cap->kind == KAAL_CAP_REPLY;
        bool own_space =
            cap->object == cap->pd && (cap->kind == KAAL_CAP_CNODE || cap->kind == KAAL_CAP_VSPACE);
        holder->holds_own_space = holder->holds_own_space || own_space;
    }
    list_uses(uses, false);
    list_uses(uses, true);
    err = arena_slot(&broker.own, &signal_slot);
    return err == KAAL_OK ? arena_objects(&broker.own, seL4_NotificationObject, 0, 1, &sink) : err;
}

// --- slots of a component ------------------------------------------------------------------------

// The CNode of a slot, in which it is *slot.
static seL4_CPtr cspace(const struct component *c, uint32_t *slot, seL4_Uint8 *depth)
{
    if ((*slot & KAAL_SLOT_ROOT) != 0) {
        *slot &= ~KAAL_SLOT_ROOT;
        *depth = KAAL_MICROKIT_ROOT_BITS;
        return c->cspace_top;
    }
    *depth = (seL4_Uint8)c->spec.cspace_bits;
    return c->cnode;
}

static uint32_t dynamic_slots(const struct component *c)
{
    uint32_t slots = (UINT32_C(1) << c->spec.cspace_bits) - c->first_free;
    return slots < 64 ? slots : 64;
}

bool cspace_take(struct component *c, uint32_t *slot)
{
    uint64_t free = ~c->slots_taken;
    if (free == 0 || ctz64(free) >= dynamic_slots(c)) {
        return false;
    }
    *slot = c->first_free + ctz64(free);
    c->slots_taken |= free & (~free + 1);
    return true;
}

bool cspace_take_pair(struct component *c, uint32_t *first)
{
    uint64_t free = ~c->slots_taken & (~c->slots_taken >> 1);
    if (free == 0 || ctz64(free) + 1 >= dynamic_slots(c)) {
        return false;
    }
    *first = c->first_free + ctz64(free);
    c->slots_taken |= UINT64_C(3) << ctz64(free);
    return true;
}

void cspace_give(struct component *c, uint32_t slot)
{
    c->slots_taken &= ~(UINT64_C(1) << (slot - c->first_free));
}

enum kaal_err cspace_put(struct component *c, uint32_t slot, uint32_t from, seL4_CapRights_t rights,
                         uint64_t badge)
{
    seL4_Uint8 depth = 0;
    seL4_CPtr cnode = cspace(c, &slot, &depth);
    // Mint with a badge of 0 would still rewrite the guard of a CNode capability; Copy keeps it.
    return refused(
        badge == 0
            ? seL4_CNode_Copy(cnode, slot, depth, store(), from, store_depth(), rights)
            : seL4_CNode_Mint(cnode, slot, depth, store(), from, store_depth(), rights, badge));
}

void cspace_revoke(struct component *c, uint32_t slot)
{
    seL4_Uint8 depth = 0;
    seL4_CPtr cnode = cspace(c, &slot, &depth);
    (void)seL4_CNode_Revoke(cnode, slot, depth);
}

void cspace_clear(struct component *c, uint32_t slot)
{
    seL4_Uint8 depth = 0;
    seL4_CPtr cnode = cspace(c, &slot, &depth);
    (void)seL4_CNode_Delete(cnode, slot, depth);
}

// --- capabilities of the plan --------------------------------------------------------------------

static seL4_CapRights_t ipc_rights(uint32_t rights)
{
    bool write = (rights & KAAL_RIGHT_WRITE) != 0;
    bool grant = (rights & KAAL_RIGHT_GRANT) != 0;
    // Whoever may send may also call: GrantReply lets the answer come back, and no more.
    return seL4_CapRights_new(write, grant, (rights & KAAL_RIGHT_READ) != 0, write);
}

static uint32_t source(const struct kaal_plan_cap *cap)
{
    const struct component *object = plan_cap_is_of_pd(cap) ? component_at(cap->object) : NULL;
    switch ((enum kaal_cap_kind)cap->kind) {
    case KAAL_CAP_ENDPOINT:
        return object->endpoint;
    case KAAL_CAP_NOTIFICATION:
        return object->notification;
    case KAAL_CAP_REPLY:
        return object->reply;
    case KAAL_CAP_CNODE:
        return object->cnode;
    case KAAL_CAP_VSPACE:
        return object->vspace;
    case KAAL_CAP_TCB:
        return object->tcb;
    case KAAL_CAP_SCHED_CONTEXT:
        return object->sched_context;
    case KAAL_CAP_INBOX:
        return object->inbox;
    case KAAL_CAP_FRAME:
        return region_frame(cap->object) + cap->window;
    case KAAL_CAP_SMC:
        return (uint32_t)own_cap(KAAL_HANDOVER_SMC);
    case KAAL_CAP_IRQ_HANDLER:
    case KAAL_CAP_IRQ_NUMBER:
    case KAAL_CAP_KIND_COUNT:
        break;
    }
    return 0;
}

static seL4_CapRights_t rights_of(const struct kaal_plan_cap *cap)
{
    switch (cap->kind) {
    case KAAL_CAP_ENDPOINT:
    case KAAL_CAP_NOTIFICATION:
        return ipc_rights(cap->rights);
    case KAAL_CAP_FRAME:
        return seL4_CapRights_new(false, false, (cap->rights & KAAL_RIGHT_READ) != 0,
                                  (cap->rights & KAAL_RIGHT_WRITE) != 0);
    default:
        return seL4_AllRights;
    }
}

enum kaal_err wire_irq(const struct component *c, uint32_t handler, uint32_t signal, uint64_t badge)
{
    enum kaal_err err =
        refused(seL4_CNode_Mint(store(), signal, store_depth(), store(), c->notification,
                                store_depth(), seL4_CanWrite, badge));
    if (err == KAAL_OK) {
        err = refused(seL4_IRQHandler_SetNotification(handler, signal));
    }
    // It may have come before, to nobody.
    return err == KAAL_OK ? refused(seL4_IRQHandler_Ack(handler)) : err;
}

// The handler stays in the store, the holder gets a copy; the interrupt signals the holder's
// notification with the badge of the plan.
static enum kaal_err put_irq(struct component *c, const struct kaal_plan_cap *cap)
{
    uint32_t handler = 0;
    uint32_t signal = 0;
    enum kaal_err err = arena_slot(&c->arena, &handler);
    if (err == KAAL_OK) {
        err = arena_slot(&c->arena, &signal);
    }
    if (err == KAAL_OK) {
        err = cap->kind == KAAL_CAP_IRQ_NUMBER
                  ? machine_irq_number(cap->object, cap->window != 0, handler)
                  : machine_irq(machine_device(cap->object), cap->window, handler);
    }
    if (err == KAAL_OK) {
        err = wire_irq(c, handler, signal, cap->badge);
    }
    if (err == KAAL_OK && c->irq_count < COMPONENT_IRQS) {
        c->irqs[c->irq_count++] = handler;
    }
    return err == KAAL_OK ? cspace_put(c, cap->slot, handler, seL4_AllRights, 0) : err;
}

static void redirect(const struct kaal_plan_cap *cap)
{
    if (plan_cap_is_channel(cap)) {
        wire_redirect(component_at(cap->pd), cap->slot, cap->kind == KAAL_CAP_ENDPOINT,
                      cap->object);
    }
}

// Is what it leads to no more, or not any more?
static bool is_dead(const struct kaal_plan_cap *cap)
{
    if (!plan_cap_is_of_pd(cap)) {
        return false;
    }
    const struct component *object = component_at(cap->object);
    return !component_built(object) || (object->cut_off && plan_cap_is_channel(cap));
}

static enum kaal_err put_living(const struct kaal_plan_cap *cap)
{
    struct component *holder = component_at(cap->pd);
    uint64_t badge = cap->badge;
    if (plan_cap_is_irq(cap)) {
        return put_irq(holder, cap);
    }
    if (cap->kind == KAAL_CAP_ENDPOINT && cap->object == broker.table->broker) {
        badge = broker_badge(holder, KAAL_BADGE_CALL);
    }
    return cspace_put(holder, cap->slot, source(cap), rights_of(cap), badge);
}

static enum kaal_err put(const struct kaal_plan_cap *cap)
{
    if (cap->pd != cap->object && is_dead(cap)) {
        redirect(cap);
        return KAAL_OK;
    }
    return put_living(cap);
}

// The root task has put the broker's own.
static bool is_there(const struct kaal_plan_cap *cap)
{
    return plan_cap_is_note(cap) ||
           (cap->pd == broker.table->broker && cap->object == cap->pd && plan_cap_is_of_pd(cap));
}

static void count_slots(struct component *c, const struct kaal_plan_cap *cap)
{
    bool above = cap->slot >= c->first_free && (cap->slot & KAAL_SLOT_ROOT) == 0;
    c->first_free = above ? cap->slot + 1 : c->first_free;
    bool signalled =
        plan_cap_is_irq(cap) || (cap->kind == KAAL_CAP_NOTIFICATION && plan_cap_is_note(cap));
    c->bits_taken |= signalled ? cap->badge : 0;
}

enum kaal_err wire_own(struct component *c)
{
    enum kaal_err err = KAAL_OK;
    c->first_free = 1;
    c->irq_count = 0;
    struct plan_range caps = plan_caps_of(&broker.plan, component_number(c));
    for (uint32_t i = caps.first; i < caps.end && err == KAAL_OK; i++) {
        const struct kaal_plan_cap *cap = plan_cap(&broker.plan, i);
        count_slots(c, cap);
        if (!is_there(cap)) {
            err = put(cap);
        }
    }
    return err;
}

enum kaal_err wire_others(struct component *c)
{
    enum kaal_err err = KAAL_OK;
    for (const struct use *use = c->uses; use != NULL && err == KAAL_OK; use = use->next) {
        struct component *holder = component_at(use->cap->pd);
        if (holder != c && component_built(holder)) {
            cspace_clear(holder, use->cap->slot);
            err = put_living(use->cap);
        }
    }
    return err;
}

void wire_redirect(struct component *holder, uint32_t slot, bool call, uint32_t dead)
{
    if (!component_built(holder)) {
        return;
    }
    cspace_clear(holder, slot);
    if (call) {
        (void)cspace_put(holder, slot, (uint32_t)own_cap(KAAL_HANDOVER_BROKER_ENDPOINT),
                         ipc_rights(KAAL_RIGHT_WRITE), KAAL_BADGE_DEAD | dead);
    } else {
        (void)cspace_put(holder, slot, sink, seL4_CanWrite, 0);
    }
}

void wire_dead(struct component *c)
{
    for (const struct use *use = c->uses; use != NULL; use = use->next) {
        if (component_at(use->cap->pd) != c) {
            redirect(use->cap);
        }
    }
}

bool wire_reaches(uint32_t from, uint32_t to, bool call)
{
    for (const struct use *use = component_at(to)->uses; use != NULL; use = use->next) {
        if (use->cap->pd == from && plan_cap_is_channel(use->cap) &&
            (!call || use->cap->kind == KAAL_CAP_ENDPOINT)) {
            return true;
        }
    }
    return false;
}

void wire_acknowledge(const struct component *c)
{
    for (uint32_t i = 0; i < c->irq_count; i++) {
        (void)seL4_IRQHandler_Ack(c->irqs[i]);
    }
}

void wire_signal(const struct component *c, uint64_t badge)
{
    if (component_built(c) &&
        seL4_CNode_Mint(store(), signal_slot, store_depth(), store(), c->notification,
                        store_depth(), seL4_CanWrite, badge) == seL4_NoError) {
        seL4_Signal(signal_slot);
        (void)seL4_CNode_Delete(store(), signal_slot, store_depth());
    }
}

// As `c` would have done before it signalled over this channel, which is in a group.
static void set_word(const struct component *c, const struct kaal_plan_cap *cap)
{
    uint64_t at = KAAL_LAYOUT_WORD(cap->window);
    const struct kaal_plan_map *map = plan_find_map(&broker.plan, component_number(c), at);
    if (map == NULL) {
        return;
    }
    uint32_t frame = region_frame(map->object) + (uint32_t)((at - map->vaddr) >> PAGE_BITS);
    if (memory_map_own(frame, KAAL_LAYOUT_WINDOW, seL4_ReadWrite, true) == KAAL_OK) {
        uint64_t *word = (uint64_t *)(KAAL_LAYOUT_WINDOW + at % PAGE_SIZE); // NOLINT: mapped now
        __atomic_store_n(word, 1, __ATOMIC_RELEASE);
        (void)seL4_ARM_Page_Unmap(frame);
    }
}

void wire_signal_all(const struct component *c)
{
    struct plan_range caps = plan_caps_of(&broker.plan, component_number(c));
    for (uint32_t i = caps.first; c->described && i < caps.end; i++) {
        const struct kaal_plan_cap *cap = plan_cap(&broker.plan, i);
        if (cap->kind == KAAL_CAP_NOTIFICATION && plan_cap_is_channel(cap) &&
            !plan_cap_is_note(cap)) {
            if (cap->window != 0) {
                set_word(c, cap);
            }
            wire_signal(component_at(cap->object), cap->badge);
        }
    }
}

static void set_generation(const struct component *holder, uint16_t index, uint64_t generation)
{
    if (holder->start != NULL && index != GRANTS_NONE) {
        struct kaal_start_entry *entry = &holder->start->entries[index];
        if (entry->kind == KAAL_START_CALL || entry->kind == KAAL_START_SIGNAL) {
            entry->value = generation;
        }
    }
}

void wire_generation(const struct component *c, uint64_t generation)
{
    const struct use *use = c->uses;
    for (uint32_t i = 0; i < c->channels_to; i++, use = use->next) {
        set_generation(component_at(use->cap->pd), use->entry, generation);
    }
    struct grant_walk walk = grants_of_peer(&broker.grants, component_number(c));
    for (const struct grant *g; (g = grant_next(&broker.grants, &walk)) != NULL;) {
        set_generation(component_at(g->holder), g->entry, generation);
    }
}
