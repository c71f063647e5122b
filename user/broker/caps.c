// SPDX-License-Identifier: BSD-2-Clause
//
// Who holds what: the broker's books, slot by slot, beside what the kernel has there. A line is
// made when the console has room for it, so there may be as many as there want; and however many
// slots there are without one, a request looks at no more than STEPS. In between the system goes
// on, and each slot is compared at one moment.
//
//    component   0 ─► 1 ─► ..
//      slots     0 .. 63 | 64 .. 127 | ..     a window, filled out of the plan and of the grants
//      inbox     0 .. 3
//      maps      of the plan, then grants of memory and devices
//    store       free slots that hold something
//
// How a slot is asked about: where the books have something, the capability is copied out, which
// shows that it is there, and a debug kernel tells its type; where they have nothing, one is copied
// in, which only works if there is nothing. (The other way round, each question would be an error,
// and a kernel that prints tells its errors.)
//
// Of a component that holds a CNode of its own nobody can keep the books: what differs there is
// told, but not counted as a difference.

#include "grant.h"
#include "serve.h"

#include <kaal/broker_client.h>
#include <kaal/cap_tag.h>

enum {
    WINDOW = 64, // slots
    STEPS = 256, // slots, maps and grants in one request

    TYPE_NONE = KAAL_CAP_TAG_NULL,
    TYPE_UNKNOWN = -1, // something; this kernel does not tell what
};

enum part {
    PART_SLOTS,
    PART_INBOX,
    PART_MAPS,
    PART_GRANTS,
};

// What the books say of a slot.
struct entry {
    int type;
    const char *name; // NULL: it has none
    uint32_t peer;    // component, or NO_COMPONENT
    uint32_t rights;  // enum kaal_rights, 0: does not matter
};

static struct {
    bool active;
    bool open; // somebody holds the component's CNode
    uint32_t component;
    enum part part;
    uint32_t index; // in the part
    struct entry window[WINDOW];
    uint32_t steps; // that are left of this request

    uint32_t components;
    uint64_t slots;
    uint64_t held;
    uint64_t maps;
    uint64_t differ;
    uint64_t open_differ;
    uint64_t lost;
} walk;

static uint32_t scratch; // a slot of the store for capabilities that are looked at; 0: none yet

// --- the books -----------------------------------------------------------------------------------

static void note(uint32_t slot, struct entry entry)
{
    if (slot / WINDOW == walk.index / WINDOW) {
        walk.window[slot % WINDOW] = entry;
    }
}

// What leads to a component that has ended leads elsewhere or is gone, as wire_dead() has it.
static bool is_gone(const struct kaal_plan_cap *cap)
{
    return plan_cap_is_of_pd(cap) && !component_built(component_at(cap->object)) &&
           !plan_cap_is_channel(cap);
}

static void note_plan(const struct component *c)
{
    struct plan_range caps = plan_caps_of(&broker.plan, component_number(c));
    for (uint32_t i = caps.first; i < caps.end; i++) {
        const struct kaal_plan_cap *cap = plan_cap(&broker.plan, i);
        if (!plan_cap_is_note(cap) && !is_gone(cap)) {
            uint32_t peer =
                plan_cap_is_of_pd(cap) && cap->object != cap->pd ? cap->object : NO_COMPONENT;
            note(cap->slot, (struct entry){kaal_cap_tag((enum kaal_cap_kind)cap->kind), cap->name,
                                           peer, cap->rights});
        }
    }
}

static int grant_type(const struct grant *g)
{
    static const int types[KAAL_GRANT_KIND_COUNT] = {
        [KAAL_GRANT_CALL] = KAAL_CAP_TAG_ENDPOINT,
        [KAAL_GRANT_SIGNAL] = KAAL_CAP_TAG_NOTIFICATION,
        [KAAL_GRANT_CHANNEL] = KAAL_CAP_TAG_NOTIFICATION,
        [KAAL_GRANT_IRQ] = KAAL_CAP_TAG_IRQ_HANDLER,
    };
    return types[g->kind]; // TYPE_NONE of what is mapped, not held
}

