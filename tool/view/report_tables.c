// SPDX-License-Identifier: BSD-2-Clause
//
// Components, what they and the image take, and the plan of each.
#include "report_parts.h"

#include "tool/arena.h"
#include "tool/system.h"
#include "tool/text.h"

#include <inttypes.h>
#include <string.h>

static const struct sd_pd *described(const struct report *r, const struct view_component *c)
{
    return view_described(r->page->view, c);
}

static void put_link(const struct report *r, const char *name)
{
    fputs("<a href=\"#plan-", r->to);
    put_text(r, name);
    fputs("\">", r->to);
    put_text(r, name);
    fputs("</a>", r->to);
}

// --- components --------------------------------------------------------------------------------

static void put_channels(const struct report *r, size_t pd, bool calls)
{
    const struct system *s = r->page->view->plan->system;
    const char *separator = "";
    fputs("<td>", r->to);
    for (size_t i = 0; i < s->channel_count; i++) {
        const struct sd_channel *ch = &s->channels[i];
        if (ch->from == pd && ch->is_call == calls) {
            fputs(separator, r->to);
            put_link(r, s->pds[ch->to].name.text);
            fputs(ch->grant.value ? " +caps" : "", r->to);
            separator = ", ";
        }
    }
    fputs("</td>", r->to);
}

static void put_held(const struct report *r, const struct view_component *c,
                     enum view_source source)
{
    const char *separator = "";
    char rights[VIEW_RIGHTS_SIZE];
    fputs("<td>", r->to);
    for (size_t i = 0; i < c->map_count; i++) {
        if (c->maps[i].source == source) {
            fputs(separator, r->to);
            put_text(r, c->maps[i].name);
            fprintf(r->to, " %s", view_rights(c->maps[i].rights, rights));
            separator = ", ";
        }
    }
    fputs("</td>", r->to);
}

static void put_component(const struct report *r, size_t index)
{
    const struct view_component *c = &r->page->view->components[index];
    const struct sd_pd *pd = described(r, c);
    fprintf(r->to, "<tr><td class=\"n\">%zu</td><td>", index);
    put_link(r, c->pd->name);
    fputs("</td><td>", r->to);
    put_text(r, c->program);
    fprintf(r->to, "</td><td class=\"n\">%" PRIu32 "</td><td class=\"n\">", c->pd->priority);
    if (pd->passive.value) {
        fputs("callers'", r->to);
    } else {
        fprintf(r->to, "%" PRIu64 " of %" PRIu64 " us", c->pd->budget_us, c->pd->period_us);
    }
    fputs("</td>", r->to);
    put_channels(r, index, true);
    put_channels(r, index, false);
    put_held(r, c, VIEW_REGION);
    put_held(r, c, VIEW_DEVICE);
    fputs("</tr>\n", r->to);
}

void put_components(const struct report *r)
{
    static const char *const headings[] = {">",     "component", "program", ">priority", ">time",
                                           "calls", "signals",   "memory",  "devices",   NULL};
    fputs("<section id=\"components\">\n<h2>Components</h2>\n<div class=\"scroll\">", r->to);
    put_head(r, headings);
    for (size_t i = 0; i < r->page->view->plan->pd_count; i++) {
        if (r->page->view->plan->pds[i].role != KAAL_ROLE_ROOT) {
            put_component(r, i);
        }
    }
    fputs("</tbody></table></div>\n</section>\n", r->to);
}

// --- sizes and stacks --------------------------------------------------------------------------

static void put_image(const struct report *r)
{
    static const char *const headings[] = {"image", ">size", NULL};
    const struct image *image = r->page->view->image;
    const struct {
        const char *what;
        uint64_t size;
    } rows[] = {
        {"programs and plan, packed", image->system.size},
        {"root task with them", image->root.size},
        {"kernel in memory", r->page->kernel->end - r->page->kernel->start},
        {"loader.elf, all together", image->elf.size},
        {"system.bin, the same raw", image->raw.size},
    };
    put_head(r, headings);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        fprintf(r->to, "<tr><td>%s</td><td class=\"n\">%" PRIu64 " B</td></tr>\n", rows[i].what,
                rows[i].size);
    }
    fputs("</tbody></table>\n", r->to);
}

