// SPDX-License-Identifier: BSD-2-Clause
//
// The objects and pages that user/broker/build.c makes of a planned component, and user/root of the
// broker. tests/boot/readback compares the outcome with a kernel that has been through it.
#include "tool/plan_view.h"

#include "tool/arena.h"
#include "tool/file.h"
#include "tool/system.h"

#include "lib/bits.h"

#include <kaal/layout.h>
#include <kaal/microkit.h>
#include <kaal/start.h>

#include <inttypes.h>

enum {
    SCHED_CONTEXT_BITS = 8,
    INBOX_TOP_BITS = 1, // CNode above those of a component with an inbox
};

#define FIRST_SERIAL (UINT64_C(1) << KAAL_BADGE_SERIAL_SHIFT)

struct viewer {
    struct arena *arena;
    const struct build_result *build;
    struct plan_view *view;
};

const char *view_cap_kind(uint32_t kind)
{
    static const char *const names[KAAL_CAP_KIND_COUNT] = {
        [KAAL_CAP_ENDPOINT] = "endpoint",
        [KAAL_CAP_NOTIFICATION] = "notification",
        [KAAL_CAP_REPLY] = "reply",
        [KAAL_CAP_IRQ_HANDLER] = "irq_handler",
        [KAAL_CAP_CNODE] = "cnode",
        [KAAL_CAP_VSPACE] = "vspace",
        [KAAL_CAP_TCB] = "tcb",
        [KAAL_CAP_SCHED_CONTEXT] = "sched_context",
        [KAAL_CAP_FRAME] = "frame",
        [KAAL_CAP_INBOX] = "inbox",
        [KAAL_CAP_IRQ_NUMBER] = "irq_handler",
        [KAAL_CAP_SMC] = "smc",
    };
    return kind < KAAL_CAP_KIND_COUNT && names[kind] != NULL ? names[kind] : "unknown";
}

const char *view_source_name(enum view_source source)
{
    static const char *const names[] = {
        [VIEW_PROGRAM] = "program",       [VIEW_STACK] = "stack",
        [VIEW_IPC_BUFFER] = "ipc_buffer", [VIEW_START_PAGE] = "start_page",
        [VIEW_REGION] = "region",         [VIEW_DEVICE] = "device",
    };
    return names[source];
}

const char *view_rights(uint32_t rights, char *text)
{
    static const char letters[] = "rwxg";
    size_t length = 0;
    for (uint32_t i = 0; letters[i] != '\0'; i++) {
        if ((rights >> i & 1) != 0) {
            text[length++] = letters[i];
        }
    }
    text[length] = '\0';
    return text;
}

// --- objects -----------------------------------------------------------------------------------

static void add_object(struct viewer *v, struct view_component *c, const char *kind, uint32_t bits)
{
    c->objects =
        arena_grow(v->arena, c->objects, c->object_count, &c->object_capacity, sizeof(*c->objects));
    c->objects[c->object_count++] = (struct view_object){.kind = kind, .bits = bits};
}

static bool is_microkit(const struct view_component *c)
{
    return c->pd->abi == KAAL_ABI_MICROKIT;
}

static void add_objects(struct viewer *v, struct view_component *c)
{
    if (c->pd->role == KAAL_ROLE_ROOT) {
        return;
    }
    add_object(v, c, "vspace", 0);
    add_object(v, c, "tcb", 0);
    // The broker's CNode is the store of all capabilities, which the root task sizes by the
    // machine.
    if (c->pd->role == KAAL_ROLE_COMPONENT) {
        add_object(v, c, "cnode", c->pd->cspace_bits);
    }
    if (is_microkit(c)) {
        add_object(v, c, "cnode", KAAL_MICROKIT_ROOT_BITS);
    }
    add_object(v, c, "sched_context", SCHED_CONTEXT_BITS);
    if ((c->pd->flags & KAAL_PD_INBOX) != 0) {
        add_object(v, c, "cnode", KAAL_INBOX_BITS);
        add_object(v, c, "cnode", INBOX_TOP_BITS);
    }
    add_object(v, c, "notification", 0);
    add_object(v, c, "reply", 0);
    add_object(v, c, "endpoint", 0);
}

