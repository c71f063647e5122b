// SPDX-License-Identifier: BSD-2-Clause
#include "tool/devices.h"

#include "tool/arena.h"
#include "tool/machine.h"
#include "tool/mock.h"
#include "tool/near.h"
#include "tool/options.h"
#include "tool/plan.h"
#include "tool/system.h"

#include "lib/bits.h"
#include "lib/fdt.h"
#include "lib/pci_id.h"

#include <inttypes.h>
#include <string.h>

struct checker {
    struct arena *arena;
    struct diag *diag;
    const struct system *system;
    const struct machine_parts *parts;
    struct dt dt;
    struct dt_node *nodes; // of each device; dt_none(): not found
};

// --- finding -----------------------------------------------------------------------------------

static const char *node_path(struct checker *c, struct dt_node node)
{
    const char *path = "";
    while (!dt_is_none(node) && node.at != dt_root(&c->dt).at) {
        path = arena_printf(c->arena, "/%s%s", dt_name(&c->dt, node), path);
        node = dt_parent(&c->dt, node);
    }
    return path[0] == '\0' ? "/" : path;
}

struct words {
    const char **items;
    size_t count;
    size_t capacity;
};

static void add_word(struct checker *c, struct words *list, const char *word)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i], word) == 0) {
            return;
        }
    }
    list->items =
        arena_grow(c->arena, list->items, list->count, &list->capacity, sizeof(*list->items));
    list->items[list->count++] = word;
}

// Paths, or compatible strings, of all nodes with registers.
static struct words all_words(struct checker *c, bool paths)
{
    struct words list = {0};
    struct dt_prop reg;
    for (struct dt_node n = dt_root(&c->dt); !dt_is_none(n); n = dt_next(&c->dt, n)) {
        if (!dt_prop(&c->dt, n, "reg", &reg)) {
            continue;
        }
        if (paths) {
            add_word(c, &list, node_path(c, n));
        }
        const char *word;
        for (unsigned i = 0;
             !paths && (word = dt_prop_string_at(&c->dt, n, "compatible", i)) != NULL; i++) {
            add_word(c, &list, word);
        }
    }
    return list;
}

// The names of /aliases.
static struct words all_aliases(struct checker *c)
{
    struct words list = {0};
    struct dt_prop prop;
    struct dt_node aliases = dt_find(&c->dt, "/aliases");
    for (unsigned i = 0; !dt_is_none(aliases) && dt_prop_at(&c->dt, aliases, i, &prop); i++) {
        add_word(c, &list, prop.name);
    }
    return list;
}

static void report_missing(struct checker *c, const struct sd_text *text, enum kaal_device_match by)
{
    static const char *const how[] = {
        [KAAL_DEVICE_PATH] = "at",
        [KAAL_DEVICE_COMPATIBLE] = "compatible with",
        [KAAL_DEVICE_ALIAS] = "with the alias",
    };
    struct words words =
        by == KAAL_DEVICE_ALIAS ? all_aliases(c) : all_words(c, by == KAAL_DEVICE_PATH);
    const char *fix = words.count == 0 ? "it has none: use `path` or `compatible`"
                                       : near_fix(c->arena, text->text, words.items, words.count);
    diag_error(c->diag, text->at, "the machine has no device %s %s; %s", how[by], text->text, fix);
}

static struct dt_node find(struct checker *c, const struct sd_match *match)
{
    enum kaal_device_match by;
    const struct sd_text *text = system_match(match, &by);
    struct dt_node node = by == KAAL_DEVICE_COMPATIBLE
                              ? dt_find_compatible(&c->dt, dt_none(), text->text)
                              : dt_find(&c->dt, text->text);
    if (dt_is_none(node)) {
        report_missing(c, text, by);
    }
    return node;
}

// --- the PCI bus -------------------------------------------------------------------------------

static const char *function_list(struct checker *c)
{
    const char *list = "none";
    for (size_t i = 0; i < c->parts->function_count; i++) {
        char id[PCI_ID_TEXT_MAX];
        pci_id_format(c->parts->functions[i].vendor, c->parts->functions[i].device, id, sizeof(id));
        list =
            i == 0 ? arena_printf(c->arena, "%s", id) : arena_printf(c->arena, "%s, %s", list, id);
    }
    return list;
}

