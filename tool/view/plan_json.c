// SPDX-License-Identifier: BSD-2-Clause
//
// The schema is docs/plan.md. Badges and addresses are texts: JSON's numbers end before 64 bits do.
#include "tool/plan_view.h"

#include "tool/system.h"

#include <inttypes.h>

static void put(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value);
}

static void put_number(json_t *object, const char *key, uint64_t value)
{
    put(object, key, json_integer((json_int_t)value));
}

static void put_hex(json_t *object, const char *key, uint64_t value)
{
    put(object, key, json_sprintf("0x%" PRIx64, value));
}

static void put_rights(json_t *object, uint32_t rights)
{
    char text[VIEW_RIGHTS_SIZE];
    put(object, "rights", json_string(view_rights(rights, text)));
}

static json_t *match_json(uint32_t match, const char *text)
{
    static const char *const keys[KAAL_DEVICE_MATCH_COUNT] = {
        [KAAL_DEVICE_PATH] = "path",
        [KAAL_DEVICE_COMPATIBLE] = "compatible",
        [KAAL_DEVICE_ALIAS] = "alias",
        [KAAL_DEVICE_PCI] = "pci",
    };
    json_t *json = json_object();
    put(json, keys[match], json_string(text));
    return json;
}

// --- what components share ---------------------------------------------------------------------

static json_t *files_json(const struct plan *plan)
{
    json_t *list = json_array();
    for (size_t i = 0; i < plan->file_count; i++) {
        json_t *json = json_object();
        put(json, "name", json_string(plan->files[i].name));
        put_number(json, "size", plan->files[i].size);
        json_array_append_new(list, json);
    }
    return list;
}

static json_t *regions_json(const struct plan *plan)
{
    json_t *list = json_array();
    for (size_t i = 0; i < plan->region_count; i++) {
        const struct kaal_plan_region *r = &plan->regions[i];
        bool words = (r->flags & KAAL_REGION_WORDS) != 0;
        json_t *json = json_object();
        put(json, "name", json_string(r->name));
        put_number(json, "size", r->size);
        put_number(json, "page_size", UINT64_C(1) << r->page_bits);
        put(json, "contiguous", json_boolean((r->flags & KAAL_REGION_CONTIGUOUS) != 0));
        put(json, "of_device", json_boolean(i >= plan->system->region_count && !words));
        put(json, "of_channels", json_boolean(words));
        if ((r->flags & KAAL_REGION_FIXED) != 0) {
            put_hex(json, "paddr", r->paddr);
        }
        if (i < plan->system->region_count && view_prefill(&plan->system->regions[i]) != NULL) {
            put(json, "prefill", json_string(view_prefill(&plan->system->regions[i])));
        }
        json_array_append_new(list, json);
    }
    return list;
}

static json_t *windows_json(const struct device_found *device)
{
    json_t *list = json_array();
    for (size_t i = 0; i < device->window_count; i++) {
        json_t *json = json_object();
        put_hex(json, "paddr", device->windows[i].base);
        put_number(json, "size", device->windows[i].size);
        json_array_append_new(list, json);
    }
    return list;
}

static json_t *irqs_json(const struct device_found *device)
{
    json_t *list = json_array();
    for (size_t i = 0; i < device->irq_count; i++) {
        json_t *json = json_object();
        put_number(json, "number", device->irqs[i].number);
        put(json, "trigger", json_string(device->irqs[i].edge ? "edge" : "level"));
        json_array_append_new(list, json);
    }
    return list;
}

static json_t *devices_json(const struct plan_view *v)
{
    json_t *list = json_array();
    for (size_t i = 0; i < v->plan->device_count; i++) {
        const struct kaal_plan_device *d = &v->plan->devices[i];
        const struct device_found *found = &v->devices[i];
        json_t *json = json_object();
        put(json, "name", json_string(d->name));
        put(json, "holder", json_string(v->plan->pds[d->pd].name));
        put(json, "match", match_json(d->match, d->match_text));
        put(json, "node", found->path == NULL ? json_null() : json_string(found->path));
        put(json, "windows", windows_json(found));
        put(json, "interrupts", irqs_json(found));
        json_array_append_new(list, json);
    }
    return list;
}

static json_t *image_json(const struct image *image)
{
    json_t *json = json_object();
    put_number(json, "packed", image->system.size);
    put_number(json, "root", image->root.size);
    put_number(json, "elf", image->elf.size);
    put_number(json, "raw", image->raw.size);
    return json;
}

// --- a component -------------------------------------------------------------------------------

static json_t *flags_json(uint32_t flags)
{
    static const char *const names[] = {"passive", "inbox",       "fpu",   "awaited",
                                        "timeout", "keep_memory", "groups"};
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if ((flags >> i & 1) != 0) {
            json_array_append_new(list, json_string(names[i]));
        }
    }
    return list;
}