static const char *entry_name(const struct component *c, uint16_t entry)
{
    return entry == GRANTS_NONE || c->start == NULL ? NULL : c->start->entries[entry].name;
}

static void note_grants(const struct component *c)
{
    struct grant_walk grants = grants_of_holder(&broker.grants, component_number(c));
    for (const struct grant *g; (g = grant_next(&broker.grants, &grants)) != NULL;) {
        uint32_t peer = g->peer == GRANTS_NONE ? NO_COMPONENT : g->peer;
        struct entry entry = {grant_type(g), entry_name(c, g->entry), peer, g->rights};
        if (g->cptr != 0 && entry.type != TYPE_NONE) {
            note((uint32_t)g->cptr, entry);
        }
        if (g->cptr != 0 && g->kind == KAAL_GRANT_CHANNEL) {
            note((uint32_t)g->cptr + 1, entry);
        }
    }
}

// spawn.c gives these to every component that it starts.
static void note_spawned(const struct component *c)
{
    for (uint32_t i = 0; i < c->start->entry_count; i++) {
        const struct kaal_start_entry *entry = &c->start->entries[i];
        int type = entry->kind == KAAL_START_ENDPOINT || entry->kind == KAAL_START_BROKER
                       ? KAAL_CAP_TAG_ENDPOINT
                   : entry->kind == KAAL_START_NOTIFICATION ? KAAL_CAP_TAG_NOTIFICATION
                   : entry->kind == KAAL_START_REPLY        ? KAAL_CAP_TAG_REPLY
                                                            : TYPE_NONE;
        uint32_t peer = entry->kind == KAAL_START_BROKER ? broker.table->broker : NO_COMPONENT;
        if (type != TYPE_NONE) {
            note((uint32_t)entry->slot, (struct entry){type, entry->name, peer, 0});
        }
    }
}

static void fill_window(const struct component *c)
{
    for (uint32_t i = 0; i < WINDOW; i++) {
        walk.window[i] = (struct entry){TYPE_NONE, NULL, NO_COMPONENT, 0};
    }
    if (c->described) {
        note_plan(c);
    } else {
        note_spawned(c);
    }
    note_grants(c);
}

// --- the kernel ----------------------------------------------------------------------------------

static int identify(uint32_t slot)
{
    int type = kaal_try_debug_identify(slot);
    return type < 0 ? TYPE_UNKNOWN : type;
}

static int copied_out(seL4_CPtr cnode, uint32_t slot, seL4_Uint8 depth)
{
    if (seL4_CNode_Copy(store(), scratch, store_depth(), cnode, slot, depth, seL4_AllRights) !=
        seL4_NoError) {
        return TYPE_NONE;
    }
    int type = identify(scratch);
    (void)seL4_CNode_Delete(store(), scratch, store_depth());
    return type;
}

static bool is_empty(seL4_CPtr cnode, uint32_t slot, seL4_Uint8 depth)
{
    uint32_t any = component_at(broker.table->broker)->notification;
    if (seL4_CNode_Copy(cnode, slot, depth, store(), any, store_depth(), seL4_NoRights) !=
        seL4_NoError) {
        return false;
    }
    (void)seL4_CNode_Delete(cnode, slot, depth);
    return true;
}

// `expected`: what the books say. Something that cannot be copied is TYPE_UNKNOWN.
static int look(seL4_CPtr cnode, uint32_t slot, seL4_Uint8 depth, int expected)
{
    int type = expected == TYPE_NONE ? TYPE_NONE : copied_out(cnode, slot, depth);
    if (type == TYPE_NONE && !is_empty(cnode, slot, depth)) {
        type = copied_out(cnode, slot, depth);
        type = type == TYPE_NONE ? TYPE_UNKNOWN : type;
    }
    return type;
}

// Does this slot of the store hold something though it is free? Not where the kernel does not tell.
static bool is_lost(uint32_t slot)
{
    bool is_free = (broker.slots.words[slot / 64] >> slot % 64 & 1) != 0;
    return is_free && identify(slot) > TYPE_NONE;
}

// --- lines ---------------------------------------------------------------------------------------

