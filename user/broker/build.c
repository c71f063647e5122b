// SPDX-License-Identifier: BSD-2-Clause
//
// One component out of its plan. All kernel objects come from its arena, so that its end is the end
// of the arena; what it shares with others - text and constants in the image's frames, regions,
// device registers - it has copies of.

#include "broker.h"
#include "grant.h"

#include <kaal/layout.h>
#include <kaal/microkit.h>
#include <kaal/start_fill.h>
#include <kaal/vspace.h>

#include <lib/bits.h>

enum {
    SCHED_CONTEXT_BITS = 8,

    // Budget that a thread did not use up at once comes back in as many pieces (sel4 manual, MCS).
    EXTRA_REFILLS =
        (LIBSEL4_BIT(SCHED_CONTEXT_BITS) - seL4_CoreSchedContextBytes) / seL4_RefillSizeBytes,

    TABLES = 6, // page tables of an ordinary component
    GIBIBYTE = 1 << 30,
    OBJECTS_FIXED = 24, // slots of all but pages
    ASID_POOLS = 4,     // of 512 address spaces each
};

// Of each component, at the broker as well.
#define START_ROOM (KAAL_LAYOUT_START_END - KAAL_LAYOUT_START_PAGE)
_Static_assert(KAAL_LAYOUT_START_PAGES + KAAL_COMPONENT_MAX * START_ROOM <= KAAL_LAYOUT_IMAGE,
               "a start page for each component");

// --- where things come from ----------------------------------------------------------------------

// Objects made in advance, of which the first is the next to be taken.
struct stock {
    uint32_t first;
    uint32_t count;
};

struct builder {
    struct kaal_builder base;
    const struct kaal_program *program;
    struct arena *arena;
    struct stock frames;
    struct stock tables;
};

static enum kaal_err take_objects(struct kaal_builder *base, seL4_Word type, uint8_t size_bits,
                                  uint32_t count, seL4_CPtr *first)
{
    struct builder *b = (struct builder *)base;
    struct stock *stock = type == seL4_ARM_SmallPageObject ? &b->frames : &b->tables;
    bool stocked = type == seL4_ARM_SmallPageObject || type == seL4_ARM_PageTableObject;
    uint32_t slot = stock->first;
    enum kaal_err err = KAAL_OK;
    if (stocked && count <= stock->count) {
        stock->first += count;
        stock->count -= count;
    } else {
        err = arena_objects(b->arena, type, size_bits, count, &slot);
        base->refusal = broker.refusal;
    }
    *first = slot;
    return err;
}

static bool is_new_code(struct kaal_builder *base, const uint8_t *at)
{
    (void)base;
    return image_is_new_code(at);
}

static enum kaal_err share_frame(struct kaal_builder *base, const uint8_t *at, seL4_CPtr *frame)
{
    uint32_t slot = 0;
    enum kaal_err err = image_share(((struct builder *)base)->arena, at, &slot);
    base->refusal = broker.refusal;
    *frame = slot;
    return err;
}

static void close_window(struct kaal_builder *base, seL4_CPtr first, uint32_t count)
{
    (void)base;
    for (uint32_t i = 0; i < count; i++) {
        (void)seL4_ARM_Page_Unmap(first + i);
    }
}

static void *open_window(struct kaal_builder *base, seL4_CPtr first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (memory_map_own((uint32_t)first + i, KAAL_LAYOUT_WINDOW + ((uint64_t)i << PAGE_BITS),
                           seL4_ReadWrite, true) != KAAL_OK) {
            close_window(base, first, i);
            return NULL;
        }
    }
    return (void *)KAAL_LAYOUT_WINDOW; // NOLINT: mapped just now
}

static struct builder builder_of(struct component *c, bool shares)
{
    return (struct builder){.base = {.objects = take_objects,
                                     .share = shares ? share_frame : NULL,
                                     .is_new_code = is_new_code,
                                     .open = open_window,
                                     .close = close_window,
                                     .vspace = c->vspace,
                                     .ipc_buffer = c->spec.ipc_buffer},
                            .arena = &c->arena};
}

// --- objects -------------------------------------------------------------------------------------

static bool has_inbox(const struct component *c)
{
    return (c->spec.flags & KAAL_PD_INBOX) != 0;
}

static bool is_microkit(const struct component *c)
{
    return c->spec.abi == KAAL_ABI_MICROKIT;
}

