// SPDX-License-Identifier: BSD-2-Clause
//
// Memory. The frames of a grant lie in one node of the pool, so that revoking the node takes them
// back, with all copies that were handed on; the page tables that they need are the holder's
// (tables_unused() in grant.c says for how long):
//
//    dynamic range   |## grant ##|guard|## grant ##|guard|      |## grant ##|guard|      first fit
//    node (2^bits)   |frame|frame|frame| unused |

#include "grant.h"

#include "serve.h"

#include <kaal/layout.h>

#include <lib/bits.h>

#define LARGE_START                                                                                \
    (KAAL_LAYOUT_DYNAMIC_START + (KAAL_LAYOUT_DYNAMIC_END - KAAL_LAYOUT_DYNAMIC_START) / 2)

enum {
    LARGE_BITS = 21,
    PROBES = 8, // for an address
};

struct shape {
    uint64_t size; // a multiple of the page
    uint8_t page_bits;
    uint8_t node_bits;
    bool cached;
    seL4_CapRights_t rights;
    uint8_t right_bits; // the same, enum kaal_rights
    bool dma;
};

static uint32_t pages_of(const struct shape *shape)
{
    return (uint32_t)(shape->size >> shape->page_bits);
}

// --- addresses -----------------------------------------------------------------------------------

// The end of a grant of the component that touches [at, at + size) or the guard behind it; 0: none.
static uint64_t occupied_until(const struct component *c, uint64_t at, uint64_t size)
{
    struct grant_walk walk = grants_of_holder(&broker.grants, component_number(c));
    const struct grant *g = NULL;
    while ((g = grant_next(&broker.grants, &walk)) != NULL) {
        if (g->size != 0 && g->address >= KAAL_LAYOUT_DYNAMIC_START &&
            ranges_overlap(at, size + PAGE_SIZE, g->address, g->size + PAGE_SIZE)) {
            return g->address + g->size + PAGE_SIZE;
        }
    }
    return 0;
}

// Large pages have a part of the range for themselves: where small ones were, their page table
// stays, and no large one can be mapped over it.
static bool is_large(uint64_t address)
{
    return address >= LARGE_START;
}

// Behind everything that the component was granted in this part.
static uint64_t dynamic_end(const struct component *c, bool large)
{
    uint64_t end = large ? LARGE_START : KAAL_LAYOUT_DYNAMIC_START;
    struct grant_walk walk = grants_of_holder(&broker.grants, component_number(c));
    const struct grant *g = NULL;
    while ((g = grant_next(&broker.grants, &walk)) != NULL) {
        if (g->size != 0 && g->address >= end && is_large(g->address) == large) {
            end = g->address + g->size + PAGE_SIZE;
        }
    }
    return end;
}

static bool address_fits(uint64_t at, uint64_t size, bool large)
{
    uint64_t end = large ? KAAL_LAYOUT_DYNAMIC_END : LARGE_START;
    return at < end && size < end - at;
}

// Some probes, then behind everything: however a component has broken its addresses into pieces,
// nobody waits long for its requests.
static uint64_t search(const struct component *c, uint64_t size, uint8_t page_bits, uint64_t from)
{
    bool large = page_bits == LARGE_BITS;
    uint64_t at = align_up(from, UINT64_C(1) << page_bits);
    for (unsigned i = 0; i < PROBES && address_fits(at, size, large); i++) {
        uint64_t end = occupied_until(c, at, size);
        if (end == 0) {
            return at;
        }
        at = align_up(end, UINT64_C(1) << page_bits);
    }
    return align_up(dynamic_end(c, large), UINT64_C(1) << page_bits);
}