// `part` of `whole`, as a piece of a bar.
static void put_piece(const struct report *r, const char *class, uint64_t part, uint64_t whole)
{
    fprintf(r->to, "<i class=\"%s\" style=\"width:%.2f%%\"></i>", class,
            whole == 0 ? 0.0 : 100.0 * (double)part / (double)whole);
}

static uint64_t total_of(const struct view_sizes *s)
{
    return s->text + s->constants + s->data + s->zeros;
}

static void put_program_sizes(const struct report *r, const struct view_component *c, uint64_t most)
{
    const struct view_sizes *s = &c->sizes;
    const struct {
        const char *class;
        uint64_t size;
    } parts[] = {
        {"text", s->text}, {"constants", s->constants}, {"data", s->data}, {"bss", s->zeros}};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        fprintf(r->to, "<td class=\"n\">%" PRIu64 "</td>", parts[i].size);
    }
    fputs("<td><div class=\"bar\">", r->to);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        put_piece(r, parts[i].class, parts[i].size, most);
    }
    fputs("</div></td>", r->to);
}

static const char *path_text(const struct report *r, const struct stack_use *stack)
{
    const char *text = "";
    for (size_t i = 0; i < stack->path_length; i++) {
        text =
            arena_printf(r->arena, "%s%s%s", text, i == 0 ? "" : " \xe2\x86\x92 ", stack->path[i]);
    }
    return text;
}

static void put_stack(const struct report *r, const struct view_component *c)
{
    const struct stack_use *stack = &c->stack;
    uint64_t margin;
    bool fits = view_stack_margin(c, &margin);
    fprintf(r->to, "<td class=\"n\">%" PRIu64 "</td>", c->pd->stack_size);
    if (stack->bound == STACK_UNKNOWN) {
        fputs("<td class=\"n\">?</td><td class=\"n\">?</td><td></td><td>", r->to);
        put_text(r, stack->reason);
        fputs("</td>", r->to);
        return;
    }
    fprintf(r->to, "<td class=\"n\">%s %" PRIu64 "</td>",
            stack->bound == STACK_AT_MOST ? "&#8804;" : "&#8805;", stack->bytes);
    if (fits) {
        fprintf(r->to, "<td class=\"n margin\">%" PRIu64 "</td>", margin);
    } else {
        fputs("<td class=\"n margin mark\">too small</td>", r->to);
    }
    fputs("<td><div class=\"bar\">", r->to);
    put_piece(r, fits ? "used" : "over", fits ? stack->bytes : c->pd->stack_size,
              c->pd->stack_size);
    fputs("</div></td><td><code>", r->to);
    put_text(r, path_text(r, stack));
    fputs("</code>", r->to);
    if (stack->reason != NULL) {
        fputs(": ", r->to);
        put_text(r, stack->reason);
    }
    fputs("</td>", r->to);
}

static void put_component_sizes(const struct report *r)
{
    static const char *const headings[] = {"component", ">text", ">constants", ">data",
                                           ">zeros",    "bytes", NULL};
    const struct plan_view *v = r->page->view;
    uint64_t most = 0;
    for (size_t i = 0; i < v->plan->pd_count; i++) {
        uint64_t total = total_of(&v->components[i].sizes);
        most = total > most ? total : most;
    }
    fputs("<h3>Programs</h3>\n<p class=\"quiet\"><span class=\"key text\"></span>text"
          "<span class=\"key constants\"></span>constants<span class=\"key data\"></span>data"
          "<span class=\"key bss\"></span>zeros</p>\n<div class=\"scroll\">",
          r->to);
    put_head(r, headings);
    for (size_t i = 0; i < v->plan->pd_count; i++) {
        if (v->plan->pds[i].role != KAAL_ROLE_ROOT) {
            fputs("<tr><td>", r->to);
            put_link(r, v->plan->pds[i].name);
            fputs("</td>", r->to);
            put_program_sizes(r, &v->components[i], most);
            fputs("</tr>\n", r->to);
        }
    }
    fputs("</tbody></table></div>\n", r->to);
}

