// SPDX-License-Identifier: BSD-2-Clause
//
// The processor: whichever thread is current gets the turn; what comes back is what the trap code
// of a real port would find, and enters the kernel as there.
//
// Time is the machine's own. A call takes CALL_TICKS, computing takes none: until a process has
// computed for so long that it is preempted, and then all the time to the kernel's next deadline
// has passed. While nobody runs, time goes on to that deadline at once.

#include "machine.h"

#include "kernel/arch.h"
#include "kernel/arch_host.h"
#include "kernel/kernel.h"
#include "kernel/plat_host.h"
#include "kernel/syscall.h"

#include <kaal/mock.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    CALL_TICKS = PLAT_TICKS_PER_MS / 1000,
    DEVICE_TICKS = CALL_TICKS / 10,
    TURNS_PER_POLL = 64, // of the serial port
    IDLE_MS = 100,
};

// Nobody waits for what is further away: 18 years.
#define TICKS_NEVER (UINT64_C(1) << 55)

// Syndromes (ESR of AArch64): an unknown instruction; a bus without a device; brk #0x4b4d, which no
// compiler makes: the process of the thread has ended.
#define SYNDROME_UNDEFINED UINT64_C(0x02000000)
#define SYNDROME_EXTERNAL  UINT64_C(0x92000010)
#define SYNDROME_ENDED     UINT64_C(0xf2004b4d)

// --- programs ------------------------------------------------------------------------------------

static bool name_ok(const char *name, size_t room)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    return name[0] != '\0' && memchr(name, '\0', room) != NULL &&
           name[strspn(name, letters)] == '\0';
}

// The program that begins at `pc`, from memory that anybody may have written.
static bool read_program(uint64_t physical, struct kaal_mock_program *out)
{
    const uint64_t offset = physical - host_memory.base;
    if (offset > host_memory.size - sizeof(*out)) {
        return false;
    }
    memcpy(out, host_memory.bytes + offset, sizeof(*out));
    return out->escape == KAAL_MOCK_ESCAPE && out->version == KAAL_MOCK_VERSION &&
           name_ok(out->name, sizeof(out->name));
}

static bool is_program(uint64_t pc, struct kaal_mock_program *program)
{
    uint64_t physical = 0;
    uint64_t syndrome = 0;
    return space_translate(host_cpu.root, pc, KAAL_MOCK_EXECUTE, &physical, &syndrome) &&
           read_program(physical, program);
}

// The thread fetches its next instruction from memory of the machine. A new process if a program
// begins there; else NULL, and the kernel has been told.
static struct process *fetch(struct tcb *thread)
{
    const uint64_t pc = thread->context.pc;
    struct kaal_mock_program program;
    uint64_t physical = 0;
    uint64_t syndrome = 0;
    thread->context.restart_pc = pc;
    if (!space_translate(host_cpu.root, pc, KAAL_MOCK_EXECUTE, &physical, &syndrome)) {
        (void)entry_vm_fault(pc, syndrome, true);
        return NULL;
    }
    struct process *p =
        read_program(physical, &program) ? process_start(thread, program.name, pc) : NULL;
    if (p == NULL) {
        (void)entry_user_exception(SYNDROME_UNDEFINED);
    }
    return p;
}

// --- events --------------------------------------------------------------------------------------

static void take_registers(struct arch_context *context, const struct kaal_mock_cpu *cpu)
{
    memcpy(context->x, cpu->x, sizeof(context->x));
    context->sp = cpu->sp;
    context->pc = cpu->pc;
    context->restart_pc = cpu->pc;
}

static void set_registers(const struct arch_context *context, struct kaal_mock_cpu *cpu)
{
    memcpy(cpu->x, context->x, sizeof(context->x));
    cpu->sp = context->sp;
    cpu->pc = context->pc;
}

static void on_syscall(struct tcb *thread)
{
    host_advance(CALL_TICKS);
    thread->context.pc += KAAL_MOCK_TRAP_SIZE;
    (void)entry_syscall(thread, (int64_t)arch_get(&thread->context, ARCH_REG_SYSCALL, 0));
}