static const struct machine_function *find_function(struct checker *c, const struct sd_text *text)
{
    struct pci_id id;
    if (dt_is_none(dt_find_compatible(&c->dt, dt_none(), PCI_HOST))) {
        diag_error(c->diag, text->at, "the machine has no PCI bus; take another machine or device");
        return NULL;
    }
    (void)pci_id_parse(text->text, &id);
    for (size_t i = 0; i < c->parts->function_count; i++) {
        const struct machine_function *f = &c->parts->functions[i];
        if (f->vendor == id.vendor && f->device == id.device && id.number-- == 0) {
            return f;
        }
    }
    diag_warning(c->diag, text->at,
                 "the machine has no PCI function %s (it has: %s); add its model of QEMU with "
                 "--device",
                 text->text, function_list(c));
    return NULL;
}

// --- judging -----------------------------------------------------------------------------------

static void check_count(struct checker *c, const struct sd_device *device,
                        const struct sd_number *asked, const char *key, unsigned has)
{
    int64_t count = asked->given ? asked->value : 1;
    if (count > has) {
        diag_error(c->diag, asked->given ? asked->at : device->at,
                   "`%s` asks for %" PRId64 " %s, the device has %u; set %s = %u",
                   device->name.text, count, key, has, key, has);
    }
}

// Whose a device is that nobody can have. NULL: it can be had.
static const char *reserved(struct checker *c, struct dt_node node)
{
    struct dt_prop prop;
    uint32_t cells;
    if (dt_prop(&c->dt, node, "interrupt-controller", &prop) &&
        dt_prop_u32(&c->dt, node, "#interrupt-cells", &cells) && cells == 3) {
        return "the interrupt controller belongs to the kernel";
    }
    return dt_is_compatible(&c->dt, node, PCI_HOST)
               ? "the PCI bus belongs to the broker, which gives its functions one by one (`pci`)"
               : NULL;
}

// Another node with registers in the page of `window`; its holder could be reached through it.
static struct dt_node page_neighbour(struct checker *c, struct dt_node node, struct dt_range window)
{
    uint64_t start = align_down(window.base, SD_PAGE);
    uint64_t size = align_up(window.base + window.size, SD_PAGE) - start;
    struct dt_range other;
    for (struct dt_node n = dt_root(&c->dt); !dt_is_none(n); n = dt_next(&c->dt, n)) {
        for (unsigned i = 0; n.at != node.at && dt_reg(&c->dt, n, i, &other); i++) {
            if (ranges_overlap(start, size, other.base, other.size)) {
                return n;
            }
        }
    }
    return dt_none();
}

static void check_windows(struct checker *c, const struct sd_device *device, struct dt_node node)
{
    struct dt_range window;
    int64_t count = device->registers.given ? device->registers.value : 1;
    for (unsigned i = 0; i < count && dt_reg(&c->dt, node, i, &window); i++) {
        if (window.size > PLAN_WINDOW_MAX) {
            diag_error(c->diag, device->at,
                       "a register window of `%s` has 0x%" PRIx64
                       " bytes, more than 0x%x; lower `registers`",
                       device->name.text, window.size, PLAN_WINDOW_MAX);
            return;
        }
        struct dt_node near = page_neighbour(c, node, window);
        if (!dt_is_none(near)) {
            diag_warning(c->diag, device->at,
                         "the registers of `%s` share a page with %s, so that `%s` reaches both; "
                         "trust it with both or choose a device in a page of its own",
                         device->name.text, node_path(c, near), device->pd_name.text);
        }
    }
}

// Its registers lie alone in their pages.
static void check_function(struct checker *c, const struct sd_device *device)
{
    const struct machine_function *f = find_function(c, &device->match.pci);
    check_count(c, device, &device->interrupts, "interrupts", 1);
    if (f != NULL) {
        check_count(c, device, &device->registers, "registers", f->windows);
    }
}

