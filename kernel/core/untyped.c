// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/untyped.h"

#include "kernel/arch.h"
#include "kernel/config.h"
#include "kernel/cspace.h"
#include "kernel/kernel.h"
#include "kernel/object.h"

#include "lib/bits.h"

#include <sel4/invocation.h>

enum { GRANULE_SHIFT = 4 }; // of the mark

// A chunk is a unit of work; several at a time are zeroed faster.
enum { RESET_CHUNKS = 16, RESET_BYTES = RESET_CHUNKS << KCFG_RESET_CHUNK_BITS };

struct cap untyped_cap(paddr_t base, unsigned bits, bool device, uint64_t free)
{
    struct cap cap = cap_new(CAP_UNTYPED, base);
    cap = cap_set(cap, CAP_SIZE_BITS, bits);
    cap = cap_set(cap, CAP_DEVICE, device);
    return untyped_set_free(cap, free);
}

uint64_t untyped_free(struct cap untyped)
{
    return cap_get(untyped, CAP_FREE) << GRANULE_SHIFT;
}

struct cap untyped_set_free(struct cap untyped, uint64_t free)
{
    ASSERT(free <= UINT64_C(1) << cap_size_bits(untyped) && is_aligned(free, 1 << GRANULE_SHIFT));
    return cap_set(untyped, CAP_FREE, free >> GRANULE_SHIFT);
}

static uint64_t untyped_size(struct cap untyped)
{
    return UINT64_C(1) << cap_size_bits(untyped);
}

// --- decode --------------------------------------------------------------------------------------

struct retype {
    struct slot *untyped;
    uint64_t type;
    uint64_t size_bits; // as the caller gave it
    unsigned bits;      // of one object
    uint64_t count;
    struct slot *slots; // `count` empty ones
    bool reset;         // the mark starts at 0 again
};

// What and how large (§6.2, 3 to 5).
static seL4_Error decode_object(struct syscall *sys, struct retype *r)
{
    r->type = syscall_word(sys, 0);
    r->size_bits = syscall_word(sys, 1);
    if (r->type >= seL4_ObjectTypeCount) {
        return syscall_invalid_argument(sys, 0);
    }
    if (r->size_bits >= seL4_WordBits || object_bits(r->type, r->size_bits) > seL4_MaxUntypedBits) {
        return syscall_range(sys, 0, seL4_MaxUntypedBits);
    }
    r->bits = object_bits(r->type, r->size_bits);
    const bool too_small =
        (r->type == seL4_CapTableObject && r->size_bits == 0) ||
        (r->type == seL4_UntypedObject && r->bits < seL4_MinUntypedBits) ||
        (r->type == seL4_SchedContextObject && r->bits < seL4_MinSchedContextBits);
    return too_small ? syscall_invalid_argument(sys, 1) : seL4_NoError;
}

// The CNode that takes the capabilities (6 and 7).
static seL4_Error decode_destination(struct syscall *sys, struct cap *cnode)
{
    const uint64_t depth = syscall_word(sys, 3);
    *cnode = sys->extra[0]->cap;
    if (depth != 0) {
        struct slot *slot;
        const seL4_Error error = cspace_lookup_slot(
            sys, sys->extra[0]->cap, cptr(syscall_word(sys, 2)), depth, false, &slot);
        if (error != seL4_NoError) {
            return error;
        }
        *cnode = slot->cap;
    }
    if (cap_type(*cnode) != CAP_CNODE) {
        return syscall_failed_lookup(sys, false,
                                     (struct lookup_failure){.kind = LOOKUP_MISSING_CAPABILITY,
                                                             .bits_left = (uint32_t)depth});
    }
    return seL4_NoError;
}

// The slots in it (8 to 11).
static seL4_Error decode_slots(struct syscall *sys, struct retype *r, struct cap cnode)
{
    const uint64_t slot_count = cnode_slot_count(cnode);
    const uint64_t offset = syscall_word(sys, 4);
    r->count = syscall_word(sys, 5);
    if (offset >= slot_count) {
        return syscall_range(sys, 0, slot_count - 1);
    }
    if (r->count < 1 || r->count > KCFG_RETYPE_FAN_OUT_LIMIT) {
        return syscall_range(sys, 1, KCFG_RETYPE_FAN_OUT_LIMIT);
    }
    if (r->count > slot_count - offset) {
        return syscall_range(sys, 1, slot_count - offset);
    }
    r->slots = cnode_slots(cnode) + offset;
    for (uint64_t i = 0; i < r->count; i++) {
        if (!slot_is_empty(&r->slots[i])) {
            return seL4_DeleteFirst;
        }
    }
    return seL4_NoError;
}

