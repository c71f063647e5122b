// SPDX-License-Identifier: BSD-2-Clause
//
// How slots are given, in each domain from slot 1 up:
//
//    endpoint       if it is called, has children, or is the broker
//    notification   if a channel or an interrupt signals it, or it watches somebody
//    reply          if it has an endpoint
//    broker         every component: its channel to the broker
//    channels       in file order; the receiving end is an entry with slot 0
//    interrupts     in the order of the devices
//    children       their threads; the faults are an entry with slot 0
//    capabilities   of [[capabilities]], in file order
//    inbox          if a channel to it has grant = true
//
// Notification bits are given from bit 0 up: channels first, groups of channels (plan_groups.c) and
// interrupts then, and last what is watched. What a component watches is an entry with slot 0.
// Microkit programs have their own slots and badges: plan_microkit.c.
#include "planner.h"

#include "tool/arena.h"

#include "lib/bits.h"

#include <kaal/layout.h>
#include <kaal/microkit.h>
#include <kaal/note.h>

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

void plan_set_name(char *to, const char *name)
{
    strncpy(to, name, KAAL_NAME_SIZE - 1);
}

// --- who needs what ----------------------------------------------------------------------------

static void find_wants(struct planner *p)
{
    const struct system *s = p->system;
    p->wants = arena_alloc(p->arena, s->pd_count * sizeof(*p->wants));
    for (size_t i = 0; i < s->pd_count; i++) {
        p->wants[i].next_slot = 1;
        p->wants[i].next_address = KAAL_LAYOUT_MAP_START;
        p->wants[i].endpoint |= s->pds[i].role == KAAL_ROLE_BROKER;
        p->wants[i].notification |= s->pds[i].policy.watches.count != 0;
        if (s->pds[i].parent != SYSTEM_NONE) {
            p->wants[s->pds[i].parent].endpoint = true;
        }
    }
    for (size_t i = 0; i < s->channel_count; i++) {
        const struct sd_channel *ch = &s->channels[i];
        p->wants[ch->to].endpoint |= ch->is_call;
        p->wants[ch->to].notification |= !ch->is_call;
        p->wants[ch->to].inbox |= ch->grant.value && !plan_is_microkit(p, ch->to);
    }
    for (size_t i = 0; i < s->device_count; i++) {
        const struct sd_device *device = &s->devices[i];
        bool interrupts = !device->interrupts.given || device->interrupts.value > 0;
        p->wants[device->pd].notification |= interrupts;
    }
    for (size_t i = 0; i < s->irq_count; i++) {
        p->wants[s->irqs[i].pd].notification = true;
    }
    for (size_t i = 0; i < s->cap_count; i++) {
        if (s->caps[i].kind == KAAL_CAP_ENDPOINT) {
            p->wants[s->caps[i].object].endpoint = true;
        }
    }
}

// --- capabilities ------------------------------------------------------------------------------

void plan_add_entry(struct planner *p, const char *name, struct kaal_plan_cap cap)
{
    struct plan *plan = p->plan;
    plan->caps =
        arena_grow(p->arena, plan->caps, plan->cap_count, &plan->cap_capacity, sizeof(*plan->caps));
    plan_set_name(cap.name, name);
    plan->caps[plan->cap_count++] = cap;
}

// Gives `cap.pd` the capability in its next slot, which it returns.
static uint32_t add_cap(struct planner *p, const char *name, struct kaal_plan_cap cap)
{
    cap.slot = p->wants[cap.pd].next_slot++;
    plan_add_entry(p, name, cap);
    return cap.slot;
}

