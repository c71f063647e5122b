// SPDX-License-Identifier: BSD-2-Clause
//
// Capabilities in messages: what arrives, where, and what the receiver is told.
#include "case.h"

enum { BADGE = 0x77 };

// What the other thread sends.
static struct {
    seL4_CPtr caps[3];
    seL4_Word count;
    bool calls;
} order;

static seL4_Word send_caps(seL4_Word dest)
{
    struct words caps = {order.caps, order.count};
    if (order.calls) {
        return call(dest, 9, WORDS(1), caps).label;
    }
    send(dest, 9, WORDS(1), caps);
    return 0;
}

static void set_receive_slot(seL4_CPtr root, seL4_Word index, seL4_Word depth)
{
    seL4_IPCBuffer *buffer = ipc_buffer();
    buffer->receiveCNode = root;
    buffer->receiveIndex = index;
    buffer->receiveDepth = depth;
    for (int i = 0; i < 3; i++) {
        buffer->caps_or_badges[i] = 0xdead;
    }
}

static void send_to(seL4_CPtr dest, seL4_CPtr a, seL4_CPtr b, seL4_CPtr c)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    order.caps[0] = a;
    order.caps[1] = b;
    order.caps[2] = c;
    order.count = a == 0 ? 0 : b == 0 ? 1 : c == 0 ? 2 : 3;
    order.calls = false;
    thread_start(&t, send_caps, dest);
}

static void expect_got(struct got g, seL4_Word extra, seL4_Word unwrapped)
{
    EXPECT_EQUAL(g.label, 9);
    EXPECT_EQUAL(g.extra_caps, extra);
    EXPECT_EQUAL(g.unwrapped, unwrapped);
}

CASE(a_capability_arrives_in_the_receive_slot)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr slot = slot_new();
    send_to(endpoint, tcb_new(), 0, 0);
    set_receive_slot(ROOT, slot, DEPTH);
    expect_got(wait(endpoint), 1, 0);
    EXPECT_SUCCESS(call(slot, TCBSetTLSBase, WORDS(0), NO_CAPS));
    EXPECT_EQUAL(ipc_buffer()->caps_or_badges[0], 0xdead);
}

CASE(a_capability_that_arrives_is_a_copy)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr original = notification_new();
    seL4_CPtr slot = slot_new();
    send_to(endpoint, original, 0, 0);
    set_receive_slot(ROOT, slot, DEPTH);
    expect_got(wait(endpoint), 1, 0);
    EXPECT(!slot_is_empty(original));
    EXPECT_SUCCESS(revoke(slot));
    EXPECT(!slot_is_empty(original));
    EXPECT_SUCCESS(revoke(original));
    EXPECT(slot_is_empty(slot));
}

CASE(rights_and_badge_come_along)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr notification = notification_new();
    seL4_CPtr slot = slot_new();
    send_to(endpoint, mint_new(notification, RIGHTS_W, BADGE), 0, 0);
    set_receive_slot(ROOT, slot, DEPTH);
    expect_got(wait(endpoint), 1, 0);
    signal(slot);
    EXPECT_EQUAL(nbwait(notification).badge, BADGE);
}

CASE(without_grant_nothing_arrives)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr slot = slot_new();
    send_to(copy_new(endpoint, RIGHTS_ALL & ~RIGHTS_G), tcb_new(), endpoint, 0);
    set_receive_slot(ROOT, slot, DEPTH);
    expect_got(wait(endpoint), 0, 0);
    EXPECT_EQUAL(ipc_buffer()->caps_or_badges[0], 0xdead);
    EXPECT(slot_is_empty(slot));
}

CASE(the_endpoint_itself_is_unwrapped_to_its_badge)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr slot = slot_new();
    send_to(endpoint, mint_new(endpoint, RIGHTS_ALL, BADGE), endpoint, 0);
    set_receive_slot(ROOT, slot, DEPTH);
    expect_got(wait(endpoint), 2, 3);
    EXPECT_EQUAL(ipc_buffer()->caps_or_badges[0], BADGE);
    EXPECT_EQUAL(ipc_buffer()->caps_or_badges[1], 0);
    EXPECT(slot_is_empty(slot));
}

CASE(one_capability_fits_the_slot_and_others_may_be_unwrapped)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr badged = mint_new(endpoint, RIGHTS_ALL, BADGE);
    seL4_CPtr slot = slot_new();
    send_to(endpoint, badged, notification_new(), badged);
    set_receive_slot(ROOT, slot, DEPTH);
    expect_got(wait(endpoint), 3, 5);
    EXPECT_EQUAL(ipc_buffer()->caps_or_badges[1], 0xdead);
    EXPECT(!slot_is_empty(slot));
}

CASE(the_second_capability_for_the_slot_ends_the_transfer)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr slot = slot_new();
    send_to(endpoint, tcb_new(), notification_new(), endpoint);
    set_receive_slot(ROOT, slot, DEPTH);
    expect_got(wait(endpoint), 1, 0);
    EXPECT_SUCCESS(call(slot, TCBSetTLSBase, WORDS(0), NO_CAPS));
}

CASE(an_occupied_receive_slot_takes_nothing)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr occupied = notification_new();
    send_to(endpoint, tcb_new(), endpoint, 0);
    set_receive_slot(ROOT, occupied, DEPTH);
    expect_got(wait(endpoint), 0, 0);
}

