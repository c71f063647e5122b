// SPDX-License-Identifier: BSD-2-Clause
//
// What a plan takes: slots of the broker, entries of the tables, memory.
#include "planner.h"

#include "lib/bits.h"

#include <kaal/boot.h>
#include <kaal/broker.h>
#include <kaal/layout.h>
#include <kaal/start.h>

#include <inttypes.h>

// --- slots of the broker -----------------------------------------------------------------------

// A capability to each page of it, and to each object of its own.
static uint64_t pd_slots(const struct plan *p, const struct kaal_plan_pd *pd)
{
    enum { OBJECTS = 24, TABLES = 9, COPIES = 8, PAGES = 2 };
    const struct elf *elf = &p->programs[pd->file]->elf;
    return OBJECTS + TABLES + COPIES + PAGES + pd->stack_size / SD_PAGE +
           (align_up(elf->hi, SD_PAGE) - align_down(elf->lo, SD_PAGE)) / SD_PAGE;
}

static uint64_t map_slots(const struct plan *p, const struct kaal_plan_map *map)
{
    enum { WINDOW = 16 }; // pages of a device's registers, which are known at boot
    if (map->source != KAAL_MAP_REGION) {
        return WINDOW;
    }
    const struct kaal_plan_region *region = &p->regions[map->object];
    return region->size >> region->page_bits;
}

static uint64_t store_slots(const struct plan *p)
{
    enum { OWN = 1024 }; // of the root task and the broker, and for memory that is split
    uint64_t slots = KAAL_BROKER_SHARED_SLOTS + OWN;
    for (size_t i = 0; i < p->pd_count; i++) {
        if (p->pds[i].role == KAAL_ROLE_COMPONENT) {
            slots += pd_slots(p, &p->pds[i]);
        }
    }
    for (size_t i = 0; i < p->region_count; i++) {
        slots += p->regions[i].size >> p->regions[i].page_bits;
    }
    for (size_t i = 0; i < p->map_count; i++) {
        slots += map_slots(p, &p->maps[i]);
    }
    for (size_t i = 0; i < p->file_count; i++) {
        slots += p->files[i].size / SD_PAGE + 1;
    }
    return slots;
}

uint32_t plan_store_bits(const struct plan *p)
{
    uint32_t bits = log2_ceil(store_slots(p));
    return bits < KAAL_STORE_BITS_MIN ? KAAL_STORE_BITS_MIN : bits;
}

// --- limits ------------------------------------------------------------------------------------

// Capabilities and maps are told there, but maps of words, which belong to channels.
static size_t start_entries(const struct plan *plan, size_t pd)
{
    size_t entries = 0;
    for (size_t i = plan->pds[pd].first_cap; i < plan->cap_count && plan->caps[i].pd == pd; i++) {
        entries++;
    }
    for (size_t i = plan->pds[pd].first_map; i < plan->map_count && plan->maps[i].pd == pd; i++) {
        const struct kaal_plan_map *map = &plan->maps[i];
        entries += map->source != KAAL_MAP_REGION ||
                   (plan->regions[map->object].flags & KAAL_REGION_WORDS) == 0;
    }
    return entries;
}

static void check_start_page(struct planner *p, size_t pd)
{
    const size_t most =
        (KAAL_LAYOUT_START_END - KAAL_LAYOUT_START_PAGE - sizeof(struct kaal_start)) /
            sizeof(struct kaal_start_entry) -
        KAAL_START_LATER;
    size_t entries = start_entries(p->plan, pd);
    if (entries > most) {
        diag_error(p->diag, p->system->pds[pd].name.at,
                   "`%s` has %zu capabilities, channels and mappings, more than its start page can "
                   "tell; give it at most %zu",
                   p->system->pds[pd].name.text, entries, most);
    }
}