static void put_stacks(const struct report *r)
{
    static const char *const headings[] = {"component", ">stack",          ">deepest", ">margin",
                                           "used",      "the deepest way", NULL};
    const struct plan_view *v = r->page->view;
    fputs(
        "<h3>Stacks</h3>\n<p class=\"quiet\">In bytes, by the program's code. &#8805;: there is no "
        "bound, for the reason that stands there.</p>\n<div class=\"scroll\">",
        r->to);
    put_head(r, headings);
    for (size_t i = 0; i < v->plan->pd_count; i++) {
        if (v->plan->pds[i].role != KAAL_ROLE_ROOT) {
            fputs("<tr><td>", r->to);
            put_link(r, v->plan->pds[i].name);
            fputs("</td>", r->to);
            put_stack(r, &v->components[i]);
            fputs("</tr>\n", r->to);
        }
    }
    fputs("</tbody></table></div>\n", r->to);
}

void put_sizes(const struct report *r)
{
    fputs("<section id=\"sizes\">\n<h2>Sizes and stacks</h2>\n", r->to);
    put_image(r);
    put_component_sizes(r);
    put_stacks(r);
    fputs("</section>\n", r->to);
}

// --- the plan ----------------------------------------------------------------------------------

static void put_slot(const struct report *r, const struct view_slot *s)
{
    char rights[VIEW_RIGHTS_SIZE];
    bool numbered = s->cap->kind == KAAL_CAP_FRAME || s->cap->kind == KAAL_CAP_IRQ_HANDLER;
    if (s->cap->slot == 0) {
        fputs("<tr><td class=\"n\">told</td>", r->to);
    } else {
        fprintf(r->to, "<tr><td class=\"n\">%s%" PRIu32 "</td>", s->above ? "root " : "", s->slot);
    }
    fprintf(r->to, "<td>%s</td><td>", s->kind);
    put_text(r, s->of);
    if (numbered) {
        fprintf(r->to, "[%" PRIu32 "]", s->cap->window);
    }
    fprintf(r->to, "</td><td class=\"c\">%s</td><td class=\"c\">",
            view_rights(s->cap->rights, rights));
    if (s->badge != 0) {
        fprintf(r->to, "0x%" PRIx64, s->badge);
    }
    fputs("</td><td>", r->to);
    put_text(r, s->cap->name);
    fputs("</td></tr>\n", r->to);
}

static void put_slots(const struct report *r, const struct view_component *c)
{
    static const char *const headings[] = {">slot", "capability", "of", "rights",
                                           "badge", "name",       NULL};
    if (c->slot_count == 0) {
        return;
    }
    put_head(r, headings);
    for (size_t i = 0; i < c->slot_count; i++) {
        put_slot(r, &c->slots[i]);
    }
    fputs("</tbody></table>\n", r->to);
}

static void put_map(const struct report *r, const struct view_map *m)
{
    char rights[VIEW_RIGHTS_SIZE];
    fprintf(r->to, "<tr><td class=\"c\">0x%" PRIx64 "</td><td class=\"n\">", m->vaddr);
    put_size(r, m->size);
    fprintf(r->to, "</td><td class=\"c\">%s</td><td>%s</td><td class=\"c\">",
            view_rights(m->rights, rights), m->cached ? "cached" : "uncached");
    if (m->fixed) {
        fprintf(r->to, "0x%" PRIx64, m->paddr);
    }
    fprintf(r->to, "</td><td>%s</td><td>", view_source_name(m->source));
    put_text(r, m->name);
    fputs("</td></tr>\n", r->to);
}