static void own_caps(struct planner *p, uint32_t pd)
{
    if (plan_is_microkit(p, pd)) {
        plan_microkit_own(p, pd);
        return;
    }
    const struct wants *w = &p->wants[pd];
    struct kaal_plan_cap cap = {.pd = pd, .object = pd, .rights = KAAL_RIGHT_READ};
    if (w->endpoint) {
        cap.kind = KAAL_CAP_ENDPOINT;
        add_cap(p, "endpoint", cap);
    }
    if (w->notification) {
        cap.kind = KAAL_CAP_NOTIFICATION;
        add_cap(p, "notification", cap);
    }
    if (w->endpoint) {
        cap.kind = KAAL_CAP_REPLY;
        cap.rights = KAAL_RIGHT_READ | KAAL_RIGHT_WRITE;
        add_cap(p, "reply", cap);
    }
    if (p->system->pds[pd].role == KAAL_ROLE_COMPONENT) {
        add_cap(p, "broker",
                (struct kaal_plan_cap){
                    .pd = pd,
                    .kind = KAAL_CAP_ENDPOINT,
                    .object = (uint32_t)p->system->broker,
                    .rights = KAAL_RIGHT_WRITE,
                    .badge = KAAL_BADGE_CALL | pd,
                });
    }
}

// By which the receiver knows the channel.
static uint64_t channel_badge(struct planner *p, uint32_t index)
{
    const struct sd_channel *ch = &p->system->channels[index];
    if (plan_is_microkit(p, ch->to)) {
        return plan_microkit_badge(ch);
    }
    if (ch->is_call) {
        return KAAL_BADGE_CALL | index;
    }
    struct wants *to = &p->wants[ch->to];
    uint32_t group = p->grouped[index].in_group;
    return UINT64_C(1) << (group == 0 ? to->next_bit++ : to->first_group + group - 1);
}

static void channel_caps(struct planner *p, uint32_t index)
{
    const struct sd_channel *ch = &p->system->channels[index];
    uint32_t from = (uint32_t)ch->from;
    uint32_t to = (uint32_t)ch->to;
    uint32_t grant = ch->grant.value ? KAAL_RIGHT_GRANT : 0;
    struct kaal_plan_cap cap = {
        .pd = from,
        .kind = ch->is_call ? KAAL_CAP_ENDPOINT : KAAL_CAP_NOTIFICATION,
        .object = to,
        .window = p->grouped[index].from_word,
        .rights = KAAL_RIGHT_WRITE | grant,
        .badge = channel_badge(p, index),
    };
    if (plan_is_microkit(p, from)) {
        cap.slot = plan_microkit_slot(ch);
        plan_add_entry(p, ch->name.text != NULL ? ch->name.text : p->system->pds[to].name.text,
                       cap);
    } else {
        add_cap(p, ch->name.text, cap);
    }
    // The receiver knows the channel by who is at its other end.
    cap.slot = 0;
    cap.pd = to;
    cap.window = p->grouped[index].to_word;
    cap.rights = KAAL_RIGHT_READ;
    plan_add_entry(p, p->system->pds[from].name.text, cap);
}

static void child_caps(struct planner *p, uint32_t child)
{
    const struct sd_pd *pd = &p->system->pds[child];
    if (pd->parent == SYSTEM_NONE) {
        return;
    }
    uint32_t parent = (uint32_t)pd->parent;
    struct kaal_plan_cap thread = {
        .pd = parent,
        .kind = KAAL_CAP_TCB,
        .object = child,
        .rights = KAAL_RIGHT_READ | KAAL_RIGHT_WRITE,
    };
    if (plan_is_microkit(p, parent)) {
        thread.slot = KAAL_MICROKIT_CHILD + p->plan->pds[child].id;
        plan_add_entry(p, pd->name.text, thread);
    } else {
        add_cap(p, pd->name.text, thread);
    }
    // The faults of a component that is restarted go to the broker.
    if (pd->policy.restart != KAAL_RESTART_NEVER) {
        return;
    }
    plan_add_entry(p, pd->name.text,
                   (struct kaal_plan_cap){
                       .pd = parent,
                       .kind = KAAL_CAP_ENDPOINT,
                       .object = parent,
                       .rights = KAAL_RIGHT_READ,
                       .badge = KAAL_BADGE_FAULT | p->plan->pds[child].id,
                   });
}

static void raw_cap(struct planner *p, const struct sd_cap *cap)
{
    struct kaal_plan_cap out = {
        .pd = (uint32_t)cap->pd,
        .kind = cap->kind,
        .object = (uint32_t)cap->object,
        .window = (uint32_t)cap->page.value,
        .rights = cap->rights,
        .badge = (uint64_t)cap->badge.value,
    };
    if (plan_is_microkit(p, cap->pd)) {
        out.slot = KAAL_SLOT_ROOT | (uint32_t)cap->slot.value;
        plan_add_entry(p, cap->name.text != NULL ? cap->name.text : "cspace", out);
    } else {
        add_cap(p, cap->name.text, out);
    }
}

