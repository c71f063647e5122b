// SPDX-License-Identifier: BSD-2-Clause
//
// The report that `microkit` writes: what was packed, from the plan, as text. Its form may change.
#include "tool/microkit.h"

#include "tool/arena.h"
#include "tool/file.h"
#include "tool/pack.h"
#include "tool/plan.h"

#include "tool/writer.h"

#include <inttypes.h>

static const char *kind_name(uint32_t kind)
{
    static const char *const names[KAAL_CAP_KIND_COUNT] = {
        [KAAL_CAP_ENDPOINT] = "endpoint", [KAAL_CAP_NOTIFICATION] = "notification",
        [KAAL_CAP_REPLY] = "reply",       [KAAL_CAP_IRQ_HANDLER] = "interrupt",
        [KAAL_CAP_CNODE] = "cnode",       [KAAL_CAP_VSPACE] = "vspace",
        [KAAL_CAP_TCB] = "tcb",           [KAAL_CAP_SCHED_CONTEXT] = "sched_context",
        [KAAL_CAP_FRAME] = "frame",       [KAAL_CAP_INBOX] = "inbox",
        [KAAL_CAP_IRQ_NUMBER] = "irq",    [KAAL_CAP_SMC] = "smc",
    };
    return kind < KAAL_CAP_KIND_COUNT ? names[kind] : "?";
}

static const char *rights(struct arena *a, uint32_t rights)
{
    return arena_printf(a, "%s%s%s%s", (rights & KAAL_RIGHT_READ) != 0 ? "r" : "-",
                        (rights & KAAL_RIGHT_WRITE) != 0 ? "w" : "-",
                        (rights & KAAL_RIGHT_EXECUTE) != 0 ? "x" : "-",
                        (rights & KAAL_RIGHT_GRANT) != 0 ? "g" : "-");
}

static const char *object_name(struct arena *a, const struct plan *plan,
                               const struct kaal_plan_cap *cap)
{
    if (cap->kind == KAAL_CAP_IRQ_NUMBER) {
        return arena_printf(a, "%u (%s)", cap->object, cap->window != 0 ? "edge" : "level");
    }
    if (cap->kind == KAAL_CAP_FRAME) {
        return plan->regions[cap->object].name;
    }
    if (cap->kind == KAAL_CAP_IRQ_HANDLER) {
        return plan->devices[cap->object].name;
    }
    return cap->kind == KAAL_CAP_SMC ? "firmware" : plan->pds[cap->object].name;
}

static void write_caps(struct writer *w, const struct plan *plan, uint32_t pd)
{
    for (size_t i = 0; i < plan->cap_count; i++) {
        const struct kaal_plan_cap *cap = &plan->caps[i];
        if (cap->pd != pd || cap->slot == 0) {
            continue;
        }
        bool root = (cap->slot & KAAL_SLOT_ROOT) != 0;
        write_text(w, "    slot %s%-4u %-14s %-20s %s badge 0x%" PRIx64 "\n", root ? "root " : "",
                   cap->slot & ~KAAL_SLOT_ROOT, kind_name(cap->kind),
                   object_name(w->arena, plan, cap), rights(w->arena, cap->rights), cap->badge);
    }
}

static void write_maps(struct writer *w, const struct plan *plan, uint32_t pd)
{
    for (size_t i = 0; i < plan->map_count; i++) {
        const struct kaal_plan_map *map = &plan->maps[i];
        if (map->pd == pd && map->source == KAAL_MAP_REGION) {
            write_text(w, "    map 0x%012" PRIx64 " 0x%-10" PRIx64 " %s %s %s\n", map->vaddr,
                       plan->regions[map->object].size, rights(w->arena, map->rights),
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
               pd->name, pd->file == KAAL_NONE ? "" : plan->files[pd->file].name, pd->priority,
               pd->budget_us, pd->period_us, (pd->flags & KAAL_PD_PASSIVE) != 0 ? ", passive" : "",
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
        write_text(&w, "    %u: domain %u for %" PRIu64 " ticks%s\n", turn->index, turn->domain,
                   turn->ticks, turn->first != 0 ? ", first" : "");
    }
    write_text(&w, "\n# Protection domains\n");
    for (uint32_t i = 0; i < plan->pd_count; i++) {
        write_pd(&w, plan, i);
    }
    return writer_bytes(&w);
}
