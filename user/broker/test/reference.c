// SPDX-License-Identifier: BSD-2-Clause
#include "reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { PAGE_BITS = 12 };

static bool has(const struct reference_region *region, uint64_t paddr)
{
    return paddr >= region->paddr && paddr - region->paddr < UINT64_C(1) << region->bits;
}

// The region that has `paddr` in it; there is one.
static struct reference_region *region_at(struct reference *reference, uint64_t paddr)
{
    uint32_t index = 0;
    while (!has(&reference->regions[index], paddr)) {
        index++;
        assert_in_range(index, 0, reference->count - 1);
    }
    return &reference->regions[index];
}

// Where the part of 2^bits bytes at `paddr` is in the heap.
static uint64_t place_of(const struct reference_region *region, uint64_t paddr, uint8_t bits)
{
    return (UINT64_C(1) << (region->bits - bits)) + ((paddr - region->paddr) >> bits);
}

static void set(struct reference_region *region, uint64_t place, uint8_t bits, uint8_t value)
{
    region->at[place] = value;
    for (uint64_t up = place / 2; up > 0; up /= 2) {
        uint8_t left = region->at[2 * up];
        uint8_t right = region->at[2 * up + 1];
        bits++;
        bool whole = left == bits && right == bits;
        region->at[up] = whole ? (uint8_t)(bits + 1) : left > right ? left : right;
    }
}

void reference_take(struct reference *reference, uint64_t paddr, uint8_t bits)
{
    struct reference_region *region = region_at(reference, paddr);
    assert_int_equal(reference_ask(reference, paddr, bits), KAAL_OK);
    set(region, place_of(region, paddr, bits), bits, 0);
    reference->free[region->device] -= UINT64_C(1) << bits;
}

void reference_give(struct reference *reference, uint64_t paddr, uint8_t bits)
{
    struct reference_region *region = region_at(reference, paddr);
    uint64_t place = place_of(region, paddr, bits);
    assert_int_equal(region->at[place], 0);
    set(region, place, bits, (uint8_t)(bits + 1));
    reference->free[region->device] += UINT64_C(1) << bits;
}

enum kaal_err reference_ask(const struct reference *reference, uint64_t paddr, uint8_t bits)
{
    for (uint32_t i = 0; i < reference->count; i++) {
        const struct reference_region *region = &reference->regions[i];
        if (!has(region, paddr) || bits > region->bits) {
            continue;
        }
        if (paddr - region->paddr < region->used) {
            return KAAL_ERR_NOTFOUND;
        }
        uint64_t place = place_of(region, paddr, bits);
        if (region->at[place] != bits + 1) {
            return KAAL_ERR_BUSY;
        }
        for (uint64_t up = place / 2; up > 0; up /= 2) {
            if (region->at[up] == 0) {
                return KAAL_ERR_BUSY;
            }
        }
        return KAAL_OK;
    }
    return KAAL_ERR_NOTFOUND;
}

uint8_t reference_largest(const struct reference *reference)
{
    uint8_t largest = 0;
    for (uint32_t i = 0; i < reference->count; i++) {
        const struct reference_region *region = &reference->regions[i];
        if (!region->device && region->at[1] > largest) {
            largest = region->at[1];
        }
    }
    return largest == 0 ? 0 : (uint8_t)(largest - 1);
}

void reference_add(struct reference *reference, uint64_t paddr, uint8_t bits, uint64_t used,
                   bool device)
{
    struct reference_region *region = &reference->regions[reference->count];
    reference->count++;
    region->paddr = paddr;
    region->bits = bits;
    region->device = device;
    for (int depth = 0; depth <= bits - REFERENCE_BITS_MIN; depth++) {
        for (uint64_t i = UINT64_C(1) << depth; i < UINT64_C(2) << depth; i++) {
            region->at[i] = (uint8_t)(bits - depth + 1);
        }
    }
    reference->free[device] += UINT64_C(1) << bits;
    // What is left of a page in use is no use either.
    uint64_t offset = 0;
    for (; offset < used; offset += UINT64_C(1) << PAGE_BITS) {
        reference_take(reference, paddr + offset, PAGE_BITS);
    }
    region->used = offset;
}