static void begin(struct kaal_report *report, const char *event, const struct component *c)
{
    kaal_report_begin(report, event);
    kaal_report_str(report, "component", c->spec.name);
    kaal_report_u64(report, "number", component_number(c));
}

// A line for a slot that is not empty on either side.
static bool compare(struct kaal_report *report, const struct component *c, const char *where,
                    uint32_t slot, const struct entry *entry, int found)
{
    bool same = found == entry->type || (found == TYPE_UNKNOWN && entry->type != TYPE_NONE);
    walk.slots++;
    walk.held += found != TYPE_NONE;
    walk.differ += !same && !walk.open;
    walk.open_differ += !same && walk.open;
    if (entry->type == TYPE_NONE && found == TYPE_NONE) {
        return false;
    }
    begin(report, "cap", c);
    fmt_str(&report->fmt, where);
    fmt_u64(&report->fmt, slot);
    kaal_report_str(report, "kind", kaal_cap_tag_name(entry->type));
    kaal_report_str(report, "kernel", kaal_cap_tag_name(found));
    kaal_report_str(report, "name", entry->name == NULL ? "-" : entry->name);
    kaal_report_str(report, "peer",
                    entry->peer == NO_COMPONENT ? "-" : component_at(entry->peer)->spec.name);
    kaal_report_rights(report, "rights", entry->rights);
    if (!same) {
        kaal_report_str(report, "differs", walk.open ? "open" : "yes");
    }
    return true;
}

static bool slot_line(struct kaal_report *report, const struct component *c)
{
    seL4_Uint8 depth = (seL4_Uint8)c->spec.cspace_bits;
    uint32_t slot = walk.index;
    if (slot % WINDOW == 0) {
        fill_window(c);
    }
    const struct entry *entry = &walk.window[slot % WINDOW];
    int found = look(c->cnode, slot, depth, entry->type);
    walk.index++;
    return compare(report, c, " slot=", slot, entry, found);
}

// What others have sent it: nobody keeps books of that.
static bool inbox_line(struct kaal_report *report, const struct component *c)
{
    uint32_t slot = walk.index++;
    int found = look(c->inbox, slot, KAAL_INBOX_BITS, TYPE_NONE);
    struct entry entry = {found == TYPE_UNKNOWN ? TYPE_NONE : found, "received", NO_COMPONENT, 0};
    return compare(report, c, " slot=inbox.", slot, &entry, found);
}

static bool memory_line(struct kaal_report *report, const struct component *c, const char *kind,
                        const char *name, uint64_t address, uint64_t size, uint32_t rights)
{
    walk.maps++;
    begin(report, "map", c);
    kaal_report_str(report, "kind", kind);
    kaal_report_str(report, "name", name == NULL ? "-" : name);
    kaal_report_hex(report, "address", address);
    kaal_report_hex(report, "size", size);
    kaal_report_rights(report, "rights", rights);
    return true;
}

static bool map_line(struct kaal_report *report, const struct component *c)
{
    const struct kaal_plan_map *map = plan_map(&broker.plan, walk.index++);
    if (map->pd != component_number(c) || !c->described) {
        return false;
    }
    struct dt_range range = {0};
    bool device = map->source == KAAL_MAP_DEVICE;
    if (device) {
        (void)machine_window(machine_device(map->object), map->window, &range);
    } else {
        range.size = plan_region(&broker.plan, map->object)->size;
    }
    return memory_line(report, c, device ? "device" : "region", map->name, map->vaddr, range.size,
                       map->rights);
}

static bool grant_line(struct kaal_report *report, const struct component *c)
{
    uint32_t before = walk.index;
    const struct grant *g = grant_scan(&broker.grants, &walk.index);
    if (g == NULL) {
        walk.index = before + GRANTS_MAX;
        return false;
    }
    bool device = g->kind == KAAL_GRANT_DEVICE;
    if (g->holder != component_number(c) || !(device || g->kind == KAAL_GRANT_MEMORY)) {
        return false;
    }
    return memory_line(report, c, device ? "device" : "memory", entry_name(c, g->entry), g->address,
                       g->size, g->rights);
}

// --- the walk ------------------------------------------------------------------------------------