// --- capabilities ------------------------------------------------------------------------------

const char *view_cap_of(struct arena *a, const struct plan *plan, const struct kaal_plan_cap *cap)
{
    switch ((enum kaal_cap_kind)cap->kind) {
    case KAAL_CAP_IRQ_HANDLER:
        return plan->devices[cap->object].name;
    case KAAL_CAP_FRAME:
        return plan->regions[cap->object].name;
    case KAAL_CAP_IRQ_NUMBER:
        return arena_printf(a, "interrupt %" PRIu32, cap->object);
    case KAAL_CAP_SMC:
        return "firmware";
    case KAAL_CAP_ENDPOINT:
    case KAAL_CAP_NOTIFICATION:
    case KAAL_CAP_REPLY:
    case KAAL_CAP_CNODE:
    case KAAL_CAP_VSPACE:
    case KAAL_CAP_TCB:
    case KAAL_CAP_SCHED_CONTEXT:
    case KAAL_CAP_INBOX:
    case KAAL_CAP_KIND_COUNT:
        break;
    }
    return plan->pds[cap->object].name;
}

// At the broker a badge says as well which of the components with a number is meant: at boot, the
// first.
uint64_t view_badge(const struct plan *plan, const struct kaal_plan_cap *cap)
{
    bool to_broker = cap->kind == KAAL_CAP_ENDPOINT && cap->object == plan->system->broker;
    return to_broker && cap->badge != 0 ? cap->badge | FIRST_SERIAL : cap->badge;
}

static uint64_t word_of(const struct kaal_plan_cap *cap)
{
    bool has = cap->kind == KAAL_CAP_NOTIFICATION && cap->window != 0;
    return has ? KAAL_LAYOUT_WORD(cap->window) : 0;
}

static void add_slots(struct viewer *v)
{
    const struct plan *plan = v->view->plan;
    for (size_t i = 0; i < plan->cap_count; i++) {
        const struct kaal_plan_cap *cap = &plan->caps[i];
        struct view_component *c = &v->view->components[cap->pd];
        c->slots =
            arena_grow(v->arena, c->slots, c->slot_count, &c->slot_capacity, sizeof(*c->slots));
        c->slots[c->slot_count++] = (struct view_slot){
            .cap = cap,
            .kind = view_cap_kind(cap->kind),
            .of = view_cap_of(v->arena, plan, cap),
            .slot = cap->slot & ~KAAL_SLOT_ROOT,
            .above = (cap->slot & KAAL_SLOT_ROOT) != 0,
            .badge = view_badge(plan, cap),
            .word = word_of(cap),
        };
    }
}

// Where its faults go, as build.c decides it.
static void set_fault_handler(struct viewer *v, struct view_component *c, uint32_t number)
{
    const struct plan *plan = v->view->plan;
    if (c->pd->role != KAAL_ROLE_COMPONENT) {
        return;
    }
    bool to_parent = c->pd->parent != KAAL_NONE && c->pd->policy.restart == KAAL_RESTART_NEVER;
    size_t handler = to_parent ? c->pd->parent : plan->system->broker;
    c->fault_handler = plan->pds[handler].name;
    bool to_broker = handler == plan->system->broker;
    c->fault_badge = KAAL_BADGE_FAULT | (to_broker ? FIRST_SERIAL | number : c->pd->id);
}

// --- address spaces ----------------------------------------------------------------------------

static void add_map(struct viewer *v, struct view_component *c, struct view_map map)
{
    c->maps = arena_grow(v->arena, c->maps, c->map_count, &c->map_capacity, sizeof(*c->maps));
    c->maps[c->map_count++] = map;
}

static uint32_t segment_rights(uint32_t flags)
{
    return ((flags & ELF_PF_R) != 0 ? KAAL_RIGHT_READ : 0u) |
           ((flags & ELF_PF_W) != 0 ? KAAL_RIGHT_WRITE : 0u) |
           ((flags & ELF_PF_X) != 0 ? KAAL_RIGHT_EXECUTE : 0u);
}