// log2 of the slots of the CNode that lies above a component's own; 0: none does.
static uint8_t top_bits(const struct component *c)
{
    uint8_t inbox = has_inbox(c) ? 1 : 0;
    return is_microkit(c) ? KAAL_MICROKIT_ROOT_BITS : inbox;
}

// From large to small, so that none is aligned behind a gap: the CNodes of a Microkit program are
// the largest.
static enum kaal_err create_objects(struct component *c)
{
    const bool large = is_microkit(c);
    const uint8_t cspace_bits = (uint8_t)c->spec.cspace_bits;
    const struct {
        seL4_Word type;
        uint8_t size_bits;
        bool wanted;
        uint32_t *slot;
    } objects[] = {
        {seL4_CapTableObject, cspace_bits, large, &c->cnode},
        {seL4_CapTableObject, top_bits(c), large, &c->cspace_top},
        {seL4_ARM_VSpaceObject, 0, true, &c->vspace},
        {seL4_TCBObject, 0, true, &c->tcb},
        {seL4_CapTableObject, cspace_bits, !large, &c->cnode},
        {seL4_SchedContextObject, SCHED_CONTEXT_BITS, true, &c->sched_context},
        {seL4_CapTableObject, KAAL_INBOX_BITS, has_inbox(c), &c->inbox},
        {seL4_CapTableObject, top_bits(c), has_inbox(c), &c->cspace_top},
        {seL4_NotificationObject, 0, c->notified, &c->notification},
        {seL4_ReplyObject, 0, c->serves, &c->reply},
        {seL4_EndpointObject, 0, c->serves, &c->endpoint},
    };
    enum kaal_err err = KAAL_OK;
    for (unsigned i = 0; i < sizeof(objects) / sizeof(objects[0]) && err == KAAL_OK; i++) {
        if (objects[i].wanted) {
            err =
                arena_objects(&c->arena, objects[i].type, objects[i].size_bits, 1, objects[i].slot);
        }
    }
    return err;
}

// Never given back, so nobody keeps its arena.
static enum kaal_err make_asid_pool(uint32_t *pool)
{
    struct arena arena = {0};
    uint32_t untyped = 0;
    enum kaal_err err = arena_objects(&arena, seL4_UntypedObject, seL4_ASIDPoolBits, 1, &untyped);
    if (err == KAAL_OK) {
        err = arena_slot(&arena, pool);
    }
    if (err == KAAL_OK) {
        err = refused(seL4_ARM_ASIDControl_MakePool(own_cap(KAAL_HANDOVER_ASID_CONTROL), untyped,
                                                    store(), *pool, store_depth()));
    }
    if (err != KAAL_OK) {
        arena_release(&arena);
        *pool = 0;
    }
    return err;
}

// In the pool that had room the last time, or in the next one that has. The first is the kernel's
// own; others are made when they are needed.
static enum kaal_err assign_asid(seL4_CPtr vspace)
{
    static uint32_t pools[ASID_POOLS];
    static uint32_t current;
    pools[0] = (uint32_t)own_cap(KAAL_HANDOVER_ASID_POOL);
    for (uint32_t tries = 0; tries < ASID_POOLS; tries++) {
        enum kaal_err err = pools[current] == 0 ? make_asid_pool(&pools[current]) : KAAL_OK;
        if (err != KAAL_OK) {
            return err;
        }
        seL4_Error answer = seL4_ARM_ASIDPool_Assign(pools[current], vspace);
        if (answer != seL4_DeleteFirst) {
            return refused(answer);
        }
        current = (current + 1) % ASID_POOLS;
    }
    return refused(seL4_DeleteFirst);
}

static enum kaal_err configure_objects(const struct component *c)
{
    enum kaal_err err = assign_asid(c->vspace);
    if (err != KAAL_OK) {
        return err;
    }
    return refused(seL4_SchedControl_ConfigureFlags(
        own_cap(KAAL_HANDOVER_SCHED_CONTROL), c->sched_context, c->spec.budget_us,
        c->spec.period_us, EXTRA_REFILLS, component_number(c), 0));
}

// --- start page ----------------------------------------------------------------------------------

// Registers need not begin at a page.
static bool find_window(uint32_t device, uint32_t window, uint64_t *offset, uint64_t *size)
{
    struct dt_range range;
    if (!machine_window(machine_device(device), window, &range) || range.size == 0) {
        return false;
    }
    *offset = range.base % PAGE_SIZE;
    *size = range.size;
    return true;
}

static bool find_region(uint32_t region, uint64_t *paddr)
{
    seL4_ARM_Page_GetAddress_t where = seL4_ARM_Page_GetAddress(region_frame(region));
    *paddr = where.paddr;
    return where.error == seL4_NoError;
}

