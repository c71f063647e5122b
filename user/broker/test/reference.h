// SPDX-License-Identifier: BSD-2-Clause
//
// What a pool must be able to give, found another way: for each untyped of the boot a heap of
// halves, with nothing but the size of the largest free part below each.
//
//    at[1]                 bits + 1 of the largest free part in all of it, 0: none
//    at[2]       at[3]     in its halves
//    at[4] ..              and so on, down to 16 bytes
//
// Nothing is ever split or merged here: half of a node that is taken as a whole keeps the value of
// a free one.
#pragma once

#include <kaal/error.h>

#include <stdbool.h>
#include <stdint.h>

enum {
    REFERENCE_BITS_MIN = 4,
    REFERENCE_BITS_MAX = 20,
    REFERENCE_REGIONS = 8,
};

struct reference_region {
    uint64_t paddr;
    uint64_t used; // whole pages from the start; they belong to others
    uint8_t bits;
    bool device;
    uint8_t at[2 << (REFERENCE_BITS_MAX - REFERENCE_BITS_MIN)];
};

struct reference {
    struct reference_region regions[REFERENCE_REGIONS];
    uint32_t count;
    uint64_t free[2]; // RAM, device
};

void reference_add(struct reference *reference, uint64_t paddr, uint8_t bits, uint64_t used,
                   bool device);

// KAAL_OK, or why [paddr, paddr + 2^bits) cannot be had. Changes nothing.
enum kaal_err reference_ask(const struct reference *reference, uint64_t paddr, uint8_t bits);

// The size of the largest part of RAM that can be had; 0: none.
uint8_t reference_largest(const struct reference *reference);

void reference_take(struct reference *reference, uint64_t paddr, uint8_t bits);
void reference_give(struct reference *reference, uint64_t paddr, uint8_t bits);