static void irq_cap(struct planner *p, const struct sd_irq *irq)
{
    struct kaal_plan_cap cap = {
        .pd = (uint32_t)irq->pd,
        .kind = KAAL_CAP_IRQ_NUMBER,
        .object = (uint32_t)irq->irq.value,
        .window = irq->edge ? 1 : 0,
        .rights = KAAL_RIGHT_READ | KAAL_RIGHT_WRITE,
    };
    const char *name = arena_printf(p->arena, "irq%u", cap.object);
    if (plan_is_microkit(p, irq->pd)) {
        cap.slot = KAAL_MICROKIT_IRQ + (uint32_t)irq->id.value;
        cap.badge = UINT64_C(1) << irq->id.value;
        plan_add_entry(p, name, cap);
    } else {
        cap.badge = UINT64_C(1) << p->wants[irq->pd].next_bit++;
        add_cap(p, name, cap);
    }
}

static void inbox_cap(struct planner *p, uint32_t pd)
{
    if (!p->wants[pd].inbox) {
        return;
    }
    struct kaal_plan_cap cap = {
        .pd = pd,
        .kind = KAAL_CAP_INBOX,
        .object = pd,
        .rights = KAAL_RIGHT_READ | KAAL_RIGHT_WRITE,
    };
    p->plan->pds[pd].flags |= KAAL_PD_INBOX;
    p->plan->pds[pd].inbox_slot = add_cap(p, "inbox", cap);
}

// --- addresses ---------------------------------------------------------------------------------

// The end of a map at a fixed address of `pd` that [at, at + size) would touch, 0 if there is none.
static uint64_t fixed_map_end(const struct planner *p, size_t pd, uint64_t at, uint64_t size)
{
    for (size_t i = 0; i < p->system->region_count; i++) {
        const struct sd_region *region = &p->system->regions[i];
        for (size_t j = 0; j < region->map_count; j++) {
            const struct sd_map *map = &region->maps[j];
            uint64_t start = (uint64_t)map->vaddr.value;
            uint64_t length = p->plan->regions[i].size;
            if (map->vaddr.given && map->pd == pd &&
                ranges_overlap(at, size + SD_PAGE, start, length + SD_PAGE)) {
                return start + length;
            }
        }
    }
    return 0;
}

uint64_t plan_next_address(struct planner *p, size_t pd, uint64_t size, uint64_t align)
{
    uint64_t at = align_up(p->wants[pd].next_address, align);
    for (;;) {
        uint64_t end = fixed_map_end(p, pd, at, size);
        if (end == 0) {
            break;
        }
        at = align_up(end + SD_PAGE, align);
    }
    p->wants[pd].next_address = at + size + SD_PAGE;
    return at;
}

void plan_add_map(struct planner *p, const char *name, struct kaal_plan_map map)
{
    struct plan *plan = p->plan;
    plan->maps =
        arena_grow(p->arena, plan->maps, plan->map_count, &plan->map_capacity, sizeof(*plan->maps));
    plan_set_name(map.name, name);
    plan->maps[plan->map_count++] = map;
}

static void region_maps(struct planner *p, uint32_t index)
{
    const struct sd_region *region = &p->system->regions[index];
    for (size_t i = 0; i < region->map_count; i++) {
        const struct sd_map *map = &region->maps[i];
        uint64_t at = map->vaddr.given
                          ? (uint64_t)map->vaddr.value
                          : plan_next_address(p, map->pd, p->plan->regions[index].size,
                                              UINT64_C(1) << p->plan->regions[index].page_bits);
        plan_add_map(p, region->name.text,
                     (struct kaal_plan_map){
                         .pd = (uint32_t)map->pd,
                         .source = KAAL_MAP_REGION,
                         .object = index,
                         .rights = map->rights,
                         .cached = !map->cached.given || map->cached.value,
                         .vaddr = at,
                     });
    }
}

