// SPDX-License-Identifier: BSD-2-Clause
//
// The plan of Microkit programs. They know their slots, badges and addresses (kaal/microkit.h), so
// these follow from the numbers of the description. What they do not know is filled in:
//
//    microkit_name                 the name of the domain
//    microkit_irqs, _notifications, _pps    a bit for each number that is one
//    others                        what the description says, `setvars`
#include "planner.h"

#include "tool/arena.h"
#include "tool/products.h"
#include "tool/setvar.h"

#include "lib/bits.h"

#include <kaal/boot.h>
#include <kaal/layout.h>
#include <kaal/microkit.h>

#include <inttypes.h>
#include <string.h>

enum {
    // Regions that the tool gives a place lie between these, whatever memory the machine has: above
    // what the loader places, below what the kernel takes from the end. What does not fit there
    // lies as far below the end of the memory that is asked for.
    PLACES_TOP = 96 << 20, // from the start of memory on
    PLACES_BOTTOM = 32 << 20,
};

bool plan_is_microkit(const struct planner *p, size_t pd)
{
    return p->system->pds[pd].abi == SD_ABI_MICROKIT;
}

// --- domains -----------------------------------------------------------------------------------

// The file with the symbols of a domain's program.
static const struct program *symbols_of(const struct planner *p, size_t pd)
{
    size_t own = p->programs->symbols[pd];
    return &p->programs->items[own == SYSTEM_NONE ? p->programs->of_pd[pd] : own];
}

// Where a program has its IPC buffer: the libraries before 2.3 in itself.
static uint64_t ipc_buffer(const struct program *symbols)
{
    struct elf_symbol symbol;
    return elf_find_symbol(&symbols->elf, "__sel4_ipc_buffer_obj", &symbol)
               ? symbol.value
               : KAAL_MICROKIT_IPC_BUFFER;
}

void plan_microkit_pd(const struct planner *p, size_t pd)
{
    const struct sd_pd *from = &p->system->pds[pd];
    struct kaal_plan_pd *out = &p->plan->pds[pd];
    out->abi = KAAL_ABI_MICROKIT;
    out->flags |= from->fpu.given ? 0u : KAAL_PD_FPU;
    out->max_priority = out->priority;
    out->cspace_bits = KAAL_MICROKIT_CNODE_BITS;
    out->stack_top = KAAL_MICROKIT_STACK_TOP;
    out->ipc_buffer = ipc_buffer(symbols_of(p, pd));
}

// --- capabilities ------------------------------------------------------------------------------

static void add(struct planner *p, const char *name, uint32_t slot, struct kaal_plan_cap cap)
{
    cap.slot = slot;
    plan_add_entry(p, name, cap);
}

// Its input is its endpoint if somebody may call it or faults to it, else its notification, which
// is bound to its thread in any case.
static void add_input(struct planner *p, uint32_t pd)
{
    struct kaal_plan_cap cap = {.pd = pd, .object = pd, .rights = KAAL_RIGHT_READ};
    bool called = p->wants[pd].endpoint;
    if (called) {
        cap.kind = KAAL_CAP_ENDPOINT;
        add(p, "endpoint", KAAL_MICROKIT_INPUT, cap);
    }
    cap.kind = KAAL_CAP_NOTIFICATION;
    add(p, "notification", called ? 0 : KAAL_MICROKIT_INPUT, cap);
}

void plan_microkit_own(struct planner *p, uint32_t pd)
{
    const struct sd_pd *from = &p->system->pds[pd];
    struct kaal_plan_cap own = {
        .pd = pd, .object = pd, .rights = KAAL_RIGHT_READ | KAAL_RIGHT_WRITE};
    add_input(p, pd);
    own.kind = KAAL_CAP_VSPACE;
    add(p, "vspace", KAAL_MICROKIT_VSPACE, own);
    own.kind = KAAL_CAP_REPLY;
    add(p, "reply", KAAL_MICROKIT_REPLY, own);
    if (from->passive.value) {
        add(p, "monitor", KAAL_MICROKIT_MONITOR,
            (struct kaal_plan_cap){.pd = pd,
                                   .kind = KAAL_CAP_ENDPOINT,
                                   .object = (uint32_t)p->system->broker,
                                   .rights = KAAL_RIGHT_WRITE,
                                   .badge = KAAL_BADGE_CALL | pd});
    }
    if (p->programs->products->benchmarks) {
        own.kind = KAAL_CAP_TCB;
        add(p, "tcb", KAAL_MICROKIT_TCB, own);
    }
    if (from->smc.value) {
        own.kind = KAAL_CAP_SMC;
        add(p, "smc", KAAL_MICROKIT_SMC, own);
    }
}

uint32_t plan_microkit_slot(const struct sd_channel *ch)
{
    uint32_t first = ch->is_call ? KAAL_MICROKIT_CALL : KAAL_MICROKIT_NOTIFY;
    return first + (uint32_t)ch->from_id.value;
}

