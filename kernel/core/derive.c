// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/derive.h"

#include "kernel/object.h"
#include "kernel/untyped.h"
#include "kernel/vspace.h"

// seL4_CapRights_t.
enum {
    RIGHT_WRITE = 1 << 0,
    RIGHT_READ = 1 << 1,
    RIGHT_GRANT = 1 << 2,
    RIGHT_GRANT_REPLY = 1 << 3
};

// seL4_CNode_CapData_t: the size in the low bits, then the guard.
enum { GUARD_DATA_SHIFT = 6, GUARD_SIZE_MASK = 63, ADDRESS_BITS = 64 };

static seL4_Error derive_untyped(struct slot *from, struct cap cap, struct cap *out)
{
    if (slot_has_children(from)) {
        return seL4_RevokeFirst;
    }
    if (slot_depth(from) >= NESTING_MAX) {
        return seL4_IllegalOperation;
    }
    *out = cap;
    return seL4_NoError;
}

// A copy of a frame is mapped nowhere.
static struct cap frame_unmapped(struct cap cap)
{
    return cap_set(cap_set(cap, CAP_ASID, 0), CAP_VADDR, 0);
}

seL4_Error cap_derive(struct syscall *sys, struct slot *from, struct cap cap, struct cap *out)
{
    (void)sys; // none of the errors has details
    *out = cap_null();
    switch (cap_type(cap)) {
    case CAP_NULL:
    case CAP_ZOMBIE:
    case CAP_IRQ_CONTROL:
        return seL4_NoError;
    case CAP_UNTYPED:
        return derive_untyped(from, cap, out);
    case CAP_VSPACE:
    case CAP_PAGE_TABLE:
        if (cap_get(cap, CAP_ASID) == 0) {
            return seL4_IllegalOperation;
        }
        break;
    case CAP_FRAME:
        *out = frame_unmapped(cap);
        return seL4_NoError;
    case CAP_ENDPOINT:
    case CAP_NOTIFICATION:
    case CAP_REPLY:
    case CAP_CNODE:
    case CAP_ASID_CONTROL:
    case CAP_TCB:
    case CAP_ASID_POOL:
    case CAP_IRQ_HANDLER:
    case CAP_DOMAIN:
    case CAP_SCHED_CONTEXT:
    case CAP_SCHED_CONTROL:
    case CAP_SMC:
    case CAP_SGI:
        break;
    }
    *out = cap;
    return seL4_NoError;
}

// --- rights ------------------------------------------------------------------------------------

static struct cap drop_unless(struct cap cap, struct cap_field right, bool keep)
{
    return keep ? cap : cap_set(cap, right, 0);
}

// Writing without reading is no access at all.
static struct cap frame_mask_rights(struct cap cap, uint64_t rights)
{
    const bool read = cap_get(cap, CAP_READ) != 0 && (rights & RIGHT_READ) != 0;
    cap = drop_unless(cap, CAP_READ, read);
    return drop_unless(cap, CAP_WRITE, read && (rights & RIGHT_WRITE) != 0);
}

struct cap cap_mask_rights(struct cap cap, uint64_t rights)
{
    switch ((int)cap_type(cap)) {
    case CAP_ENDPOINT:
        cap = drop_unless(cap, CAP_GRANT_REPLY, (rights & RIGHT_GRANT_REPLY) != 0);
        cap = drop_unless(cap, CAP_GRANT, (rights & RIGHT_GRANT) != 0);
        cap = drop_unless(cap, CAP_READ, (rights & RIGHT_READ) != 0);
        return drop_unless(cap, CAP_WRITE, (rights & RIGHT_WRITE) != 0);
    case CAP_NOTIFICATION:
        cap = drop_unless(cap, CAP_READ, (rights & RIGHT_READ) != 0);
        return drop_unless(cap, CAP_WRITE, (rights & RIGHT_WRITE) != 0);
    case CAP_REPLY:
        return drop_unless(cap, CAP_GRANT, (rights & RIGHT_GRANT) != 0);
    case CAP_FRAME:
        return frame_mask_rights(cap, rights);
    default:
        return cap;
    }
}

// --- badges and guards -------------------------------------------------------------------------

bool cap_is_badged(struct cap cap)
{
    switch ((int)cap_type(cap)) {
    case CAP_ENDPOINT:
    case CAP_NOTIFICATION:
    case CAP_SMC:
        return cap_badge(cap) != 0;
    default:
        return false;
    }
}

static bool set_badge(struct cap cap, uint64_t badge, bool preserve, struct cap *out)
{
    if (preserve || cap_badge(cap) != 0) {
        return false;
    }
    *out = cap_set(cap, CAP_BADGE, badge);
    return true;
}

static bool set_guard(struct cap cap, uint64_t data, struct cap *out)
{
    const uint64_t size = data & GUARD_SIZE_MASK;
    if (size + cap_size_bits(cap) > ADDRESS_BITS) {
        return false;
    }
    const uint64_t guard = (data >> GUARD_DATA_SHIFT) & ((UINT64_C(1) << size) - 1);
    *out = cnode_set_guard(cap, size, guard);
    return true;
}

bool cap_update_data(struct cap cap, uint64_t data, bool preserve, struct cap *out)
{
    switch ((int)cap_type(cap)) {
    case CAP_ENDPOINT:
    case CAP_NOTIFICATION:
    case CAP_SMC:
        return set_badge(cap, data, preserve, out);
    case CAP_CNODE:
        return set_guard(cap, data, out);
    default:
        *out = cap;
        return true;
    }
}