static json_t *policy_json(const struct kaal_policy *p)
{
    json_t *allow = json_array();
    for (uint32_t bit = 0; system_allow_name(bit) != NULL; bit++) {
        if ((p->allow >> bit & 1) != 0) {
            json_array_append_new(allow, json_string(system_allow_name(bit)));
        }
    }
    json_t *json = json_object();
    put(json, "allow", allow);
    put(json, "restart", json_string(system_restart_name(p->restart)));
    put_number(json, "max_restarts", p->restart_max);
    put_number(json, "window_us", p->window_us);
    put_number(json, "backoff_us", p->backoff_us);
    put_number(json, "heartbeat_us", p->heartbeat_us);
    put_number(json, "quota_memory", p->quota_memory);
    put_number(json, "quota_slots", p->quota_slots);
    put_number(json, "quota_components", p->quota_components);
    put_number(json, "quota_cpu", p->quota_cpu);
    return json;
}

static json_t *permits_json(const struct plan *plan, size_t number)
{
    json_t *list = json_array();
    for (size_t i = 0; i < plan->permit_count; i++) {
        const struct kaal_plan_permit *p = &plan->permits[i];
        if (p->pd == number) {
            json_array_append_new(list, match_json(p->match, p->match_text));
        }
    }
    return list;
}

static json_t *links_json(const struct plan *plan, size_t number)
{
    static const char *const kinds[] = {
        [KAAL_LINK_DEPENDS] = "depends",
        [KAAL_LINK_WATCHES] = "watches",
        [KAAL_LINK_ESCALATE] = "escalate",
    };
    json_t *list = json_array();
    for (size_t i = 0; i < plan->link_count; i++) {
        const struct kaal_plan_link *link = &plan->links[i];
        if (link->pd == number) {
            json_t *json = json_object();
            put(json, "kind", json_string(kinds[link->kind]));
            put(json, "on", json_string(plan->pds[link->on].name));
            put_hex(json, "badge", link->badge);
            json_array_append_new(list, json);
        }
    }
    return list;
}

static json_t *objects_json(const struct view_component *c)
{
    json_t *list = json_array();
    for (size_t i = 0; i < c->object_count; i++) {
        json_t *json = json_object();
        put(json, "kind", json_string(c->objects[i].kind));
        if (c->objects[i].bits != 0) {
            put_number(json, "bits", c->objects[i].bits);
        }
        json_array_append_new(list, json);
    }
    return list;
}

static json_t *slot_json(const struct view_slot *s)
{
    json_t *json = json_object();
    put_number(json, "slot", s->slot);
    if (s->above) {
        put(json, "root", json_true());
    }
    put(json, "kind", json_string(s->kind));
    put(json, "of", json_string(s->of));
    if (s->cap->kind == KAAL_CAP_FRAME || s->cap->kind == KAAL_CAP_IRQ_HANDLER) {
        put_number(json, "index", s->cap->window);
    } else if (s->cap->kind == KAAL_CAP_IRQ_NUMBER) {
        put_number(json, "number", s->cap->object);
        put(json, "trigger", json_string(s->cap->window != 0 ? "edge" : "level"));
    }
    put_rights(json, s->cap->rights);
    put_hex(json, "badge", s->badge);
    if (s->word != 0) {
        put_hex(json, "word", s->word);
    }
    put(json, "name", json_string(s->cap->name));
    return json;
}

// With `told`, the entries that stand in the start page alone; else what is in the CNode.
static json_t *slots_json(const struct view_component *c, bool told)
{
    json_t *list = json_array();
    for (size_t i = 0; i < c->slot_count; i++) {
        if ((c->slots[i].cap->slot == 0) == told) {
            json_array_append_new(list, slot_json(&c->slots[i]));
        }
    }
    return list;
}

static json_t *maps_json(const struct view_component *c)
{
    json_t *list = json_array();
    for (size_t i = 0; i < c->map_count; i++) {
        const struct view_map *m = &c->maps[i];
        json_t *json = json_object();
        put(json, "what", json_string(view_source_name(m->source)));
        put(json, "name", json_string(m->name));
        put_hex(json, "vaddr", m->vaddr);
        put_number(json, "size", m->size);
        put_number(json, "page_size", m->page_size);
        put_rights(json, m->rights);
        put(json, "cached", json_boolean(m->cached));
        put(json, "paddr", m->fixed ? json_sprintf("0x%" PRIx64, m->paddr) : json_null());
        json_array_append_new(list, json);
    }
    return list;
}

static json_t *sizes_json(const struct view_component *c)
{
    json_t *json = json_object();
    put_number(json, "text", c->sizes.text);
    put_number(json, "constants", c->sizes.constants);
    put_number(json, "data", c->sizes.data);
    put_number(json, "bss", c->sizes.zeros);
    put_number(json, "stack", c->pd->stack_size);
    return json;
}

