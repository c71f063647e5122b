// SPDX-License-Identifier: BSD-2-Clause
//
// The fast paths against the slow path: from one state, the same system call is made both ways, and
// everything that the kernel has written must be the same: memory, its own state, the machine.
// Where something is not usual, the fast path hands over.
//
// The link replaces syscall_slow(), interrupt_slow() and fault_slow() by functions here that count,
// so that a test knows which way an entry went.
#include "actors.h"
#include "fresh.h"
#include "kernel_ok.h"

#include "kernel/arch.h"
#include "kernel/endpoint.h"
#include "kernel/ipc.h"
#include "kernel/plat_host.h"
#include "kernel/reply.h"
#include "kernel/sched_context.h"
#include "kernel/schedule.h"
#include "kernel/syscall.h"

#include "lib/mem.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { PRIORITY = 100, SLICE = 5000, W = 1, R = 2, G = 4, GR = 8, INSTRUCTION = 4 };
enum { INTERRUPT = 1, VM_FAULT = 2, IRQ = 40 }; // no system call has a positive number

// Of messages: all that fit the registers, and each way of what is beyond.
static const unsigned lengths[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 119, SIM_WORDS};
enum { LENGTHS = sizeof(lengths) / sizeof(lengths[0]) };

static uint64_t endpoint;
static uint64_t badged;
static uint64_t inner; // endpoint of a server that the server calls
static uint64_t notification;
static uint64_t reply;
static uint64_t reply2;
static struct actor client;
static struct actor server;
static struct actor helper;

static unsigned slow_calls;

struct tcb *__wrap_syscall_slow(struct tcb *caller, int64_t number);
struct tcb *__real_syscall_slow(struct tcb *caller, int64_t number);

struct tcb *__wrap_syscall_slow(struct tcb *caller, int64_t number)
{
    slow_calls++;
    return __real_syscall_slow(caller, number);
}

struct tcb *__wrap_interrupt_slow(unsigned irq);
struct tcb *__real_interrupt_slow(unsigned irq);

struct tcb *__wrap_interrupt_slow(unsigned irq)
{
    slow_calls++;
    return __real_interrupt_slow(irq);
}

struct tcb *__wrap_fault_slow(const struct fault *fault);
struct tcb *__real_fault_slow(const struct fault *fault);

struct tcb *__wrap_fault_slow(const struct fault *fault)
{
    slow_calls++;
    return __real_fault_slow(fault);
}

// --- states --------------------------------------------------------------------------------------

struct state {
    struct kernel kernel;
    struct host_machine machine;
    struct host_cpu cpu;
    uint8_t memory[FRESH_RAM_SIZE];
};

static struct state before, after_fast, after_slow;

static void save(struct state *state)
{
    state->kernel = kernel;
    state->machine = host_machine;
    state->cpu = host_cpu;
    memcpy(state->memory, host_memory.bytes, sizeof(state->memory));
}

static void restore(const struct state *state)
{
    kernel = state->kernel;
    host_machine = state->machine;
    host_cpu = state->cpu;
    memcpy(host_memory.bytes, state->memory, sizeof(state->memory));
}

// What differs without meaning anything: the fast path does not always look at the clock.
static void forget_time(struct state *state)
{
    state->kernel.now = 0;
}

// The current thread traps.
static void trap(int64_t number)
{
    struct arch_context *context = &kernel.current->context;
    context->restart_pc = context->pc;
    context->pc += INSTRUCTION;
    arch_set(context, ARCH_REG_SYSCALL, 0, (uint64_t)number);
}

static const struct fault vm_fault = {
    .kind = FAULT_VM, .address = 0xdead0000, .code = 0x92000046, .instruction = true};

static struct tcb *enter_fast(int64_t number)
{
    if (number == VM_FAULT) {
        return entry_vm_fault(vm_fault.address, vm_fault.code, vm_fault.instruction);
    }
    return number == INTERRUPT ? entry_interrupt() : entry_syscall(kernel.current, number);
}

