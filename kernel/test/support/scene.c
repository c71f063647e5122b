// SPDX-License-Identifier: BSD-2-Clause
#include "scene.h"

#include "fresh.h"
#include "kernel_ok.h"
#include "sim.h"

#include "kernel/endpoint.h"
#include "kernel/notification.h"
#include "kernel/reply.h"
#include "kernel/sched_context.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { ROOT = seL4_CapInitThreadCNode, DEPTH = 64 };

static uint64_t base;

struct slot *scene_at(unsigned index)
{
    return fresh_slot(base + index);
}

struct tcb *scene_thread(unsigned index)
{
    return tcb_of(scene_at(index)->cap);
}

struct sched_context *scene_context(unsigned thread_slot)
{
    return sched_context_of(scene_at(thread_slot + 1)->cap);
}

// --- the scene -----------------------------------------------------------------------------------

static void make(uint64_t type, uint64_t size_bits, unsigned index)
{
    assert_int_equal(sim_retype(base + MEMORY, type, size_bits, base + index, 1), seL4_NoError);
}

static void make_objects(void)
{
    assert_int_equal(sim_retype(fresh_untyped(20), seL4_UntypedObject, 18, base + MEMORY, 1),
                     seL4_NoError);
    make(seL4_EndpointObject, 0, ENDPOINT);
    make(seL4_EndpointObject, 0, BUSY);
    make(seL4_NotificationObject, 0, NOTIFICATION);
    make(seL4_NotificationObject, 0, IDLE_NOTIFICATION);
    make(seL4_ReplyObject, 0, REPLY);
    make(seL4_ReplyObject, 0, IDLE_REPLY);
    make(seL4_CapTableObject, 2, CNODE);
    make(seL4_EndpointObject, 0, SPARE);
    assert_int_equal(
        sim_call(base + CNODE,
                 sim_with_cap(SIM_MESSAGE(CNodeMove, 3, 2, base + SPARE, DEPTH), ROOT)),
        seL4_NoError);
}

static void make_mappings(void)
{
    const uint64_t address = FRESH_IMAGE + 0x200000;
    make(seL4_ARM_PageTableObject, 0, TABLE);
    make(seL4_ARM_SmallPageObject, 0, FRAME);
    assert_int_equal(sim_call(base + TABLE, sim_with_cap(SIM_MESSAGE(ARMPageTableMap, address, 0),
                                                         seL4_CapInitThreadVSpace)),
                     seL4_NoError);
    assert_int_equal(sim_call(base + FRAME, sim_with_cap(SIM_MESSAGE(ARMPageMap, address, 3, 3),
                                                         seL4_CapInitThreadVSpace)),
                     seL4_NoError);
}

static void make_handler(void)
{
    assert_int_equal(
        sim_call(
            seL4_CapIRQControl,
            sim_with_cap(SIM_MESSAGE(IRQIssueIRQHandler, SCENE_IRQ, base + HANDLER, DEPTH), ROOT)),
        seL4_NoError);
    assert_int_equal(sim_call(base + HANDLER,
                              sim_with_cap(sim_empty(IRQSetIRQHandler), base + IDLE_NOTIFICATION)),
                     seL4_NoError);
}

static void make_threads(void)
{
    sim_thread(base + MEMORY, base + RUNNER, 100, 1000, 2000);
    sim_thread(base + MEMORY, base + PEER, 100, 1000, 1000);
    // Those without a scheduling context do not run: they are told to wait from here.
    struct tcb *first = sim_thread(base + MEMORY, base + FIRST, 120, 0, 0);
    struct tcb *second = sim_thread(base + MEMORY, base + SECOND, 110, 0, 0);
    struct tcb *waiter = sim_thread(base + MEMORY, base + WAITER, 120, 0, 0);
    struct tcb *server = sim_thread(base + MEMORY, base + SERVER, 120, 0, 0);
    endpoint_receive(first, endpoint_of(scene_at(ENDPOINT)->cap), NULL, true);
    endpoint_receive(second, endpoint_of(scene_at(ENDPOINT)->cap), NULL, true);
    notification_receive(waiter, notification_of(scene_at(NOTIFICATION)->cap), true);
    endpoint_receive(server, endpoint_of(scene_at(BUSY)->cap), reply_of(scene_at(REPLY)->cap),
                     true);
}

bool scene_make(void)
{
    fresh_kernel();
    base = fresh_empty();
    make_objects();
    make_mappings();
    make_handler();
    make_threads();
    const struct sim_message question = sim_empty(0);
    sim_put(base + BUSY, &question);
    sim_trap(seL4_SysCall);
    return kernel.current == scene_thread(SERVER) && kernel_ok_all() == NULL;
}

// --- breaking it ---------------------------------------------------------------------------------

void scene_is_broken(void **state)
{
    const struct breach *breach = *state;
    assert_true(scene_make());
    breach->commit();
    const char *broken = kernel_ok_all();
    print_message("  %s\n", broken == NULL ? "nothing" : broken);
    if (broken == NULL) {
        fail_msg("%s is broken and nobody noticed", breach->number);
    } else if (strncmp(broken, breach->number, strlen(breach->number)) != 0) {
        fail_msg("%s is broken, not \"%s\"", breach->number, broken);
    }
}