// Memory answers as registers do: who is given an address need not know what is there.
static bool reach_memory(uint64_t physical, struct kaal_mock_cpu *cpu, bool write)
{
    const uint64_t offset = physical - host_memory.base;
    if (offset >= host_memory.size || cpu->size > sizeof(cpu->value) ||
        cpu->size > MACHINE_PAGE - offset % MACHINE_PAGE) {
        return false;
    }
    uint8_t *at = host_memory.bytes + offset;
    if (write) {
        memcpy(at, &cpu->value, cpu->size);
    } else {
        cpu->value = 0;
        memcpy(&cpu->value, at, cpu->size);
    }
    return true;
}

static bool reach(uint64_t physical, struct kaal_mock_cpu *cpu, bool write)
{
    return reach_memory(physical, cpu, write) ||
           (write ? devices_write(physical, cpu->value) : devices_read(physical, &cpu->value));
}

static void on_device(struct tcb *thread, struct kaal_mock_cpu *cpu)
{
    uint64_t physical = 0;
    uint64_t syndrome = 0;
    const bool write = cpu->access == KAAL_MOCK_WRITE;
    host_advance(DEVICE_TICKS);
    if (!space_translate(host_cpu.root, cpu->address, write ? KAAL_MOCK_WRITE : KAAL_MOCK_READ,
                         &physical, &syndrome)) {
        (void)entry_vm_fault(cpu->address, syndrome, false);
        return;
    }
    if (reach(physical, cpu, write)) {
        thread->context.pc += KAAL_MOCK_TRAP_SIZE;
        return;
    }
    (void)entry_vm_fault(cpu->address, SYNDROME_EXTERNAL, false);
}

static void on_access(struct tcb *thread, const struct kaal_mock_cpu *cpu)
{
    uint64_t physical = 0;
    uint64_t syndrome = 0;
    const bool fetched = cpu->access == KAAL_MOCK_EXECUTE;
    if (!space_translate(host_cpu.root, cpu->address, cpu->access, &physical, &syndrome)) {
        (void)entry_vm_fault(cpu->address, syndrome, fetched);
        return;
    }
    if (fetched) {
        (void)fetch(thread);
        return;
    }
    // Allowed, and yet the host refused it: registers that are no memory.
    (void)fprintf(stderr,
                  "kaal-mock: device registers at 0x%llx are used as memory; use kaal/io.h\n",
                  (unsigned long long)cpu->address);
    (void)entry_vm_fault(cpu->address, SYNDROME_EXTERNAL, false);
}

// When the kernel or a device does something by itself; UINT64_MAX: never. The kernel's timer is
// always set: when it has nothing to do, to the end of a turn of 2^56 ticks.
static ticks_t deadline(void)
{
    const ticks_t device = devices_deadline();
    const ticks_t next = device < host_machine.deadline ? device : host_machine.deadline;
    return next > host_machine.now && next - host_machine.now >= TICKS_NEVER ? UINT64_MAX : next;
}

static void on_preempted(void)
{
    const ticks_t next = deadline();
    if (next > host_machine.now && next != UINT64_MAX) {
        host_advance(next - host_machine.now);
    }
    serial_poll();
}

static void on_event(struct tcb *thread, struct kaal_mock_cpu *cpu, enum kaal_mock_event event)
{
    switch (event) {
    case KAAL_MOCK_SYSCALL:
        on_syscall(thread);
        break;
    case KAAL_MOCK_DEVICE:
        on_device(thread, cpu);
        break;
    case KAAL_MOCK_ACCESS:
        on_access(thread, cpu);
        break;
    case KAAL_MOCK_EXCEPTION:
        (void)entry_user_exception(cpu->syndrome);
        break;
    case KAAL_MOCK_PREEMPTED:
        on_preempted();
        break;
    case KAAL_MOCK_READY:
        break;
    }
}