static struct tcb *enter_slow(int64_t number)
{
    if (number == VM_FAULT) {
        return fault_slow(&vm_fault);
    }
    return number == INTERRUPT ? interrupt_slow(plat_irq_claim())
                               : syscall_slow(kernel.current, number);
}

// The next system call of the current thread goes the fast way, and comes to the same.
static void both_ways(int64_t number)
{
    trap(number);
    save(&before);
    slow_calls = 0;
    const struct tcb *fast = enter_fast(number);
    assert_ptr_equal(fast, kernel.current);
    assert_int_equal(slow_calls, 0);
    assert_null(kernel_ok());
    save(&after_fast);

    restore(&before);
    const struct tcb *slow = enter_slow(number);
    assert_ptr_equal(slow, kernel.current);
    assert_int_equal(slow_calls, 1);
    assert_ptr_equal(slow, fast);
    save(&after_slow);

    forget_time(&after_fast);
    forget_time(&after_slow);
    assert_memory_equal(after_fast.memory, after_slow.memory, sizeof(after_fast.memory));
    assert_memory_equal(&after_fast.kernel, &after_slow.kernel, sizeof(after_fast.kernel));
    assert_memory_equal(&after_fast.cpu, &after_slow.cpu, sizeof(after_fast.cpu));
    assert_memory_equal(&after_fast.machine, &after_slow.machine, sizeof(after_fast.machine));
}

// The next system call of the current thread is not usual.
static void slowly(int64_t number)
{
    trap(number);
    slow_calls = 0;
    (void)enter_fast(number);
    assert_int_equal(slow_calls, 1);
    assert_null(kernel_ok());
}

// --- scenes --------------------------------------------------------------------------------------

static int fresh(void **state)
{
    (void)state;
    actors_begin();
    endpoint = actors_endpoint();
    inner = actors_endpoint();
    badged = actors_mint(endpoint, W | GR, 77);
    notification = actors_notification();
    reply = actors_reply();
    reply2 = actors_reply();
    client = actors_thread(PRIORITY, SLICE, SLICE);
    server = actors_thread(PRIORITY + 1, SLICE, SLICE);
    helper = actors_thread(PRIORITY + 2, SLICE, SLICE);
    thread_suspend(server.tcb);
    thread_suspend(helper.tcb);
    return 0;
}

// The client is current.
static void make_passive(const struct actor *actor)
{
    assert_ptr_equal(kernel.current, client.tcb);
    assert_int_equal(actors_invoke(actor->context, sim_empty(SchedContextUnbind)), seL4_NoError);
}

// The server waits, the client is current.
static void server_waits(void)
{
    actors_start(&client);
    actors_become(&server);
    actors_recv(endpoint, reply);
    actors_become(&client);
}

static void passive_server_waits(void)
{
    server_waits();
    make_passive(&server);
}

static struct sim_message message_of(unsigned length)
{
    uint64_t words[SIM_WORDS];
    for (unsigned i = 0; i < SIM_WORDS; i++) {
        words[i] = 11 + i;
    }
    return sim_message(5, length, words);
}

static void put(uint64_t target, struct sim_message message)
{
    sim_put(target, &message);
}

static void put_answer(unsigned length)
{
    put(endpoint, message_of(length));
    arch_set(&kernel.current->context, ARCH_REG_REPLY, 0, reply);
}

// The message of the current thread, with this length in its info word.
static void say_length(uint64_t length)
{
    struct arch_context *context = &kernel.current->context;
    const uint64_t info = arch_get(context, ARCH_REG_INFO, 0);
    arch_set(context, ARCH_REG_INFO, 0, (info & ~(uint64_t)MESSAGE_LENGTH) | length);
}

