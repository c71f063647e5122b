// SPDX-License-Identifier: BSD-2-Clause
#include "kernel_model.h"

#include "pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { RETYPE_MAX = 256, UNTYPED_BITS_MIN = 4, PAGE_BITS = 12 };

void kernel_open(struct kernel_model *kernel)
{
    memset(kernel, 0, sizeof(*kernel));
    kernel->refuse_after = UINT32_MAX;
}

void kernel_boot(struct kernel_model *kernel, const struct pool_untyped *untyped)
{
    // What nobody has used yet is full and has no children.
    kernel->caps[untyped->slot] = (struct kernel_cap){
        .paddr = untyped->paddr,
        .mark = untyped->used == 0 ? UINT64_C(1) << untyped->bits : untyped->used,
        .objects = untyped->used == 0 ? 0 : 1,
        .bits = untyped->bits,
        .device = untyped->device};
    kernel->cap_count++;
}

// Moves the mark over `count` objects of 2^bits bytes; *first is the address of the first. False,
// and only a reset has happened, if they do not fit.
static bool allocate(struct kernel_model *kernel, struct kernel_cap *cap, uint8_t bits,
                     uint32_t count, uint64_t *first)
{
    uint64_t size = UINT64_C(1) << bits;
    uint64_t at = cap->children + cap->objects == 0 ? 0 : cap->mark;
    at = (at + size - 1) / size * size;
    uint64_t total = UINT64_C(1) << cap->bits;
    if (at > total || (total - at) / size < count) {
        return false;
    }
    if (cap->children + cap->objects == 0 && !cap->device) {
        kernel->cleared += cap->mark;
    }
    cap->mark = at + size * count;
    *first = cap->paddr + at;
    return true;
}

static bool may_retype(const struct kernel_model *kernel, uint32_t parent, uint8_t bits,
                       uint32_t count, uint32_t first)
{
    if (parent >= KERNEL_SLOTS || kernel->caps[parent].bits == 0 || bits < UNTYPED_BITS_MIN ||
        first >= KERNEL_SLOTS || count < 1 || count > RETYPE_MAX || count > KERNEL_SLOTS - first) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (kernel->caps[first + i].bits != 0) {
            return false;
        }
    }
    return true;
}

static bool model_retype(void *context, uint32_t parent, uint8_t bits, uint32_t count,
                         uint32_t first)
{
    struct kernel_model *kernel = context;
    uint64_t at = 0;
    if (kernel->refuse_after == 0) {
        kernel->refuse_after = UINT32_MAX;
        return false;
    }
    if (kernel->refuse_after != UINT32_MAX) {
        kernel->refuse_after--;
    }
    // The pool asks for nothing that is refused for a reason of its own.
    assert_true(may_retype(kernel, parent, bits, count, first));
    struct kernel_cap *from = &kernel->caps[parent];
    assert_true(allocate(kernel, from, bits, count, &at));
    for (uint32_t i = 0; i < count; i++) {
        kernel->caps[first + i] = (struct kernel_cap){.paddr = at + ((uint64_t)i << bits),
                                                      .parent = parent,
                                                      .bits = bits,
                                                      .device = from->device};
    }
    from->children += count;
    kernel->cap_count += count;
    kernel->retypes++;
    return true;
}

static void model_remove(void *context, uint32_t slot)
{
    struct kernel_model *kernel = context;
    assert_in_range(slot, 0, KERNEL_SLOTS - 1);
    struct kernel_cap *cap = &kernel->caps[slot];
    assert_int_not_equal(cap->bits, 0);
    assert_int_equal(cap->children + cap->objects, 0);
    assert_int_not_equal(kernel->caps[cap->parent].children, 0);
    kernel->caps[cap->parent].children--;
    *cap = (struct kernel_cap){.bits = 0};
    kernel->cap_count--;
    kernel->removes++;
}

struct pool_ops kernel_ops(struct kernel_model *kernel)
{
    return (struct pool_ops){.retype = model_retype, .remove = model_remove, .context = kernel};
}

bool kernel_use(struct kernel_model *kernel, uint32_t slot, uint8_t bits)
{
    struct kernel_cap *cap = &kernel->caps[slot];
    uint64_t at = 0;
    if (cap->bits == 0 || (cap->device && bits < PAGE_BITS) ||
        !allocate(kernel, cap, bits, 1, &at)) {
        return false;
    }
    cap->objects++;
    return true;
}

void kernel_revoke(struct kernel_model *kernel, uint32_t slot)
{
    assert_int_equal(kernel->caps[slot].children, 0);
    kernel->caps[slot].objects = 0;
}