static void device_map(struct planner *p, uint32_t index, uint32_t window, uint32_t rights)
{
    const struct sd_device *device = &p->system->devices[index];
    plan_add_map(p, device->name.text,
                 (struct kaal_plan_map){
                     .pd = (uint32_t)device->pd,
                     .source = KAAL_MAP_DEVICE,
                     .object = index,
                     .window = window,
                     .rights = rights,
                     .vaddr = plan_next_address(p, device->pd, PLAN_WINDOW_MAX, SD_LARGE_PAGE),
                 });
}

static void device_maps(struct planner *p, uint32_t index)
{
    const struct sd_device *device = &p->system->devices[index];
    uint32_t count = device->registers.given ? (uint32_t)device->registers.value : 1;
    for (uint32_t i = 0; i < count; i++) {
        device_map(p, index, i, KAAL_RIGHT_READ | KAAL_RIGHT_WRITE);
    }
    if (device->match.pci.text != NULL) {
        device_map(p, index, KAAL_WINDOW_CONFIG, KAAL_RIGHT_READ);
    }
}

static void device_irqs(struct planner *p, uint32_t index)
{
    const struct sd_device *device = &p->system->devices[index];
    uint32_t count = device->interrupts.given ? (uint32_t)device->interrupts.value : 1;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t pd = (uint32_t)device->pd;
        add_cap(p, device->name.text,
                (struct kaal_plan_cap){
                    .pd = pd,
                    .kind = KAAL_CAP_IRQ_HANDLER,
                    .object = index,
                    .window = i,
                    .rights = KAAL_RIGHT_READ | KAAL_RIGHT_WRITE,
                    .badge = UINT64_C(1) << p->wants[pd].next_bit++,
                });
    }
}

// --- tables ------------------------------------------------------------------------------------

// The root task, the broker, the start order, then the rest in file order.
static void set_ranks(struct planner *p)
{
    const struct system *s = p->system;
    uint32_t next = 0;
    bool *done = arena_alloc(p->arena, s->pd_count);
    const size_t first[] = {s->root, s->broker};
    for (size_t i = 0; i < 2; i++) {
        p->plan->pds[first[i]].start_rank = next++;
        done[first[i]] = true;
    }
    for (size_t i = 0; i < s->start_order.count; i++) {
        size_t pd = system_find_pd(s, s->start_order.items[i].text);
        p->plan->pds[pd].start_rank = next++;
        p->plan->pds[pd].flags |= KAAL_PD_AWAITED;
        done[pd] = true;
    }
    for (size_t i = 0; i < s->pd_count; i++) {
        if (!done[i]) {
            p->plan->pds[i].start_rank = next++;
        }
    }
}

// The description decides; where it says nothing, what the program says of itself.
static uint32_t flags_of(const struct sd_pd *pd, const struct program *program)
{
    bool needs = (program_flags(program) & KAAL_PROGRAM_NEEDS_FPU) != 0;
    bool fpu = pd->fpu.given ? pd->fpu.value : needs;
    return (pd->passive.value ? KAAL_PD_PASSIVE : 0u) | (fpu ? KAAL_PD_FPU : 0u) |
           (pd->policy.timeout.value ? KAAL_PD_TIMEOUT : 0u) |
           (pd->policy.keep_memory.value ? KAAL_PD_KEEP_MEMORY : 0u);
}

static void add_pd(struct planner *p, size_t index, const struct program *program)
{
    const struct sd_pd *pd = &p->system->pds[index];
    bool later = pd->role == KAAL_ROLE_ROOT || plan_is_microkit(p, index);
    uint32_t priority = system_priority(pd);
    struct kaal_plan_pd *out = &p->plan->pds[index];
    *out = (struct kaal_plan_pd){
        .role = pd->role,
        .flags = flags_of(pd, program),
        .file = later ? KAAL_NONE : plan_program_file(p, program, KAAL_FILE_PROGRAM),
        .parent = pd->parent == SYSTEM_NONE ? KAAL_NONE : (uint32_t)pd->parent,
        .priority = priority > KAAL_PRIORITY_MAX ? KAAL_PRIORITY_MAX : priority,
        .max_priority = (uint32_t)pd->max_priority.value,
        .budget_us = system_budget(pd),
        .period_us = system_period(pd),
        .stack_size = system_stack(pd),
        .id = pd->id.given ? (uint32_t)pd->id.value : (uint32_t)index,
        .domain = plan_domain(p, pd),
        .stack_top = KAAL_LAYOUT_STACK_TOP,
        .ipc_buffer = KAAL_LAYOUT_IPC_BUFFER,
        .policy = system_policy(pd),
    };
    plan_set_name(out->name, pd->name.text);
    if (pd->args.text != NULL) {
        strncpy(out->args, pd->args.text, sizeof(out->args) - 1);
    }
    if (plan_is_microkit(p, index)) {
        plan_microkit_pd(p, index);
    }
}

