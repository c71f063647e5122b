// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/cnode.h"

#include "kernel/cspace.h"
#include "kernel/derive.h"
#include "kernel/endpoint.h"
#include "kernel/revoke.h"

#include <sel4/invocation.h>

// What CancelBadgedSends asks for: every right.
enum { RIGHTS_ALL = 15 };

// --- copy, mint, move, mutate --------------------------------------------------------------------

// How one capability becomes another.
struct transfer {
    struct slot *to;
    struct slot *from;
    struct cap cap;
    bool moves; // else a copy is made
};

static seL4_Error missing(struct syscall *sys, bool source, uint64_t depth)
{
    return syscall_failed_lookup(
        sys, source,
        (struct lookup_failure){.kind = LOOKUP_MISSING_CAPABILITY, .bits_left = (uint32_t)depth});
}

// Message words that the invocation has at least.
static unsigned transfer_length(uint64_t label)
{
    switch (label) {
    case CNodeMint:
        return 6;
    case CNodeMove:
        return 4;
    default:
        return 5;
    }
}

// The capability that arrives: with its rights and data, null if there can be none.
static seL4_Error transfer_cap(struct syscall *sys, struct transfer *transfer)
{
    struct cap cap = transfer->from->cap;
    switch (sys->label) {
    case CNodeMove:
        break;
    case CNodeMutate:
        if (!cap_update_data(cap, syscall_word(sys, 4), true, &cap)) {
            cap = cap_null();
        }
        break;
    case CNodeMint:
        cap = cap_mask_rights(cap, syscall_word(sys, 4));
        if (!cap_update_data(cap, syscall_word(sys, 5), false, &cap)) {
            cap = cap_null();
        }
        break;
    default:
        cap = cap_mask_rights(cap, syscall_word(sys, 4));
        break;
    }
    transfer->moves = sys->label == CNodeMove || sys->label == CNodeMutate;
    if (!transfer->moves) {
        const seL4_Error error = cap_derive(sys, transfer->from, cap, &cap);
        if (error != seL4_NoError) {
            return error;
        }
    }
    transfer->cap = cap;
    return cap_is_null(cap) ? seL4_IllegalOperation : seL4_NoError;
}

static void transfer_commit(const struct transfer *transfer)
{
    if (transfer->moves) {
        slot_move(transfer->from, transfer->to, transfer->cap);
    } else {
        slot_insert_derived(transfer->from, transfer->to, transfer->cap);
    }
}

static seL4_Error transfer_decode(struct syscall *sys, struct slot *to)
{
    if (sys->length < 4 || sys->extra_count < 1) {
        return seL4_TruncatedMessage;
    }
    if (!slot_is_empty(to)) {
        return seL4_DeleteFirst;
    }
    struct transfer transfer = {.to = to};
    const uint64_t depth = syscall_word(sys, 3);
    seL4_Error error = cspace_lookup_slot(sys, sys->extra[0]->cap, cptr(syscall_word(sys, 2)),
                                          depth, true, &transfer.from);
    if (error != seL4_NoError) {
        return error;
    }
    if (slot_is_empty(transfer.from)) {
        return missing(sys, true, depth);
    }
    if (sys->length < transfer_length(sys->label)) {
        return seL4_TruncatedMessage;
    }
    error = transfer_cap(sys, &transfer);
    if (error != seL4_NoError) {
        return error;
    }
    transfer_commit(&transfer);
    return seL4_NoError;
}

// --- rotate --------------------------------------------------------------------------------------

// dest <- pivot <- source, at once. dest may be source: the two are exchanged.
struct rotation {
    struct slot *dest;
    struct slot *pivot;
    struct slot *source;
    struct cap to_dest;
    struct cap to_pivot;
};

static void rotate_commit(const struct rotation *r)
{
    if (r->dest == r->source) {
        slot_swap(r->source, r->to_pivot, r->pivot, r->to_dest);
    } else {
        slot_move(r->pivot, r->dest, r->to_dest);
        slot_move(r->source, r->pivot, r->to_pivot);
    }
}

static seL4_Error rotate_slots(struct syscall *sys, struct rotation *r)
{
    seL4_Error error = cspace_lookup_slot(sys, sys->extra[1]->cap, cptr(syscall_word(sys, 6)),
                                          syscall_word(sys, 7), true, &r->source);
    if (error != seL4_NoError) {
        return error;
    }
    return cspace_lookup_slot(sys, sys->extra[0]->cap, cptr(syscall_word(sys, 3)),
                              syscall_word(sys, 4), true, &r->pivot);
}

static seL4_Error rotate_decode(struct syscall *sys, struct slot *dest)
{
    if (sys->length < 8 || sys->extra_count < 2) {
        return seL4_TruncatedMessage;
    }
    struct rotation r = {.dest = dest};
    const seL4_Error error = rotate_slots(sys, &r);
    if (error != seL4_NoError) {
        return error;
    }
    if (r.pivot == r.source || r.pivot == r.dest) {
        return seL4_IllegalOperation;
    }
    if (r.source != r.dest && !slot_is_empty(r.dest)) {
        return seL4_DeleteFirst;
    }
    if (slot_is_empty(r.source)) {
        return missing(sys, true, syscall_word(sys, 7));
    }
    if (slot_is_empty(r.pivot)) {
        return missing(sys, false, syscall_word(sys, 4));
    }
    if (!cap_update_data(r.source->cap, syscall_word(sys, 5), true, &r.to_pivot) ||
        !cap_update_data(r.pivot->cap, syscall_word(sys, 2), true, &r.to_dest)) {
        return seL4_IllegalOperation;
    }
    rotate_commit(&r);
    return seL4_NoError;
}

// --- the rest ------------------------------------------------------------------------------------

static seL4_Error cancel_decode(struct syscall *sys, const struct slot *slot)
{
    const struct cap cap = slot->cap;
    if (cap_type(cap) != CAP_ENDPOINT || cap_get(cap, CAP_RIGHTS) != RIGHTS_ALL) {
        return seL4_IllegalOperation;
    }
    if (cap_badge(cap) != 0) {
        sys->preempted = endpoint_cancel_badged(endpoint_of(cap), cap_badge(cap),
                                                &sys->caller->resumption) == PROGRESS_PREEMPTED;
    }
    return seL4_NoError;
}

seL4_Error cnode_decode(struct syscall *sys)
{
    if (sys->label < CNodeRevoke || sys->label > CNodeRotate) {
        return seL4_IllegalOperation;
    }
    if (sys->length < 2) {
        return seL4_TruncatedMessage;
    }
    struct slot *slot;
    const seL4_Error error = cspace_lookup_slot(sys, sys->cap, cptr(syscall_word(sys, 0)),
                                                syscall_word(sys, 1), false, &slot);
    if (error != seL4_NoError) {
        return error;
    }
    switch (sys->label) {
    case CNodeRevoke:
        sys->preempted = slot_revoke(slot) == PROGRESS_PREEMPTED;
        return seL4_NoError;
    case CNodeDelete:
        sys->preempted = slot_delete(slot) == PROGRESS_PREEMPTED;
        return seL4_NoError;
    case CNodeCancelBadgedSends:
        return cancel_decode(sys, slot);
    case CNodeRotate:
        return rotate_decode(sys, slot);
    default:
        return transfer_decode(sys, slot);
    }
}
