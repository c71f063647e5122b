// SPDX-License-Identifier: BSD-2-Clause
//
// What may be made of a capability, and which capabilities name the same object: for each type.
#include "fresh.h"

#include "kernel/asid.h"
#include "kernel/derive.h"
#include "kernel/object.h"
#include "kernel/untyped.h"

#include <sel4/bootinfo_types.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { WRITE = 1, READ = 2, GRANT = 4, GRANT_REPLY = 8, GUARD_SHIFT = 6 };

#define BASE UINT64_C(0x40400000)

static struct cap make(uint64_t type, uint64_t bits, uint64_t base)
{
    return object_create(type, bits, paddr(base), false);
}

static int fresh(void **state)
{
    (void)state;
    fresh_kernel();
    return 0;
}

static struct cap derived(struct cap cap, seL4_Error expected)
{
    struct slot slot = {.cap = cap};
    struct cap out = cap;
    assert_int_equal(cap_derive(NULL, &slot, cap, &out), expected);
    return out;
}

// --- copies --------------------------------------------------------------------------------------

static void of_control_over_interrupts_nothing_is_made(void **state)
{
    (void)state;
    assert_true(cap_is_null(derived(fresh_slot(seL4_CapIRQControl)->cap, seL4_NoError)));
    assert_true(cap_is_null(derived(cap_null(), seL4_NoError)));
}

static void a_copy_of_a_frame_is_mapped_nowhere(void **state)
{
    (void)state;
    struct cap frame = make(seL4_ARM_SmallPageObject, 0, BASE);
    frame = cap_set(cap_set(frame, CAP_ASID, 3), CAP_VADDR, 5);
    const struct cap copy = derived(frame, seL4_NoError);
    assert_int_equal(cap_get(copy, CAP_ASID), 0);
    assert_int_equal(cap_get(copy, CAP_VADDR), 0);
    assert_true(cap_same_object(copy, frame));
}

static void tables_are_copied_only_while_they_have_a_place(void **state)
{
    (void)state;
    static const uint64_t types[] = {seL4_ARM_VSpaceObject, seL4_ARM_PageTableObject};
    for (unsigned i = 0; i < 2; i++) {
        const struct cap table = make(types[i], 0, BASE);
        assert_true(cap_is_null(derived(table, seL4_IllegalOperation)));
        const struct cap mapped = cap_set(table, CAP_ASID, 1);
        assert_true(cap_same_object(derived(mapped, seL4_NoError), mapped));
    }
}

static void untyped_memory_with_children_is_not_copied(void **state)
{
    (void)state;
    struct slot parent = {0};
    struct slot child = {0};
    struct cap out;
    slot_insert_root(&parent, untyped_cap(paddr(BASE), 16, false, 64));
    assert_int_equal(cap_derive(NULL, &parent, parent.cap, &out), seL4_NoError);
    slot_insert_child(&parent, &child, make(seL4_EndpointObject, 0, BASE), true);
    assert_int_equal(cap_derive(NULL, &parent, parent.cap, &out), seL4_RevokeFirst);
    assert_true(cap_is_null(out));
}

// --- rights --------------------------------------------------------------------------------------

static uint64_t rights_of(struct cap cap)
{
    return (cap_get(cap, CAP_WRITE) != 0 ? WRITE : 0) | (cap_get(cap, CAP_READ) != 0 ? READ : 0) |
           (cap_get(cap, CAP_GRANT) != 0 ? GRANT : 0) |
           (cap_get(cap, CAP_GRANT_REPLY) != 0 ? GRANT_REPLY : 0);
}

static void rights_only_get_fewer(void **state)
{
    (void)state;
    const struct cap endpoint = make(seL4_EndpointObject, 0, BASE);
    const struct cap notification = make(seL4_NotificationObject, 0, BASE);
    const struct cap reply = make(seL4_ReplyObject, 0, BASE);
    for (uint64_t mask = 0; mask < 16; mask++) {
        const struct cap less = cap_mask_rights(endpoint, mask);
        assert_int_equal(rights_of(less), mask);
        assert_int_equal(rights_of(cap_mask_rights(less, 15)), mask);
        assert_int_equal(rights_of(cap_mask_rights(notification, mask)), mask & (READ | WRITE));
        assert_int_equal(cap_get(cap_mask_rights(reply, mask), CAP_GRANT), (mask & GRANT) != 0);
    }
}

static void a_frame_that_is_not_read_is_not_written(void **state)
{
    (void)state;
    const struct cap frame = make(seL4_ARM_SmallPageObject, 0, BASE);
    static const struct {
        uint64_t mask, left;
    } cases[] = {{0, 0}, {WRITE, 0}, {READ, READ}, {READ | WRITE, READ | WRITE}};
    for (unsigned i = 0; i < 4; i++) {
        const struct cap less = cap_mask_rights(frame, cases[i].mask);
        assert_int_equal(cap_get(less, CAP_READ), (cases[i].left & READ) != 0);
        assert_int_equal(cap_get(less, CAP_WRITE), (cases[i].left & WRITE) != 0);
    }
}

static void what_has_no_rights_stays_as_it_is(void **state)
{
    (void)state;
    const struct cap tcb = fresh_slot(seL4_CapInitThreadTCB)->cap;
    const struct cap same = cap_mask_rights(tcb, 0);
    assert_memory_equal(&same, &tcb, sizeof(tcb));
}

// --- badges and guards ---------------------------------------------------------------------------