// Of a region whose size is not written: that of its content, in pages.
static uint64_t region_size(const struct planner *p, size_t index)
{
    const struct sd_region *region = &p->system->regions[index];
    if (region->size.given) {
        return (uint64_t)region->size.value;
    }
    uint64_t content = p->programs->prefills[index].bytes.size;
    return align_up(content == 0 ? 1 : content, system_page_size(region));
}

static uint32_t region_flags(const struct sd_region *region)
{
    return (region->contiguous.value ? KAAL_REGION_CONTIGUOUS : 0u) |
           (region->paddr.given ? KAAL_REGION_FIXED : 0u) |
           (region->prefill_fdt.value ? KAAL_REGION_TREE : 0u);
}

static void check_prefill(struct planner *p, size_t index)
{
    const struct sd_region *region = &p->system->regions[index];
    size_t size = p->programs->prefills[index].bytes.size;
    if (size > p->plan->regions[index].size) {
        diag_error(p->diag, region->size.at,
                   "the region `%s` has %" PRIu64 " bytes and is to hold %s, which has %zu; make "
                   "it larger, or leave out `size`",
                   region->name.text, p->plan->regions[index].size, region->prefill.text, size);
    }
}

static void add_region(struct planner *p, size_t index)
{
    const struct sd_region *region = &p->system->regions[index];
    struct kaal_plan_region *out = &p->plan->regions[index];
    out->size = region_size(p, index);
    out->page_bits = log2_floor(system_page_size(region));
    out->flags = region_flags(region);
    out->paddr = region->paddr.given ? (uint64_t)region->paddr.value : 0;
    out->file = KAAL_NONE;
    plan_set_name(out->name, region->name.text);
    if (p->programs->prefills[index].bytes.data != NULL) {
        check_prefill(p, index);
        out->file = plan_data_file(p, &p->programs->prefills[index]);
    }
}

// The DMA memory of a device is a region of its own, behind those of the description.
static void add_dma(struct planner *p, const struct sd_device *device)
{
    struct kaal_plan_region *out = &p->plan->regions[p->plan->region_count];
    out->size = (uint64_t)device->dma.value;
    out->page_bits = log2_floor(SD_PAGE);
    out->flags = KAAL_REGION_CONTIGUOUS;
    out->file = KAAL_NONE;
    plan_set_name(out->name, device->name.text);
    plan_add_map(p, device->name.text,
                 (struct kaal_plan_map){
                     .pd = (uint32_t)device->pd,
                     .source = KAAL_MAP_REGION,
                     .object = (uint32_t)p->plan->region_count,
                     .rights = KAAL_RIGHT_READ | KAAL_RIGHT_WRITE,
                     .cached = device->dma_cached.value,
                     .vaddr = plan_next_address(p, device->pd, out->size, SD_PAGE),
                 });
    p->plan->region_count++;
}

static void add_device(struct planner *p, size_t index)
{
    const struct sd_device *device = &p->system->devices[index];
    struct kaal_plan_device *out = &p->plan->devices[index];
    enum kaal_device_match by;
    const struct sd_text *text = system_match(&device->match, &by);
    out->match = by;
    out->pd = (uint32_t)device->pd;
    plan_set_name(out->name, device->name.text);
    strncpy(out->match_text, text->text, sizeof(out->match_text) - 1);
}