// --- threads -------------------------------------------------------------------------------------

static bool is_call(enum kaal_mock_event event)
{
    return event == KAAL_MOCK_SYSCALL || event == KAAL_MOCK_DEVICE;
}

// What executes the thread from its program counter on. NULL: nothing can, and the kernel knows.
static struct process *executor(struct tcb *thread)
{
    const uint64_t pc = thread->context.pc;
    struct kaal_mock_program program;
    struct process *p = process_of(thread);
    if (p == NULL) {
        return fetch(thread);
    }
    const struct kaal_mock_cpu *cpu = process_cpu(p);
    // In a call there is nothing of the process to go on from but the call. Otherwise any address
    // of its own will do.
    const bool in_call = is_call((enum kaal_mock_event)cpu->event);
    const bool at_call = pc == cpu->pc || pc == cpu->pc + KAAL_MOCK_TRAP_SIZE;
    if (cpu->event != KAAL_MOCK_READY && (in_call ? !at_call : is_program(pc, &program))) {
        return fetch(thread);
    }
    return p;
}

// Its program may have been taken away from it since it ran last.
static bool may_execute(struct tcb *thread, const struct process *p)
{
    uint64_t physical = 0;
    uint64_t syndrome = 0;
    if (space_translate(host_cpu.root, process_text(p), KAAL_MOCK_EXECUTE, &physical, &syndrome)) {
        return true;
    }
    thread->context.restart_pc = thread->context.pc;
    (void)entry_vm_fault(process_text(p), syndrome, true);
    return false;
}

static void run_thread(struct tcb *thread)
{
    struct process *p = executor(thread);
    if (p == NULL || !may_execute(thread, p)) {
        return;
    }
    struct kaal_mock_cpu *cpu = process_cpu(p);
    const enum kaal_mock_event last = (enum kaal_mock_event)cpu->event;
    if (!process_gone(p) && is_call(last) && thread->context.pc == cpu->pc) {
        // The call is made again, by the registers that are there now.
        thread->context.restart_pc = cpu->pc;
        on_event(thread, cpu, last);
        return;
    }
    set_registers(&thread->context, cpu);
    if (process_gone(p) || !process_turn(p, host_cpu.root)) {
        thread->context.restart_pc = thread->context.pc;
        (void)entry_user_exception(SYNDROME_ENDED);
        return;
    }
    take_registers(&thread->context, cpu);
    on_event(thread, cpu, (enum kaal_mock_event)cpu->event);
}

// --- time ----------------------------------------------------------------------------------------

static uint64_t host_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

// Until the deadline as on the host, or until something is typed.
static void pass_real_time(ticks_t left)
{
    const uint64_t begin = host_ns();
    serial_wait((int)(left / PLAT_TICKS_PER_MS) + 1);
    const ticks_t passed = (host_ns() - begin) * PLAT_TICKS_PER_MS / 1000000;
    host_advance(passed < left ? passed : left);
}

static void idle(void)
{
    serial_poll();
    devices_update();
    if (host_irq_waits()) {
        return;
    }
    const ticks_t next = deadline();
    if (next == UINT64_MAX) {
        serial_wait(IDLE_MS); // and looks again what its processes do
        return;
    }
    const ticks_t left = next - host_machine.now;
    if (options.realtime) {
        pass_real_time(left);
    } else {
        host_advance(left);
    }
}

static void take_interrupts(void)
{
    devices_update();
    while (host_irq_waits()) {
        kernel.current->context.restart_pc = kernel.current->context.pc;
        (void)entry_interrupt();
        devices_update();
    }
}

_Noreturn void cpu_run(void)
{
    for (unsigned turns = 0;; turns++) {
        if (turns % TURNS_PER_POLL == 0) {
            serial_poll();
        }
        take_interrupts();
        process_look();
        process_sweep();
        if (thread_is_idle(kernel.current)) {
            idle();
        } else {
            run_thread(kernel.current);
        }
    }
}
