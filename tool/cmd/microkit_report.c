// SPDX-License-Identifier: BSD-2-Clause
//
// The report that `microkit` writes: what was packed, from the plan, as text. Its form may change.
#include "tool/microkit.h"

#include "tool/arena.h"
#include "tool/file.h"
#include "tool/pack.h"
#include "tool/plan.h"
#include "tool/plan_view.h"
#include "tool/text.h"
#include "tool/writer.h"

#include <inttypes.h>

static void write_caps(struct writer *w, const struct plan *plan, uint32_t pd)
{
    for (size_t i = 0; i < plan->cap_count; i++) {
        const struct kaal_plan_cap *cap = &plan->caps[i];
        if (cap->pd != pd || cap->slot == 0) {
            continue;
        }
        bool root = (cap->slot & KAAL_SLOT_ROOT) != 0;
        bool irq = cap->kind == KAAL_CAP_IRQ_NUMBER;
        char rights[VIEW_RIGHTS_SIZE];
        write_text(w, "    slot %s%-4u %-14s %-20s %-4s badge 0x%" PRIx64 "%s\n",
                   root ? "root " : "", cap->slot & ~KAAL_SLOT_ROOT, view_cap_kind(cap->kind),
                   view_cap_of(w->arena, plan, cap), view_rights(cap->rights, rights),
                   view_badge(plan, cap),
                   !irq               ? ""
                   : cap->window != 0 ? ", edge"
                                      : ", level");
    }
}

static void write_maps(struct writer *w, const struct plan *plan, uint32_t pd)
{
    for (size_t i = 0; i < plan->map_count; i++) {
        const struct kaal_plan_map *map = &plan->maps[i];
        if (map->pd == pd && map->source == KAAL_MAP_REGION) {
            char rights[VIEW_RIGHTS_SIZE];
            write_text(w, "    map 0x%012" PRIx64 " 0x%-10" PRIx64 " %-4s %s %s\n", map->vaddr,
                       plan->regions[map->object].size, view_rights(map->rights, rights),
                       map->cached != 0 ? "cached  " : "uncached", map->name);
        }
    }
}

static void write_pd(struct writer *w, const struct plan *plan, uint32_t index)
{
    const struct kaal_plan_pd *pd = &plan->pds[index];
    write_text(w,
               "\n%s: %s\n"
               "    priority %u, budget %" PRIu64 " us of %" PRIu64 " us%s%s%s\n",
               pd->name, plan->files[pd->file].name, pd->priority, pd->budget_us, pd->period_us,
               (pd->flags & KAAL_PD_PASSIVE) != 0 ? ", passive" : "",
               (pd->flags & KAAL_PD_FPU) != 0 ? "" : ", no floating point",
               pd->domain == 0 ? "" : arena_printf(w->arena, ", domain %u", pd->domain));
    if (pd->parent != KAAL_NONE) {
        write_text(w, "    child %u of %s\n", pd->id, plan->pds[pd->parent].name);
    }
    write_text(w, "    stack 0x%" PRIx64 " to 0x%" PRIx64 ", IPC buffer 0x%" PRIx64 "\n",
               pd->stack_top - pd->stack_size, pd->stack_top, pd->ipc_buffer);
    write_maps(w, plan, index);
    write_caps(w, plan, index);
}

static void write_region(struct writer *w, const struct kaal_plan_region *region)
{
    const char *where = (region->flags & KAAL_REGION_FIXED) != 0
                            ? arena_printf(w->arena, " at 0x%" PRIx64, region->paddr)
                            : "";
    write_text(w, "    %s: 0x%" PRIx64 " in pages of 0x%x%s\n", region->name, region->size,
               1u << region->page_bits, where);
}

struct bytes microkit_report(struct arena *a, const struct build_result *b)
{
    struct writer w = {.arena = a};
    const struct plan *plan = &b->plan;
    write_text(&w, "# KaaL: %s, kernel %s (%s)\n\n", plan->system->file, b->kernel.path,
               plan->config);
    write_text(&w,
               "# Image\n\n    loader with all parts  %zu bytes\n    packed system  %zu bytes\n",
               b->image.raw.size, b->image.system.size);
    write_text(&w, "    initial task in memory  %" PRIu64 " bytes\n", b->image.root_memory);
    write_text(&w, "    memory of all domains  %" PRIu64 " bytes at least\n", plan_memory(plan));
    write_text(&w, "\n# Memory regions\n\n");
    for (size_t i = 0; i < plan->region_count; i++) {
        write_region(&w, &plan->regions[i]);
    }
    if (plan->turn_count != 0) {
        write_text(&w, "\n# Domain schedule\n\n");
    }
    for (size_t i = 0; i < plan->turn_count; i++) {
        const struct kaal_plan_turn *turn = &plan->turns[i];
        write_text(&w, "    %u: domain %u for %" PRIu64 " %s%s\n", turn->index, turn->domain,
                   turn->ticks, by_count(turn->ticks, "tick", "ticks"),
                   turn->first != 0 ? ", first" : "");
    }
    write_text(&w, "\n# Protection domains\n");
    for (uint32_t i = 0; i < plan->pd_count; i++) {
        if (plan->pds[i].role == KAAL_ROLE_ROOT) {
            write_text(&w, "\n%s: hands over to %s and ends\n", plan->pds[i].name,
                       plan->pds[plan->system->broker].name);
        } else {
            write_pd(&w, plan, i);
        }
    }
    return writer_bytes(&w);
}