static void check_device(struct checker *c, size_t index)
{
    const struct sd_device *device = &c->system->devices[index];
    struct dt_range window;
    struct dt_irq irq;
    c->nodes[index] = dt_none();
    if (device->match.pci.text != NULL) {
        check_function(c, device);
        return;
    }
    struct dt_node node = find(c, &device->match);
    c->nodes[index] = node;
    if (dt_is_none(node)) {
        return;
    }
    const char *owner = reserved(c, node);
    if (owner != NULL) {
        diag_error(c->diag, device->at, "%s; remove this device", owner);
        return;
    }
    for (size_t i = 0; i < index; i++) {
        if (c->nodes[i].at == node.at) {
            diag_error(c->diag, device->at,
                       "`%s` is the same device as `%s` of line %u, %s; a device has one holder",
                       device->name.text, c->system->devices[i].name.text,
                       c->system->devices[i].at.line, node_path(c, node));
        }
    }
    unsigned windows = 0;
    unsigned interrupts = 0;
    while (dt_reg(&c->dt, node, windows, &window)) {
        windows++;
    }
    while (dt_irq(&c->dt, node, interrupts, &irq)) {
        interrupts++;
    }
    check_count(c, device, &device->registers, "registers", windows);
    check_count(c, device, &device->interrupts, "interrupts", interrupts);
    check_windows(c, device, node);
}

// What a component may ask for while the system runs. By path or alias that is one device, which
// must not have a holder.
static void check_permit(struct checker *c, const struct sd_match *permit)
{
    enum kaal_device_match by;
    const struct sd_text *text = system_match(permit, &by);
    if (by == KAAL_DEVICE_PCI) {
        (void)find_function(c, text);
        return;
    }
    struct dt_node node = find(c, permit);
    if (dt_is_none(node)) {
        return;
    }
    const char *owner = reserved(c, node);
    if (owner != NULL) {
        diag_error(c->diag, text->at, "%s; remove this permit", owner);
        return;
    }
    for (size_t i = 0; i < c->system->device_count && by != KAAL_DEVICE_COMPATIBLE; i++) {
        if (c->nodes[i].at == node.at) {
            diag_error(c->diag, text->at,
                       "`%s` is already the device `%s` of line %u; a device has one holder",
                       text->text, c->system->devices[i].name.text, c->system->devices[i].at.line);
        }
    }
}

static void check_permits(struct checker *c)
{
    for (size_t i = 0; i < c->system->pd_count; i++) {
        const struct sd_policy *policy = &c->system->pds[i].policy;
        for (size_t j = 0; j < policy->permit_count; j++) {
            check_permit(c, &policy->permits[j]);
        }
    }
}

static bool names_devices(const struct system *s)
{
    bool names = s->device_count != 0;
    for (size_t i = 0; i < s->pd_count; i++) {
        names = names || s->pds[i].policy.permit_count != 0;
    }
    return names;
}

bool devices_check_parts(struct arena *a, const struct machine_parts *parts, const struct system *s,
                         struct diag *d)
{
    struct checker c = {.arena = a, .diag = d, .system = s, .parts = parts};
    size_t errors = d->errors;
    enum dt_err err = dt_open(&c.dt, parts->tree.data, parts->tree.size);
    if (err != DT_OK) {
        diag_error(d, place_none(), "the machine's device tree: %s; use another QEMU",
                   dt_strerror(err));
        return false;
    }
    c.nodes = arena_alloc(a, (s->device_count + 1) * sizeof(*c.nodes));
    for (size_t i = 0; i < s->device_count; i++) {
        check_device(&c, i);
    }
    check_permits(&c);
    return d->errors == errors;
}

bool devices_check(struct arena *a, const struct options *o, const struct system *s, struct diag *d)
{
    struct machine_parts parts;
    struct machine_setup setup = machine_setup(o, (struct bytes){0});
    if (!names_devices(s)) {
        return true;
    }
    if (o->backend == BACKEND_MOCK && !mock_setup_tree(a, o, &setup, d)) {
        return false;
    }
    if (!machine_look(a, &setup, &parts)) {
        if (o->devices.count != 0) {
            diag_error(d, place_none(),
                       "%s gave no machine with such a --device; see `%s -device help`", setup.qemu,
                       setup.qemu);
            return false;
        }
        diag_note(d, place_file(s->file),
                  "the devices were not checked: %s gave no device tree; install qemu-system-arm",
                  setup.qemu);
        return true;
    }
    return devices_check_parts(a, &parts, s, d);
}
