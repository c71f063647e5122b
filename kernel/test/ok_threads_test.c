// SPDX-License-Identifier: BSD-2-Clause
//
// The invariants of threads, scheduling and communication, each broken by hand (support/scene.h):
// the checker must name it. At least one test for each number of docs/invariants.md, and one for
// each of the checker's messages (invariants.py).
#include "fresh.h"
#include "scene.h"

#include "kernel/endpoint.h"
#include "kernel/kernel.h"
#include "kernel/notification.h"
#include "kernel/refill.h"
#include "kernel/reply.h"
#include "kernel/sched_context.h"
#include "kernel/schedule.h"

#include <sel4/bootinfo_types.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

// --- what breaks ---------------------------------------------------------------------------------

static void t1(void)
{
    scene_thread(RUNNER)->in_release = true;
}

static void t1_queue(void)
{
    scene_thread(RUNNER)->queue_prev = scene_thread(WAITER);
}

static void l1(void)
{
    scene_thread(SECOND)->tree.parent = NULL;
}

static void l2(void)
{
    scene_thread(FIRST)->tree.balance = 0;
}

static void l3(void)
{
    scene_thread(RUNNER)->tree.parent = scene_thread(WAITER);
}

static void t2(void)
{
    schedule_remove(scene_thread(RUNNER));
}

static void t3(void)
{
    scene_context(RUNNER)->tcb = scene_thread(PEER);
}

static void t4(void)
{
    scene_thread(RUNNER)->fault.kind = FAULT_VM;
}

static void t5(void)
{
    kernel.all_threads = kernel.all_threads->all_next;
    kernel.all_threads->all_prev = NULL;
}

static void q1(void)
{
    kernel.ready_map[0][0] ^= 2;
}

static void q2(void)
{
    scene_thread(RUNNER)->priority = 7;
}

static void q3(void)
{
    kernel.release = (struct thread_tree){scene_thread(RUNNER), scene_thread(RUNNER)};
}

static void q4(void)
{
    kernel.candidate = scene_thread(WAITER);
}

static void q4_unsettled(void)
{
    kernel.unsettled = true;
}

static void q5(void)
{
    kernel.ready_top[0]++;
}

static void q6(void)
{
    kernel.current->priority = 0;
}

static void q7(void)
{
    kernel.budget_end++;
}

static void q7_timer(void)
{
    kernel.deadline++;
}

static void e1(void)
{
    endpoint_of(scene_at(BUSY)->cap)->root_and_state |= ENDPOINT_SENDING;
}

static void e2(void)
{
    scene_thread(FIRST)->waits_on_endpoint = endpoint_of(scene_at(BUSY)->cap);
}

static void e3(void)
{
    scene_thread(SECOND)->priority = 200;
}

static void n1(void)
{
    notification_of(scene_at(NOTIFICATION)->cap)->state = NOTIFICATION_IDLE;
}

static void n2(void)
{
    notification_of(scene_at(IDLE_NOTIFICATION)->cap)->word = 1;
}

static void n3(void)
{
    notification_of(scene_at(IDLE_NOTIFICATION)->cap)->bound = scene_thread(RUNNER);
}

static void n4(void)
{
    scene_thread(WAITER)->waits_on_notification = notification_of(scene_at(IDLE_NOTIFICATION)->cap);
}

static void r1(void)
{
    reply_of(scene_at(REPLY)->cap)->tcb = scene_thread(PEER);
}

static void r2(void)
{
    reply_of(scene_at(REPLY)->cap)->prev = reply_of(scene_at(IDLE_REPLY)->cap);
}

static void r3(void)
{
    reply_of(scene_at(IDLE_REPLY)->cap)->next = (uintptr_t)scene_context(PEER) | 1;
}

static void s1(void)
{
    scene_context(RUNNER)->refill_count = 0;
}

static void s2(void)
{
    refill_head(scene_context(PEER))->amount += 5000;
}

static void s3(void)
{
    struct sched_context *c = scene_context(RUNNER);
    refill_charge(c, refill_head(c)->amount / 2); // two refills now
    refill_tail(c)->time = refill_head(c)->time;
}

static void s4(void)
{
    struct sched_context *c = scene_context(RUNNER);
    refill_charge(c, refill_head(c)->amount / 2);
    refill_tail(c)->amount += refill_head(c)->amount - 1;
    refill_head(c)->amount = 1;
}

static void s5(void)
{
    scene_context(RUNNER)->notification = notification_of(scene_at(IDLE_NOTIFICATION)->cap);
}

static void s6(void)
{
    kernel.context = scene_context(RUNNER);
}

static void s7(void)
{
    refill_head(kernel.context)->time = kernel.now + 1;
}

static void l1_first(void)
{
    kernel.release.first = scene_thread(RUNNER);
}

static void t1_no_thread(void)
{
    scene_thread(RUNNER)->queue_next = (struct tcb *)(void *)scene_context(PEER);
}

static void t1_tail(void)
{
    kernel.ready[0][scene_thread(RUNNER)->priority].tail = scene_thread(FIRST);
}

static void t1_stopped(void)
{
    scene_thread(RUNNER)->state = THREAD_INACTIVE;
}

static void t1_flag(void)
{
    thread_queue_remove(&kernel.ready[0][scene_thread(RUNNER)->priority], scene_thread(RUNNER));
}

static void t3_nothing(void)
{
    slot_clear(scene_at(RUNNER + 1));
}

static void t5_deleted(void)
{
    slot_clear(scene_at(PEER));
}

