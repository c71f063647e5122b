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
    uint8_t rights; // enum kaal_rights
    bool cached;
    bool dma;
};

// --- addresses -----------------------------------------------------------------------------------

// The end of a grant of the component that touches [at, at + size) or the guard behind it; 0: none.
static uint64_t occupied_until(const struct component *c, uint64_t at, uint64_t size)
{
    struct grant_walk walk = grants_of_holder(&broker.grants, component_number(c));
    for (const struct grant *g; (g = grant_next(&broker.grants, &walk)) != NULL;) {
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
    for (const struct grant *g; (g = grant_next(&broker.grants, &walk)) != NULL;) {
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
// nobody waits long for its requests. Not inline: it would make the way of a page slower.
__attribute__((noinline)) static uint64_t search(const struct component *c, uint64_t size,
                                                 uint8_t page_bits, uint64_t from)
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

// A grant without frames. `giver` and `from`: whose it was before, or the broker's number and NULL.
static inline enum kaal_err add_grant(struct component *c, const struct shape *shape,
                                      uint32_t giver, struct grant *from, struct grant **out)
{
    uint64_t address = 0;
    if (!grant_address(c, shape->size, shape->page_bits, &address)) {
        return KAAL_ERR_MEMORY;
    }
    enum kaal_err err =
        grant_add(&broker.grants, KAAL_GRANT_MEMORY, component_number(c), giver, from, out);
    if (err == KAAL_OK) {
        struct grant *g = *out;
        g->address = address;
        g->size = shape->size;
        g->page_bits = shape->page_bits;
        g->rights = shape->rights;
        g->cached = shape->cached;
    }
    return err;
}

static seL4_CapRights_t frame_rights(const struct grant *g)
{
    return (g->rights & KAAL_RIGHT_WRITE) != 0 ? seL4_ReadWrite : seL4_CanRead;
}

static inline enum kaal_err map_frames(struct component *c, const struct grant *g)
{
    enum kaal_err err = KAAL_OK;
    for (uint32_t i = 0; i < g->slot_count && err == KAAL_OK; i++) {
        err = build_map(c, g->slot + i, g->address + ((uint64_t)i << g->page_bits), frame_rights(g),
                        g->cached);
    }
    return err;
}

static enum kaal_err make_frames(struct component *c, struct grant *g)
{
    uint32_t pages = (uint32_t)(g->size >> g->page_bits);
    uint8_t node_bits = (uint8_t)log2_ceil(g->size);
    enum kaal_err err = charge(g, c, UINT64_C(1) << node_bits, pages);
    if (err == KAAL_OK) {
        err = pool_take(&broker.pool, node_bits, &g->node);
    }
    if (err == KAAL_OK) {
        err = store_take(pages, &g->slot);
    }
    if (err == KAAL_OK) {
        g->slot_count = pages;
        err = frames_retype(g->node, g->page_bits, g->slot, pages);
    }
    return err == KAAL_OK ? map_frames(c, g) : err;
}

// --- the request ---------------------------------------------------------------------------------

static enum kaal_err read_shape(struct request *r, struct shape *shape)
{
    const seL4_Word flags = KAAL_MEMORY_UNCACHED | KAAL_MEMORY_LARGE | KAAL_MEMORY_DMA;
    seL4_Word size = argument(1);
    seL4_Word how = argument(2);
    seL4_Word rights = how & ~flags;
    if (size == 0) {
        return wrong_argument(r, 1);
    }
    if (rights != KAAL_RIGHT_READ && rights != (KAAL_RIGHT_READ | KAAL_RIGHT_WRITE)) {
        return wrong_argument(r, 2);
    }
    *shape = (struct shape){
        .page_bits = (how & KAAL_MEMORY_LARGE) != 0 ? LARGE_BITS : PAGE_BITS,
        .cached = (how & KAAL_MEMORY_UNCACHED) == 0,
        .rights = (uint8_t)rights,
        .dma = (how & KAAL_MEMORY_DMA) != 0,
    };
    // No sum wraps: no quota comes near 2^48.
    if (size > UINT64_C(1) << 48) {
        return denied(KAAL_RULE_QUOTA_MEMORY);
    }
    shape->size = align_up(size, UINT64_C(1) << shape->page_bits);
    return KAAL_OK;
}

enum kaal_err serve_memory(struct request *r)
{
    struct shape shape;
    struct grant *g = NULL;
    enum kaal_err err = read_shape(r, &shape);
    if (err == KAAL_OK) {
        err = add_grant(r->caller, &shape, broker.table->broker, NULL, &g);
    }
    if (err != KAAL_OK) {
        return err;
    }
    err = make_frames(r->caller, g);
    if (err != KAAL_OK) {
        take_back(g);
        return err;
    }
    result(r, g->address);
    result(r, g->size);
    result(r, grant_id(g));
    result(r, shape.dma ? pool_paddr(&broker.pool, g->node) : 0);
    audit_grant(KAAL_AUDIT_GRANT, NULL, g);
    return KAAL_OK;
}

// --- handed on -----------------------------------------------------------------------------------

static enum kaal_err copy_frames(struct component *to, const struct grant *from, struct grant *g)
{
    enum kaal_err err = store_take(from->slot_count, &g->slot);
    if (err != KAAL_OK) {
        return err;
    }
    g->slot_count = from->slot_count;
    for (uint32_t i = 0; i < g->slot_count && err == KAAL_OK; i++) {
        err = refused(seL4_CNode_Copy(store(), g->slot + i, store_depth(), store(), from->slot + i,
                                      store_depth(), frame_rights(g)));
    }
    return err == KAAL_OK ? map_frames(to, g) : err;
}

enum kaal_err give_memory(struct grant *from, struct component *to, uint8_t rights,
                          struct grant **out)
{
    const struct shape shape = {
        .size = from->size, .page_bits = from->page_bits, .rights = rights, .cached = from->cached};
    enum kaal_err err = add_grant(to, &shape, from->holder, from, out);
    if (err != KAAL_OK) {
        return err;
    }
    struct grant *g = *out;
    struct component *giver = component_at(from->holder);
    err = charge(g, giver, 0, from->slot_count);
    if (err == KAAL_OK) {
        err = copy_frames(to, from, g);
    }
    if (err == KAAL_OK) {
        err = entry_add(to, &g->entry,
                        &(struct kaal_start_entry){.kind = KAAL_START_MEMORY,
                                                   .rights = rights,
                                                   .address = g->address,
                                                   .size = g->size},
                        giver->spec.name);
    }
    if (err != KAAL_OK) {
        take_back(g);
    }
    return err;
}