// The memory (12 and 13).
static seL4_Error decode_memory(struct syscall *sys, struct retype *r)
{
    r->reset = !slot_has_children(r->untyped);
    // Shift, do not multiply: count comes from the user. Aligning the mark loses no object: the
    // size of the untyped is a multiple of any that fits.
    const uint64_t left = untyped_size(sys->cap) - (r->reset ? 0 : untyped_free(sys->cap));
    if (left >> r->bits < r->count) {
        return syscall_no_memory(sys, left);
    }
    const bool plain = r->type == seL4_UntypedObject || r->type == seL4_ARM_SmallPageObject ||
                       r->type == seL4_ARM_LargePageObject || r->type == seL4_ARM_HugePageObject;
    if (cap_get(sys->cap, CAP_DEVICE) != 0 && !plain) {
        return syscall_invalid_argument(sys, 1);
    }
    return slot_depth(r->untyped) < NESTING_MAX ? seL4_NoError : seL4_IllegalOperation;
}

// --- commit --------------------------------------------------------------------------------------

// Takes the mark down to 0, and zeroes RAM as it goes (U3). Cleaning the caches of it is part of
// this, and not of making a frame: it takes as long, and only this can be preempted.
static enum progress untyped_reset(struct slot *slot)
{
    if (cap_get(slot->cap, CAP_DEVICE) != 0) {
        slot->cap = untyped_set_free(slot->cap, 0);
    }
    while (untyped_free(slot->cap) > 0) {
        const uint64_t free = untyped_free(slot->cap);
        const uint64_t start = align_down(free - 1, RESET_BYTES);
        const paddr_t chunk = paddr(cap_address(slot->cap).raw + start);
        arch_zero(arch_ptr(chunk), free - start);
        arch_clean(chunk, free - start);
        slot->cap = untyped_set_free(slot->cap, start);
        kernel.work_units += RESET_CHUNKS - 1; // preemption_wanted() counts one more
        if (preemption_wanted() && start > 0) {
            return PROGRESS_PREEMPTED;
        }
    }
    return PROGRESS_DONE;
}

static enum progress retype_commit(const struct retype *r)
{
    if (r->reset && untyped_reset(r->untyped) == PROGRESS_PREEMPTED) {
        return PROGRESS_PREEMPTED;
    }
    const struct cap untyped = r->untyped->cap;
    const bool device = cap_get(untyped, CAP_DEVICE) != 0;
    const uint64_t start = align_up(untyped_free(untyped), UINT64_C(1) << r->bits);
    r->untyped->cap = untyped_set_free(untyped, start + (r->count << r->bits));
    ASSERT(r->slots != NULL && r->count > 0);
    paddr_t base = paddr(cap_address(untyped).raw + start);
    for (uint64_t i = 0; i < r->count; i++) {
        r->slots[i].cap = object_create(r->type, r->size_bits, base, device);
        base.raw += UINT64_C(1) << r->bits;
    }
    slot_insert_children(r->untyped, r->slots, r->count);
    return PROGRESS_DONE;
}

seL4_Error untyped_decode(struct syscall *sys)
{
    if (sys->label != UntypedRetype) {
        return seL4_IllegalOperation;
    }
    if (sys->length < 6 || sys->extra_count < 1) {
        return seL4_TruncatedMessage;
    }
    struct retype r = {.untyped = sys->slot};
    struct cap cnode;
    seL4_Error error = decode_object(sys, &r);
    if (error == seL4_NoError) {
        error = decode_destination(sys, &cnode);
    }
    if (error == seL4_NoError) {
        error = decode_slots(sys, &r, cnode);
    }
    if (error == seL4_NoError) {
        error = decode_memory(sys, &r);
    }
    if (error == seL4_NoError) {
        sys->preempted = retype_commit(&r) == PROGRESS_PREEMPTED;
    }
    return error;
}