// Puts a CNode of 16 slots above the capability space of an actor. The addresses stay the same, but
// it takes two steps to their slots.
static void deepen(const struct actor *actor)
{
    enum { RADIX = 4, GUARD = 64 - RADIX - KCFG_ROOT_CNODE_BITS, ALL = 15 };
    const uint64_t above = actors_object(seL4_CapTableObject, RADIX);
    const struct sim_message mint =
        SIM_MESSAGE(CNodeMint, 0, RADIX, seL4_CapInitThreadCNode, 64, ALL, 0);
    assert_int_equal(sim_call(above, sim_with_cap(mint, seL4_CapInitThreadCNode)), seL4_NoError);
    struct sim_message space = SIM_MESSAGE(TCBSetSpace, GUARD, 0);
    space.cap_count = 3;
    space.cap[1] = above;
    space.cap[2] = seL4_CapInitThreadVSpace;
    assert_int_equal(sim_call(actor->cap, space), seL4_NoError);
}

static void take_buffer(const struct actor *actor)
{
    const struct sim_message message = SIM_MESSAGE(TCBSetIPCBuffer, 0);
    assert_int_equal(actors_invoke(actor->cap, sim_with_cap(message, actor->frame)), seL4_NoError);
}

// The server was called, and is current.
static void server_was_called(void)
{
    put(badged, message_of(2));
    sim_trap(seL4_SysCall);
    assert_ptr_equal(kernel.current, server.tcb);
}

// --- Call ----------------------------------------------------------------------------------------

static void a_call_to_a_passive_server_is_the_same(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LENGTHS; i++) {
        fresh(NULL);
        passive_server_waits();
        put(badged, message_of(lengths[i]));
        both_ways(seL4_SysCall);
        assert_ptr_equal(kernel.current, server.tcb);
        assert_ptr_equal(server.tcb->sched_context, kernel.context);
        assert_int_equal(actors_register(&server, 0), 77);
    }
}

static void a_call_to_a_server_with_a_context_is_the_same(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LENGTHS; i++) {
        fresh(NULL);
        server_waits();
        host_advance(1000);
        put(badged, message_of(lengths[i]));
        both_ways(seL4_SysCall);
    }
    assert_ptr_equal(kernel.current, server.tcb);
    assert_ptr_equal(client.tcb->sched_context, sched_context_of(fresh_slot(client.context)->cap));
}

static void a_call_from_a_context_with_a_period_is_the_same(void **state)
{
    (void)state;
    client = actors_thread(PRIORITY, SLICE, UINT64_C(2) * SLICE);
    server_waits();
    host_advance(1000);
    put(badged, message_of(1));
    both_ways(seL4_SysCall);
}

static void a_call_of_a_called_server_is_the_same(void **state)
{
    (void)state;
    actors_start(&client);
    actors_become(&helper);
    actors_recv(inner, reply2);
    actors_become(&server);
    actors_recv(endpoint, reply);
    make_passive(&helper);
    make_passive(&server);
    server_was_called();
    put(inner, message_of(0));
    both_ways(seL4_SysCall);
    assert_ptr_equal(kernel.current, helper.tcb);
}

static void a_call_that_is_not_usual_goes_the_slow_way(void **state)
{
    (void)state;
    passive_server_waits(); // the message
    put(badged, sim_with_cap(message_of(0), endpoint));
    slowly(seL4_SysCall);
    fresh(NULL);
    passive_server_waits();
    put(badged, message_of(SIM_WORDS));
    say_length(SIM_WORDS + 1);
    slowly(seL4_SysCall);
    fresh(NULL); // the capability
    passive_server_waits();
    put(actors_slot(), message_of(0));
    slowly(seL4_SysCall);
    fresh(NULL);
    const uint64_t no_grant = actors_mint(endpoint, W, 1);
    passive_server_waits();
    put(no_grant, message_of(0));
    slowly(seL4_SysCall);
    fresh(NULL); // the address
    passive_server_waits();
    put(badged | UINT64_C(1) << 40, message_of(0));
    slowly(seL4_SysCall);
}

static void a_call_from_a_deep_capability_space_is_the_same(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LENGTHS; i++) {
        fresh(NULL);
        deepen(&client);
        passive_server_waits();
        put(badged, message_of(lengths[i]));
        both_ways(seL4_SysCall);
        assert_ptr_equal(kernel.current, server.tcb);
    }
}

