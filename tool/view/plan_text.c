// SPDX-License-Identifier: BSD-2-Clause
#include "tool/plan_view.h"

#include "tool/system.h"
#include "tool/text.h"

#include <inttypes.h>
#include <string.h>

static const char *size_text(uint64_t bytes, char *text, size_t room)
{
    bool mib = bytes != 0 && bytes % (1 << 20) == 0;
    bool kib = bytes % 1024 == 0;
    snprintf(text, room, "%" PRIu64 " %s",
             mib   ? bytes >> 20
             : kib ? bytes >> 10
                   : bytes,
             mib   ? "MiB"
             : kib ? "KiB"
                   : "B");
    return text;
}

static const char *match_word(uint32_t match)
{
    static const char *const words[KAAL_DEVICE_MATCH_COUNT] = {
        [KAAL_DEVICE_PATH] = "path",
        [KAAL_DEVICE_COMPATIBLE] = "compatible",
        [KAAL_DEVICE_ALIAS] = "alias",
        [KAAL_DEVICE_PCI] = "pci",
    };
    return match < KAAL_DEVICE_MATCH_COUNT ? words[match] : "unknown";
}

// --- what components share ---------------------------------------------------------------------

static void print_files(const struct plan *plan, FILE *to)
{
    fprintf(to, "programs\n");
    for (size_t i = 0; i < plan->file_count; i++) {
        size_t users = 0;
        if (plan->files[i].kind == KAAL_FILE_DATA) {
            fprintf(to, "  %-16s %8" PRIu64 " B  of a region\n", plan->files[i].name,
                    plan->files[i].size);
            continue;
        }
        for (size_t j = 0; j < plan->pd_count; j++) {
            users += plan->pds[j].file == i;
        }
        fprintf(to, "  %-16s %8" PRIu64 " B  %zu %s\n", plan->files[i].name, plan->files[i].size,
                users, by_count(users, "component", "components"));
    }
}

static void print_content(const struct plan *plan, size_t region, FILE *to)
{
    bool described = region < plan->system->region_count;
    const char *prefill = described ? view_prefill(&plan->system->regions[region]) : NULL;
    if ((plan->regions[region].flags & KAAL_REGION_FIXED) != 0) {
        fprintf(to, ", at 0x%" PRIx64, plan->regions[region].paddr);
    }
    if (prefill != NULL) {
        fprintf(to, ", holds %s", prefill);
    }
}

static void print_regions(const struct plan *plan, FILE *to)
{
    char size[32];
    char page[32];
    for (size_t i = 0; i < plan->region_count; i++) {
        const struct kaal_plan_region *r = &plan->regions[i];
        fprintf(to, "%s  %-16s %8s  pages of %s%s%s", i == 0 ? "\nregions\n" : "", r->name,
                size_text(r->size, size, sizeof(size)),
                size_text(UINT64_C(1) << r->page_bits, page, sizeof(page)),
                (r->flags & KAAL_REGION_CONTIGUOUS) != 0 ? ", contiguous" : "",
                (r->flags & KAAL_REGION_WORDS) != 0 ? ", words of channels in groups"
                : i >= plan->system->region_count   ? ", of the device"
                                                    : "");
        print_content(plan, i, to);
        fputc('\n', to);
    }
}

static void print_devices(const struct plan_view *v, FILE *to)
{
    for (size_t i = 0; i < v->plan->device_count; i++) {
        const struct kaal_plan_device *d = &v->plan->devices[i];
        const struct device_found *found = &v->devices[i];
        fprintf(to, "%s  %-16s of %s, %s \"%s\"", i == 0 ? "\ndevices\n" : "", d->name,
                v->plan->pds[d->pd].name, match_word(d->match), d->match_text);
        if (found->path != NULL) {
            fprintf(to, ": %s", found->path);
        }
        for (size_t w = 0; w < found->window_count; w++) {
            fprintf(to, ", 0x%" PRIx64 "+0x%" PRIx64, found->windows[w].base,
                    found->windows[w].size);
        }
        for (size_t n = 0; n < found->irq_count; n++) {
            fprintf(to, ", interrupt %" PRIu32 " %s", found->irqs[n].number,
                    found->irqs[n].edge ? "edge" : "level");
        }
        fputc('\n', to);
    }
}

// --- a component -------------------------------------------------------------------------------