CASE(a_receive_slot_that_is_not_there_takes_nothing)
{
    seL4_CPtr endpoint = endpoint_new();
    const struct {
        seL4_CPtr root;
        seL4_Word index;
        seL4_Word depth;
    } wrong[] = {{0, slot_new(), DEPTH}, {endpoint, slot_new(), DEPTH},
                 {ROOT, slot_new(), 0},  {ROOT, slot_new(), 65},
                 {ROOT, slot_new(), 63}, {1UL << 63, slot_new(), DEPTH}};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        send_to(endpoint, tcb_new(), 0, 0);
        set_receive_slot(wrong[i].root, wrong[i].index, wrong[i].depth);
        expect_got(wait(endpoint), 0, 0);
    }
}

CASE(a_receive_slot_may_lie_in_another_cnode)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr cnode = cnode_new(4);
    send_to(endpoint, tcb_new(), 0, 0);
    set_receive_slot(cnode, 9, 4);
    expect_got(wait(endpoint), 1, 0);
    EXPECT_DELETE_FIRST(call(cnode, CNodeMove, WORDS(9, 4, 9, 4), CAPS(cnode)));
}

CASE(what_cannot_be_derived_ends_the_transfer)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr used = untyped_new(12);
    EXPECT_SUCCESS(retype(used, seL4_EndpointObject, 0, slot_new(), 1));
    const seL4_CPtr refused[] = {seL4_CapIRQControl, page_table_new(), used,
                                 object_new(seL4_ARM_VSpaceObject, 0), slot_new()};
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        seL4_CPtr slot = slot_new();
        send_to(endpoint, refused[i], endpoint, 0);
        set_receive_slot(ROOT, slot, DEPTH);
        expect_got(wait(endpoint), 0, 0);
        EXPECT(slot_is_empty(slot));
    }
}

CASE(a_mapped_frame_arrives_unmapped)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr frame = frame_new();
    seL4_CPtr slot = slot_new();
    EXPECT_SUCCESS(
        call(frame, ARMPageMap, WORDS(0x5e0000, RIGHTS_RW, 3), CAPS(seL4_CapInitThreadVSpace)));
    send_to(endpoint, frame, 0, 0);
    set_receive_slot(ROOT, slot, DEPTH);
    expect_got(wait(endpoint), 1, 0);
    EXPECT_ILLEGAL(call(slot, ARMPageClean_Data, WORDS(0, 8), NO_CAPS));
}

CASE(capabilities_counted_by_the_sender_but_not_granted_are_not_told)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_SUCCESS(call(t.tcb, TCBSetIPCBuffer, WORDS(0), CAPS(0)));
    order.caps[0] = endpoint;
    order.count = 1;
    order.calls = false;
    thread_start(&t, send_caps, endpoint);
    set_receive_slot(ROOT, slot_new(), DEPTH);
    expect_got(wait(endpoint), 0, 0);
}

CASE(a_capability_that_is_gone_when_the_message_is_taken_does_not_arrive)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr gone = tcb_new();
    seL4_CPtr slot = slot_new();
    send_to(endpoint, gone, endpoint, 0);
    EXPECT_SUCCESS(delete (gone));
    set_receive_slot(ROOT, slot, DEPTH);
    expect_got(wait(endpoint), 0, 0);
}

static struct got received;

static seL4_Word wait_for_cap(seL4_Word endpoint)
{
    received = wait(endpoint);
    return 0;
}

CASE(a_receiver_without_a_buffer_gets_no_capability)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_SUCCESS(call(t.tcb, TCBSetIPCBuffer, WORDS(0), CAPS(0)));
    EXPECT_EQUAL(thread_run(&t, wait_for_cap, endpoint).label, THREAD_RUNS);
    send(endpoint, 9, NO_WORDS, CAPS(endpoint));
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RETURNED);
    expect_got(received, 0, 0);
}

// --- replies ------------------------------------------------------------------------------------

static seL4_CPtr reply_slot;

static seL4_Word call_for_cap(seL4_Word dest)
{
    set_receive_slot(ROOT, reply_slot, DEPTH);
    struct got g = call(dest, 9, NO_WORDS, NO_CAPS);
    return g.extra_caps << 4 | g.unwrapped;
}

// The answer to a call, with the endpoint as its capability.
static void expect_reply_carries(seL4_Word call_rights, seL4_Word reply_rights, seL4_Word extra)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr reply = reply_new();
    struct thread t = thread_new(CASE_PRIORITY + 1);
    reply_slot = slot_new();
    thread_start(&t, call_for_cap, copy_new(endpoint, call_rights));
    EXPECT_EQUAL(recv(endpoint, reply).label, 9);
    send(copy_new(reply, reply_rights), 1, NO_WORDS, CAPS(endpoint));
    EXPECT_ANSWER(thread_end(&t), THREAD_RETURNED, WORDS(extra << 4));
    EXPECT_EQUAL(slot_is_empty(reply_slot), extra == 0);
}

CASE(a_reply_carries_capabilities_and_unwraps_none)
{
    expect_reply_carries(RIGHTS_ALL, RIGHTS_ALL, 1);
    expect_reply_carries(RIGHTS_W | RIGHTS_GR, RIGHTS_G, 1);
}

CASE(a_reply_capability_without_grant_carries_none)
{
    expect_reply_carries(RIGHTS_ALL, RIGHTS_ALL & ~RIGHTS_G, 0);
}