static void a_long_message_without_a_buffer_goes_the_slow_way(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        fresh(NULL);
        take_buffer(i == 0 ? &client : &server);
        passive_server_waits();
        put(badged, message_of(5));
        slowly(seL4_SysCall);
        assert_ptr_equal(kernel.current, server.tcb);
        fresh(NULL);
        take_buffer(i == 0 ? &client : &server);
        passive_server_waits();
        server_was_called();
        put_answer(5);
        slowly(seL4_SysReplyRecv);
        assert_ptr_equal(kernel.current, client.tcb);
    }
}

static void a_server_that_is_not_usual_is_called_the_slow_way(void **state)
{
    (void)state;
    actors_start(&client); // it does not wait
    put(badged, message_of(0));
    slowly(seL4_SysCall);
    fresh(NULL); // without a reply object
    actors_start(&client);
    actors_become(&server);
    actors_wait(endpoint);
    actors_become(&client);
    put(badged, message_of(0));
    slowly(seL4_SysCall);
    fresh(NULL); // two of them
    actors_start(&client);
    actors_become(&helper);
    actors_recv(endpoint, reply2);
    actors_become(&server);
    actors_recv(endpoint, reply);
    actors_become(&client);
    put(badged, message_of(0));
    slowly(seL4_SysCall);
    fresh(NULL); // below a thread that is ready
    const struct actor peer = actors_thread(PRIORITY, SLICE, SLICE);
    passive_server_waits();
    thread_set_priority(server.tcb, PRIORITY - 1);
    assert_true(peer.tcb->in_ready);
    put(badged, message_of(0));
    slowly(seL4_SysCall);
}

static void a_budget_that_is_used_up_is_charged_first(void **state)
{
    (void)state;
    server_waits();
    host_advance(plat_us_to_ticks(SLICE));
    put(badged, message_of(0));
    slowly(seL4_SysCall);
}

// --- ReplyRecv -----------------------------------------------------------------------------------

static void an_answer_of_a_passive_server_is_the_same(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LENGTHS; i++) {
        fresh(NULL);
        passive_server_waits();
        server_was_called();
        host_advance(10);
        put_answer(lengths[i]);
        both_ways(seL4_SysReplyRecv);
        assert_ptr_equal(kernel.current, client.tcb);
        assert_ptr_equal(client.tcb->sched_context, kernel.context);
        assert_int_equal(server.tcb->state, THREAD_BLOCKED_RECEIVE);
    }
}

static void an_answer_from_a_deep_capability_space_is_the_same(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LENGTHS; i++) {
        fresh(NULL);
        deepen(&server);
        passive_server_waits();
        server_was_called();
        put_answer(lengths[i]);
        both_ways(seL4_SysReplyRecv);
        assert_ptr_equal(kernel.current, client.tcb);
    }
}

static void an_answer_of_a_server_with_a_context_is_the_same(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LENGTHS; i++) {
        fresh(NULL);
        server_waits();
        server_was_called();
        host_advance(1000);
        put_answer(lengths[i]);
        both_ways(seL4_SysReplyRecv);
        assert_ptr_equal(kernel.current, client.tcb);
    }
}

static void an_answer_inside_a_chain_of_calls_is_the_same(void **state)
{
    (void)state;
    actors_start(&client);
    actors_become(&helper);
    actors_recv(inner, reply2);
    actors_become(&server);
    actors_recv(endpoint, reply);
    make_passive(&helper);
    make_passive(&server);
    server_was_called();
    put(inner, message_of(0));
    sim_trap(seL4_SysCall);
    put(inner, message_of(1));
    arch_set(&kernel.current->context, ARCH_REG_REPLY, 0, reply2);
    both_ways(seL4_SysReplyRecv);
    assert_ptr_equal(kernel.current, server.tcb);
    assert_non_null(kernel.context->reply);
}