static void print_objects(const struct view_component *c, FILE *to)
{
    fprintf(to, "  objects  ");
    for (size_t i = 0; i < c->object_count; i++) {
        const struct view_object *o = &c->objects[i];
        fprintf(to, "%s%s", i == 0 ? "" : ", ", o->kind);
        if (strcmp(o->kind, "cnode") == 0) {
            fprintf(to, " (%u slots)", 1u << o->bits);
        } else if (o->bits != 0) {
            fprintf(to, " (%u B)", 1u << o->bits);
        }
    }
    fprintf(to, "%s\n", c->object_count == 0 ? "none: it hands over and ends" : "");
}

static void print_stack(const struct view_component *c, FILE *to)
{
    uint64_t margin;
    fprintf(to, "  stack    ");
    if (c->stack.bound == STACK_UNKNOWN) {
        fprintf(to, "%" PRIu64 " B: %s\n", c->pd->stack_size, c->stack.reason);
        return;
    }
    fprintf(to, "%" PRIu64 " B of %" PRIu64 " %s", c->stack.bytes, c->pd->stack_size,
            c->stack.bound == STACK_AT_MOST ? "at most" : "at least");
    if (!view_stack_margin(c, &margin)) {
        fprintf(to, ": too small");
    }
    fprintf(to, "%s%s\n", c->stack.reason == NULL ? "" : ": ",
            c->stack.reason == NULL ? "" : c->stack.reason);
}

static void print_microkit(const struct plan_view *v, const struct view_component *c, FILE *to)
{
    const struct sd_pd *pd = view_described(v, c);
    if (pd->domain.text != NULL) {
        fprintf(to, "  domain   %s\n", pd->domain.text);
    }
    if (pd->cpu.given) {
        fprintf(to, "  cpu      %" PRId64 "\n", pd->cpu.value);
    }
    if (pd->id.given) {
        fprintf(to, "  child    %" PRId64 " of %s\n", pd->id.value, pd->parent_name.text);
    }
    if (pd->smc.value) {
        fprintf(to, "  may make secure monitor calls\n");
    }
    for (size_t i = 0; i < pd->setvar_count; i++) {
        fprintf(to, "  set      %s to the %s\n", pd->setvars[i].symbol.text,
                view_setvar(v->arena, &pd->setvars[i]));
    }
}

static void print_slot(const struct view_slot *s, FILE *to)
{
    char rights[VIEW_RIGHTS_SIZE];
    char slot[16] = "-";
    char of[KAAL_NAME_SIZE + 16];
    char badge[24] = "-";
    bool numbered = s->cap->kind == KAAL_CAP_FRAME || s->cap->kind == KAAL_CAP_IRQ_HANDLER;
    if (s->cap->slot != 0) {
        snprintf(slot, sizeof(slot), "%s%" PRIu32, s->above ? "root " : "", s->slot);
    }
    if (s->badge != 0) {
        snprintf(badge, sizeof(badge), "0x%" PRIx64, s->badge);
    }
    snprintf(of, sizeof(of), numbered ? "%s[%" PRIu32 "]" : "%s", s->of, s->cap->window);
    fprintf(to, "  %-7s %-14s %-20s %-6s %-20s %s", slot, s->kind, of,
            view_rights(s->cap->rights, rights), badge, s->cap->name);
    if (s->word != 0) {
        fprintf(to, ", word at 0x%" PRIx64, s->word);
    }
    fputc('\n', to);
}

static void print_slots(const struct view_component *c, FILE *to)
{
    if (c->slot_count == 0) {
        return;
    }
    fprintf(to, "  %-7s %-14s %-20s %-6s %-20s %s\n", "slot", "kind", "of", "rights", "badge",
            "name");
    for (size_t i = 0; i < c->slot_count; i++) {
        print_slot(&c->slots[i], to);
    }
}

static void print_map(const struct view_map *m, FILE *to)
{
    char rights[VIEW_RIGHTS_SIZE];
    char size[32];
    char paddr[24] = "-";
    if (m->fixed) {
        snprintf(paddr, sizeof(paddr), "0x%" PRIx64, m->paddr);
    }
    fprintf(to, "  0x%010" PRIx64 " %9s  %-4s %-8s %-11s %-14s %s\n", m->vaddr,
            m->size == 0 ? "-" : size_text(m->size, size, sizeof(size)),
            view_rights(m->rights, rights), m->cached ? "cached" : "uncached", paddr,
            view_source_name(m->source), m->name);
}