// --- objects -----------------------------------------------------------------------------------

static unsigned zombie_bits(struct cap cap)
{
    switch ((enum zombie_kind)cap_get(cap, CAP_ZOMBIE_KIND)) {
    case ZOMBIE_TCB:
        return object_bits(seL4_TCBObject, 0);
    case ZOMBIE_ENDPOINT:
        return seL4_EndpointBits;
    case ZOMBIE_NOTIFICATION:
        return seL4_NotificationBits;
    case ZOMBIE_CNODE:
        break;
    }
    return object_bits(seL4_CapTableObject, cap_size_bits(cap));
}

_Static_assert(seL4_VSpaceBits == seL4_PageTableBits && seL4_ASIDPoolBits == seL4_PageTableBits,
               "tables have one size");

// Bytes (log2) of the memory that the capability names.
static unsigned region_bits(struct cap cap)
{
    switch ((int)cap_type(cap)) {
    case CAP_UNTYPED:
    case CAP_SCHED_CONTEXT:
        return cap_size_bits(cap);
    case CAP_CNODE:
        return object_bits(seL4_CapTableObject, cap_size_bits(cap));
    case CAP_ZOMBIE:
        return zombie_bits(cap);
    case CAP_TCB:
        return object_bits(seL4_TCBObject, 0);
    case CAP_ENDPOINT:
        return seL4_EndpointBits;
    case CAP_NOTIFICATION:
        return seL4_NotificationBits;
    case CAP_REPLY:
        return seL4_ReplyBits;
    case CAP_FRAME:
        return frame_bits((enum frame_size)cap_get(cap, CAP_FRAME_SIZE));
    default: // a table: of pages, of tables, of ASIDs
        return seL4_PageTableBits;
    }
}

bool cap_region(struct cap cap, uint64_t *start, uint64_t *size)
{
    switch (cap_type(cap)) {
    case CAP_UNTYPED:
    case CAP_ENDPOINT:
    case CAP_NOTIFICATION:
    case CAP_REPLY:
    case CAP_CNODE:
    case CAP_TCB:
    case CAP_ZOMBIE:
    case CAP_SCHED_CONTEXT:
        *start = cap_address(cap).raw;
        break;
    case CAP_FRAME:
    case CAP_PAGE_TABLE:
    case CAP_VSPACE:
    case CAP_ASID_POOL:
        *start = cap_base(cap).raw;
        break;
    case CAP_NULL:
    case CAP_ASID_CONTROL:
    case CAP_IRQ_CONTROL:
    case CAP_IRQ_HANDLER:
    case CAP_DOMAIN:
    case CAP_SCHED_CONTROL:
    case CAP_SMC:
    case CAP_SGI:
        return false;
    }
    *size = UINT64_C(1) << region_bits(cap);
    return true;
}

// Both of one type that names memory.
static bool same_region(struct cap a, struct cap b)
{
    uint64_t a_start, a_size, b_start, b_size;
    return cap_region(a, &a_start, &a_size) && cap_region(b, &b_start, &b_size) &&
           a_start == b_start && a_size == b_size;
}

bool cap_same_object(struct cap a, struct cap b)
{
    if (cap_type(a) != cap_type(b)) {
        return false;
    }
    switch (cap_type(a)) {
    case CAP_NULL:
    case CAP_UNTYPED:
    case CAP_IRQ_CONTROL:
    case CAP_SGI:
        return false;
    case CAP_FRAME:
        return same_region(a, b) && cap_get(a, CAP_DEVICE) == cap_get(b, CAP_DEVICE);
    case CAP_ENDPOINT:
    case CAP_NOTIFICATION:
    case CAP_REPLY:
    case CAP_CNODE:
    case CAP_TCB:
    case CAP_ZOMBIE:
    case CAP_SCHED_CONTEXT:
    case CAP_PAGE_TABLE:
    case CAP_VSPACE:
    case CAP_ASID_POOL:
        return same_region(a, b);
    case CAP_IRQ_HANDLER:
        return cap_get(a, CAP_IRQ) == cap_get(b, CAP_IRQ);
    case CAP_SCHED_CONTROL:
        return cap_get(a, CAP_CORE) == cap_get(b, CAP_CORE);
    case CAP_ASID_CONTROL:
    case CAP_DOMAIN:
    case CAP_SMC:
        return true;
    }
    return false;
}

static bool untyped_covers(struct cap untyped, struct cap child)
{
    uint64_t start, size;
    if (!cap_region(child, &start, &size)) {
        return false;
    }
    const uint64_t base = cap_address(untyped).raw;
    const uint64_t all = UINT64_C(1) << cap_size_bits(untyped);
    return start >= base && start - base < all && size <= all - (start - base);
}

// A badge covers itself; no badge covers all.
static bool badge_covers(struct cap parent, struct cap child)
{
    return cap_badge(parent) == 0 || cap_badge(parent) == cap_badge(child);
}

bool cap_covers(struct cap parent, struct cap child)
{
    switch ((int)cap_type(parent)) {
    case CAP_UNTYPED:
        return untyped_covers(parent, child);
    case CAP_IRQ_CONTROL:
        return cap_type(child) == CAP_IRQ_HANDLER || cap_type(child) == CAP_SGI;
    case CAP_SGI:
        return parent.word[0] == child.word[0] && parent.word[1] == child.word[1];
    case CAP_ENDPOINT:
    case CAP_NOTIFICATION:
    case CAP_SMC:
        return cap_same_object(parent, child) && badge_covers(parent, child);
    default:
        return cap_same_object(parent, child);
    }
}