static bool fill_start_page(const struct component *c)
{
    static const struct kaal_start_machine machine = {.window = find_window, .region = find_region};
    if (!c->described) {
        kaal_start_begin(c->start, &c->spec, broker.table->seed);
    } else if (!kaal_start_fill(c->start, &broker.plan, component_number(c), broker.table->seed,
                                &machine)) {
        return false;
    }
    // Entries come and go: the size covers those that may come.
    c->start->size = c->start_pages << PAGE_BITS;
    c->start->generation = c->generation;
    return true;
}

// The broker writes it where it alone can, the component reads copies of the frames. Of a component
// that does not know of start pages it is the broker's notebook.
static enum kaal_err create_start_page(struct component *c, struct builder *b)
{
    if (c->start_pages > START_ROOM >> PAGE_BITS) {
        return KAAL_ERR_SLOTS;
    }
    uint64_t own = KAAL_LAYOUT_START_PAGES + component_number(c) * START_ROOM;
    seL4_CPtr first = 0;
    enum kaal_err err = take_objects(&b->base, seL4_ARM_SmallPageObject, 0, c->start_pages, &first);
    c->start_frame = (uint32_t)first;
    for (uint32_t i = 0; i < c->start_pages && err == KAAL_OK; i++) {
        uint32_t copy = 0;
        uint64_t offset = (uint64_t)i << PAGE_BITS;
        err = memory_map_own(c->start_frame + i, own + offset, seL4_ReadWrite, true);
        if (err == KAAL_OK && !is_microkit(c)) {
            err = arena_copy(&c->arena, c->start_frame + i, seL4_CanRead, &copy);
        }
        if (err == KAAL_OK && !is_microkit(c)) {
            err = kaal_build_map(&b->base, copy, KAAL_LAYOUT_START_PAGE + offset, seL4_CanRead,
                                 false, true);
        }
    }
    c->start = (struct kaal_start *)own; // NOLINT: mapped just now
    if (err == KAAL_OK && !fill_start_page(c)) {
        err = KAAL_ERR_NOTFOUND;
    }
    return err;
}

// --- mappings of the description -----------------------------------------------------------------

// What is mapped, in pages of 2^*bits bytes; only registers have a base. False if this machine has
// no such device.
static bool find_mapped(const struct kaal_plan_map *map, struct dt_range *range, uint8_t *bits)
{
    if (map->source == KAAL_MAP_REGION) {
        const struct kaal_plan_region *region = plan_region(&broker.plan, map->object);
        *range = (struct dt_range){.size = region->size};
        *bits = (uint8_t)region->page_bits;
        return true;
    }
    *bits = PAGE_BITS;
    return machine_window(machine_device(map->object), map->window, range);
}

static enum kaal_err map_one(struct component *c, struct builder *b,
                             const struct kaal_plan_map *map)
{
    struct dt_range range;
    uint8_t bits = 0;
    const bool device = map->source == KAAL_MAP_DEVICE;
    if (!find_mapped(map, &range, &bits)) {
        return KAAL_ERR_NOTFOUND;
    }
    if (device) {
        machine_join(&range);
        c->devices = true;
    }
    seL4_CapRights_t rights = (map->rights & KAAL_RIGHT_WRITE) != 0 ? seL4_ReadWrite : seL4_CanRead;
    uint64_t first = align_down(range.base, UINT64_C(1) << bits);
    uint32_t pages = range_pages(&range, bits);
    enum kaal_err err = KAAL_OK;
    for (uint32_t i = 0; i < pages && err == KAAL_OK; i++) {
        uint32_t frame = 0;
        uint64_t offset = (uint64_t)i << bits;
        err = device ? machine_frame(&c->arena, first + offset, &frame)
                     : arena_copy(&c->arena, region_frame(map->object) + i, rights, &frame);
        if (err == KAAL_OK) {
            err = kaal_build_map(&b->base, frame, map->vaddr + offset, rights,
                                 (map->rights & KAAL_RIGHT_EXECUTE) != 0, map->cached != 0);
        }
    }
    return err;
}

static enum kaal_err map_described(struct component *c, struct builder *b)
{
    enum kaal_err err = KAAL_OK;
    struct plan_range maps = plan_maps_of(&broker.plan, component_number(c));
    for (uint32_t i = maps.first; i < maps.end && err == KAAL_OK; i++) {
        err = map_one(c, b, plan_map(&broker.plan, i));
    }
    return err;
}

