// SPDX-License-Identifier: BSD-2-Clause
//
// The XML front end: Microkit's descriptions, in the grammar of its version 2.3.0. Its domains have
// programs of Microkit's (SD_ABI_MICROKIT); the root task and the broker are added.
//
//   protection_domain  -> sd_pd, and of those within it, which have it as their parent
//     map              -> sd_map of the region that it names
//     irq              -> sd_irq
//     setvar, setvar_* -> sd_setvar; of a child's number, at the parent
//     cspace           -> sd_cap, one for each cap_*
//   channel, domains   -> from_xml_channels.c, from_xml_schedule.c
#include "xml_read.h"

#include "tool/near.h"

#include <string.h>

// --- what is added to lists --------------------------------------------------------------------

static size_t add_pd(struct xml_reader *r, struct sd_pd pd)
{
    struct system *s = r->system;
    s->pds = arena_grow(r->arena, s->pds, s->pd_count, &s->pd_capacity, sizeof(*s->pds));
    s->pds[s->pd_count] = pd;
    return s->pd_count++;
}

static void add_setvar(struct xml_reader *r, size_t pd, struct sd_setvar setvar)
{
    struct sd_pd *p = &r->system->pds[pd];
    setvar.at = setvar.symbol.at;
    setvar.region = SYSTEM_NONE;
    p->setvars =
        arena_grow(r->arena, p->setvars, p->setvar_count, &p->setvar_capacity, sizeof(*p->setvars));
    p->setvars[p->setvar_count++] = setvar;
}

static void add_region_setvar(struct xml_reader *r, size_t pd, struct sd_text symbol,
                              enum sd_setvar_kind kind, struct sd_text region)
{
    if (symbol.text != NULL && region.text != NULL) {
        add_setvar(r, pd,
                   (struct sd_setvar){.symbol = symbol, .kind = kind, .region_name = region});
    }
}

void xml_add_id_setvar(struct xml_reader *r, size_t pd, struct sd_text symbol,
                       enum sd_setvar_kind kind, struct sd_number id)
{
    if (symbol.text != NULL && id.given) {
        add_setvar(r, pd, (struct sd_setvar){.symbol = symbol, .kind = kind, .id = id});
    }
}

// A name for what was given none, so that it is not reported again. No name of a file.
static struct sd_text need_name(struct xml_reader *r, struct sd_text name)
{
    if (name.text == NULL) {
        name.text = arena_printf(r->arena, "unnamed-%u-%u", name.at.line, name.at.column);
    }
    return name;
}

// --- what stands in a domain -------------------------------------------------------------------

static const struct xml_key image_keys[] = {
    {"path", offsetof(struct sd_pd, image), XML_TEXT, true},
    {"path_for_symbols", offsetof(struct sd_pd, symbols), XML_TEXT, false},
};

static void read_image(struct xml_reader *r, const struct xml_element *e, size_t pd)
{
    struct sd_pd image = {0};
    xml_no_children(r, e);
    xml_attributes(r, e, image_keys, XML_COUNT(image_keys), &image);
    if (r->system->pds[pd].image.text != NULL) {
        diag_error(r->diag, e->at, "a second `program_image`, after line %u; keep one",
                   r->system->pds[pd].image.at.line);
        return;
    }
    r->system->pds[pd].image = image.image;
    r->system->pds[pd].symbols = image.symbols;
}

struct map_element {
    struct sd_map map;
    struct sd_text region_name;
    struct sd_text setvar_vaddr;
    struct sd_text setvar_size;
    struct sd_text setvar_prefill_size;
};

static const struct xml_key map_keys[] = {
    {"mr", offsetof(struct map_element, region_name), XML_TEXT, true},
    {"vaddr", offsetof(struct map_element, map.vaddr), XML_NUMBER, true},
    {"perms", offsetof(struct map_element, map.rights_name), XML_TEXT, false},
    {"cached", offsetof(struct map_element, map.cached), XML_FLAG, false},
    {"setvar_vaddr", offsetof(struct map_element, setvar_vaddr), XML_TEXT, false},
    {"setvar_size", offsetof(struct map_element, setvar_size), XML_TEXT, false},
    {"setvar_prefill_size", offsetof(struct map_element, setvar_prefill_size), XML_TEXT, false},
};