// First fit from where the least grant would fit, which is all for a page.
bool grant_address(struct component *c, uint64_t size, uint8_t page_bits, uint64_t *address)
{
    bool large = page_bits == LARGE_BITS;
    uint64_t from = c->dynamic_from[large];
    uint64_t end = large ? LARGE_START : KAAL_LAYOUT_DYNAMIC_START;
    for (unsigned i = 0; i < PROBES && end != 0; i++) {
        from = end > from ? end : from;
        end = occupied_until(c, from, PAGE_SIZE);
    }
    c->dynamic_from[large] = from;
    *address = end == 0 && size == PAGE_SIZE ? from : search(c, size, page_bits, from);
    return address_fits(*address, size, large);
}

void grant_address_free(struct component *c, const struct grant *g)
{
    uint64_t *from = &c->dynamic_from[is_large(g->address)];
    if (g->size != 0 && g->address < *from) {
        *from = g->address;
    }
}

// --- frames --------------------------------------------------------------------------------------

static enum kaal_err map_frames(struct component *c, uint32_t first, const struct shape *shape,
                                uint64_t address)
{
    enum kaal_err err = KAAL_OK;
    for (uint32_t i = 0; i < pages_of(shape) && err == KAAL_OK; i++) {
        err = build_map(c, first + i, address + ((uint64_t)i << shape->page_bits), shape->rights,
                        shape->cached);
    }
    return err;
}

static enum kaal_err make_frames(uint32_t node, uint32_t first, const struct shape *shape)
{
    seL4_Word type =
        shape->page_bits == PAGE_BITS ? seL4_ARM_SmallPageObject : seL4_ARM_LargePageObject;
    enum kaal_err err = KAAL_OK;
    for (uint32_t done = 0; done < pages_of(shape) && err == KAAL_OK;) {
        uint32_t now = pages_of(shape) - done;
        now = now < CONFIG_RETYPE_FAN_OUT_LIMIT ? now : CONFIG_RETYPE_FAN_OUT_LIMIT;
        err = refused(seL4_Untyped_Retype(pool_slot(&broker.pool, node), type, 0, store(), 0, 0,
                                          first + done, now));
        done += now;
    }
    return err;
}

static enum kaal_err fill(struct component *c, struct grant *g, const struct shape *shape)
{
    enum kaal_err err = pool_take(&broker.pool, shape->node_bits, &g->node);
    if (err != KAAL_OK) {
        g->node = (uint32_t)GRANTS_NODE_NONE;
        return err;
    }
    if (store_take(pages_of(shape), &g->slot) != KAAL_OK) {
        return KAAL_ERR_SLOTS;
    }
    g->slot_count = pages_of(shape);
    err = make_frames(g->node, g->slot, shape);
    return err == KAAL_OK ? map_frames(c, g->slot, shape, g->address) : err;
}

static enum kaal_err grant_new_memory(struct component *c, const struct shape *shape,
                                      uint64_t address, struct grant **out)
{
    enum kaal_err err = grant_add(&broker.grants, KAAL_GRANT_MEMORY, component_number(c),
                                  broker.table->broker, NULL, out);
    if (err != KAAL_OK) {
        return err;
    }
    struct grant *g = *out;
    g->address = address;
    g->size = shape->size;
    g->page_bits = shape->page_bits;
    g->cached = shape->cached;
    err = charge(g, component_number(c), UINT64_C(1) << shape->node_bits, pages_of(shape));
    if (err == KAAL_OK) {
        err = fill(c, g, shape);
    }
    if (err != KAAL_OK) {
        take_back(g);
    }
    return err;
}

// --- the request ---------------------------------------------------------------------------------