static void put_maps(const struct report *r, const struct view_component *c)
{
    static const char *const headings[] = {"address",  ">size",  "rights", "",
                                           "physical", "mapped", "name",   NULL};
    if (c->map_count == 0) {
        return;
    }
    put_head(r, headings);
    for (size_t i = 0; i < c->map_count; i++) {
        put_map(r, &c->maps[i]);
    }
    fputs("</tbody></table>\n", r->to);
}

static void put_objects(const struct report *r, const struct view_component *c)
{
    fputs("<p>Objects: ", r->to);
    for (size_t i = 0; i < c->object_count; i++) {
        fprintf(r->to, "%s%s", i == 0 ? "" : ", ", c->objects[i].kind);
        if (strcmp(c->objects[i].kind, "cnode") == 0) {
            fprintf(r->to, " (%u slots)", 1u << c->objects[i].bits);
        }
    }
    fprintf(r->to, "%s.</p>\n", c->object_count == 0 ? "none, it hands over and ends" : "");
}

static void put_behaviour(const struct report *r, const struct view_component *c)
{
    const struct kaal_policy *p = &c->pd->policy;
    const struct sd_pd *pd = described(r, c);
    if (c->fault_handler != NULL) {
        fprintf(r->to, "<p>Faults go to %s, badge <code>0x%" PRIx64 "</code>; restart %s. ",
                c->fault_handler, c->fault_badge, system_restart_name(p->restart));
        fputs("May ask the broker for:", r->to);
        for (uint32_t bit = 0; system_allow_name(bit) != NULL; bit++) {
            if ((p->allow >> bit & 1) != 0) {
                fprintf(r->to, " %s", system_allow_name(bit));
            }
        }
        fprintf(r->to, "%s.</p>\n", p->allow == 0 ? " nothing" : "");
    }
    if (c->pd->args[0] != '\0') {
        fputs("<p>Arguments: <code>", r->to);
        put_text(r, c->pd->args);
        fputs("</code></p>\n", r->to);
    }
    for (size_t i = 0; i < pd->setvar_count; i++) {
        fputs("<p>Symbol <code>", r->to);
        put_text(r, pd->setvars[i].symbol.text);
        fputs("</code> is set to the ", r->to);
        put_text(r, view_setvar(r->arena, &pd->setvars[i]));
        fputs(".</p>\n", r->to);
    }
}

static void put_plan(const struct report *r, const struct view_component *c)
{
    static const char *const roles[] = {
        [KAAL_ROLE_COMPONENT] = "component",
        [KAAL_ROLE_ROOT] = "root task",
        [KAAL_ROLE_BROKER] = "broker",
    };
    fputs("<details id=\"plan-", r->to);
    put_text(r, c->pd->name);
    fputs("\"><summary>", r->to);
    put_text(r, c->pd->name);
    fprintf(r->to, " <span>%s, ", roles[c->pd->role]);
    put_text(r, c->program);
    fprintf(r->to, ", %zu %s, %zu %s</span></summary>\n", c->slot_count,
            by_count(c->slot_count, "capability", "capabilities"), c->map_count,
            by_count(c->map_count, "map", "maps"));
    put_objects(r, c);
    put_behaviour(r, c);
    fputs("<div class=\"scroll\">", r->to);
    put_slots(r, c);
    put_maps(r, c);
    fputs("</div></details>\n", r->to);
}

void put_plans(const struct report *r)
{
    fputs("<section id=\"plan\">\n<h2>Plan</h2>\n<div class=\"tools\">"
          "<input id=\"filter\" type=\"search\" placeholder=\"name, badge, address, right\" "
          "aria-label=\"Show rows with\"><button id=\"all\" type=\"button\">Open or close "
          "all</button><span id=\"found\" class=\"quiet\"></span></div>\n",
          r->to);
    for (size_t i = 0; i < r->page->view->plan->pd_count; i++) {
        put_plan(r, &r->page->view->components[i]);
    }
    fputs("</section>\n", r->to);
}