static void t5_current(void)
{
    thread_suspend(kernel.current);
    kernel.current = (struct tcb *)(void *)scene_context(PEER);
}

static void t5_torn(void)
{
    kernel.all_threads->all_next->all_prev = NULL;
}

static void q2_inactive(void)
{
    scene_context(RUNNER)->refill_max = 0;
    scene_context(RUNNER)->refill_count = 0;
}

static void q2_early(void)
{
    refill_head(scene_context(RUNNER))->time = kernel.now + 1;
}

static void q2_current(void)
{
    schedule_front(kernel.current);
}

// Its refill comes later, and it waits for it.
static void release_at(unsigned runner, ticks_t time)
{
    schedule_remove(scene_thread(runner));
    refill_head(scene_context(runner))->time = time;
    schedule_wake(scene_thread(runner));
}

static void q3_order(void)
{
    release_at(RUNNER, kernel.now + 1000);
    release_at(PEER, kernel.now + 2000);
    refill_head(scene_context(PEER))->time = kernel.now + 500;
}

static void e2_nowhere(void)
{
    schedule_remove(scene_thread(RUNNER));
    scene_thread(RUNNER)->state = THREAD_BLOCKED_RECEIVE;
    scene_thread(RUNNER)->waits_on_endpoint = endpoint_of(scene_at(ENDPOINT)->cap);
}

static void n3_context(void)
{
    notification_of(scene_at(IDLE_NOTIFICATION)->cap)->context = scene_context(PEER);
}

static void n3_thread(void)
{
    scene_thread(RUNNER)->notification = notification_of(scene_at(IDLE_NOTIFICATION)->cap);
}

static void r1_thread(void)
{
    reply_of(scene_at(IDLE_REPLY)->cap)->tcb = scene_thread(PEER);
}

static void r1_lost(void)
{
    tcb_of(fresh_slot(seL4_CapInitThreadTCB)->cap)->reply = NULL;
}

static void r2_newer(void)
{
    reply_of(scene_at(REPLY)->cap)->next = (uintptr_t)reply_of(scene_at(IDLE_REPLY)->cap);
}

static void r2_top(void)
{
    reply_of(scene_at(REPLY)->cap)->next = (uintptr_t)scene_context(PEER) | 1;
}

static void s1_unconfigured(void)
{
    scene_context(RUNNER)->refill_max = 0;
}

static void s5_thread(void)
{
    scene_context(FIRST)->tcb = scene_thread(FIRST);
}

static void s5_call(void)
{
    scene_context(PEER)->reply = reply_of(scene_at(IDLE_REPLY)->cap);
}

static void s5_yield(void)
{
    scene_thread(RUNNER)->yield_to = scene_context(PEER);
}

static void s5_yield_from(void)
{
    scene_context(PEER)->yield_from = scene_thread(RUNNER);
}

// --- all -----------------------------------------------------------------------------------------

int main(void)
{
    const struct CMUnitTest tests[] = {
        BREACH("T1", t1),
        BREACH("T1", t1_queue),
        BREACH("L1", l1),
        BREACH("L2", l2),
        BREACH("L3", l3),
        BREACH("T2", t2),
        BREACH("T3", t3),
        BREACH("T4", t4),
        BREACH("T5", t5),
        BREACH("Q1", q1),
        BREACH("Q2", q2),
        BREACH("Q3", q3),
        BREACH("Q4", q4),
        BREACH("Q4", q4_unsettled),
        BREACH("Q5", q5),
        BREACH("Q7", q7),
        BREACH("Q7", q7_timer),
        BREACH("E1", e1),
        BREACH("E2", e2),
        BREACH("E3", e3),
        BREACH("N1", n1),
        BREACH("N2", n2),
        BREACH("N3", n3),
        BREACH("N4", n4),
        BREACH("R1", r1),
        BREACH("R2", r2),
        BREACH("R3", r3),
        BREACH("S1", s1),
        BREACH("S2", s2),
        BREACH("S3", s3),
        BREACH("S4", s4),
        BREACH("S5", s5),
        BREACH("S6", s6),
        BREACH("S7", s7),
        BREACH("L1", l1_first),
        BREACH("T1", t1_no_thread),
        BREACH("T1", t1_tail),
        BREACH("T1", t1_stopped),
        BREACH("T1", t1_flag),
        BREACH("T3", t3_nothing),
        BREACH("T5", t5_deleted),
        BREACH("T5", t5_current),
        BREACH("T5", t5_torn),
        BREACH("Q2", q2_inactive),
        BREACH("Q2", q2_early),
        BREACH("Q2", q2_current),
        BREACH("Q3", q3_order),
        BREACH("E2", e2_nowhere),
        BREACH("N3", n3_context),
        BREACH("N3", n3_thread),
        BREACH("R1", r1_thread),
        BREACH("R1", r1_lost),
        BREACH("R2", r2_newer),
        BREACH("R2", r2_top),
        BREACH("S1", s1_unconfigured),
        BREACH("S5", s5_thread),
        BREACH("S5", s5_call),
        BREACH("S5", s5_yield),
        BREACH("S5", s5_yield_from),
    };
    // Where there are several domains, Q6 has exceptions that cannot be told from breaches.
    const struct CMUnitTest of_one_domain[] = {BREACH("Q6", q6)};
    const int failed =
        KCFG_DOMAIN_COUNT == 1 ? cmocka_run_group_tests(of_one_domain, NULL, NULL) : 0;
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
