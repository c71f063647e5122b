// SPDX-License-Identifier: BSD-2-Clause
//
// What the device tree and the PCI bus say about the machine, and the frames of device registers.
// A page of registers may belong to several devices, so its frame stays here and holders get
// copies:
//
//    runs    | paddr, frames from, count | paddr, ..     the serial port's came from the root task
//
// A frame stays for the next holder: those of a window are one run, if it is made that way.
//
// The bus is looked at when it is first asked for, through one large frame that is given back: the
// configuration space of a function that somebody holds is a page of registers like others.

#include "broker.h"

#include <kaal/layout.h>

#include <lib/bits.h>
#include <lib/mem.h>
#include <lib/pci_id.h>

enum { RUNS_MAX = 128 };

static struct frame_run {
    uint64_t paddr;
    uint32_t frame;
    uint32_t count;
} runs[RUNS_MAX];

static uint32_t run_count;

static struct pci bus;

enum kaal_err machine_open(void)
{
    const struct kaal_handover *table = broker.table;
    for (uint32_t i = 0; i < table->tree_frame_count; i++) {
        (void)seL4_ARM_Page_Unmap(table->tree_frames + i); // from the root task's address space
        enum kaal_err err =
            memory_map_own(table->tree_frames + i, KAAL_LAYOUT_TREE + ((uint64_t)i << PAGE_BITS),
                           seL4_CanRead, true);
        if (err != KAAL_OK) {
            return err;
        }
    }
    const void *tree = (const void *)(KAAL_LAYOUT_TREE + table->tree_offset); // NOLINT
    if (dt_open(&broker.dt, tree, table->tree_size) != DT_OK) {
        return KAAL_ERR_NOTFOUND;
    }
    runs[run_count++] = (struct frame_run){
        .paddr = table->uart_paddr, .frame = table->caps[KAAL_HANDOVER_UART_FRAME], .count = 1};
    return KAAL_OK;
}

// --- the bus -------------------------------------------------------------------------------------

static enum kaal_err scan(uint32_t untyped)
{
    uint32_t frame = 0;
    if (!slots_take(&broker.slots, 1, &frame)) {
        return KAAL_ERR_SLOTS;
    }
    enum kaal_err err = frames_retype(untyped, seL4_LargePageBits, frame, 1);
    if (err == KAAL_OK) {
        err = memory_map_own(frame, KAAL_LAYOUT_CONFIG, seL4_ReadWrite, false);
    }
    if (err == KAAL_OK) {
        uint64_t offset = bus.config % LIBSEL4_BIT(seL4_LargePageBits);
        pci_scan(&bus,
                 (volatile uint8_t *)(KAAL_LAYOUT_CONFIG + offset)); // NOLINT: mapped just now
    }
    (void)seL4_CNode_Revoke(store(), pool_slot(&broker.pool, untyped), store_depth());
    (void)slots_give(&broker.slots, frame, 1);
    return err;
}

const struct pci *machine_pci(void)
{
    static bool looked;
    uint32_t untyped = 0;
    if (looked) {
        return &bus;
    }
    looked = true;
    if (!pci_open(&bus, &broker.dt)) {
        return &bus;
    }
    uint64_t at = align_down(bus.config, LIBSEL4_BIT(seL4_LargePageBits));
    enum kaal_err err = pool_take_at(&broker.pool, at, seL4_LargePageBits, &untyped);
    if (err == KAAL_OK) {
        err = scan(untyped);
        (void)pool_give(&broker.pool, untyped);
    }
    (void)log_failure("pci", NULL, err); // nobody can have a function then
    return &bus;
}

// --- devices -------------------------------------------------------------------------------------

static struct device of_node(struct dt_node node)
{
    return (struct device){.node = node};
}

static struct device next_function(const struct pci_function *after)
{
    const struct pci *pci = machine_pci();
    const struct pci_function *f = after == NULL ? pci->functions : after + 1;
    return f < pci->functions + pci->count ? (struct device){.node = dt_none(), .function = f}
                                           : no_device();
}

struct device machine_next(struct device after)
{
    if (after.function != NULL) {
        return next_function(after.function);
    }
    struct dt_node node =
        dt_is_none(after.node) ? dt_root(&broker.dt) : dt_next(&broker.dt, after.node);
    return dt_is_none(node) ? next_function(NULL) : of_node(node);
}