static void read_map(struct xml_reader *r, const struct xml_element *e, size_t pd)
{
    struct map_element m = {.map = {.at = e->at, .pd = SYSTEM_NONE}};
    xml_no_children(r, e);
    xml_attributes(r, e, map_keys, XML_COUNT(map_keys), &m);
    m.map.pd_name = sd_text_at(e->at, r->system->pds[pd].name.text);
    xml_add_map(r, m.map, m.region_name);
    add_region_setvar(r, pd, m.setvar_vaddr, SD_SETVAR_VADDR, m.region_name);
    add_region_setvar(r, pd, m.setvar_size, SD_SETVAR_SIZE, m.region_name);
    add_region_setvar(r, pd, m.setvar_prefill_size, SD_SETVAR_PREFILL_SIZE, m.region_name);
}

struct irq_element {
    struct sd_irq irq;
    struct sd_text setvar_id;
};

static const struct xml_key irq_keys[] = {
    {"irq", offsetof(struct irq_element, irq.irq), XML_DECIMAL, true},
    {"id", offsetof(struct irq_element, irq.id), XML_DECIMAL, true},
    {"trigger", offsetof(struct irq_element, irq.trigger_name), XML_TEXT, false},
    {"setvar_id", offsetof(struct irq_element, setvar_id), XML_TEXT, false},
};

static void read_irq(struct xml_reader *r, const struct xml_element *e, size_t pd)
{
    struct system *s = r->system;
    struct irq_element i = {.irq = {.at = e->at, .pd = SYSTEM_NONE}};
    if (xml_x86_irq(r, e)) {
        return;
    }
    xml_no_children(r, e);
    xml_attributes(r, e, irq_keys, XML_COUNT(irq_keys), &i);
    i.irq.pd_name = sd_text_at(e->at, s->pds[pd].name.text);
    xml_add_id_setvar(r, pd, i.setvar_id, SD_SETVAR_IRQ, i.irq.id);
    if (i.irq.irq.given && i.irq.id.given) {
        s->irqs = arena_grow(r->arena, s->irqs, s->irq_count, &s->irq_capacity, sizeof(*s->irqs));
        s->irqs[s->irq_count++] = i.irq;
    }
}

static const struct xml_key setvar_keys[] = {
    {"symbol", offsetof(struct sd_setvar, symbol), XML_TEXT, true},
    {"region_paddr", offsetof(struct sd_setvar, region_name), XML_TEXT, true},
};

static void read_setvar(struct xml_reader *r, const struct xml_element *e, size_t pd)
{
    struct sd_setvar v = {0};
    xml_no_children(r, e);
    xml_attributes(r, e, setvar_keys, XML_COUNT(setvar_keys), &v);
    add_region_setvar(r, pd, v.symbol, SD_SETVAR_PADDR, v.region_name);
}

// --- capabilities in the root CNode ------------------------------------------------------------

static const struct xml_key cap_keys[] = {
    {"slot", offsetof(struct sd_cap, slot), XML_NUMBER, true},
    {"pd", offsetof(struct sd_cap, object_name), XML_TEXT, true},
};

static void read_cap(struct xml_reader *r, const struct xml_element *e, size_t pd, const char *kind)
{
    struct system *s = r->system;
    struct sd_cap cap = {.at = e->at, .pd = SYSTEM_NONE, .object = SYSTEM_NONE};
    xml_no_children(r, e);
    xml_attributes(r, e, cap_keys, XML_COUNT(cap_keys), &cap);
    if (!cap.slot.given || cap.object_name.text == NULL) {
        return;
    }
    cap.pd_name = sd_text_at(e->at, s->pds[pd].name.text);
    cap.kind_name = sd_text_at(e->at, kind);
    cap.name = sd_text_at(e->at, arena_printf(r->arena, "slot_%u", (unsigned)cap.slot.value));
    s->caps = arena_grow(r->arena, s->caps, s->cap_count, &s->cap_capacity, sizeof(*s->caps));
    s->caps[s->cap_count++] = cap;
}

static void read_cap_tcb(struct xml_reader *r, const struct xml_element *e, size_t pd)
{
    read_cap(r, e, pd, "tcb");
}

static void read_cap_sc(struct xml_reader *r, const struct xml_element *e, size_t pd)
{
    read_cap(r, e, pd, "sched_context");
}

static void read_cap_vspace(struct xml_reader *r, const struct xml_element *e, size_t pd)
{
    read_cap(r, e, pd, "vspace");
}

static void read_cspace(struct xml_reader *r, const struct xml_element *e, size_t pd)
{
    static const struct xml_child children[] = {
        {"cap_tcb", read_cap_tcb},
        {"cap_sc", read_cap_sc},
        {"cap_vspace", read_cap_vspace},
    };
    xml_attributes(r, e, NULL, 0, NULL);
    xml_children(r, e, children, XML_COUNT(children), pd);
    for (const struct xml_element *o = e->parent->first; o != e; o = o->next) {
        if (strcmp(o->name, e->name) == 0) {
            diag_error(r->diag, e->at, "a second `cspace` of one domain, after line %u; join them",
                       o->at.line);
            return;
        }
    }
}