static json_t *stack_json(const struct view_component *c)
{
    json_t *json = json_object();
    json_t *path = json_array();
    uint64_t margin;
    for (size_t i = 0; i < c->stack.path_length; i++) {
        json_array_append_new(path, json_string(c->stack.path[i]));
    }
    put(json, "bound", json_string(view_stack_bound(c->stack.bound)));
    put_number(json, "deepest", c->stack.bytes);
    put(json, "margin",
        view_stack_margin(c, &margin) ? json_integer((json_int_t)margin) : json_null());
    put(json, "path", path);
    put(json, "reason", c->stack.reason == NULL ? json_null() : json_string(c->stack.reason));
    return json;
}

static json_t *symbols_json(const struct plan_view *v, const struct sd_pd *pd)
{
    json_t *list = json_array();
    for (size_t i = 0; i < pd->setvar_count; i++) {
        json_t *json = json_object();
        put(json, "symbol", json_string(pd->setvars[i].symbol.text));
        put(json, "to", json_string(view_setvar(v->arena, &pd->setvars[i])));
        json_array_append_new(list, json);
    }
    return list;
}

// Of Microkit programs.
static void put_microkit(json_t *json, const struct plan_view *v, const struct sd_pd *pd)
{
    if (pd->domain.text != NULL) {
        put(json, "domain", json_string(pd->domain.text));
    }
    if (pd->cpu.given) {
        put_number(json, "cpu", (uint64_t)pd->cpu.value);
    }
    if (pd->id.given) {
        put_number(json, "child", (uint64_t)pd->id.value);
    }
    put(json, "smc", json_boolean(pd->smc.value));
    put(json, "symbols", symbols_json(v, pd));
}

static void put_running(json_t *json, const struct view_component *c)
{
    put_number(json, "priority", c->pd->priority);
    put_number(json, "max_priority", c->pd->max_priority);
    put_number(json, "budget_us", c->pd->budget_us);
    put_number(json, "period_us", c->pd->period_us);
    put_number(json, "start", c->pd->start_rank);
    put(json, "flags", flags_json(c->pd->flags));
    put(json, "args", json_string(c->pd->args));
    put(json, "abi", json_string(c->pd->abi == KAAL_ABI_MICROKIT ? "microkit" : "kaal"));
    put_hex(json, "ipc_buffer", c->pd->ipc_buffer);
}

static json_t *fault_json(const struct view_component *c)
{
    if (c->fault_handler == NULL) {
        return json_null();
    }
    json_t *json = json_object();
    put(json, "to", json_string(c->fault_handler));
    put_hex(json, "badge", c->fault_badge);
    return json;
}

static json_t *component_json(const struct plan_view *v, size_t number)
{
    static const char *const roles[] = {
        [KAAL_ROLE_COMPONENT] = "component",
        [KAAL_ROLE_ROOT] = "root",
        [KAAL_ROLE_BROKER] = "broker",
    };
    const struct view_component *c = &v->components[number];
    json_t *json = json_object();
    put_number(json, "number", number);
    put(json, "name", json_string(c->pd->name));
    put(json, "role", json_string(roles[c->pd->role]));
    put(json, "program", json_string(c->program));
    if (c->pd->file != KAAL_NONE) {
        put_number(json, "file", c->pd->file);
    }
    put_running(json, c);
    put(json, "faults", fault_json(c));
    put(json, "sizes", sizes_json(c));
    put(json, "stack", stack_json(c));
    put_microkit(json, v, view_described(v, c));
    put(json, "policy", policy_json(&c->pd->policy));
    put(json, "permits", permits_json(v->plan, number));
    put(json, "links", links_json(v->plan, number));
    put(json, "objects", objects_json(c));
    put(json, "capabilities", slots_json(c, false));
    put(json, "told", slots_json(c, true));
    put(json, "maps", maps_json(c));
    return json;
}

json_t *plan_view_json(const struct plan_view *v)
{
    const char *name = v->plan->system->name.text;
    const char *schedule = view_schedule(v->arena, v->plan->system);
    json_t *components = json_array();
    json_t *json = json_object();
    for (size_t i = 0; i < v->plan->pd_count; i++) {
        json_array_append_new(components, component_json(v, i));
    }
    put(json, "schema", json_string("kaal-plan"));
    put_number(json, "version", PLAN_VIEW_VERSION);
    put(json, "system", json_string(name == NULL ? "system" : name));
    put(json, "config", json_string(v->plan->config));
    put(json, "schedule", schedule == NULL ? json_null() : json_string(schedule));
    put(json, "image", image_json(v->image));
    put(json, "programs", files_json(v->plan));
    put(json, "regions", regions_json(v->plan));
    put(json, "devices", devices_json(v));
    put(json, "components", components);
    return json;
}