static void count_segment(struct view_sizes *sizes, const struct elf_segment *segment)
{
    if ((segment->flags & ELF_PF_X) != 0) {
        sizes->text += segment->memsz;
    } else if ((segment->flags & ELF_PF_W) == 0) {
        sizes->constants += segment->memsz;
    } else {
        sizes->data += segment->filesz;
        sizes->zeros += segment->memsz - segment->filesz;
    }
}

static void add_program(struct viewer *v, struct view_component *c, const struct program *program)
{
    struct elf_segment segment;
    unsigned index = 0;
    while (elf_next_load(&program->elf, &index, &segment)) {
        uint64_t first = align_down(segment.vaddr, SD_PAGE);
        count_segment(&c->sizes, &segment);
        add_map(v, c,
                (struct view_map){
                    .source = VIEW_PROGRAM,
                    .name = c->program,
                    .vaddr = first,
                    .size = align_up(segment.vaddr + segment.memsz, SD_PAGE) - first,
                    .page_size = SD_PAGE,
                    .rights = segment_rights(segment.flags),
                    .cached = true,
                });
    }
}

static uint64_t start_page_size(const struct viewer *v, const struct view_component *c)
{
    const struct plan *plan = v->view->plan;
    uint32_t number = (uint32_t)(c - v->view->components);
    uint64_t entries = c->slot_count + (c->pd->role == KAAL_ROLE_COMPONENT ? KAAL_START_LATER : 0);
    for (size_t i = 0; i < plan->map_count; i++) {
        const struct kaal_plan_map *map = &plan->maps[i];
        bool words = map->source == KAAL_MAP_REGION &&
                     (plan->regions[map->object].flags & KAAL_REGION_WORDS) != 0;
        entries += map->pd == number && !words;
    }
    return align_up(sizeof(struct kaal_start) + entries * sizeof(struct kaal_start_entry), SD_PAGE);
}

// Is it in memory of the program?
static bool has_page(const struct view_component *c, uint64_t address)
{
    for (size_t i = 0; i < c->map_count; i++) {
        if (address >= c->maps[i].vaddr && address - c->maps[i].vaddr < c->maps[i].size) {
            return true;
        }
    }
    return false;
}

// An old Microkit program has its IPC buffer among its data, and none has a start page.
static void add_fixed(struct viewer *v, struct view_component *c)
{
    const uint32_t both = KAAL_RIGHT_READ | KAAL_RIGHT_WRITE;
    const struct view_map maps[] = {
        {.source = VIEW_STACK,
         .vaddr = c->pd->stack_top - c->pd->stack_size,
         .size = c->pd->stack_size,
         .rights = both},
        {.source = VIEW_IPC_BUFFER,
         .vaddr = align_down(c->pd->ipc_buffer, SD_PAGE),
         .size = has_page(c, c->pd->ipc_buffer) ? 0 : SD_PAGE,
         .rights = both},
        {.source = VIEW_START_PAGE,
         .vaddr = KAAL_LAYOUT_START_PAGE,
         .size = is_microkit(c) ? 0 : start_page_size(v, c),
         .rights = KAAL_RIGHT_READ},
    };
    for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
        struct view_map map = maps[i];
        if (map.size == 0) {
            continue;
        }
        map.name = view_source_name(map.source);
        map.page_size = SD_PAGE;
        map.cached = true;
        add_map(v, c, map);
    }
}

static struct view_map region_map(const struct plan *plan, const struct kaal_plan_map *map)
{
    const struct kaal_plan_region *region = &plan->regions[map->object];
    struct view_map out = {.source = VIEW_REGION, .name = region->name, .size = region->size};
    out.page_size = UINT64_C(1) << region->page_bits;
    out.fixed = (region->flags & KAAL_REGION_FIXED) != 0;
    out.paddr = region->paddr;
    return out;
}