static uint32_t part_size(const struct component *c)
{
    switch (walk.part) {
    case PART_SLOTS:
        // Of the store, which is the broker's own, only what the description gives it.
        return component_number(c) == broker.table->broker ? broker.table->plan_end
                                                           : UINT32_C(1) << c->spec.cspace_bits;
    case PART_INBOX:
        return (c->spec.flags & KAAL_PD_INBOX) != 0 ? 1u << KAAL_INBOX_BITS : 0;
    case PART_MAPS:
        return plan_count(&broker.plan, KAAL_TABLE_MAPS);
    case PART_GRANTS:
        return GRANTS_MAX;
    }
    return 0;
}

static void next_component(void)
{
    walk.component++;
    walk.part = PART_SLOTS;
    walk.index = 0;
}

static bool step(void)
{
    if (walk.steps == 0) {
        return false;
    }
    walk.steps--;
    return true;
}

// The next line about this component; false: there are no more, or no more steps.
static bool component_line(struct kaal_report *report, const struct component *c)
{
    static bool (*const part_line[])(struct kaal_report * report, const struct component *c) = {
        [PART_SLOTS] = slot_line,
        [PART_INBOX] = inbox_line,
        [PART_MAPS] = map_line,
        [PART_GRANTS] = grant_line,
    };
    for (;;) {
        while (walk.index < part_size(c)) {
            if (!step()) {
                return false;
            }
            if (part_line[walk.part](report, c)) {
                return true;
            }
        }
        if (walk.part == PART_GRANTS) {
            return false;
        }
        walk.part++;
        walk.index = 0;
    }
}

static bool is_walked_out(const struct component *c)
{
    return walk.part == PART_GRANTS && walk.index >= part_size(c);
}

// The next line about any.
static bool any_line(struct kaal_report *report)
{
    for (; walk.component < broker.component_count && walk.steps > 0; next_component()) {
        const struct component *c = component_at(walk.component);
        if (!component_built(c) || c->cnode == 0) {
            continue;
        }
        walk.open = plan_has_cap(&broker.plan, KAAL_CAP_CNODE, walk.component);
        if (walk.part == PART_SLOTS && walk.index == 0) {
            walk.components++;
        } else if (walk.part == PART_SLOTS && walk.index % WINDOW != 0) {
            fill_window(c); // the books may have changed
        }
        if (component_line(report, c)) {
            return true;
        }
        if (!is_walked_out(c)) {
            return false;
        }
    }
    return false;
}

// The store, behind all components. True at its end.
static bool walk_store(void)
{
    for (; walk.index < broker.slots.count && step(); walk.index++) {
        walk.lost += is_lost(walk.index);
    }
    return walk.index == broker.slots.count;
}

static void last_line(struct kaal_report *report)
{
    kaal_report_begin(report, "caps");
    kaal_report_u64(report, "components", walk.components);
    kaal_report_u64(report, "slots", walk.slots);
    kaal_report_u64(report, "held", walk.held);
    kaal_report_u64(report, "maps", walk.maps);
    kaal_report_u64(report, "differ", walk.differ);
    kaal_report_u64(report, "open", walk.open_differ);
    kaal_report_u64(report, "lost", walk.lost);
    kaal_report_u64(report, "kinds", identify(0) != TYPE_UNKNOWN);
}

bool caps_next_line(struct kaal_report *report)
{
    if (!walk.active) {
        return false;
    }
    walk.steps = STEPS;
    bool found = any_line(report);
    if (!found && walk.component == broker.component_count && walk_store()) {
        last_line(report);
        walk.active = false;
        found = true;
    }
    if (!found) {
        log_wake(); // it asks once more
    }
    return found;
}

enum kaal_err serve_caps(struct request *r)
{
    if (component_number(r->caller) != broker.console) {
        return denied(KAAL_RULE_CONSOLE);
    }
    if (walk.active) {
        return KAAL_ERR_BUSY;
    }
    memset(&walk, 0, sizeof(walk));
    enum kaal_err err = scratch == 0 ? arena_slot(&broker.own, &scratch) : KAAL_OK;
    walk.active = err == KAAL_OK;
    return err;
}
