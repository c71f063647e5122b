// SPDX-License-Identifier: BSD-2-Clause
//
// Regions of the description that lie at a given place in physical memory, and what regions hold
// from the start.

#include "broker.h"

#include <kaal/layout.h>

#include <lib/bits.h>
#include <lib/mem.h>

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
            return err == KAAL_OK ? build_frames(node, bits, first, *taken) : err;
        }
    }
}

// Pages of registers that are in use already, as the serial port's, are shared.
enum kaal_err place_frames(const struct kaal_plan_region *region, uint32_t first)
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

enum kaal_err place_content(const struct kaal_plan_region *region, uint32_t first)
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