static void add_permits(struct planner *p, uint32_t pd)
{
    struct plan *plan = p->plan;
    const struct sd_policy *policy = &p->system->pds[pd].policy;
    for (size_t i = 0; i < policy->permit_count; i++) {
        enum kaal_device_match by;
        const struct sd_text *text = system_match(&policy->permits[i], &by);
        plan->permits = arena_grow(p->arena, plan->permits, plan->permit_count,
                                   &plan->permit_capacity, sizeof(*plan->permits));
        struct kaal_plan_permit *permit = &plan->permits[plan->permit_count++];
        *permit = (struct kaal_plan_permit){.match = by, .pd = pd};
        strncpy(permit->match_text, text->text, sizeof(permit->match_text) - 1);
    }
}

// --- links -------------------------------------------------------------------------------------

// The bit of a component that is watched, which its watcher finds in its start page.
static uint64_t watch(struct planner *p, const struct sd_link *link)
{
    struct kaal_plan_cap note = {
        .pd = (uint32_t)link->pd,
        .kind = KAAL_CAP_NOTIFICATION,
        .object = (uint32_t)link->on,
        .rights = KAAL_RIGHT_READ,
        .badge = UINT64_C(1) << p->wants[link->pd].next_bit++,
    };
    plan_add_entry(p, p->system->pds[link->on].name.text, note);
    return note.badge;
}

static void add_link(struct planner *p, const struct sd_link *link)
{
    struct plan *plan = p->plan;
    plan->links = arena_grow(p->arena, plan->links, plan->link_count, &plan->link_capacity,
                             sizeof(*plan->links));
    plan->links[plan->link_count++] = (struct kaal_plan_link){
        .pd = (uint32_t)link->pd,
        .on = (uint32_t)link->on,
        .kind = link->kind,
        .badge = link->kind == KAAL_LINK_WATCHES ? watch(p, link) : 0,
    };
}

static void make_tables(struct planner *p)
{
    const struct program_set *programs = p->programs;
    const struct system *s = p->system;
    struct plan *plan = p->plan;
    plan->pd_count = s->pd_count;
    plan->region_count = s->region_count;
    plan->device_count = s->device_count;
    plan->pds = arena_alloc(p->arena, s->pd_count * sizeof(*plan->pds));
    plan->regions =
        arena_alloc(p->arena, (s->region_count + s->device_count + s->channel_count) *
                                  sizeof(*plan->regions)); // DMA memory, and words of channels
    plan->devices = arena_alloc(p->arena, s->device_count * sizeof(*plan->devices));
    size_t files = s->pd_count + s->programs.count + s->region_count;
    plan->files = arena_alloc(p->arena, files * sizeof(*plan->files));
    plan->programs = arena_alloc(p->arena, files * sizeof(const struct program *));
    plan->data = arena_alloc(p->arena, files * sizeof(*plan->data));
    p->sums = arena_alloc(p->arena, files * sizeof(*p->sums));
    for (size_t i = 0; i < s->pd_count; i++) {
        add_pd(p, i, &programs->items[programs->of_pd[i]]);
    }
    for (size_t i = 0; i < s->region_count; i++) {
        add_region(p, i);
    }
    for (size_t i = 0; i < s->device_count; i++) {
        add_device(p, i);
    }
    for (uint32_t i = 0; i < s->pd_count; i++) {
        add_permits(p, i);
    }
    plan_spawned_files(p);
    plan_turns(p);
    set_ranks(p);
}

static void make_caps(struct planner *p)
{
    const struct system *s = p->system;
    for (uint32_t i = 0; i < s->pd_count; i++) {
        if (s->pds[i].role != KAAL_ROLE_ROOT) {
            own_caps(p, i);
        }
    }
    for (uint32_t i = 0; i < s->channel_count; i++) {
        channel_caps(p, i);
    }
    for (uint32_t i = 0; i < s->pd_count; i++) {
        p->wants[i].next_bit += p->wants[i].groups;
    }
    for (uint32_t i = 0; i < s->device_count; i++) {
        device_irqs(p, i);
    }
    for (uint32_t i = 0; i < s->irq_count; i++) {
        irq_cap(p, &s->irqs[i]);
    }
    for (uint32_t i = 0; i < s->pd_count; i++) {
        child_caps(p, i);
    }
    for (uint32_t i = 0; i < s->cap_count; i++) {
        raw_cap(p, &s->caps[i]);
    }
    for (uint32_t i = 0; i < s->pd_count; i++) {
        inbox_cap(p, i);
    }
    for (size_t i = 0; i < s->link_count; i++) {
        add_link(p, &s->links[i]);
    }
}

