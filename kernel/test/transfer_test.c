// SPDX-License-Identifier: BSD-2-Clause
//
// Capabilities in messages (seL4 ABI §9.2).
#include "actors.h"
#include "fresh.h"

#include "kernel/ipc.h"
#include "kernel/tcb.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { PRIORITY = 100, SLICE = 5000, W = 1, R = 2, G = 4, GR = 8, ALL = 15, EMPTY = 4000 };

static uint64_t endpoint;
static uint64_t granting; // W, grant; badge 77
static uint64_t notification;
static uint64_t reply;
static struct actor a;
static struct actor b;

static int fresh(void **state)
{
    (void)state;
    actors_begin();
    endpoint = actors_endpoint();
    granting = actors_mint(endpoint, W | G, 77);
    notification = actors_notification();
    reply = actors_reply();
    a = actors_thread(PRIORITY, SLICE, SLICE);
    b = actors_thread(PRIORITY, SLICE, SLICE);
    return 0;
}

static void offer_slot(const struct actor *actor, uint64_t slot)
{
    uint64_t *buffer = sim_buffer(actor->tcb);
    buffer[BUFFER_RECEIVE_CNODE] = seL4_CapInitThreadCNode;
    buffer[BUFFER_RECEIVE_INDEX] = slot;
    buffer[BUFFER_RECEIVE_DEPTH] = 64;
    for (unsigned i = 0; i < 3; i++) {
        buffer[BUFFER_CAPS + i] = 0xcafe + i;
    }
}

// b waits, with a slot for a capability.
static void receiving(uint64_t slot)
{
    actors_start(&b);
    offer_slot(&b, slot);
    actors_recv(endpoint, reply);
    actors_become(&a);
}

static unsigned extra_caps(const struct actor *actor)
{
    return actors_register(actor, 1) >> 7 & 3;
}

static unsigned unwrapped(const struct actor *actor)
{
    return actors_register(actor, 1) >> 9 & 7;
}

static void a_capability_arrives_in_the_offered_slot_with_its_rights(void **state)
{
    (void)state;
    const uint64_t badged = actors_mint(notification, W, 9);
    receiving(EMPTY);
    actors_send(granting, sim_with_cap(SIM_MESSAGE(3, 1), badged));
    assert_int_equal(extra_caps(&b), 1);
    assert_int_equal(unwrapped(&b), 0);
    const struct cap cap = fresh_slot(EMPTY)->cap;
    assert_int_equal(cap_type(cap), CAP_NOTIFICATION);
    assert_int_equal(cap_badge(cap), 9);
    assert_int_equal(cap_get(cap, CAP_RIGHTS), cap_get(fresh_slot(badged)->cap, CAP_RIGHTS));
    assert_int_equal(sim_buffer(b.tcb)[BUFFER_CAPS], 0xcafe);
}

// As measured on the real kernel: three processed, the first and the last unwrapped.
static void capabilities_to_the_endpoint_itself_arrive_as_badges(void **state)
{
    (void)state;
    const uint64_t other = actors_mint(endpoint, W, 78);
    receiving(EMPTY);
    struct sim_message message = sim_with_cap(sim_empty(0), granting);
    message = sim_with_cap(message, notification);
    actors_send(granting, sim_with_cap(message, other));
    assert_int_equal(extra_caps(&b), 3);
    assert_int_equal(unwrapped(&b), 5);
    assert_int_equal(sim_buffer(b.tcb)[BUFFER_CAPS], 77);
    assert_int_equal(sim_buffer(b.tcb)[BUFFER_CAPS + 1], 0xcafe + 1);
    assert_int_equal(sim_buffer(b.tcb)[BUFFER_CAPS + 2], 78);
    assert_int_equal(cap_type(fresh_slot(EMPTY)->cap), CAP_NOTIFICATION);
}

static void one_message_fills_one_slot(void **state)
{
    (void)state;
    receiving(EMPTY);
    struct sim_message message = sim_with_cap(sim_empty(0), notification);
    message = sim_with_cap(message, reply);
    actors_send(granting, sim_with_cap(message, granting));
    assert_int_equal(extra_caps(&b), 1); // the second stops it, though the third could be unwrapped
    assert_int_equal(unwrapped(&b), 0);
}

static void without_grant_nothing_is_transferred(void **state)
{
    (void)state;
    const uint64_t plain = actors_mint(endpoint, W | GR, 5);
    receiving(EMPTY);
    actors_send(plain, sim_with_cap(SIM_MESSAGE(0, 1, 2), notification));
    assert_int_equal(actors_register(&b, 1), 2);
    assert_true(slot_is_empty(fresh_slot(EMPTY)));
}

static void an_occupied_slot_takes_nothing(void **state)
{
    (void)state;
    receiving(notification);
    actors_send(granting, sim_with_cap(sim_empty(0), reply));
    assert_int_equal(extra_caps(&b), 0);
    assert_int_equal(cap_type(fresh_slot(notification)->cap), CAP_NOTIFICATION);
}

static void a_slot_that_does_not_resolve_takes_nothing(void **state)
{
    (void)state;
    receiving(EMPTY);
    sim_buffer(b.tcb)[BUFFER_RECEIVE_DEPTH] = 65;
    actors_send(granting, sim_with_cap(sim_empty(0), reply));
    assert_int_equal(extra_caps(&b), 0);
    actors_become(&b);
    actors_recv(endpoint, reply);
    sim_buffer(b.tcb)[BUFFER_RECEIVE_DEPTH] = 63;
    actors_become(&a);
    actors_send(granting, sim_with_cap(sim_empty(0), reply));
    assert_int_equal(extra_caps(&b), 0);
}

