// SPDX-License-Identifier: BSD-2-Clause
//
// The memory map: what is where in physical memory, who has which region, and each address space.
//
//   0x8000000   device registers, by the machine's device tree
//   0x40000000  the machine's memory: kernel, loader with the packed system, the rest
#include "report_parts.h"

#include "tool/arena.h"
#include "tool/system.h"

#include "lib/bits.h"

#include <kaal/boot.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct range {
    uint64_t start;
    uint64_t size;
    const char *what;
};

struct ranges {
    struct range *items;
    size_t count;
    size_t capacity;
};

static void add(const struct report *r, struct ranges *all, uint64_t start, uint64_t size,
                const char *what)
{
    all->items = arena_grow(r->arena, all->items, all->count, &all->capacity, sizeof(*all->items));
    all->items[all->count++] = (struct range){.start = start, .size = size, .what = what};
}

// Of two that begin together the larger first: it has the other in it.
static int by_start(const void *a, const void *b)
{
    const struct range *left = a;
    const struct range *right = b;
    if (left->start != right->start) {
        return left->start < right->start ? -1 : 1;
    }
    return (left->size < right->size) - (left->size > right->size);
}

static struct ranges physical_ranges(const struct report *r)
{
    const struct plan_view *v = r->page->view;
    const struct kernel *kernel = r->page->kernel;
    struct ranges all = {0};
    add(r, &all, kernel->start, kernel->end - kernel->start, "kernel");
    add(r, &all, KAAL_LOADER_BASE, v->image->loader_end - KAAL_LOADER_BASE,
        "loader, root task and packed system, free once they have begun");
    add(r, &all, KAAL_RAM_BASE, r->page->memory, "memory of the machine");
    for (size_t i = 0; i < v->plan->device_count; i++) {
        const struct kaal_plan_device *d = &v->plan->devices[i];
        for (size_t w = 0; w < v->devices[i].window_count; w++) {
            const struct dt_range *window = &v->devices[i].windows[w];
            add(r, &all, window->base, window->size,
                arena_printf(r->arena, "%s, device of %s", d->name, v->plan->pds[d->pd].name));
        }
    }
    for (size_t i = 0; i < v->plan->region_count; i++) {
        const struct kaal_plan_region *region = &v->plan->regions[i];
        if ((region->flags & KAAL_REGION_FIXED) != 0) {
            add(r, &all, region->paddr, region->size,
                arena_printf(r->arena, "region %s%s", region->name,
                             plan_is_device(region) ? ", where a device is" : ""));
        }
    }
    qsort(all.items, all.count, sizeof(*all.items), by_start);
    return all;
}

static void put_physical(const struct report *r)
{
    static const char *const headings[] = {"physical", "to", ">size", "what", NULL};
    struct ranges all = physical_ranges(r);
    put_head(r, headings);
    for (size_t i = 0; i < all.count; i++) {
        const struct range *range = &all.items[i];
        fprintf(r->to,
                "<tr><td class=\"c\">0x%" PRIx64 "</td><td class=\"c\">0x%" PRIx64
                "</td><td class=\"n\">",
                range->start, range->start + range->size);
        put_size(r, range->size);
        fputs("</td><td>", r->to);
        put_text(r, range->what);
        fputs("</td></tr>\n", r->to);
    }
    fputs("</tbody></table>\n", r->to);
}

// --- regions -----------------------------------------------------------------------------------

static void put_users(const struct report *r, const char *region)
{
    const struct plan_view *v = r->page->view;
    const char *separator = "";
    char rights[VIEW_RIGHTS_SIZE];
    for (size_t i = 0; i < v->plan->pd_count; i++) {
        const struct view_component *c = &v->components[i];
        for (size_t j = 0; j < c->map_count; j++) {
            // Names of the plan are one text each.
            if (c->maps[j].source == VIEW_REGION && c->maps[j].name == region) {
                fputs(separator, r->to);
                put_text(r, c->pd->name);
                fprintf(r->to, " %s at <code>0x%" PRIx64 "</code>",
                        view_rights(c->maps[j].rights, rights), c->maps[j].vaddr);
                separator = ", ";
            }
        }
    }
}