static uint32_t count_mapped(const struct component *c)
{
    uint32_t pages = 0;
    struct plan_range maps = plan_maps_of(&broker.plan, component_number(c));
    for (uint32_t i = maps.first; c->described && i < maps.end; i++) {
        uint8_t bits = 0;
        struct dt_range range = {0};
        if (find_mapped(plan_map(&broker.plan, i), &range, &bits)) {
            pages += range_pages(&range, bits);
        }
    }
    return pages;
}

// --- the whole -----------------------------------------------------------------------------------

static uint32_t start_pages(const struct component *c)
{
    uint64_t bytes = c->described ? kaal_start_bytes(&broker.plan, component_number(c))
                                  : sizeof(struct kaal_start);
    bytes += KAAL_START_LATER * sizeof(struct kaal_start_entry);
    return (uint32_t)(align_up(bytes, PAGE_SIZE) >> PAGE_BITS);
}

// Program, stack, IPC buffer, start page.
static uint32_t count_frames(const struct component *c, const struct kaal_program *program,
                             bool shares)
{
    uint64_t bytes = kaal_program_private(program, shares) + c->spec.stack_size;
    return (uint32_t)(bytes >> PAGE_BITS) + 1 + c->start_pages;
}

static enum kaal_err reserve(struct component *c, const struct kaal_program *program, bool shares)
{
    uint64_t pages = count_frames(c, program, shares) + TABLES + 1; // and the root table
    uint64_t bytes = (pages << PAGE_BITS) + (UINT64_C(1) << seL4_TCBBits) +
                     (UINT64_C(1) << (c->spec.cspace_bits + seL4_SlotBits)) + 1024;
    bytes += is_microkit(c) ? UINT64_C(1) << (KAAL_MICROKIT_ROOT_BITS + seL4_SlotBits) : 0;
    uint32_t copies = count_mapped(c) + 8 + (shares ? kaal_program_shared_pages(program) : 0);
    return arena_reserve(&c->arena, bytes, (uint32_t)pages + OBJECTS_FIXED, copies);
}

// Those for the beginning of the program; those for stack, IPC buffer, start page and the first
// mappings, which lie in one gibibyte, and in one table if they are not large. More come when they
// are missed.
static enum kaal_err create_tables(struct component *c, struct builder *b)
{
    const uint64_t lo = b->program->elf.lo;
    uint32_t stack = 0;
    if (lo < GIBIBYTE) {
        stack = KAAL_TABLE_LEVELS_GIB;
        if (is_microkit(c)) { // far above its program
            stack = KAAL_TABLE_LEVELS;
        }
    }
    b->tables.count = KAAL_TABLE_LEVELS + stack;
    enum kaal_err err =
        arena_objects(b->arena, seL4_ARM_PageTableObject, 0, b->tables.count, &b->tables.first);
    if (err == KAAL_OK) {
        err = kaal_build_tables(&b->base, lo, KAAL_TABLE_LEVELS);
    }
    if (err == KAAL_OK && stack != 0) {
        err = kaal_build_tables(&b->base, c->spec.stack_top - 1, stack);
    }
    return err;
}

static enum kaal_err create_program(struct component *c, struct builder *b)
{
    (void)c;
    return kaal_build_program(&b->base, b->program);
}

static enum kaal_err create_stack(struct component *c, struct builder *b)
{
    seL4_CPtr first = 0;
    enum kaal_err err =
        kaal_build_pages(&b->base, c->spec.stack_top - c->spec.stack_size,
                         (uint32_t)(c->spec.stack_size >> PAGE_BITS), seL4_ReadWrite, &first);
    c->stack_frame = (uint32_t)first;
    return err;
}

// A program may have it among its own data.
static enum kaal_err create_ipc_buffer(struct component *c, struct builder *b)
{
    enum kaal_err err = KAAL_OK;
    if (b->base.ipc_frame == 0) {
        err = kaal_build_pages(&b->base, align_down(c->spec.ipc_buffer, PAGE_SIZE), 1,
                               seL4_ReadWrite, &b->base.ipc_frame);
    }
    c->ipc_frame = (uint32_t)b->base.ipc_frame;
    return err;
}

