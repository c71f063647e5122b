// SPDX-License-Identifier: BSD-2-Clause
//
// Address space identifiers: pools, and the address spaces in them.
#include "mapping.h"

enum {
    POOLS = 128,
    POOL_SIZE = 512,
};

static struct got make_pool(seL4_CPtr untyped, seL4_CPtr slot)
{
    return call(seL4_CapASIDControl, ARMASIDControlMakePool, WORDS(slot, DEPTH),
                CAPS(untyped, ROOT));
}

static seL4_CPtr pool_new(void)
{
    seL4_CPtr slot = slot_new();
    return expect_made(HERE, make_pool(untyped_new(12), slot), slot);
}

static struct got assign(seL4_CPtr pool, seL4_CPtr vspace)
{
    return call(pool, ARMASIDPoolAssign, NO_WORDS, CAPS(vspace));
}

static seL4_CPtr unassigned(void)
{
    return object_new(seL4_ARM_VSpaceObject, 0);
}

// --- MakePool -----------------------------------------------------------------------------------

CASE(asid_control_refuses_other_labels)
{
    EXPECT_ILLEGAL(call(seL4_CapASIDControl, 0, NO_WORDS, NO_CAPS));
    EXPECT_ILLEGAL(call(seL4_CapASIDControl, ARMASIDPoolAssign, NO_WORDS, NO_CAPS));
}

CASE(make_pool_wants_two_words_and_two_capabilities)
{
    seL4_CPtr untyped = untyped_new(12);
    EXPECT_TRUNCATED(
        call(seL4_CapASIDControl, ARMASIDControlMakePool, WORDS(slot_new()), CAPS(untyped, ROOT)));
    EXPECT_TRUNCATED(
        call(seL4_CapASIDControl, ARMASIDControlMakePool, WORDS(slot_new(), DEPTH), CAPS(untyped)));
}

CASE(make_pool_wants_a_free_untyped_of_a_page_of_ram)
{
    const seL4_BootInfo *boot = boot_info();
    seL4_CPtr device = slot_new();
    seL4_CPtr used = untyped_new(12);
    EXPECT_SUCCESS(retype(boot->untyped.start, seL4_UntypedObject, 12, device, 1));
    EXPECT_SUCCESS(retype(used, seL4_EndpointObject, 0, slot_new(), 1));
    EXPECT_INVALID_CAPABILITY(make_pool(0, ROOT), 1);
    EXPECT_INVALID_CAPABILITY(make_pool(frame_new(), ROOT), 1);
    EXPECT_INVALID_CAPABILITY(make_pool(untyped_new(11), ROOT), 1);
    EXPECT_INVALID_CAPABILITY(make_pool(untyped_new(13), ROOT), 1);
    EXPECT_INVALID_CAPABILITY(make_pool(device, ROOT), 1);
    EXPECT_REVOKE_FIRST(make_pool(used, ROOT));
}

CASE(make_pool_looks_up_the_slot_last)
{
    seL4_CPtr untyped = untyped_new(12);
    EXPECT_NO_ROOT(call(seL4_CapASIDControl, ARMASIDControlMakePool, WORDS(0, 65),
                        CAPS(untyped, endpoint_new())),
                   0);
    EXPECT_RANGE(
        call(seL4_CapASIDControl, ARMASIDControlMakePool, WORDS(0, 65), CAPS(untyped, ROOT)), 1,
        64);
    EXPECT_DELETE_FIRST(make_pool(untyped, seL4_CapInitThreadTCB));
    EXPECT_SUCCESS(make_pool(untyped, slot_new()));
    EXPECT_REVOKE_FIRST(make_pool(untyped, slot_new()));
}

CASE(make_pool_refuses_when_all_pools_are_taken_before_it_looks_at_the_untyped)
{
    for (int i = 1; i < POOLS; i++) {
        (void)pool_new();
    }
    EXPECT_DELETE_FIRST(make_pool(untyped_new(12), slot_new()));
    EXPECT_DELETE_FIRST(make_pool(0, slot_new()));
}

// --- Assign -------------------------------------------------------------------------------------

CASE(pools_refuse_other_labels)
{
    EXPECT_ILLEGAL(call(seL4_CapInitThreadASIDPool, 0, NO_WORDS, NO_CAPS));
    EXPECT_ILLEGAL(
        call(seL4_CapInitThreadASIDPool, ARMASIDControlMakePool, NO_WORDS, CAPS(unassigned())));
}

CASE(assign_wants_a_vspace_without_an_asid)
{
    EXPECT_TRUNCATED(call(seL4_CapInitThreadASIDPool, ARMASIDPoolAssign, NO_WORDS, NO_CAPS));
    EXPECT_INVALID_CAPABILITY(assign(seL4_CapInitThreadASIDPool, 0), 1);
    EXPECT_INVALID_CAPABILITY(assign(seL4_CapInitThreadASIDPool, page_table_new()), 1);
    EXPECT_INVALID_CAPABILITY(assign(seL4_CapInitThreadASIDPool, vspace_new()), 1);
    EXPECT_INVALID_CAPABILITY(assign(seL4_CapInitThreadASIDPool, VSPACE), 1);
}

CASE(assign_gives_an_asid_for_life)
{
    seL4_CPtr pool = pool_new();
    seL4_CPtr vspace = unassigned();
    EXPECT_SUCCESS(assign(pool, vspace));
    EXPECT_SUCCESS(delete (pool));
    EXPECT_INVALID_CAPABILITY(assign(seL4_CapInitThreadASIDPool, vspace), 1);
}

CASE(assign_refuses_when_the_pool_is_full)
{
    seL4_CPtr pool = pool_new();
    for (int i = 0; i < POOL_SIZE; i++) {
        EXPECT_SUCCESS(assign(pool, unassigned()));
    }
    EXPECT_DELETE_FIRST(assign(pool, unassigned()));
}

CASE(the_end_of_a_vspace_frees_its_asid)
{
    seL4_CPtr pool = pool_new();
    seL4_CPtr vspace = 0;
    for (int i = 0; i < POOL_SIZE; i++) {
        vspace = unassigned();
        EXPECT_SUCCESS(assign(pool, vspace));
    }
    EXPECT_SUCCESS(delete (vspace));
    EXPECT_SUCCESS(assign(pool, unassigned()));
    EXPECT_DELETE_FIRST(assign(pool, unassigned()));
}