struct device machine_find(enum kaal_device_match match, const char *text, struct device after)
{
    struct device d = no_device();
    switch (match) {
    case KAAL_DEVICE_PATH:
    case KAAL_DEVICE_ALIAS:
        return device_exists(after) ? no_device() : of_node(dt_find(&broker.dt, text));
    case KAAL_DEVICE_COMPATIBLE:
        return of_node(dt_find_compatible(&broker.dt, after.node, text));
    case KAAL_DEVICE_PCI:
        d = next_function(after.function);
        while (d.function != NULL && !pci_matches(&bus, d.function, text)) {
            d = next_function(d.function);
        }
        return d;
    case KAAL_DEVICE_MATCH_COUNT:
        break;
    }
    return d;
}

bool machine_means(enum kaal_device_match match, const char *text, struct device d)
{
    switch (match) {
    case KAAL_DEVICE_COMPATIBLE:
        return !dt_is_none(d.node) && dt_is_compatible(&broker.dt, d.node, text);
    case KAAL_DEVICE_PCI:
        return d.function != NULL && pci_matches(&bus, d.function, text);
    case KAAL_DEVICE_PATH:
    case KAAL_DEVICE_ALIAS:
    case KAAL_DEVICE_MATCH_COUNT:
        break;
    }
    return !dt_is_none(d.node) && dt_find(&broker.dt, text).at == d.node.at;
}

// Each is looked for once.
struct device machine_device(uint32_t device)
{
    static struct {
        struct device device;
        bool known;
    } devices[KAAL_DEVICE_MAX];
    if (!devices[device].known) {
        const struct kaal_plan_device *plan = plan_device(&broker.plan, device);
        devices[device].device =
            machine_find((enum kaal_device_match)plan->match, plan->match_text, no_device());
        devices[device].known = true;
    }
    return devices[device].device;
}

// A tree has no way up: who holds the node is found from the root. Who asks for a window asks
// again, as it is counted, mapped and told.
static bool window_of_node(struct dt_node node, uint32_t window, struct dt_range *range)
{
    static struct {
        struct dt_node node;
        uint32_t window;
        struct dt_range range;
        bool known;
    } last;
    if (last.known && last.node.at == node.at && last.window == window) {
        *range = last.range;
        return true;
    }
    if (dt_is_none(node) || !dt_reg(&broker.dt, node, window, range)) {
        return false;
    }
    last.node = node;
    last.window = window;
    last.range = *range;
    last.known = true;
    return true;
}

bool machine_window(struct device d, uint32_t window, struct dt_range *range)
{
    const struct pci_function *f = d.function;
    if (f == NULL) {
        return window_of_node(d.node, window, range);
    }
    if (window == KAAL_WINDOW_CONFIG) {
        range->base = bus.config + (uint64_t)f->number * PCI_CONFIG_SIZE;
        range->size = PCI_CONFIG_SIZE;
        return true;
    }
    if (f->homeless || window >= f->window_count) {
        return false;
    }
    *range = f->windows[window];
    return true;
}

uint64_t machine_base(struct device d)
{
    struct dt_range range = {0};
    (void)machine_window(d, d.function != NULL ? KAAL_WINDOW_CONFIG : 0, &range);
    return range.base;
}

bool machine_line(struct device d, uint32_t number, struct dt_irq *irq)
{
    const struct pci_function *f = d.function;
    if (f == NULL) {
        return !dt_is_none(d.node) && dt_irq(&broker.dt, d.node, number, irq);
    }
    return number == 0 && f->pin != 0 &&
           dt_pci_irq(&broker.dt, bus.bridge, f->number / 8, f->pin, irq);
}

void machine_name(struct device d, char name[KAAL_NAME_SIZE])
{
    struct fmt f;
    if (d.function != NULL) {
        pci_id_format(d.function->vendor, d.function->device, name, KAAL_NAME_SIZE);
        return;
    }
    fmt_init(&f, name, KAAL_NAME_SIZE);
    fmt_str(&f, dt_name(&broker.dt, d.node));
}

// --- frames --------------------------------------------------------------------------------------