static struct view_map device_map(const struct plan_view *view, const struct kaal_plan_map *map)
{
    const struct device_found *device = &view->devices[map->object];
    struct view_map out = {
        .source = VIEW_DEVICE, .name = view->plan->devices[map->object].name, .page_size = SD_PAGE};
    if (map->window == KAAL_WINDOW_CONFIG) {
        out.size = SD_PAGE;
    } else if (map->window < device->window_count) {
        const struct dt_range *window = &device->windows[map->window];
        out.fixed = true;
        out.paddr = align_down(window->base, SD_PAGE);
        out.size = align_up(window->base + window->size, SD_PAGE) - out.paddr;
    }
    return out;
}

static void add_planned(struct viewer *v)
{
    const struct plan *plan = v->view->plan;
    for (size_t i = 0; i < plan->map_count; i++) {
        const struct kaal_plan_map *map = &plan->maps[i];
        struct view_map out =
            map->source == KAAL_MAP_REGION ? region_map(plan, map) : device_map(v->view, map);
        out.vaddr = map->vaddr;
        out.rights = map->rights;
        out.cached = map->cached != 0;
        add_map(v, &v->view->components[map->pd], out);
    }
}

bool view_stack_margin(const struct view_component *c, uint64_t *margin)
{
    bool fits = c->stack.bound != STACK_UNKNOWN && c->stack.bytes <= c->pd->stack_size;
    *margin = fits ? c->pd->stack_size - c->stack.bytes : 0;
    return fits;
}

const struct sd_pd *view_described(const struct plan_view *v, const struct view_component *c)
{
    return &v->plan->system->pds[c->pd - v->plan->pds];
}

// --- the whole ---------------------------------------------------------------------------------

// Domains with one program share its result. A Microkit program may have its symbols elsewhere.
static void find_stacks(struct viewer *v, struct view_component *c)
{
    const struct plan *plan = v->view->plan;
    const struct program_set *set = &v->build->programs;
    size_t number = (size_t)(c - v->view->components);
    for (size_t i = 0; i < number; i++) {
        if (plan->pds[i].role != KAAL_ROLE_ROOT && plan->pds[i].file == c->pd->file) {
            c->stack = v->view->components[i].stack;
            return;
        }
    }
    const struct program *program = plan->programs[c->pd->file];
    bool elsewhere = set->symbols[number] != SYSTEM_NONE;
    c->stack = stack_use(v->arena, program,
                         elsewhere ? set->items[set->symbols[number]].file : program->file);
}

static void add_component(struct viewer *v, uint32_t number)
{
    const struct plan *plan = v->view->plan;
    struct view_component *c = &v->view->components[number];
    add_objects(v, c);
    set_fault_handler(v, c, number);
    if (c->pd->role != KAAL_ROLE_ROOT) {
        find_stacks(v, c);
        add_program(v, c, plan->programs[c->pd->file]);
        add_fixed(v, c);
    }
}

static const char *program_name(struct viewer *v, const struct kaal_plan_pd *pd)
{
    const struct plan *plan = v->view->plan;
    if (pd->file != KAAL_NONE) {
        return plan->files[pd->file].name;
    }
    return path_base(plan->system->pds[plan->system->root].image.text);
}

struct plan_view plan_view_make(struct arena *a, const struct build_result *build,
                                const struct device_found *devices)
{
    const struct plan *plan = &build->plan;
    struct plan_view view = {.plan = plan, .image = &build->image, .devices = devices};
    view.arena = a;
    struct viewer v = {.arena = a, .build = build, .view = &view};
    view.components = arena_alloc(a, plan->pd_count * sizeof(*view.components));
    for (uint32_t i = 0; i < plan->pd_count; i++) {
        view.components[i].pd = &plan->pds[i];
        view.components[i].program = program_name(&v, &plan->pds[i]);
    }
    add_slots(&v);
    for (uint32_t i = 0; i < plan->pd_count; i++) {
        add_component(&v, i);
    }
    add_planned(&v);
    return view;
}