uint64_t plan_microkit_badge(const struct sd_channel *ch)
{
    uint64_t id = (uint64_t)ch->to_id.value;
    return ch->is_call ? KAAL_BADGE_CALL | id : UINT64_C(1) << id;
}

// --- places of regions -------------------------------------------------------------------------

static bool is_asked_for(const struct planner *p, size_t region)
{
    for (size_t i = 0; i < p->system->pd_count; i++) {
        const struct sd_pd *pd = &p->system->pds[i];
        for (size_t j = 0; j < pd->setvar_count; j++) {
            if (pd->setvars[j].kind == SD_SETVAR_PADDR && pd->setvars[j].region == region) {
                return true;
            }
        }
    }
    return false;
}

// The region with an address that [at, at + size) would touch, NULL if there is none.
static const struct kaal_plan_region *placed_at(const struct planner *p, uint64_t at, uint64_t size)
{
    for (size_t i = 0; i < p->plan->region_count; i++) {
        const struct kaal_plan_region *r = &p->plan->regions[i];
        if ((r->flags & KAAL_REGION_FIXED) != 0 && ranges_overlap(at, size, r->paddr, r->size)) {
            return r;
        }
    }
    return NULL;
}

// The highest free place below `end`. False if there is none.
static bool find_below(const struct planner *p, uint64_t end, uint64_t size, uint64_t align,
                       uint64_t *out)
{
    for (;;) {
        if (end < KAAL_RAM_BASE + PLACES_BOTTOM || size > end - KAAL_RAM_BASE - PLACES_BOTTOM) {
            return false;
        }
        uint64_t at = align_down(end - size, align);
        const struct kaal_plan_region *taken = placed_at(p, at, size);
        if (taken == NULL) {
            *out = at;
            return at >= KAAL_RAM_BASE + PLACES_BOTTOM;
        }
        end = taken->paddr;
    }
}

static bool find_place(const struct planner *p, uint64_t size, uint64_t align, uint64_t *out)
{
    uint64_t memory = p->programs->products->memory;
    return find_below(p, KAAL_RAM_BASE + PLACES_TOP, size, align, out) ||
           (memory > PLACES_TOP + PLACES_BOTTOM &&
            find_below(p, KAAL_RAM_BASE + memory - PLACES_BOTTOM, size, align, out));
}

void plan_microkit_places(struct planner *p)
{
    for (size_t i = 0; i < p->system->region_count; i++) {
        struct kaal_plan_region *region = &p->plan->regions[i];
        if ((region->flags & KAAL_REGION_FIXED) != 0 || !is_asked_for(p, i)) {
            continue;
        }
        if (find_place(p, region->size, UINT64_C(1) << region->page_bits, &region->paddr)) {
            region->flags |= KAAL_REGION_FIXED;
        } else {
            diag_error(p->diag, p->system->regions[i].name.at,
                       "no room is left for the region `%s`, of which a program asks where it "
                       "lies; give it a physical address, or make it smaller",
                       p->system->regions[i].name.text);
        }
    }
}

// --- symbols -----------------------------------------------------------------------------------

struct fill {
    struct planner *planner;
    size_t pd;
    struct setvar *vars;
    size_t count;
};

static void fill(struct fill *f, const char *symbol, struct place at, const void *value,
                 size_t size)
{
    void *copy = arena_alloc(f->planner->arena, size);
    memcpy(copy, value, size);
    f->vars[f->count++] = (struct setvar){.symbol = symbol, .at = at, .value = copy, .size = size};
}

static void fill_word(struct fill *f, const char *symbol, struct place at, uint64_t value)
{
    uint8_t bytes[sizeof(value)];
    store_le64(bytes, value);
    fill(f, symbol, at, bytes, sizeof(bytes));
}

// What says nothing need not be there: older libraries lack some.
static void fill_mask(struct fill *f, const char *symbol, uint64_t value)
{
    fill_word(f, symbol, f->planner->system->pds[f->pd].name.at, value);
    f->vars[f->count - 1].optional = value == 0;
}

// A bit for each slot from `first` on that the domain has something in.
static uint64_t slots_from(const struct fill *f, uint32_t first)
{
    uint64_t mask = 0;
    const struct plan *plan = f->planner->plan;
    for (size_t i = 0; i < plan->cap_count; i++) {
        uint32_t slot = plan->caps[i].slot;
        if (plan->caps[i].pd == f->pd && slot >= first && slot - first <= KAAL_MICROKIT_ID_MAX) {
            mask |= UINT64_C(1) << (slot - first);
        }
    }
    return mask;
}

static void fill_library(struct fill *f)
{
    const struct sd_pd *pd = &f->planner->system->pds[f->pd];
    char name[KAAL_MICROKIT_NAME_SIZE] = {0};
    uint8_t passive = pd->passive.value ? 1 : 0;
    strncpy(name, pd->name.text, sizeof(name) - 1);
    fill(f, "microkit_name", pd->name.at, name, sizeof(name));
    fill(f, "microkit_passive", pd->name.at, &passive, sizeof(passive));
    f->vars[f->count - 1].optional = passive == 0;
    fill_mask(f, "microkit_irqs", slots_from(f, KAAL_MICROKIT_IRQ));
    fill_mask(f, "microkit_notifications", slots_from(f, KAAL_MICROKIT_NOTIFY));
    fill_mask(f, "microkit_pps", slots_from(f, KAAL_MICROKIT_CALL));
    fill_mask(f, "microkit_ioports", 0);
}