static enum kaal_err create(struct component *c, const struct kaal_program *program, bool shares)
{
    static enum kaal_err (*const steps[])(struct component * c, struct builder * b) = {
        create_tables, create_program, create_stack, create_ipc_buffer, create_start_page,
    };
    enum kaal_err err = create_objects(c);
    if (err == KAAL_OK) {
        err = configure_objects(c);
    }
    struct builder b = builder_of(c, shares);
    b.program = program;
    if (err == KAAL_OK) {
        b.frames.count = count_frames(c, program, shares);
        err =
            arena_objects(&c->arena, seL4_ARM_SmallPageObject, 0, b.frames.count, &b.frames.first);
    }
    for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]) && err == KAAL_OK; i++) {
        err = steps[i](c, &b);
    }
    if (err == KAAL_OK && c->described) {
        err = map_described(c, &b);
    }
    if (err == KAAL_ERR_KERNEL) {
        broker.refusal = b.base.refusal != seL4_NoError ? b.base.refusal : broker.refusal;
    }
    return err;
}

enum kaal_err build_program(struct component *c, const struct kaal_program *program, bool shares)
{
    c->entry = (struct kaal_entry){.address = program->elf.entry,
                                   .stack_top = c->spec.stack_top,
                                   .argument = is_microkit(c) ? 0 : KAAL_LAYOUT_START_PAGE};
    c->starts_clean = program->starts_clean;
    c->start_pages = start_pages(c);
    enum kaal_err err = reserve(c, program, shares);
    if (err != KAAL_OK) {
        return err;
    }
    err = create(c, program, shares);
    if (err != KAAL_OK) {
        arena_release(&c->arena);
        c->start = NULL;
        return err;
    }
    c->state = KAAL_STATE_BUILT;
    return KAAL_OK;
}

enum kaal_err build_component(struct component *c, const char **cause)
{
    const struct kaal_program *program = NULL;
    *cause = image_program(c->spec.file, &program);
    return *cause != NULL ? KAAL_ERR_PROGRAM : build_program(c, program, true);
}

// That the tables were not in the quota shows when they are there. Whoever has no more of it gets
// no more grants, so that they are the last. Not inline: it would make the usual way slower.
__attribute__((noinline)) static enum kaal_err map_with_tables(struct component *c, uint32_t frame,
                                                               uint64_t vaddr,
                                                               seL4_CapRights_t rights, bool cached)
{
    struct builder b = builder_of(c, false);
    uint64_t bytes = arena_bytes(&c->tables);
    uint32_t slots = arena_slots(&c->tables);
    b.arena = &c->tables;
    enum kaal_err err = kaal_build_map(&b.base, frame, vaddr, rights, false, cached);
    if (err == KAAL_ERR_KERNEL) {
        broker.refusal = b.base.refusal;
    }
    c->granted += arena_bytes(&c->tables) - bytes;
    c->granted_slots += arena_slots(&c->tables) - slots;
    return err == KAAL_OK ? within_quota(c, 0, 0) : err;
}

enum kaal_err build_map(struct component *c, uint32_t frame, uint64_t vaddr,
                        seL4_CapRights_t rights, bool cached)
{
    enum kaal_page_kind kind = cached ? KAAL_PAGE_DATA : KAAL_PAGE_REGISTERS;
    seL4_Error refusal =
        seL4_ARM_Page_Map(frame, c->vspace, vaddr, rights, kaal_page_attributes(kind));
    // No table is missing where something was mapped before.
    return refusal != seL4_FailedLookup ? refused(refusal)
                                        : map_with_tables(c, frame, vaddr, rights, cached);
}

void build_unmap(struct component *c)
{
    c->granted -= arena_bytes(&c->tables);
    c->granted_slots -= arena_slots(&c->tables);
    arena_release(&c->tables);
}

enum kaal_err build_own_maps(void)
{
    struct component *c = component_at(broker.table->broker);
    struct builder b = builder_of(c, false);
    // Lent to the component for as long as it is filled.
    c->arena = broker.own;
    enum kaal_err err = map_described(c, &b);
    broker.own = c->arena;
    c->arena = (struct arena){0};
    return err;
}

// --- threads -------------------------------------------------------------------------------------

// The root of a component's capability space, and its guard. With an inbox there is a CNode of two
// slots above:
//
//    top: [0] CNode, slot n is CPtr n    [1] inbox, slot i is CPtr KAAL_INBOX_CPTR + i
//
// A Microkit program has one of 64 slots there.
static seL4_CPtr cspace_root(const struct component *c, seL4_Word *data)
{
    bool below = top_bits(c) != 0;
    *data = below ? 0 : kaal_cnode_guard(seL4_WordBits - c->spec.cspace_bits);
    return below ? c->cspace_top : c->cnode;
}