static void an_answer_that_is_not_usual_goes_the_slow_way(void **state)
{
    (void)state;
    passive_server_waits(); // one with a capability
    server_was_called();
    put(endpoint, sim_with_cap(message_of(0), endpoint));
    arch_set(&kernel.current->context, ARCH_REG_REPLY, 0, reply);
    slowly(seL4_SysReplyRecv);
    fresh(NULL); // to nobody
    passive_server_waits();
    server_was_called();
    put_answer(0);
    arch_set(&kernel.current->context, ARCH_REG_REPLY, 0, reply2);
    slowly(seL4_SysReplyRecv);
    fresh(NULL); // while another sender waits
    passive_server_waits();
    server_was_called();
    const struct endpoint_send how = {.may_block = true};
    endpoint_send(helper.tcb, endpoint_of(fresh_slot(endpoint)->cap), &how);
    put_answer(0);
    slowly(seL4_SysReplyRecv);
}

// What Unbind leaves of a chain of calls: the older call is still below the newer one.
static void a_client_in_a_chain_without_a_context_is_answered_the_slow_way(void **state)
{
    (void)state;
    actors_start(&client);
    actors_become(&helper);
    actors_recv(inner, reply2);
    actors_become(&server);
    actors_recv(endpoint, reply);
    make_passive(&helper);
    make_passive(&server);
    server_was_called();
    put(inner, message_of(0));
    sim_trap(seL4_SysCall);
    assert_ptr_equal(kernel.current, helper.tcb);
    sched_context_unbind_tcb(sched_context_of(fresh_slot(client.context)->cap));
    reply_chain_detach(sched_context_of(fresh_slot(client.context)->cap));
    sched_context_bind(sched_context_of(fresh_slot(server.context)->cap), server.tcb);
    sched_context_bind(sched_context_of(fresh_slot(helper.context)->cap), helper.tcb);
    assert_ptr_equal(schedule(), helper.tcb);
    put(inner, message_of(0));
    arch_set(&kernel.current->context, ARCH_REG_REPLY, 0, reply2);
    slowly(seL4_SysReplyRecv);
    assert_ptr_equal(kernel.current, server.tcb);
}

// --- memory faults -------------------------------------------------------------------------------

static void handle_faults(uint64_t rights)
{
    actors_set_fault_handler(client, actors_mint(endpoint, rights, 9));
}

static void a_fault_to_a_passive_handler_is_the_same(void **state)
{
    (void)state;
    handle_faults(W | GR);
    passive_server_waits();
    both_ways(VM_FAULT);
    assert_ptr_equal(kernel.current, server.tcb);
    assert_int_equal(arch_get(&server.tcb->context, ARCH_REG_BADGE, 0), 9);
    assert_int_equal(arch_get(&server.tcb->context, ARCH_REG_MR0, 1), vm_fault.address);
    put_answer(0);
    slowly(seL4_SysReplyRecv);
    assert_ptr_equal(kernel.current, client.tcb);
}

static void a_fault_to_a_handler_with_a_context_is_the_same(void **state)
{
    (void)state;
    handle_faults(W | G);
    server_waits();
    host_advance(500);
    both_ways(VM_FAULT);
    assert_ptr_equal(kernel.current, server.tcb);
}

static void a_fault_that_is_not_usual_goes_the_slow_way(void **state)
{
    (void)state;
    server_waits(); // nobody handles it
    slowly(VM_FAULT);
    assert_int_equal(client.tcb->state, THREAD_INACTIVE);
    fresh(NULL); // the handler is busy
    handle_faults(W | GR);
    actors_start(&client);
    slowly(VM_FAULT);
    assert_int_equal(client.tcb->state, THREAD_BLOCKED_SEND);
    fresh(NULL); // it has no reply object
    handle_faults(W | GR);
    actors_start(&client);
    actors_become(&server);
    actors_wait(endpoint);
    actors_become(&client);
    slowly(VM_FAULT);
    fresh(NULL); // somebody else would run before it
    handle_faults(W | GR);
    server_waits();
    thread_set_priority(helper.tcb, PRIORITY - 1);
    thread_restart(helper.tcb);
    thread_set_priority(server.tcb, PRIORITY - 2);
    assert_ptr_equal(schedule(), client.tcb);
    slowly(VM_FAULT);
    assert_ptr_equal(kernel.current, helper.tcb);
}

