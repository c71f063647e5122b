// SPDX-License-Identifier: BSD-2-Clause
//
// Finding every slot that holds a capability. Starts at the slots of threads and interrupts, enters
// each CNode once, and follows every derivation list from end to end: zombies that lie in their own
// first slot are reached that way only.

#include "ok.h"

#include "kernel_ok.h"

#include "kernel/arch.h"
#include "kernel/arch_host.h"
#include "kernel/cspace.h"
#include "kernel/derive.h"

#include <stdio.h>
#include <stdlib.h>

// A set of addresses with a number each: open addressing, never more than half full. An entry
// counts if it has the table's stamp, so that emptying the table is one step.
struct table {
    struct table_entry {
        uintptr_t key;
        size_t value;
        size_t stamp;
    } * entry;
    size_t mask;
    size_t used;
    size_t stamp;
};

static struct table seen;    // slots: index in the stock
static struct table entered; // CNodes
static struct table objects; // address and type of objects: index of a slot in the stock

static void *must(void *memory)
{
    if (memory == NULL) {
        fputs("kernel_ok: no memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    return memory;
}

static void table_clear(struct table *table)
{
    if (table->entry == NULL) {
        table->mask = 4095;
        table->entry = must(calloc(table->mask + 1, sizeof(*table->entry)));
    }
    table->stamp++;
    table->used = 0;
}

// The entry of `key`, or the free one where it belongs.
static struct table_entry *table_place(const struct table *table, uintptr_t key)
{
    size_t i = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 20) & table->mask;
    while (table->entry[i].stamp == table->stamp && table->entry[i].key != key) {
        i = (i + 1) & table->mask;
    }
    return &table->entry[i];
}

static const struct table_entry *table_find(const struct table *table, uintptr_t key)
{
    const struct table_entry *entry = table_place(table, key);
    return entry->stamp == table->stamp ? entry : NULL;
}

static void table_grow(struct table *table)
{
    struct table larger = {.mask = table->mask * 2 + 1, .used = table->used, .stamp = 1};
    larger.entry = must(calloc(larger.mask + 1, sizeof(*larger.entry)));
    for (size_t i = 0; i <= table->mask; i++) {
        if (table->entry[i].stamp == table->stamp) {
            struct table_entry *entry = table_place(&larger, table->entry[i].key);
            *entry = (struct table_entry){table->entry[i].key, table->entry[i].value, larger.stamp};
        }
    }
    free(table->entry);
    *table = larger;
}

// False if the key is there already.
static bool table_add(struct table *table, uintptr_t key, size_t value)
{
    struct table_entry *entry = table_place(table, key);
    if (entry->stamp == table->stamp) {
        return false;
    }
    *entry = (struct table_entry){key, value, table->stamp};
    table->used++;
    if (table->used * 2 > table->mask) {
        table_grow(table);
    }
    return true;
}

// --- slots ---------------------------------------------------------------------------------------

static struct ok_stock *building;

static void stock_add(const struct slot *slot, size_t list, size_t position)
{
    if (building->count == building->capacity) {
        building->capacity = building->capacity * 2 + 256;
        building->slots =
            must(realloc(building->slots, building->capacity * sizeof(*building->slots)));
    }
    struct ok_slot entry = {.slot = slot, .list = list, .position = position};
    if (!cap_region(slot->cap, &entry.start, &entry.size)) {
        entry.size = 0;
    }
    building->slots[building->count++] = entry;
}

// Takes stock of the whole list that `slot` is in.
static const char *follow_list(const struct slot *slot)
{
    if (slot_is_empty(slot) || table_find(&seen, (uintptr_t)slot) != NULL) {
        return NULL;
    }
    const struct slot *head = slot;
    for (size_t steps = 0; slot_prev(head) != NULL; steps++) {
        if (steps > (size_t)1 << 24) {
            return "D1: the derivation list has no beginning";
        }
        head = slot_prev(head);
    }
    const size_t list = building->lists++;
    size_t position = 0;
    for (const struct slot *at = head; at != NULL; at = slot_next(at)) {
        if (slot_is_empty(at)) {
            return "D1: an empty slot is in a derivation list";
        }
        if (slot_next(at) != NULL && slot_prev(slot_next(at)) != at) {
            return "D1: next and prev disagree";
        }
        if (!table_add(&seen, (uintptr_t)at, building->count)) {
            return "D1: the derivation list has a cycle";
        }
        stock_add(at, list, position++);
    }
    return table_find(&seen, (uintptr_t)slot) == NULL ? "D1: a slot is not in its own list" : NULL;
}

static const char *enter_slots(const struct slot *slots, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        const struct slot *slot = &slots[i];
        if ((slot->cap.word[0] | slot->cap.word[1] | slot->link[0] | slot->link[1]) == 0) {
            continue; // most are
        }
        if (slot_is_empty(slot)) {
            return "D1: an empty slot has links";
        }
        const char *broken = follow_list(slot);
        if (broken != NULL) {
            return broken;
        }
        building->slots[table_place(&seen, (uintptr_t)slot)->value].housed = true;
    }
    return NULL;
}