static enum kaal_err read_shape(struct request *r, struct shape *shape)
{
    const seL4_Word flags = KAAL_MEMORY_UNCACHED | KAAL_MEMORY_LARGE | KAAL_MEMORY_DMA;
    seL4_Word size = argument(1);
    seL4_Word how = argument(2);
    seL4_Word rights = how & ~flags;
    if (r->words < 3) {
        return KAAL_ERR_PROTOCOL;
    }
    if (size == 0) {
        return wrong_argument(r, 1);
    }
    if (rights != KAAL_RIGHT_READ && rights != (KAAL_RIGHT_READ | KAAL_RIGHT_WRITE)) {
        return wrong_argument(r, 2);
    }
    *shape = (struct shape){
        .page_bits = (how & KAAL_MEMORY_LARGE) != 0 ? LARGE_BITS : PAGE_BITS,
        .cached = (how & KAAL_MEMORY_UNCACHED) == 0,
        .rights = rights == KAAL_RIGHT_READ ? seL4_CanRead : seL4_ReadWrite,
        .right_bits = (uint8_t)rights,
        .dma = (how & KAAL_MEMORY_DMA) != 0,
    };
    // No sum wraps: no quota comes near 2^48.
    if (size > UINT64_C(1) << 48) {
        return denied(KAAL_RULE_QUOTA_MEMORY);
    }
    shape->size = align_up(size, UINT64_C(1) << shape->page_bits);
    shape->node_bits = (uint8_t)log2_ceil(shape->size);
    return KAAL_OK;
}

enum kaal_err serve_memory(struct request *r)
{
    struct shape shape;
    struct grant *g = NULL;
    uint64_t address = 0;
    enum kaal_err err = require(r, KAAL_ALLOW_MEMORY, KAAL_RULE_ALLOW_MEMORY);
    if (err == KAAL_OK) {
        err = read_shape(r, &shape);
    }
    if (err == KAAL_OK && !grant_address(r->caller, shape.size, shape.page_bits, &address)) {
        err = KAAL_ERR_MEMORY;
    }
    if (err == KAAL_OK) {
        err = grant_new_memory(r->caller, &shape, address, &g);
    }
    if (err == KAAL_OK) {
        // The message registers have long been the kernel's.
        g->rights = shape.right_bits;
        result(r, g->address);
        result(r, g->size);
        result(r, grant_id(g));
        result(r, shape.dma ? pool_paddr(&broker.pool, g->node) : 0);
        audit_grant(KAAL_AUDIT_GRANT, NULL, g);
    }
    return err;
}

// --- handed on -----------------------------------------------------------------------------------

static enum kaal_err copy_frames(struct component *to, const struct grant *from, struct grant *g)
{
    seL4_CapRights_t rights = (g->rights & KAAL_RIGHT_WRITE) != 0 ? seL4_ReadWrite : seL4_CanRead;
    if (store_take(from->slot_count, &g->slot) != KAAL_OK) {
        return KAAL_ERR_SLOTS;
    }
    g->slot_count = from->slot_count;
    enum kaal_err err = KAAL_OK;
    for (uint32_t i = 0; i < g->slot_count && err == KAAL_OK; i++) {
        err = refused(seL4_CNode_Copy(store(), g->slot + i, store_depth(), store(), from->slot + i,
                                      store_depth(), rights));
        if (err == KAAL_OK) {
            err = build_map(to, g->slot + i, g->address + ((uint64_t)i << g->page_bits), rights,
                            g->cached);
        }
    }
    return err;
}

enum kaal_err give_memory(struct grant *from, struct component *to, uint8_t rights,
                          struct grant **out)
{
    uint64_t address = 0;
    if (!grant_address(to, from->size, from->page_bits, &address)) {
        return KAAL_ERR_MEMORY;
    }
    enum kaal_err err =
        grant_add(&broker.grants, KAAL_GRANT_MEMORY, component_number(to), from->holder, from, out);
    if (err != KAAL_OK) {
        return err;
    }
    struct grant *g = *out;
    g->address = address;
    g->size = from->size;
    g->page_bits = from->page_bits;
    g->cached = from->cached;
    g->rights = rights;
    err = charge(g, from->holder, 0, from->slot_count);
    if (err == KAAL_OK) {
        err = copy_frames(to, from, g);
    }
    if (err == KAAL_OK) {
        err = entry_add(
            to, &g->entry,
            &(struct kaal_start_entry){
                .kind = KAAL_START_MEMORY, .rights = rights, .address = address, .size = g->size},
            component_at(from->holder)->spec.name);
    }
    if (err != KAAL_OK) {
        take_back(g);
    }
    return err;
}