// --- Signal --------------------------------------------------------------------------------------

static void a_signal_that_nobody_waits_for_is_the_same(void **state)
{
    (void)state;
    const uint64_t signal = actors_mint(notification, W, 6);
    actors_start(&client);
    put(signal, message_of(0));
    both_ways(seL4_SysSend);
    put(signal, message_of(0)); // it is active by now
    both_ways(seL4_SysNBSend);
}

static void waiter_waits(void)
{
    actors_start(&client);
    actors_become(&server);
    actors_wait(notification);
    actors_become(&client);
}

static void a_signal_to_a_waiter_of_higher_priority_is_the_same(void **state)
{
    (void)state;
    waiter_waits();
    host_advance(500);
    put(notification, message_of(0));
    both_ways(seL4_SysSend);
    assert_ptr_equal(kernel.current, server.tcb);
    assert_true(client.tcb->in_ready);
}

static void a_signal_that_is_not_usual_goes_the_slow_way(void **state)
{
    (void)state;
    waiter_waits(); // a waiter of the same priority
    thread_set_priority(server.tcb, PRIORITY);
    put(notification, message_of(0));
    slowly(seL4_SysSend);
    fresh(NULL); // one that the signal lends a context
    waiter_waits();
    make_passive(&server);
    put(notification, message_of(0));
    slowly(seL4_SysSend);
    fresh(NULL); // a bound thread that receives
    assert_int_equal(
        actors_invoke(server.cap, sim_with_cap(sim_empty(TCBBindNotification), notification)),
        seL4_NoError);
    server_waits();
    put(notification, message_of(0));
    slowly(seL4_SysSend);
}

// --- Wait ----------------------------------------------------------------------------------------

static void a_wait_for_a_word_that_is_there_is_the_same(void **state)
{
    (void)state;
    actors_start(&client);
    actors_nbsend(actors_mint(notification, W, 6), message_of(0));
    put(notification, message_of(0));
    both_ways(seL4_SysWait);
    assert_int_equal(actors_register(&client, 0), 6);
    put(notification, message_of(0)); // it is empty by now
    both_ways(seL4_SysNBWait);
    assert_int_equal(actors_register(&client, 0), 0);
}

static void a_wait_that_lets_the_next_thread_run_is_the_same(void **state)
{
    (void)state;
    actors_start(&client);
    actors_become(&server);
    host_advance(700);
    put(notification, message_of(0));
    both_ways(seL4_SysWait);
    assert_ptr_equal(kernel.current, client.tcb);
}

static void a_wait_that_is_not_usual_goes_the_slow_way(void **state)
{
    (void)state;
    actors_start(&client); // nobody else is ready
    put(notification, message_of(0));
    slowly(seL4_SysWait);
    fresh(NULL); // another one waits
    waiter_waits();
    put(notification, message_of(0));
    slowly(seL4_SysWait);
    fresh(NULL); // the context stays with the notification
    const uint64_t bind = SchedContextBind;
    assert_int_equal(actors_invoke(client.context, sim_with_cap(sim_empty(bind), notification)),
                     seL4_NoError);
    actors_start(&client);
    actors_become(&server);
    put(notification, message_of(0));
    slowly(seL4_SysWait);
}

// --- interrupts ----------------------------------------------------------------------------------

static void issue_handler(void)
{
    const uint64_t handler = actors_slot();
    assert_int_equal(
        sim_call(seL4_CapIRQControl, sim_with_cap(SIM_MESSAGE(IRQIssueIRQHandler, IRQ, handler, 64),
                                                  seL4_CapInitThreadCNode)),
        seL4_NoError);
    assert_int_equal(sim_call(handler, sim_with_cap(sim_empty(IRQSetIRQHandler), notification)),
                     seL4_NoError);
}

