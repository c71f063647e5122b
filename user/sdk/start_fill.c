// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/start_fill.h>

#include <kaal/layout.h>
#include <kaal/name.h>
#include <kaal/start_kind.h>

#include <lib/mem.h>

// Entries are written where they stay, in zeroed memory.
static void put_cap(const struct plan *plan, const struct kaal_plan_cap *cap,
                    struct kaal_start_entry *entry)
{
    entry->kind = start_kind(plan, cap);
    entry->rights = cap->rights;
    entry->slot = cap->slot;
    entry->value = cap->badge;
    kaal_name_copy(entry->name, cap->name);
    switch (cap->kind) {
    case KAAL_CAP_INBOX:
        entry->value = KAAL_INBOX_CPTR;
        entry->size = UINT64_C(1) << KAAL_INBOX_BITS;
        break;
    case KAAL_CAP_CNODE:
        entry->value = plan_pd(plan, cap->object)->cspace_bits;
        entry->size = UINT64_C(1) << entry->value;
        break;
    case KAAL_CAP_FRAME:
        entry->size = UINT64_C(1) << plan_region(plan, cap->object)->page_bits;
        break;
    default:
        break;
    }
    if (entry->kind == KAAL_START_CALL || entry->kind == KAAL_START_SIGNAL) {
        entry->value = 1; // generation of the other end
    }
    if (cap->kind == KAAL_CAP_NOTIFICATION && cap->window != 0) {
        entry->word = KAAL_LAYOUT_WORD(cap->window);
    }
}

static bool put_map(const struct plan *plan, const struct kaal_plan_map *map,
                    const struct kaal_start_machine *machine, struct kaal_start_entry *entry)
{
    entry->rights = map->rights;
    entry->address = map->vaddr;
    kaal_name_copy(entry->name, map->name);
    if (map->source == KAAL_MAP_REGION) {
        const struct kaal_plan_region *region = plan_region(plan, map->object);
        entry->size = region->size;
        if ((region->flags & KAAL_REGION_CONTIGUOUS) == 0) {
            entry->kind = KAAL_START_MEMORY;
            return true;
        }
        entry->kind = KAAL_START_DMA;
        return machine != NULL && machine->region(map->object, &entry->paddr);
    }
    // Registers need not begin at a page.
    uint64_t offset = 0;
    entry->kind = KAAL_START_DEVICE;
    if (machine == NULL || !machine->window(map->object, map->window, &offset, &entry->size)) {
        return false;
    }
    entry->address += offset;
    return true;
}

// Words of channels are found by the entries of their channels.
static bool has_entry(const struct plan *plan, const struct kaal_plan_map *map)
{
    return map->source != KAAL_MAP_REGION ||
           (plan_region(plan, map->object)->flags & KAAL_REGION_WORDS) == 0;
}

static uint32_t entry_count(const struct plan *plan, uint32_t pd)
{
    struct plan_range caps = plan_caps_of(plan, pd);
    struct plan_range maps = plan_maps_of(plan, pd);
    uint32_t count = caps.end - caps.first;
    for (uint32_t i = maps.first; i < maps.end; i++) {
        count += has_entry(plan, plan_map(plan, i));
    }
    return count;
}

uint64_t kaal_start_bytes(const struct plan *plan, uint32_t pd)
{
    return sizeof(struct kaal_start) +
           (uint64_t)entry_count(plan, pd) * sizeof(struct kaal_start_entry);
}

void kaal_start_begin(struct kaal_start *start, const struct kaal_plan_pd *pd, uint64_t seed)
{
    start->magic = KAAL_START_MAGIC;
    start->version = KAAL_START_VERSION;
    start->size = sizeof(*start);
    start->generation = 1;
    start->seed = seed;
    start->ipc_buffer = pd->ipc_buffer;
    start->stack_top = pd->stack_top;
    start->stack_size = pd->stack_size;
    start->flags = pd->flags;
    kaal_name_copy(start->name, pd->name);
    memcpy(start->args, pd->args, strnlen(pd->args, sizeof(start->args)));
}

bool kaal_start_fill(struct kaal_start *start, const struct plan *plan, uint32_t pd, uint64_t seed,
                     const struct kaal_start_machine *machine)
{
    kaal_start_begin(start, plan_pd(plan, pd), seed);
    start->size = (uint32_t)kaal_start_bytes(plan, pd);
    struct plan_range caps = plan_caps_of(plan, pd);
    struct plan_range maps = plan_maps_of(plan, pd);
    for (uint32_t i = caps.first; i < caps.end; i++) {
        put_cap(plan, plan_cap(plan, i), &start->entries[start->entry_count]);
        start->entry_count++;
    }
    for (uint32_t i = maps.first; i < maps.end; i++) {
        if (!has_entry(plan, plan_map(plan, i))) {
            continue;
        }
        if (!put_map(plan, plan_map(plan, i), machine, &start->entries[start->entry_count])) {
            return false;
        }
        start->entry_count++;
    }
    return true;
}