// The slots that a capability's object holds.
static const char *enter_object(struct cap cap)
{
    const bool zombie = cap_type(cap) == CAP_ZOMBIE;
    const uint64_t kind = cap_get(cap, CAP_ZOMBIE_KIND);
    const bool tcb = cap_type(cap) == CAP_TCB || (zombie && kind == ZOMBIE_TCB);
    const bool cnode = cap_type(cap) == CAP_CNODE || (zombie && kind == ZOMBIE_CNODE);
    if (!tcb && !cnode) {
        return NULL;
    }
    void *object = arch_ptr(cap_address(cap));
    if (!table_add(&entered, (uintptr_t)object, 0)) {
        return NULL;
    }
    return tcb ? enter_slots(((struct tcb *)object)->slots, TCB_SLOT_COUNT)
               : enter_slots(object, cnode_slot_count(cap));
}

// --- objects -------------------------------------------------------------------------------------

// Objects are 16-byte aligned: the low bits tell apart what types can share an address with a slot
// of the table.
static uintptr_t object_key(enum cap_type type, uint64_t address)
{
    return (uintptr_t)(address * 32 + (uint64_t)type);
}

const struct slot *ok_object_at(enum cap_type type, uint64_t address)
{
    const struct table_entry *entry = table_find(&objects, object_key(type, address));
    return entry == NULL ? NULL : building->slots[entry->value].slot;
}

const struct slot *ok_object(enum cap_type type, const void *object)
{
    return ok_object_at(type, arch_paddr(object).raw);
}

const struct ok_slot *ok_find(const struct slot *slot)
{
    const struct table_entry *entry = table_find(&seen, (uintptr_t)slot);
    return entry == NULL ? NULL : &building->slots[entry->value];
}

// --- all -----------------------------------------------------------------------------------------

static struct {
    const struct slot *slots;
    uint64_t count;
    unsigned memory; // valid as long as this has not been reset
} root;

void kernel_ok_root(const struct slot *slots, uint64_t count)
{
    root.slots = slots;
    root.count = count;
    root.memory = host_memory.resets;
}

static const char *enter_roots(void)
{
    const char *broken = enter_slots(kernel.irq_notification, PLAT_IRQ_COUNT);
    if (root.memory == host_memory.resets && broken == NULL) {
        broken = enter_slots(root.slots, root.count);
    }
    for (struct tcb *tcb = kernel.all_threads; tcb != NULL && broken == NULL; tcb = tcb->all_next) {
        broken = enter_slots(tcb->slots, TCB_SLOT_COUNT);
    }
    return broken;
}

const char *ok_gather(struct ok_stock *stock)
{
    building = stock;
    building->count = 0;
    building->lists = 0;
    table_clear(&seen);
    table_clear(&entered);
    table_clear(&objects);
    const char *broken = enter_roots();
    // The stock grows while it is walked.
    for (size_t i = 0; i < stock->count && broken == NULL; i++) {
        broken = enter_object(stock->slots[i].slot->cap);
    }
    for (size_t i = 0; i < stock->count && broken == NULL; i++) {
        if (!stock->slots[i].housed) {
            broken = "O2: a capability lies in memory that is neither CNode nor thread";
        }
        if (stock->slots[i].size > 0) {
            const enum cap_type type = cap_type(stock->slots[i].slot->cap);
            (void)table_add(&objects, object_key(type, stock->slots[i].start), i);
        }
    }
    return broken;
}