static void an_interrupt_for_a_waiter_of_higher_priority_is_the_same(void **state)
{
    (void)state;
    issue_handler();
    waiter_waits();
    host_advance(300);
    host_irq_raise(IRQ);
    both_ways(INTERRUPT);
    assert_ptr_equal(kernel.current, server.tcb);
    assert_true(host_machine.masked[IRQ]);
}

static void an_interrupt_of_the_idle_thread_is_the_same(void **state)
{
    (void)state;
    issue_handler();
    thread_suspend(client.tcb);
    actors_start(&server);
    put(notification, message_of(0));
    slowly(seL4_SysWait);
    assert_ptr_equal(kernel.current, &kernel.idle);
    host_advance(300);
    host_irq_raise(IRQ);
    both_ways(INTERRUPT);
    assert_ptr_equal(kernel.current, server.tcb);
}

static void an_interrupt_that_nobody_waits_for_goes_the_slow_way(void **state)
{
    (void)state;
    issue_handler();
    actors_start(&client);
    host_irq_raise(IRQ);
    slowly(INTERRUPT);
    host_advance(plat_us_to_ticks(SLICE)); // the timer's
    slowly(INTERRUPT);
    slowly(INTERRUPT); // none
}

// --- Recv ----------------------------------------------------------------------------------------

static void put_recv(void)
{
    put(endpoint, message_of(0));
    arch_set(&kernel.current->context, ARCH_REG_REPLY, 0, reply);
}

static void a_receive_that_lets_the_next_thread_run_is_the_same(void **state)
{
    (void)state;
    actors_start(&client);
    actors_become(&server);
    host_advance(500);
    put_recv();
    both_ways(seL4_SysRecv);
    assert_ptr_equal(kernel.current, client.tcb);
    assert_int_equal(server.tcb->state, THREAD_BLOCKED_RECEIVE);
    put(badged, message_of(3)); // and can be called
    both_ways(seL4_SysCall);
    assert_ptr_equal(kernel.current, server.tcb);
}

static void a_receive_that_is_not_usual_goes_the_slow_way(void **state)
{
    (void)state;
    actors_start(&client); // somebody has called already
    put(badged, message_of(1));
    sim_trap(seL4_SysCall);
    actors_start(&server);
    put_recv();
    slowly(seL4_SysRecv);
    assert_ptr_equal(kernel.current, server.tcb);
    put_recv(); // its reply object is not free: the caller waits for ever
    slowly(seL4_SysRecv);
    fresh(NULL); // its notification has a word
    assert_int_equal(
        actors_invoke(server.cap, sim_with_cap(sim_empty(TCBBindNotification), notification)),
        seL4_NoError);
    actors_start(&client);
    actors_nbsend(actors_mint(notification, W, 6), message_of(0));
    actors_become(&server);
    put_recv();
    slowly(seL4_SysRecv);
    fresh(NULL); // nobody else can run
    actors_start(&server);
    thread_suspend(client.tcb);
    put_recv();
    slowly(seL4_SysRecv);
    fresh(NULL); // no reply object
    actors_start(&server);
    put_recv();
    arch_set(&kernel.current->context, ARCH_REG_REPLY, 0, endpoint);
    slowly(seL4_SysRecv);
}

// --- Yield ---------------------------------------------------------------------------------------

static void a_yield_to_nobody_is_the_same(void **state)
{
    (void)state;
    actors_start(&client);
    host_advance(1000);
    both_ways(seL4_SysYield);
    assert_ptr_equal(kernel.current, client.tcb);
}

static void a_yield_to_the_next_of_the_same_priority_is_the_same(void **state)
{
    (void)state;
    const struct actor peer = actors_thread(PRIORITY, SLICE, SLICE);
    const struct actor third = actors_thread(PRIORITY, SLICE, SLICE);
    actors_start(&client);
    host_advance(1000);
    both_ways(seL4_SysYield);
    assert_ptr_not_equal(kernel.current, client.tcb);
    both_ways(seL4_SysYield);
    both_ways(seL4_SysYield);
    assert_ptr_equal(kernel.current, client.tcb);
    assert_true(peer.tcb->in_ready && third.tcb->in_ready);
}