static void check_store(struct planner *p)
{
    const uint64_t most = UINT64_C(1) << KAAL_STORE_BITS_MAX;
    if (store_slots(p->plan) > most) {
        diag_error(p->diag, place_start(p->system->file),
                   "the system has %" PRIu64 " pages and objects, and the broker room for %" PRIu64
                   "; give large regions page_size = 0x200000, or map them less often",
                   store_slots(p->plan), most);
    }
}

void plan_check_limits(struct planner *p)
{
    const struct plan *plan = p->plan;
    struct place at = place_start(p->system->file);
    if (plan->cap_count > KAAL_CAP_MAX) {
        diag_error(p->diag, at, "the system has %zu capabilities; use at most %d", plan->cap_count,
                   KAAL_CAP_MAX);
    }
    if (plan->file_count > KAAL_FILE_MAX) {
        diag_error(p->diag, at, "the system has %zu programs; use at most %d", plan->file_count,
                   KAAL_FILE_MAX);
    }
    if (plan->region_count > KAAL_REGION_MAX) {
        diag_error(p->diag, at,
                   "the system has %zu memory regions, with those of devices and of pairs of "
                   "components whose channels are in groups; use at most %d",
                   plan->region_count, KAAL_REGION_MAX);
    }
    if (plan->map_count > KAAL_MAP_MAX) {
        diag_error(p->diag, at, "the system has %zu mappings; use at most %d", plan->map_count,
                   KAAL_MAP_MAX);
    }
    if (p->diag->errors == 0) {
        check_store(p);
    }
    for (size_t i = 0; i < plan->pd_count; i++) {
        check_start_page(p, i);
        if (p->wants[i].next_address > KAAL_LAYOUT_MAP_END) {
            diag_error(p->diag, p->system->pds[i].name.at,
                       "the regions and devices of `%s` do not fit its address space; map less",
                       p->system->pds[i].name.text);
        }
    }
}

// --- memory ------------------------------------------------------------------------------------

// Pages of a program that each domain gets for itself: those that can be written.
static uint64_t private_bytes(const struct program *program)
{
    struct elf_segment seg;
    unsigned index = 0;
    uint64_t bytes = 0;
    while (elf_next_load(&program->elf, &index, &seg)) {
        if ((seg.flags & ELF_PF_W) != 0) {
            bytes += align_up(seg.vaddr + seg.memsz, SD_PAGE) - align_down(seg.vaddr, SD_PAGE);
        }
    }
    return bytes;
}

// Objects of one domain besides its stack and data: VSpace and page tables of image, stack and
// start page, IPC buffer, start page, thread, scheduling context, reply object and such.
static uint64_t pd_bytes(const struct kaal_plan_pd *pd)
{
    enum { TABLES = 7, PAGES = 2, SMALL_OBJECTS = 4096 };
    return pd->stack_size + (TABLES + PAGES) * (uint64_t)SD_PAGE + SMALL_OBJECTS +
           (UINT64_C(32) << pd->cspace_bits);
}

bool plan_is_device(const struct kaal_plan_region *region)
{
    return (region->flags & KAAL_REGION_FIXED) != 0 &&
           (region->paddr < KAAL_RAM_BASE || region->paddr >= PLAN_RAM_END);
}

uint64_t plan_memory(const struct plan *p)
{
    uint64_t bytes = UINT64_C(32) << plan_store_bits(p);
    for (size_t i = 0; i < p->pd_count; i++) {
        if (p->pds[i].role != KAAL_ROLE_ROOT && p->pds[i].file != KAAL_NONE) {
            bytes += pd_bytes(&p->pds[i]) + private_bytes(p->programs[p->pds[i].file]);
        }
    }
    for (size_t i = 0; i < p->region_count; i++) {
        if (plan_is_device(&p->regions[i])) {
            continue;
        }
        bool whole = (p->regions[i].flags & KAAL_REGION_CONTIGUOUS) != 0;
        bytes += whole ? UINT64_C(1) << log2_ceil(p->regions[i].size) : p->regions[i].size;
    }
    return bytes;
}