// --- domains -----------------------------------------------------------------------------------

struct pd_element {
    struct sd_pd pd;
    struct sd_text setvar_id;
};

static const struct xml_key pd_keys[] = {
    {"name", offsetof(struct pd_element, pd.name), XML_TEXT, true},
    {"priority", offsetof(struct pd_element, pd.priority), XML_NUMBER, false},
    {"budget", offsetof(struct pd_element, pd.budget), XML_NUMBER, false},
    {"period", offsetof(struct pd_element, pd.period), XML_NUMBER, false},
    {"passive", offsetof(struct pd_element, pd.passive), XML_FLAG, false},
    {"stack_size", offsetof(struct pd_element, pd.stack_size), XML_NUMBER, false},
    {"smc", offsetof(struct pd_element, pd.smc), XML_FLAG, false},
    {"cpu", offsetof(struct pd_element, pd.cpu), XML_NUMBER, false},
    {"fpu", offsetof(struct pd_element, pd.fpu), XML_FLAG, false},
    {"domain", offsetof(struct pd_element, pd.domain), XML_TEXT, false},
    {"id", offsetof(struct pd_element, pd.id), XML_NUMBER, false},
    {"setvar_id", offsetof(struct pd_element, setvar_id), XML_TEXT, false},
};

static void read_pd(struct xml_reader *r, const struct xml_element *e, size_t parent);

static const struct xml_child pd_children[] = {
    {"program_image", read_image},
    {"map", read_map},
    {"irq", read_irq},
    {"setvar", read_setvar},
    {"cspace", read_cspace},
    {"protection_domain", read_pd},
    {"ioport", xml_ioport},
    {"virtual_machine", xml_virtual_machine},
};

static void check_pd_element(struct xml_reader *r, const struct xml_element *e,
                             const struct pd_element *p, size_t parent)
{
    if (p->setvar_id.text != NULL && parent == SYSTEM_NONE) {
        diag_error(r->diag, p->setvar_id.at,
                   "`setvar_id` is set in the parent, which this domain does not have; remove it");
    }
    if (xml_count(e, "program_image") == 0) {
        diag_error(r->diag, e->at,
                   "`protection_domain` without `program_image`; add <program_image "
                   "path=\"...\"/>");
    }
}

static void read_pd(struct xml_reader *r, const struct xml_element *e, size_t parent)
{
    struct pd_element p = {.pd.parent = SYSTEM_NONE};
    xml_attributes(r, e, pd_keys, XML_COUNT(pd_keys), &p);
    check_pd_element(r, e, &p, parent);
    p.pd.name = need_name(r, p.pd.name);
    p.pd.abi_name = sd_text_at(e->at, "microkit");
    p.pd.image.at = e->at;
    if (parent != SYSTEM_NONE) {
        p.pd.parent_name = sd_text_at(e->at, r->system->pds[parent].name.text);
        xml_add_id_setvar(r, parent, p.setvar_id, SD_SETVAR_CHILD, p.pd.id);
    }
    xml_children(r, e, pd_children, XML_COUNT(pd_children), add_pd(r, p.pd));
}

// --- memory regions ----------------------------------------------------------------------------

struct region_element {
    struct sd_region region;
    struct sd_text bootinfo;
};

static const struct xml_key region_keys[] = {
    {"name", offsetof(struct region_element, region.name), XML_TEXT, true},
    {"size", offsetof(struct region_element, region.size), XML_NUMBER, false},
    {"page_size", offsetof(struct region_element, region.page_size), XML_NUMBER, false},
    {"phys_addr", offsetof(struct region_element, region.paddr), XML_NUMBER, false},
    {"prefill_path", offsetof(struct region_element, region.prefill), XML_TEXT, false},
    {"prefill_bootinfo", offsetof(struct region_element, bootinfo), XML_TEXT, false},
};