// A CNode of 2^bits slots, in a slot of the one above.
static enum kaal_err join_cnode(const struct component *c, uint32_t slot, uint32_t cnode,
                                uint32_t bits)
{
    const seL4_Uint8 above = top_bits(c);
    return refused(seL4_CNode_Mint(c->cspace_top, slot, above, store(), cnode, store_depth(),
                                   seL4_AllRights, kaal_cnode_guard(seL4_WordBits - above - bits)));
}

static enum kaal_err join_cnodes(const struct component *c)
{
    enum kaal_err err =
        top_bits(c) != 0 ? join_cnode(c, 0, c->cnode, c->spec.cspace_bits) : KAAL_OK;
    return err == KAAL_OK && has_inbox(c) ? join_cnode(c, 1, c->inbox, KAAL_INBOX_BITS) : err;
}

// Where faults go: to the parent that the description names, or else to the broker. The thread
// keeps a copy of the capability.
static enum kaal_err put_fault_handler(const struct component *c)
{
    uint32_t number = c->spec.parent;
    const struct component *parent = number == KAAL_NONE ? NULL : component_at(number);
    bool ours = parent == NULL || number == broker.table->broker || !component_built(parent) ||
                parent->cut_off || c->spec.policy.restart != KAAL_RESTART_NEVER;
    seL4_CPtr endpoint = ours ? own_cap(KAAL_HANDOVER_BROKER_ENDPOINT) : parent->endpoint;
    uint64_t badge = ours ? broker_badge(c, KAAL_BADGE_FAULT) : KAAL_BADGE_FAULT | c->spec.id;
    return refused(seL4_CNode_Mint(store(), c->fault_handler, store_depth(), store(), endpoint,
                                   store_depth(), seL4_CapRights_new(1, 0, 0, 1), badge));
}

static seL4_CPtr timeout_handler(const struct component *c)
{
    return (c->spec.flags & KAAL_PD_TIMEOUT) != 0 ? c->fault_handler : seL4_CapNull;
}

static void renew_fault_handler(const struct component *c)
{
    seL4_Word data = 0;
    seL4_CPtr root = cspace_root(c, &data);
    (void)seL4_CNode_Delete(store(), c->fault_handler, store_depth());
    if (put_fault_handler(c) == KAAL_OK) {
        (void)seL4_TCB_SetSpace(c->tcb, c->fault_handler, root, data, c->vspace, 0);
    }
    if (timeout_handler(c) != seL4_CapNull) {
        (void)seL4_TCB_SetTimeoutEndpoint(c->tcb, timeout_handler(c));
    }
}

void build_fault_handlers(const struct component *parent)
{
    for (uint32_t i = 0; i < plan_count(&broker.plan, KAAL_TABLE_PDS); i++) {
        const struct component *c = component_at(i);
        if (c->spec.parent == component_number(parent) && c->fault_handler != 0 &&
            component_built(c)) {
            renew_fault_handler(c);
        }
    }
}

enum kaal_err build_thread(struct component *c)
{
    seL4_Word data = 0;
    seL4_CPtr cspace = cspace_root(c, &data);
    enum kaal_err err = join_cnodes(c);
    if (err == KAAL_OK) {
        err = arena_slot(&c->arena, &c->fault_handler);
    }
    if (err == KAAL_OK) {
        err = put_fault_handler(c);
    }
    if (err == KAAL_OK && c->spec.domain != 0) { // that of the broker, and of threads that it makes
        err = refused(
            seL4_DomainSet_Set(own_cap(KAAL_HANDOVER_DOMAIN), (seL4_Uint8)c->spec.domain, c->tcb));
    }
    if (err != KAAL_OK) {
        return err;
    }
    struct kaal_thread thread = {
        .tcb = c->tcb,
        .cspace = cspace,
        .cspace_data = data,
        .vspace = c->vspace,
        .ipc_frame = c->ipc_frame,
        .sched_context = c->sched_context,
        .fault_handler = c->fault_handler,
        .timeout_handler = timeout_handler(c),
        .notification = c->notified ? c->notification : seL4_CapNull,
        .authority = own_cap(KAAL_HANDOVER_BROKER_TCB),
        .priority = c->spec.priority,
        .max_priority = c->spec.max_priority,
        .ipc_buffer = c->spec.ipc_buffer,
        .entry = c->entry,
        .fpu = (c->spec.flags & KAAL_PD_FPU) != 0,
    };
    return refused(kaal_build_thread(&thread));
}