static void a_badge_is_given_once(void **state)
{
    (void)state;
    struct cap badged;
    struct cap again;
    const struct cap endpoint = make(seL4_EndpointObject, 0, BASE);
    assert_false(cap_is_badged(endpoint));
    assert_true(cap_update_data(endpoint, 77, false, &badged));
    assert_true(cap_is_badged(badged));
    assert_int_equal(cap_badge(badged), 77);
    assert_false(cap_update_data(badged, 78, false, &again));
    assert_false(cap_update_data(endpoint, 77, true, &again)); // Mutate gives none
}

static void a_guard_and_its_radix_fit_an_address(void **state)
{
    (void)state;
    struct cap out;
    const struct cap cnode = make(seL4_CapTableObject, 4, BASE);
    assert_true(cap_update_data(cnode, UINT64_C(0xabc) << GUARD_SHIFT | 8, false, &out));
    assert_int_equal(cap_get(out, CAP_GUARD_SIZE), 8);
    assert_int_equal(cap_get(out, CAP_GUARD), 0xbc); // of 8 bits
    assert_true(cap_update_data(cnode, 60, true, &out));
    assert_false(cap_update_data(cnode, 61, true, &out));
}

// --- objects -------------------------------------------------------------------------------------

static void untyped_memory_covers_what_lies_in_it(void **state)
{
    (void)state;
    const struct cap untyped = untyped_cap(paddr(BASE), 12, false, 0);
    assert_true(cap_covers(untyped, make(seL4_EndpointObject, 0, BASE)));
    assert_true(cap_covers(untyped, make(seL4_EndpointObject, 0, BASE + 4096 - 16)));
    assert_false(cap_covers(untyped, make(seL4_EndpointObject, 0, BASE + 4096)));
    assert_false(cap_covers(untyped, make(seL4_EndpointObject, 0, BASE - 16)));
    assert_true(cap_covers(untyped, make(seL4_ARM_SmallPageObject, 0, BASE)));
    assert_false(cap_covers(untyped, untyped_cap(paddr(BASE), 13, false, 0)));
    assert_false(cap_covers(untyped, fresh_slot(seL4_CapASIDControl)->cap));
}

static void a_badge_covers_itself_and_none_covers_all(void **state)
{
    (void)state;
    struct cap seven;
    struct cap eight;
    const struct cap endpoint = make(seL4_EndpointObject, 0, BASE);
    assert_true(cap_update_data(endpoint, 7, false, &seven));
    assert_true(cap_update_data(endpoint, 8, false, &eight));
    assert_true(cap_covers(endpoint, seven));
    assert_true(cap_covers(seven, seven));
    assert_false(cap_covers(seven, eight));
    assert_false(cap_covers(seven, endpoint));
    assert_true(cap_same_object(seven, eight)); // one object all the same
}

static void one_address_may_hold_objects_of_several_types(void **state)
{
    (void)state;
    const struct cap endpoint = make(seL4_EndpointObject, 0, BASE);
    const struct cap reply = make(seL4_ReplyObject, 0, BASE);
    const struct cap frame = make(seL4_ARM_SmallPageObject, 0, BASE);
    const struct cap device = object_create(seL4_ARM_SmallPageObject, 0, paddr(BASE), true);
    assert_true(cap_same_object(endpoint, endpoint));
    assert_false(cap_same_object(endpoint, reply));
    assert_false(cap_same_object(frame, device));
    assert_false(cap_same_object(cap_null(), cap_null()));
    const struct cap untyped = untyped_cap(paddr(BASE), 12, false, 0);
    assert_false(cap_same_object(untyped, untyped));
}

static void a_capability_tells_its_memory(void **state)
{
    (void)state;
    static const struct {
        uint64_t type, bits, size;
    } cases[] = {
        {seL4_EndpointObject, 0, 16},        {seL4_NotificationObject, 0, 64},
        {seL4_ReplyObject, 0, 32},           {seL4_CapTableObject, 4, 512},
        {seL4_SchedContextObject, 9, 512},   {seL4_TCBObject, 0, UINT64_C(1) << seL4_TCBBits},
        {seL4_ARM_PageTableObject, 0, 4096}, {seL4_ARM_VSpaceObject, 0, 4096},
        {seL4_ARM_SmallPageObject, 0, 4096}, {seL4_ARM_LargePageObject, 0, 2 << 20},
        {seL4_UntypedObject, 20, 1 << 20},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t start = 0;
        uint64_t size = 0;
        assert_true(cap_region(make(cases[i].type, cases[i].bits, BASE), &start, &size));
        assert_int_equal(start, BASE);
        assert_int_equal(size, cases[i].size);
    }
    uint64_t none;
    assert_false(cap_region(fresh_slot(seL4_CapIRQControl)->cap, &none, &none));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(of_control_over_interrupts_nothing_is_made, fresh),
        cmocka_unit_test_setup(a_copy_of_a_frame_is_mapped_nowhere, fresh),
        cmocka_unit_test_setup(tables_are_copied_only_while_they_have_a_place, fresh),
        cmocka_unit_test_setup(untyped_memory_with_children_is_not_copied, fresh),
        cmocka_unit_test_setup(rights_only_get_fewer, fresh),
        cmocka_unit_test_setup(a_frame_that_is_not_read_is_not_written, fresh),
        cmocka_unit_test_setup(what_has_no_rights_stays_as_it_is, fresh),
        cmocka_unit_test_setup(a_badge_is_given_once, fresh),
        cmocka_unit_test_setup(a_guard_and_its_radix_fit_an_address, fresh),
        cmocka_unit_test_setup(untyped_memory_covers_what_lies_in_it, fresh),
        cmocka_unit_test_setup(a_badge_covers_itself_and_none_covers_all, fresh),
        cmocka_unit_test_setup(one_address_may_hold_objects_of_several_types, fresh),
        cmocka_unit_test_setup(a_capability_tells_its_memory, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