static enum kaal_err add_run(uint64_t paddr, uint8_t bits)
{
    uint32_t node = 0;
    uint32_t slot = 0;
    uint32_t count = UINT32_C(1) << (bits - PAGE_BITS);
    if (run_count == RUNS_MAX) {
        return KAAL_ERR_SLOTS;
    }
    enum kaal_err err = pool_take_at(&broker.pool, paddr, bits, &node);
    if (err != KAAL_OK) {
        return err;
    }
    if (!slots_take(&broker.slots, count, &slot)) {
        (void)pool_give(&broker.pool, node);
        return KAAL_ERR_SLOTS;
    }
    err = frames_retype(node, PAGE_BITS, slot, count);
    if (err == KAAL_OK) {
        runs[run_count++] = (struct frame_run){.paddr = paddr, .frame = slot, .count = count};
    } else {
        (void)seL4_CNode_Revoke(store(), pool_slot(&broker.pool, node), store_depth());
        (void)slots_give(&broker.slots, slot, count);
        (void)pool_give(&broker.pool, node);
    }
    return err;
}

static bool find_frame(uint64_t paddr, uint32_t *frame)
{
    for (uint32_t i = 0; i < run_count; i++) {
        if (paddr - runs[i].paddr < (uint64_t)runs[i].count << PAGE_BITS) {
            *frame = runs[i].frame + (uint32_t)((paddr - runs[i].paddr) >> PAGE_BITS);
            return true;
        }
    }
    return false;
}

// The frame over a page; made when it is first asked for.
static enum kaal_err find_page(uint64_t paddr, uint32_t *frame)
{
    enum kaal_err err = KAAL_OK;
    if (!find_frame(paddr, frame)) {
        err = add_run(paddr, PAGE_BITS);
        (void)find_frame(paddr, frame);
    }
    return err;
}

// Will the frames of the window be made as one run?
static bool is_run(const struct dt_range *window)
{
    uint32_t frame = 0;
    return window->size > PAGE_SIZE && is_pow2(window->size) &&
           is_aligned(window->base, window->size) && !find_frame(window->base, &frame);
}

void machine_join(const struct dt_range *window)
{
    if (is_run(window)) {
        (void)add_run(window->base, (uint8_t)log2_floor(window->size));
    }
}

bool machine_has_room(const struct dt_range *ranges, uint32_t count)
{
    uint32_t frame = 0;
    uint64_t wanted = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t end = ranges[i].base + (is_run(&ranges[i]) ? 1 : ranges[i].size);
        for (uint64_t at = align_down(ranges[i].base, PAGE_SIZE); at < end; at += PAGE_SIZE) {
            wanted += !find_frame(at, &frame);
        }
    }
    return wanted <= RUNS_MAX - run_count;
}

volatile uint8_t *machine_registers(uint64_t paddr)
{
    static uint32_t shown;
    if (shown != 0) {
        (void)seL4_ARM_Page_Unmap(shown);
        shown = 0;
    }
    if (find_page(align_down(paddr, PAGE_SIZE), &shown) != KAAL_OK ||
        memory_map_own(shown, KAAL_LAYOUT_REGISTERS, seL4_ReadWrite, false) != KAAL_OK) {
        shown = 0;
        return NULL;
    }
    return (volatile uint8_t *)(KAAL_LAYOUT_REGISTERS +
                                paddr % PAGE_SIZE); // NOLINT: mapped just now
}

enum kaal_err machine_frame_into(uint32_t slot, uint64_t paddr)
{
    uint32_t frame = 0;
    enum kaal_err err = find_page(paddr, &frame);
    return err == KAAL_OK ? refused(seL4_CNode_Copy(store(), slot, store_depth(), store(), frame,
                                                    store_depth(), seL4_ReadWrite))
                          : err;
}

enum kaal_err machine_frame(struct arena *arena, uint64_t paddr, uint32_t *frame)
{
    enum kaal_err err = arena_slot(arena, frame);
    return err == KAAL_OK ? machine_frame_into(*frame, paddr) : err;
}

enum kaal_err machine_irq_number(uint32_t number, bool edge, uint32_t slot)
{
    enum kaal_err err = refused(seL4_IRQControl_GetTrigger(
        own_cap(KAAL_HANDOVER_IRQ_CONTROL), number, edge ? 1 : 0, store(), slot, store_depth()));
    return err == KAAL_ERR_KERNEL && broker.refusal == seL4_RevokeFirst ? KAAL_ERR_BUSY : err;
}

enum kaal_err machine_irq(struct device d, uint32_t number, uint32_t slot)
{
    struct dt_irq irq;
    if (!machine_line(d, number, &irq)) {
        return KAAL_ERR_NOTFOUND;
    }
    return machine_irq_number(irq.number, irq.edge, slot);
}