static void a_capability_that_cannot_be_copied_stops_the_transfer(void **state)
{
    (void)state;
    receiving(EMPTY);
    actors_send(granting, sim_with_cap(SIM_MESSAGE(0, 1), seL4_CapIRQControl));
    assert_int_equal(extra_caps(&b), 0);
    assert_int_equal(actors_register(&b, 1), 1);
    assert_true(actors_goes_on(&b));
    assert_true(actors_goes_on(&a));
}

static void a_receiver_without_a_buffer_gets_the_words_only(void **state)
{
    (void)state;
    assert_int_equal(sim_call(b.cap, sim_with_cap(SIM_MESSAGE(TCBSetIPCBuffer, 0), b.frame)), 0);
    actors_start(&b);
    actors_recv(endpoint, reply);
    actors_become(&a);
    actors_send(granting, sim_with_cap(SIM_MESSAGE(0, 1), notification));
    assert_int_equal(actors_register(&b, 1), 1);
}

static void a_sender_without_a_buffer_sends_no_capabilities(void **state)
{
    (void)state;
    assert_int_equal(sim_call(a.cap, sim_with_cap(SIM_MESSAGE(TCBSetIPCBuffer, 0), a.frame)), 0);
    receiving(EMPTY);
    a.tcb->context.x[0] = granting;
    a.tcb->context.x[1] = 1 << 7 | 1;
    sim_trap(seL4_SysSend);
    assert_int_equal(actors_register(&b, 1), 1);
    assert_true(actors_goes_on(&a));
}

static void a_capability_that_is_not_there_is_a_fault_of_the_sender(void **state)
{
    (void)state;
    const uint64_t nowhere = UINT64_C(1) << 40; // the guard does not match
    receiving(EMPTY);
    actors_nbsend(granting, sim_with_cap(sim_empty(0), nowhere));
    assert_ptr_equal(kernel.current, a.tcb); // silently nothing
    assert_int_equal(b.tcb->state, THREAD_BLOCKED_RECEIVE);
    actors_send(granting, sim_with_cap(sim_empty(0), nowhere));
    assert_int_equal(a.tcb->state, THREAD_INACTIVE); // a fault without a handler
    assert_int_equal(b.tcb->state, THREAD_BLOCKED_RECEIVE);
}

static void a_queued_message_brings_the_capabilities_of_when_it_arrives(void **state)
{
    (void)state;
    actors_start(&a);
    actors_send(granting, sim_with_cap(sim_empty(0), notification));
    assert_int_equal(a.tcb->state, THREAD_BLOCKED_SEND);
    sim_buffer(a.tcb)[BUFFER_CAPS] = reply;
    actors_become(&b);
    offer_slot(&b, EMPTY);
    actors_recv(endpoint, reply);
    assert_int_equal(extra_caps(&b), 1);
    assert_int_equal(cap_type(fresh_slot(EMPTY)->cap), CAP_REPLY);
}

static void a_reply_carries_capabilities_if_its_capability_grants(void **state)
{
    (void)state;
    const uint64_t no_grant = actors_mint(reply, W, 0);
    receiving(EMPTY);
    offer_slot(&a, EMPTY);
    actors_call(granting, sim_empty(0));
    actors_become(&b);
    actors_send(no_grant, sim_with_cap(sim_empty(0), notification));
    assert_int_equal(extra_caps(&a), 0);
    actors_recv(endpoint, reply);
    actors_become(&a);
    actors_call(granting, sim_empty(0));
    actors_become(&b);
    // Badges are never unwrapped on the way back.
    actors_send(reply, sim_with_cap(sim_empty(0), endpoint));
    assert_int_equal(extra_caps(&a), 1);
    assert_int_equal(unwrapped(&a), 0);
    assert_int_equal(cap_type(fresh_slot(EMPTY)->cap), CAP_ENDPOINT);
}

static void a_transferred_capability_goes_with_its_original(void **state)
{
    (void)state;
    receiving(EMPTY);
    actors_send(granting, sim_with_cap(sim_empty(0), notification));
    assert_int_equal(sim_revoke(notification), seL4_NoError);
    assert_true(slot_is_empty(fresh_slot(EMPTY)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_capability_arrives_in_the_offered_slot_with_its_rights, fresh),
        cmocka_unit_test_setup(capabilities_to_the_endpoint_itself_arrive_as_badges, fresh),
        cmocka_unit_test_setup(one_message_fills_one_slot, fresh),
        cmocka_unit_test_setup(without_grant_nothing_is_transferred, fresh),
        cmocka_unit_test_setup(an_occupied_slot_takes_nothing, fresh),
        cmocka_unit_test_setup(a_slot_that_does_not_resolve_takes_nothing, fresh),
        cmocka_unit_test_setup(a_capability_that_cannot_be_copied_stops_the_transfer, fresh),
        cmocka_unit_test_setup(a_receiver_without_a_buffer_gets_the_words_only, fresh),
        cmocka_unit_test_setup(a_sender_without_a_buffer_sends_no_capabilities, fresh),
        cmocka_unit_test_setup(a_capability_that_is_not_there_is_a_fault_of_the_sender, fresh),
        cmocka_unit_test_setup(a_queued_message_brings_the_capabilities_of_when_it_arrives, fresh),
        cmocka_unit_test_setup(a_reply_carries_capabilities_if_its_capability_grants, fresh),
        cmocka_unit_test_setup(a_transferred_capability_goes_with_its_original, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