static void put_regions(const struct report *r)
{
    static const char *const headings[] = {"region", ">size",     ">pages of",
                                           "holds",  "mapped by", NULL};
    const struct plan *plan = r->page->view->plan;
    if (plan->region_count == 0) {
        return;
    }
    put_head(r, headings);
    for (size_t i = 0; i < plan->region_count; i++) {
        const struct kaal_plan_region *region = &plan->regions[i];
        bool is_described = i < plan->system->region_count;
        const char *prefill = is_described ? view_prefill(&plan->system->regions[i]) : NULL;
        fputs("<tr><td>", r->to);
        put_text(r, region->name);
        fputs("</td><td class=\"n\">", r->to);
        put_size(r, region->size);
        fputs("</td><td class=\"n\">", r->to);
        put_size(r, UINT64_C(1) << region->page_bits);
        fputs("</td><td>", r->to);
        put_text(r, prefill == NULL ? "zeros" : prefill);
        fputs("</td><td>", r->to);
        put_users(r, region->name);
        fputs("</td></tr>\n", r->to);
    }
    fputs("</tbody></table>\n", r->to);
}

// --- address spaces ----------------------------------------------------------------------------

static int by_vaddr(const void *a, const void *b)
{
    const struct view_map *left = a;
    const struct view_map *right = b;
    return (left->vaddr > right->vaddr) - (left->vaddr < right->vaddr);
}

// In the order of addresses, each the wider the more it has; what is between is not drawn.
static void put_space(const struct report *r, const struct view_component *c)
{
    struct view_map *maps = arena_alloc(r->arena, c->map_count * sizeof(*maps));
    char rights[VIEW_RIGHTS_SIZE];
    memcpy(maps, c->maps, c->map_count * sizeof(*maps));
    qsort(maps, c->map_count, sizeof(*maps), by_vaddr);
    fputs("<div class=\"space\">", r->to);
    for (size_t i = 0; i < c->map_count; i++) {
        const struct view_map *m = &maps[i];
        fprintf(r->to, "<span class=\"%s\" style=\"flex-grow:%u\" title=\"0x%" PRIx64 ", ",
                view_source_name(m->source), log2_floor(m->size / SD_PAGE + 1) + 1, m->vaddr);
        put_size(r, m->size);
        fprintf(r->to, ", %s, ", view_rights(m->rights, rights));
        put_text(r, m->name);
        fputs("\">", r->to);
        put_text(r, m->source == VIEW_PROGRAM ? rights : m->name);
        fputs("</span>", r->to);
    }
    fputs("</div>", r->to);
}

static void put_spaces(const struct report *r)
{
    const struct plan_view *v = r->page->view;
    fputs("<h3>Address spaces</h3>\n<p class=\"quiet\"><span class=\"key text\"></span>program"
          "<span class=\"key data\"></span>regions<span class=\"key used\"></span>devices; "
          "in the order of addresses, without what lies between.</p>\n<table><tbody>\n",
          r->to);
    for (size_t i = 0; i < v->plan->pd_count; i++) {
        const struct view_component *c = &v->components[i];
        if (c->map_count != 0) {
            fputs("<tr><td>", r->to);
            put_text(r, c->pd->name);
            fputs("</td><td>", r->to);
            put_space(r, c);
            fputs("</td></tr>\n", r->to);
        }
    }
    fputs("</tbody></table>\n", r->to);
}

void put_memory(const struct report *r)
{
    fputs("<section id=\"memory\">\n<h2>Memory</h2>\n<div class=\"scroll\">", r->to);
    put_physical(r);
    put_regions(r);
    put_spaces(r);
    fputs("</div>\n</section>\n", r->to);
}
