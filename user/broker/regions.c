// SPDX-License-Identifier: BSD-2-Clause
//
// Frames, and what is made of them before there is a component: the broker's own tables, and the
// memory regions of the description, with what these hold from the start.
//
//    slots of the store    |frame|frame|frame|frame| .. |     of one region, in order
//                           ^ region_frame()
//
// A region may lie anywhere, in one piece, or at an address of its own.

#include "broker.h"

#include <kaal/broker_client.h>
#include <kaal/layout.h>

#include <lib/bits.h>
#include <lib/mem.h>

enum { SMALL_REGION = 1 << 16 };

static uint32_t regions[KAAL_REGION_MAX];

uint32_t region_frame(uint32_t region)
{
    return regions[region];
}

// --- frames --------------------------------------------------------------------------------------

enum kaal_err frames_retype(uint32_t node, uint8_t bits, uint32_t first, uint32_t count)
{
    seL4_Word type = bits == PAGE_BITS ? seL4_ARM_SmallPageObject : seL4_ARM_LargePageObject;
    enum kaal_err err = KAAL_OK;
    for (uint32_t done = 0; done < count && err == KAAL_OK; done += CONFIG_RETYPE_FAN_OUT_LIMIT) {
        uint32_t left = count - done;
        uint32_t now = left < CONFIG_RETYPE_FAN_OUT_LIMIT ? left : CONFIG_RETYPE_FAN_OUT_LIMIT;
        err = refused(seL4_Untyped_Retype(pool_slot(&broker.pool, node), type, 0, store(), 0, 0,
                                          first + done, now));
    }
    return err;
}

// Frames in consecutive slots, out of as few pieces of memory as will do.
static enum kaal_err make_frames(uint8_t bits, uint32_t count, uint32_t first)
{
    enum kaal_err err = KAAL_OK;
    for (uint32_t done = 0; done < count && err == KAAL_OK;) {
        uint8_t order = (uint8_t)log2_floor(count - done);
        uint32_t node = 0;
        err = pool_take(&broker.pool, (uint8_t)(bits + order), &node);
        while (err == KAAL_ERR_MEMORY && order > 0) {
            order--;
            err = pool_take(&broker.pool, (uint8_t)(bits + order), &node);
        }
        if (err == KAAL_OK) {
            err = frames_retype(node, bits, first + done, UINT32_C(1) << order);
            done += UINT32_C(1) << order;
        }
    }
    return err;
}

// Frames that follow each other in memory as well: what one untyped gives comes in order.
static enum kaal_err make_contiguous(uint8_t bits, uint32_t count, uint32_t first)
{
    uint32_t node = 0;
    enum kaal_err err = pool_take(&broker.pool, (uint8_t)(bits + log2_ceil(count)), &node);
    return err == KAAL_OK ? frames_retype(node, bits, first, count) : err;
}

enum kaal_err own_table(uint64_t bytes, void **table)
{
    static uint64_t next = KAAL_LAYOUT_TABLES;
    uint32_t pages = (uint32_t)(align_up(bytes, PAGE_SIZE) >> PAGE_BITS);
    uint32_t first = 0;
    enum kaal_err err = store_take(pages, &first);
    if (err == KAAL_OK) {
        err = make_frames(PAGE_BITS, pages, first);
    }
    *table = (void *)next; // NOLINT: mapped below
    for (uint32_t i = 0; i < pages && err == KAAL_OK; i++) {
        err = memory_map_own(first + i, next, seL4_ReadWrite, true);
        next += PAGE_SIZE;
    }
    return err;
}

// As many frames from `paddr` on as one node can have, at most `count`. Stores how many.
static enum kaal_err take_piece(uint64_t paddr, uint8_t bits, uint32_t count, uint32_t first,
                                uint32_t *taken)
{
    uint8_t order = (uint8_t)log2_floor(count);
    while (!is_aligned(paddr, UINT64_C(1) << (bits + order))) {
        order--;
    }
    uint32_t node = 0;
    for (;; order--) {
        enum kaal_err err = pool_take_at(&broker.pool, paddr, (uint8_t)(bits + order), &node);
        if (err == KAAL_OK || order == 0) {
            *taken = UINT32_C(1) << order;
            return err == KAAL_OK ? frames_retype(node, bits, first, *taken) : err;
        }
    }
}

// Pages of registers that are in use already, as the serial port's, are shared.
static enum kaal_err place_frames(const struct kaal_plan_region *region, uint32_t first)
{
    uint8_t bits = (uint8_t)region->page_bits;
    uint32_t count = (uint32_t)(region->size >> bits);
    enum kaal_err err = KAAL_OK;
    for (uint32_t done = 0; done < count && err == KAAL_OK;) {
        uint64_t paddr = region->paddr + ((uint64_t)done << bits);
        uint32_t taken = 1;
        err = take_piece(paddr, bits, count - done, first + done, &taken);
        if (err != KAAL_OK && bits == PAGE_BITS) {
            err = machine_frame_into(first + done, paddr);
        }
        done += taken;
    }
    return err;
}