static void size_cspace(struct planner *p, size_t pd)
{
    if (plan_is_microkit(p, pd)) {
        return;
    }
    uint32_t bits = log2_ceil(p->wants[pd].next_slot + PLAN_FREE_SLOTS);
    p->plan->pds[pd].cspace_bits = bits < KAAL_CSPACE_BITS_MIN ? KAAL_CSPACE_BITS_MIN : bits;
    if (bits > KAAL_CSPACE_BITS_MAX) {
        diag_error(p->diag, p->system->pds[pd].name.at,
                   "`%s` needs %u capabilities; give it at most %u", p->system->pds[pd].name.text,
                   p->wants[pd].next_slot, (1u << KAAL_CSPACE_BITS_MAX) - PLAN_FREE_SLOTS);
    }
}

// A copy of a table in which the entries of a domain follow each other, in the order in which they
// were added. `pd_at`: where an entry says whose it is. `first`: where those of each domain begin.
static void *sort_by_pd(const struct planner *p, const void *entries, size_t count, size_t size,
                        size_t pd_at, uint32_t *first)
{
    const uint8_t *from = entries;
    uint8_t *sorted = arena_alloc(p->arena, (count + 1) * size);
    size_t *next = arena_alloc(p->arena, (p->plan->pd_count + 1) * sizeof(*next));
    for (size_t i = 0; i < count; i++) {
        next[load_le32(from + i * size + pd_at) + 1]++;
    }
    for (size_t i = 0; i < p->plan->pd_count; i++) {
        first[i] = (uint32_t)next[i];
        next[i + 1] += next[i];
    }
    for (size_t i = 0; i < count; i++) {
        size_t *place = &next[load_le32(from + i * size + pd_at)];
        memcpy(sorted + *place * size, from + i * size, size);
        (*place)++;
    }
    return sorted;
}

static void sort_tables(struct planner *p)
{
    struct plan *plan = p->plan;
    uint32_t *first_cap = arena_alloc(p->arena, (plan->pd_count + 1) * sizeof(*first_cap));
    uint32_t *first_map = arena_alloc(p->arena, (plan->pd_count + 1) * sizeof(*first_map));
    plan->caps = sort_by_pd(p, plan->caps, plan->cap_count, sizeof(*plan->caps),
                            offsetof(struct kaal_plan_cap, pd), first_cap);
    plan->maps = sort_by_pd(p, plan->maps, plan->map_count, sizeof(*plan->maps),
                            offsetof(struct kaal_plan_map, pd), first_map);
    for (size_t i = 0; i < plan->pd_count; i++) {
        plan->pds[i].first_cap = first_cap[i];
        plan->pds[i].first_map = first_map[i];
    }
}

bool plan_make(struct arena *a, const struct system *s, const struct program_set *programs,
               const char *config, struct plan *out, struct diag *d)
{
    struct planner p = {.arena = a, .diag = d, .system = s, .programs = programs, .plan = out};
    size_t errors = d->errors;
    *out = (struct plan){.system = s, .config = config};
    find_wants(&p);
    make_tables(&p);
    plan_microkit_places(&p);
    plan_groups(&p);
    make_caps(&p);
    for (uint32_t i = 0; i < s->region_count; i++) {
        region_maps(&p, i);
    }
    for (uint32_t i = 0; i < s->device_count; i++) {
        device_maps(&p, i);
    }
    for (size_t i = 0; i < s->device_count; i++) {
        if (s->devices[i].dma.given) {
            add_dma(&p, &s->devices[i]);
        }
    }
    for (size_t i = 0; i < s->pd_count; i++) {
        size_cspace(&p, i);
    }
    plan_microkit_files(&p);
    sort_tables(&p);
    plan_check_limits(&p);
    return d->errors == errors;
}
