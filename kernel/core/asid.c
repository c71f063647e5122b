// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/asid.h"

#include "kernel/arch.h"
#include "kernel/cspace.h"
#include "kernel/kernel.h"
#include "kernel/slot.h"
#include "kernel/untyped.h"
#include "kernel/vspace.h"

#include <sel4/arch/invocation.h>

enum { POOL_ENTRIES = 1 << ASID_POOL_BITS };

// The pool of the ASID exists.
static void entry_set(uint64_t asid, uint64_t word)
{
    uint64_t *entries = kernel.asid_pools[asid >> ASID_POOL_BITS];
    entries[asid & (POOL_ENTRIES - 1)] = word;
}

void asid_pool_install(unsigned index, paddr_t base)
{
    ASSERT(kernel.asid_pools[index] == NULL);
    kernel.asid_pools[index] = arch_ptr(base);
}

// Whether the capability is to the pool that is in use at its index.
static bool pool_is_installed(struct cap cap)
{
    return kernel.asid_pools[cap_get(cap, CAP_POOL)] == arch_ptr(cap_base(cap));
}

uint64_t asid_pool_free_entry(unsigned pool)
{
    const uint64_t *entries = kernel.asid_pools[pool];
    const uint64_t first = pool == 0 ? 1 : 0; // A2
    for (uint64_t i = first; i < POOL_ENTRIES; i++) {
        if (entries[i] == 0) {
            return (uint64_t)pool << ASID_POOL_BITS | i;
        }
    }
    return 0;
}

void asid_assign(struct cap space)
{
    const uint64_t asid = cap_get(space, CAP_ASID);
    ASSERT(asid != 0 && asid_entry(asid) == 0);
    entry_set(asid, space.word[0]);
}

void asid_release(struct cap space)
{
    const uint64_t asid = cap_get(space, CAP_ASID);
    if (asid_entry(asid) == space.word[0]) {
        entry_set(asid, 0);
        vspace_forget(asid);
    }
}

void asid_pool_destroy(struct cap cap)
{
    const unsigned pool = (unsigned)cap_get(cap, CAP_POOL);
    if (!pool_is_installed(cap)) {
        return;
    }
    const uint64_t *entries = kernel.asid_pools[pool];
    for (uint64_t i = 0; i < POOL_ENTRIES; i++) {
        if (entries[i] != 0) {
            vspace_forget((uint64_t)pool << ASID_POOL_BITS | i);
        }
    }
    kernel.asid_pools[pool] = NULL;
}

// --- invocations --------------------------------------------------------------------------------

static unsigned free_pool(void)
{
    unsigned index = 0;
    while (index < ASID_POOL_COUNT && kernel.asid_pools[index] != NULL) {
        index++;
    }
    return index;
}

// The whole untyped becomes the pool.
static void make_pool_commit(struct slot *untyped, struct slot *to, unsigned index)
{
    const uint64_t size = UINT64_C(1) << seL4_ASIDPoolBits;
    const paddr_t base = cap_address(untyped->cap);
    arch_zero(arch_ptr(base), size);
    untyped->cap = untyped_set_free(untyped->cap, size);
    const struct cap pool = cap_set(cap_new_paged(CAP_ASID_POOL, base), CAP_POOL, index);
    slot_insert_child(untyped, to, pool, true);
    asid_pool_install(index, base);
}

static bool is_pool_memory(struct cap cap)
{
    return cap_type(cap) == CAP_UNTYPED && cap_size_bits(cap) == seL4_ASIDPoolBits &&
           cap_get(cap, CAP_DEVICE) == 0;
}

seL4_Error asid_control_decode(struct syscall *sys)
{
    if (sys->label != ARMASIDControlMakePool) {
        return seL4_IllegalOperation;
    }
    if (sys->length < 2 || sys->extra_count < 2) {
        return seL4_TruncatedMessage;
    }
    const unsigned index = free_pool();
    if (index == ASID_POOL_COUNT) {
        return seL4_DeleteFirst;
    }
    struct slot *untyped = sys->extra[0];
    if (!is_pool_memory(untyped->cap)) {
        return syscall_invalid_capability(sys, 1);
    }
    if (slot_has_children(untyped)) {
        return seL4_RevokeFirst;
    }
    struct slot *to;
    const seL4_Error error = cspace_lookup_slot(sys, sys->extra[1]->cap, cptr(syscall_word(sys, 0)),
                                                syscall_word(sys, 1), false, &to);
    if (error != seL4_NoError) {
        return error;
    }
    if (!slot_is_empty(to)) {
        return seL4_DeleteFirst;
    }
    make_pool_commit(untyped, to, index);
    return seL4_NoError;
}

static void assign_commit(struct slot *space, uint64_t asid)
{
    space->cap = cap_set(space->cap, CAP_ASID, asid);
    asid_assign(space->cap);
}

seL4_Error asid_pool_decode(struct syscall *sys)
{
    if (sys->label != ARMASIDPoolAssign) {
        return seL4_IllegalOperation;
    }
    if (sys->extra_count < 1) {
        return seL4_TruncatedMessage;
    }
    struct slot *space = sys->extra[0];
    if (cap_type(space->cap) != CAP_VSPACE || vspace_is_assigned(space->cap)) {
        return syscall_invalid_capability(sys, 1);
    }
    const unsigned pool = (unsigned)cap_get(sys->cap, CAP_POOL);
    if (kernel.asid_pools[pool] == NULL) {
        const struct lookup_failure gone = {.kind = LOOKUP_INVALID_ROOT};
        return syscall_failed_lookup(sys, false, gone);
    }
    if (!pool_is_installed(sys->cap)) {
        return syscall_invalid_capability(sys, 0);
    }
    const uint64_t asid = asid_pool_free_entry(pool);
    if (asid == 0) {
        return seL4_DeleteFirst;
    }
    assign_commit(space, asid);
    return seL4_NoError;
}