static void a_yield_of_a_budget_with_a_period_goes_the_slow_way(void **state)
{
    (void)state;
    const struct actor sporadic = actors_thread(PRIORITY, SLICE, UINT64_C(2) * SLICE);
    actors_start(&sporadic);
    slowly(seL4_SysYield);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_call_to_a_passive_server_is_the_same, fresh),
        cmocka_unit_test_setup(a_call_to_a_server_with_a_context_is_the_same, fresh),
        cmocka_unit_test_setup(a_call_from_a_context_with_a_period_is_the_same, fresh),
        cmocka_unit_test_setup(a_call_of_a_called_server_is_the_same, fresh),
        cmocka_unit_test_setup(a_call_that_is_not_usual_goes_the_slow_way, fresh),
        cmocka_unit_test_setup(a_call_from_a_deep_capability_space_is_the_same, fresh),
        cmocka_unit_test_setup(a_long_message_without_a_buffer_goes_the_slow_way, fresh),
        cmocka_unit_test_setup(a_server_that_is_not_usual_is_called_the_slow_way, fresh),
        cmocka_unit_test_setup(a_budget_that_is_used_up_is_charged_first, fresh),
        cmocka_unit_test_setup(an_answer_of_a_passive_server_is_the_same, fresh),
        cmocka_unit_test_setup(an_answer_from_a_deep_capability_space_is_the_same, fresh),
        cmocka_unit_test_setup(an_answer_of_a_server_with_a_context_is_the_same, fresh),
        cmocka_unit_test_setup(an_answer_inside_a_chain_of_calls_is_the_same, fresh),
        cmocka_unit_test_setup(an_answer_that_is_not_usual_goes_the_slow_way, fresh),
        cmocka_unit_test_setup(a_client_in_a_chain_without_a_context_is_answered_the_slow_way,
                               fresh),
        cmocka_unit_test_setup(a_fault_to_a_passive_handler_is_the_same, fresh),
        cmocka_unit_test_setup(a_fault_to_a_handler_with_a_context_is_the_same, fresh),
        cmocka_unit_test_setup(a_fault_that_is_not_usual_goes_the_slow_way, fresh),
        cmocka_unit_test_setup(a_signal_that_nobody_waits_for_is_the_same, fresh),
        cmocka_unit_test_setup(a_signal_to_a_waiter_of_higher_priority_is_the_same, fresh),
        cmocka_unit_test_setup(a_signal_that_is_not_usual_goes_the_slow_way, fresh),
        cmocka_unit_test_setup(a_wait_for_a_word_that_is_there_is_the_same, fresh),
        cmocka_unit_test_setup(a_wait_that_lets_the_next_thread_run_is_the_same, fresh),
        cmocka_unit_test_setup(a_wait_that_is_not_usual_goes_the_slow_way, fresh),
        cmocka_unit_test_setup(a_receive_that_lets_the_next_thread_run_is_the_same, fresh),
        cmocka_unit_test_setup(a_receive_that_is_not_usual_goes_the_slow_way, fresh),
        cmocka_unit_test_setup(an_interrupt_for_a_waiter_of_higher_priority_is_the_same, fresh),
        cmocka_unit_test_setup(an_interrupt_of_the_idle_thread_is_the_same, fresh),
        cmocka_unit_test_setup(an_interrupt_that_nobody_waits_for_goes_the_slow_way, fresh),
        cmocka_unit_test_setup(a_yield_to_nobody_is_the_same, fresh),
        cmocka_unit_test_setup(a_yield_to_the_next_of_the_same_priority_is_the_same, fresh),
        cmocka_unit_test_setup(a_yield_of_a_budget_with_a_period_goes_the_slow_way, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