static void print_maps(const struct view_component *c, FILE *to)
{
    if (c->map_count == 0) {
        return;
    }
    fprintf(to, "  %-12s %9s  %-4s %-8s %-11s %-14s %s\n", "address", "size", "how", "", "physical",
            "what", "name");
    for (size_t i = 0; i < c->map_count; i++) {
        print_map(&c->maps[i], to);
    }
}

static void print_policy(const struct plan *plan, size_t number, FILE *to)
{
    const struct kaal_policy *p = &plan->pds[number].policy;
    fprintf(to, "  may ask for");
    for (uint32_t bit = 0; system_allow_name(bit) != NULL; bit++) {
        if ((p->allow >> bit & 1) != 0) {
            fprintf(to, " %s", system_allow_name(bit));
        }
    }
    fprintf(to, "%s; restart %s\n", p->allow == 0 ? " nothing" : "",
            system_restart_name(p->restart));
    for (size_t i = 0; i < plan->permit_count; i++) {
        const struct kaal_plan_permit *permit = &plan->permits[i];
        if (permit->pd == number) {
            fprintf(to, "  may have device %s \"%s\"\n", match_word(permit->match),
                    permit->match_text);
        }
    }
    static const char *const links[] = {
        [KAAL_LINK_DEPENDS] = "is restarted with",
        [KAAL_LINK_WATCHES] = "watches",
        [KAAL_LINK_ESCALATE] = "takes with it",
    };
    for (size_t i = 0; i < plan->link_count; i++) {
        if (plan->links[i].pd == number) {
            fprintf(to, "  %s %s\n", links[plan->links[i].kind], plan->pds[plan->links[i].on].name);
        }
    }
}

static void print_head(const struct plan *plan, const struct view_component *c, FILE *to)
{
    static const char *const roles[] = {
        [KAAL_ROLE_COMPONENT] = "component",
        [KAAL_ROLE_ROOT] = "root task",
        [KAAL_ROLE_BROKER] = "broker",
    };
    const struct kaal_plan_pd *pd = c->pd;
    fprintf(to, "\n%s: %s %td, %s, starts as number %" PRIu32 "\n", pd->name, roles[pd->role],
            pd - plan->pds, c->program, pd->start_rank + 1);
    if (pd->role == KAAL_ROLE_ROOT) {
        return;
    }
    fprintf(to,
            "  priority %" PRIu32 ", may set up to %" PRIu32 ", %" PRIu64 " us of every %" PRIu64
            " us%s%s%s%s%s\n",
            pd->priority, pd->max_priority, pd->budget_us, pd->period_us,
            (pd->flags & KAAL_PD_PASSIVE) != 0 ? ", passive" : "",
            (pd->flags & KAAL_PD_FPU) != 0 ? ", floating point" : "",
            (pd->flags & KAAL_PD_TIMEOUT) != 0 ? ", no budget left is a failure" : "",
            (pd->flags & KAAL_PD_KEEP_MEMORY) != 0 ? ", keeps its memory" : "",
            (pd->flags & KAAL_PD_GROUPS) != 0 ? ", channels in groups" : "");
    if (c->fault_handler != NULL) {
        fprintf(to, "  faults go to %s, badge 0x%" PRIx64 "\n", c->fault_handler, c->fault_badge);
    }
}

void plan_view_print(const struct plan_view *v, FILE *to)
{
    const struct plan *plan = v->plan;
    const char *name = plan->system->name.text;
    fprintf(to, "%s, configuration %s: %zu %s, %zu %s, %zu %s, %zu KiB packed\n\n",
            name == NULL ? "system" : name, plan->config, plan->pd_count,
            by_count(plan->pd_count, "domain", "domains"), plan->cap_count,
            by_count(plan->cap_count, "capability", "capabilities"), plan->map_count,
            by_count(plan->map_count, "map", "maps"), v->image->system.size / 1024);
    print_files(plan, to);
    print_regions(plan, to);
    print_devices(v, to);
    const char *schedule = view_schedule(v->arena, plan->system);
    if (schedule != NULL) {
        fprintf(to, "\nschedule\n  %s\n", schedule);
    }
    for (size_t i = 0; i < plan->pd_count; i++) {
        const struct view_component *c = &v->components[i];
        print_head(plan, c, to);
        print_objects(c, to);
        if (c->pd->role != KAAL_ROLE_ROOT) {
            print_stack(c, to);
        }
        print_microkit(v, c, to);
        if (c->pd->role == KAAL_ROLE_COMPONENT) {
            print_policy(plan, i, to);
        }
        print_slots(c, to);
        print_maps(c, to);
    }
}