// --- content -------------------------------------------------------------------------------------

static enum kaal_err write_frame(uint32_t frame, uint8_t bits, const uint8_t *from, uint64_t size)
{
    uint64_t at = bits == PAGE_BITS ? KAAL_LAYOUT_WINDOW : KAAL_LAYOUT_LARGE_WINDOW;
    enum kaal_err err = memory_map_own(frame, at, seL4_ReadWrite, true);
    if (err != KAAL_OK) {
        return err;
    }
    memcpy((void *)at, from, size); // NOLINT: mapped just now
    // Somebody may look at it past the cache.
    err = refused(seL4_ARM_Page_Clean_Data(frame, 0, UINT64_C(1) << bits));
    (void)seL4_ARM_Page_Unmap(frame);
    return err;
}

static enum kaal_err write_region(const struct kaal_plan_region *region, uint32_t first,
                                  const uint8_t *from, uint64_t size)
{
    uint8_t bits = (uint8_t)region->page_bits;
    const uint64_t page = UINT64_C(1) << bits;
    if (size > region->size) {
        return KAAL_ERR_MEMORY;
    }
    enum kaal_err err = KAAL_OK;
    for (uint64_t done = 0; done < size && err == KAAL_OK; done += page) {
        uint64_t now = size - done < page ? size - done : page;
        err = write_frame(first + (uint32_t)(done >> bits), bits, from + done, now);
    }
    return err;
}

static enum kaal_err place_content(const struct kaal_plan_region *region, uint32_t first)
{
    if ((region->flags & KAAL_REGION_TREE) != 0) {
        const uint8_t *tree = (const uint8_t *)KAAL_LAYOUT_TREE; // NOLINT: machine.c maps it there
        return write_region(region, first, tree + broker.table->tree_offset,
                            broker.table->tree_size);
    }
    if (region->file == KAAL_NONE) {
        return KAAL_OK;
    }
    const uint8_t *data = NULL;
    enum kaal_err err = image_data(region->file, &data);
    return err == KAAL_OK
               ? write_region(region, first, data, plan_file(&broker.plan, region->file)->size)
               : err;
}

// --- regions -------------------------------------------------------------------------------------

static enum kaal_err make_region(const struct kaal_plan_region *region, uint32_t *first)
{
    uint8_t bits = (uint8_t)region->page_bits;
    uint32_t pages = (uint32_t)(region->size >> bits);
    enum kaal_err err = store_take(pages, first);
    if (err != KAAL_OK) {
        return err;
    }
    if ((region->flags & KAAL_REGION_FIXED) != 0) {
        err = place_frames(region, *first);
    } else if ((region->flags & KAAL_REGION_CONTIGUOUS) != 0) {
        err = make_contiguous(bits, pages, *first);
    } else {
        err = make_frames(bits, pages, *first);
    }
    return err == KAAL_OK ? place_content(region, *first) : err;
}

// Small ones, of which a place is all that each needs.
static bool is_small(const struct kaal_plan_region *region)
{
    return (region->flags & (KAAL_REGION_FIXED | KAAL_REGION_CONTIGUOUS)) == 0 &&
           region->page_bits == PAGE_BITS && region->size <= SMALL_REGION;
}

// The frames of all small regions at once, one region's behind the other's.
static enum kaal_err make_small_frames(uint32_t *first)
{
    uint32_t pages = 0;
    for (uint32_t i = 0; i < plan_count(&broker.plan, KAAL_TABLE_REGIONS); i++) {
        const struct kaal_plan_region *region = plan_region(&broker.plan, i);
        pages += is_small(region) ? (uint32_t)(region->size >> PAGE_BITS) : 0;
    }
    enum kaal_err err = pages == 0 ? KAAL_OK : store_take(pages, first);
    return err == KAAL_OK ? make_frames(PAGE_BITS, pages, *first) : err;
}

static enum kaal_err make_regions(bool fixed)
{
    uint32_t small = 0;
    enum kaal_err err = fixed ? KAAL_OK : make_small_frames(&small);
    for (uint32_t i = 0; i < plan_count(&broker.plan, KAAL_TABLE_REGIONS); i++) {
        const struct kaal_plan_region *region = plan_region(&broker.plan, i);
        if (err == KAAL_OK && !fixed && is_small(region)) {
            regions[i] = small;
            small += (uint32_t)(region->size >> PAGE_BITS);
            err = place_content(region, regions[i]);
        } else if (err == KAAL_OK && ((region->flags & KAAL_REGION_FIXED) != 0) == fixed) {
            err = make_region(region, &regions[i]);
        }
        if (err != KAAL_OK) {
            log_error("region", region->name, kaal_strerror(err));
            return err;
        }
    }
    return err;
}

// What must lie at its place comes first, before others are put there.
enum kaal_err regions_build(void)
{
    enum kaal_err err = make_regions(true);
    return err == KAAL_OK ? make_regions(false) : err;
}