static uint64_t address_of(const struct fill *f, size_t region)
{
    const struct plan *plan = f->planner->plan;
    for (size_t i = 0; i < plan->map_count; i++) {
        if (plan->maps[i].pd == f->pd && plan->maps[i].source == KAAL_MAP_REGION &&
            plan->maps[i].object == region) {
            return plan->maps[i].vaddr;
        }
    }
    return 0;
}

static uint64_t value_of(const struct fill *f, const struct sd_setvar *var)
{
    const struct planner *p = f->planner;
    switch (var->kind) {
    case SD_SETVAR_VADDR:
        return address_of(f, var->region);
    case SD_SETVAR_SIZE:
        return p->plan->regions[var->region].size;
    case SD_SETVAR_PADDR:
        return p->plan->regions[var->region].paddr;
    case SD_SETVAR_PREFILL_SIZE:
        return p->programs->prefills[var->region].bytes.size;
    case SD_SETVAR_CHANNEL:
    case SD_SETVAR_IRQ:
    case SD_SETVAR_CHILD:
        break;
    }
    return (uint64_t)var->id.value;
}

static void make_file(struct planner *p, size_t pd)
{
    enum { LIBRARY_VARS = 6 };
    const struct sd_pd *from = &p->system->pds[pd];
    struct fill f = {.planner = p, .pd = pd};
    f.vars = arena_alloc(p->arena, (from->setvar_count + LIBRARY_VARS) * sizeof(*f.vars));
    fill_library(&f);
    for (size_t i = 0; i < from->setvar_count; i++) {
        const struct sd_setvar *var = &from->setvars[i];
        fill_word(&f, var->symbol.text, var->symbol.at, value_of(&f, var));
    }
    const struct program *program = &p->programs->items[p->programs->of_pd[pd]];
    struct program *filled = arena_alloc(p->arena, sizeof(*filled));
    if (setvar_apply(p->arena, program, symbols_of(p, pd), f.vars, f.count, filled, p->diag)) {
        p->plan->pds[pd].file = plan_program_file(p, filled, KAAL_FILE_MICROKIT);
    }
}

// --- address space -----------------------------------------------------------------------------

static void refuse_map(struct planner *p, const struct kaal_plan_map *map, const char *what,
                       uint64_t at)
{
    const struct sd_pd *pd = &p->system->pds[map->pd];
    uint64_t end = map->vaddr + p->plan->regions[map->object].size;
    diag_error(p->diag, pd->image.at,
               "%s has %s at 0x%" PRIx64 ", where `%s` has the region `%s` mapped (0x%" PRIx64
               " to 0x%" PRIx64 "); map it elsewhere",
               p->programs->items[p->programs->of_pd[map->pd]].path, what, at, pd->name.text,
               map->name, map->vaddr, end);
}

// Maps may not touch the program or each other, and leave the page below the stack free.
static void check_map(struct planner *p, const struct kaal_plan_map *map)
{
    const struct program *program = &p->programs->items[p->programs->of_pd[map->pd]];
    uint64_t size = p->plan->regions[map->object].size;
    uint64_t buffer = align_down(p->plan->pds[map->pd].ipc_buffer, SD_PAGE);
    struct elf_segment seg;
    for (unsigned i = 0; elf_next_load(&program->elf, &i, &seg);) {
        uint64_t first = align_down(seg.vaddr, SD_PAGE);
        if (ranges_overlap(map->vaddr, size, first,
                           align_up(seg.vaddr + seg.memsz, SD_PAGE) - first)) {
            refuse_map(p, map, "memory", first);
            return;
        }
    }
    if (ranges_overlap(map->vaddr, size, buffer, SD_PAGE)) {
        refuse_map(p, map, "its IPC buffer", buffer);
    }
}

// A device is found by its name in the start page.
static void check_device(struct planner *p, const struct sd_device *device)
{
    if (plan_is_microkit(p, device->pd)) {
        diag_error(p->diag, device->pd_name.at,
                   "`%s` is a Microkit program, which does not know devices by name; use "
                   "[[interrupts]] and a region with `paddr`",
                   device->pd_name.text);
    }
}

void plan_microkit_files(struct planner *p)
{
    for (size_t i = 0; i < p->system->device_count; i++) {
        check_device(p, &p->system->devices[i]);
    }
    for (size_t i = 0; i < p->plan->map_count; i++) {
        if (plan_is_microkit(p, p->plan->maps[i].pd)) {
            check_map(p, &p->plan->maps[i]);
        }
    }
    for (size_t i = 0; i < p->system->pd_count; i++) {
        if (plan_is_microkit(p, i)) {
            make_file(p, i);
        }
    }
}