static void read_bootinfo(struct xml_reader *r, struct region_element *e)
{
    static const char *const x86[] = {"x86_vbe",       "x86_mbmmap",      "x86_mbmap",
                                      "x86_acpi_rsdp", "x86_framebuffer", "x86_tsc_freq"};
    const struct sd_text *kind = &e->bootinfo;
    if (kind->text == NULL) {
        return;
    }
    e->region.prefill_fdt = (struct sd_flag){.value = true, .given = true, .at = kind->at};
    for (size_t i = 0; i < XML_COUNT(x86); i++) {
        if (strcmp(kind->text, x86[i]) == 0) {
            diag_error(r->diag, kind->at, "`%s` is of x86 machines; this one has `fdt`",
                       kind->text);
            return;
        }
    }
    if (strcmp(kind->text, "fdt") != 0) {
        diag_error(r->diag, kind->at, "`prefill_bootinfo` is \"%s\"; give `fdt`, the device tree",
                   kind->text);
    }
}

static void read_region(struct xml_reader *r, const struct xml_element *e, size_t parent)
{
    struct system *s = r->system;
    struct region_element region = {0};
    (void)parent;
    xml_no_children(r, e);
    xml_attributes(r, e, region_keys, XML_COUNT(region_keys), &region);
    read_bootinfo(r, &region);
    if (region.region.name.text == NULL) {
        return;
    }
    s->regions =
        arena_grow(r->arena, s->regions, s->region_count, &s->region_capacity, sizeof(*s->regions));
    s->regions[s->region_count++] = region.region;
}

static void report_region(struct xml_reader *r, const struct sd_text *name)
{
    const struct system *s = r->system;
    const char **names = arena_alloc(r->arena, (s->region_count + 1) * sizeof(*names));
    for (size_t i = 0; i < s->region_count; i++) {
        names[i] = s->regions[i].name.text;
    }
    diag_error(r->diag, name->at, "`mr` names no memory region: `%s`; %s", name->text,
               near_fix(r->arena, name->text, names, s->region_count));
}

static void place_map(struct xml_reader *r, const struct xml_map *m)
{
    struct system *s = r->system;
    if (m->region_name.text == NULL) {
        return;
    }
    size_t found = system_find_region(s, m->region_name.text);
    if (found == SYSTEM_NONE) {
        report_region(r, &m->region_name);
    } else if (m->map.pd_name.text != NULL && m->map.vaddr.given) {
        struct sd_region *region = &s->regions[found];
        region->maps = arena_grow(r->arena, region->maps, region->map_count, &region->map_capacity,
                                  sizeof(*region->maps));
        region->maps[region->map_count++] = m->map;
    }
}

// In file order, which the list is not.
static void place_maps(struct xml_reader *r)
{
    struct xml_map *first = NULL;
    while (r->maps != NULL) {
        struct xml_map *m = r->maps;
        r->maps = m->next;
        m->next = first;
        first = m;
    }
    for (const struct xml_map *m = first; m != NULL; m = m->next) {
        place_map(r, m);
    }
}

// --- the document ------------------------------------------------------------------------------

// Both see the whole system, so both are at its start.
static void add_own(struct xml_reader *r, struct place at)
{
    add_pd(r, (struct sd_pd){.name = sd_text_at(at, "root"),
                             .image = sd_text_at(at, "root.elf"),
                             .parent = SYSTEM_NONE});
    add_pd(r, (struct sd_pd){.name = sd_text_at(at, "cap_broker"),
                             .image = sd_text_at(at, "cap_broker.elf"),
                             .parent = SYSTEM_NONE});
}

// Its ends name domains, which may follow in the file: read when all of them are known.
static void skip_channel(struct xml_reader *r, const struct xml_element *e, size_t parent)
{
    (void)r;
    (void)e;
    (void)parent;
}

bool system_from_xml(struct arena *a, const char *file, const struct xml_element *document,
                     struct system *out, struct diag *d)
{
    static const struct xml_child children[] = {
        {"protection_domain", read_pd},
        {"memory_region", read_region},
        {"channel", skip_channel},
        {"domains", xml_domains},
        {"io_address_space", xml_io_address_space},
        {"virtual_machine", xml_top_virtual_machine},
    };
    struct xml_reader r = {.arena = a, .diag = d, .system = out};
    size_t errors = d->errors;
    *out = (struct system){.file = file,
                           .form = SD_FORM_XML,
                           .at = document->at,
                           .root = SYSTEM_NONE,
                           .broker = SYSTEM_NONE};
    if (strcmp(document->name, "system") != 0) {
        diag_error(d, document->at, "the first element is `%s`; write <system> ... </system>",
                   document->name);
        return false;
    }
    xml_attributes(&r, document, NULL, 0, NULL);
    add_own(&r, document->at);
    xml_children(&r, document, children, XML_COUNT(children), SYSTEM_NONE);
    xml_channels(&r, document);
    place_maps(&r);
    return d->errors == errors;
}
