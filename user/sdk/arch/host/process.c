// SPDX-License-Identifier: BSD-2-Clause
//
// A program of the mock machine as a Linux process (kaal/mock.h). It waits for the first turn and
// calls the program, which comes back here for system calls and device registers, and by
// signals:
//
//    SIGSEGV, SIGBUS            an access that the host refused
//    SIGILL, SIGTRAP, SIGFPE    an exception
//    SIGVTALRM                  the machine wants its turn back

#include "device.h"
#include "host.h"

#include <kaal/host_program.h>

#include <sel4/arch/syscalls_trap.h>

#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
    SIGNAL_STACK = 64 * 1024,
    STACK_NEAR = 64 * 1024, // of the stack pointer: no program's variables are farther
    STATUS_NOT_RUN = 2,     // not by the machine
    STATUS_BROKEN = 3,
};

static struct kaal_mock_cpu *cpu;
uint64_t host_stack_guard;
static volatile sig_atomic_t trapped; // in a call: a signal is no event of the program

// --- turns ---------------------------------------------------------------------------------------

static _Noreturn void broken(const char *what)
{
    (void)dprintf(STDERR_FILENO, "%s: %s: %s\n", program_invocation_short_name, what,
                  strerror(errno));
    _exit(STATUS_BROKEN);
}

static void carry_out(const struct kaal_mock_order *order)
{
    void *at = (void *)order->address; // NOLINT: an address of the model
    if (order->access == 0) {
        if (munmap(at, order->size) != 0) {
            broken("cannot unmap memory of the machine");
        }
        return;
    }
    const int protection =
        (order->access & 1u << KAAL_MOCK_WRITE) != 0 ? PROT_READ | PROT_WRITE : PROT_READ;
    if (mmap(at, order->size, protection, MAP_SHARED | MAP_FIXED, KAAL_MOCK_MEMORY_FD,
             (off_t)order->offset) == MAP_FAILED) {
        broken("cannot map memory of the machine");
    }
}

static void futex(int operation, uint32_t value)
{
    (void)syscall(SYS_futex, &cpu->turn, operation, value, NULL, NULL, 0);
}

static void wait_turn(void)
{
    while (__atomic_load_n(&cpu->turn, __ATOMIC_ACQUIRE) != KAAL_MOCK_PROGRAM) {
        futex(FUTEX_WAIT, KAAL_MOCK_MACHINE);
    }
}

// The machine goes on; comes back when the program does.
static void give_turn(enum kaal_mock_event event)
{
    cpu->event = event;
    do {
        __atomic_store_n(&cpu->turn, KAAL_MOCK_MACHINE, __ATOMIC_RELEASE);
        futex(FUTEX_WAKE, 1);
        wait_turn();
        for (uint32_t i = 0; i < cpu->order_count; i++) {
            carry_out(&cpu->orders[i]);
        }
        cpu->event = KAAL_MOCK_READY;
    } while (cpu->again != 0);
}

// A call of the program at `pc`, with its registers in place.
static void trap(enum kaal_mock_event event, const void *pc, const void *frame)
{
    cpu->pc = (uint64_t)(uintptr_t)pc;
    cpu->sp = (uint64_t)(uintptr_t)frame;
    give_turn(event);
}

static void enter(void)
{
    trapped = 1;
    atomic_signal_fence(memory_order_seq_cst);
}

static void leave(void)
{
    atomic_signal_fence(memory_order_seq_cst);
    trapped = 0;
}

// --- system calls --------------------------------------------------------------------------------

static void put(seL4_Word number, const struct kaal_trap_regs *regs)
{
    cpu->x[0] = regs->x0;
    cpu->x[1] = regs->x1;
    memcpy(&cpu->x[2], regs->mr, sizeof(regs->mr));
    cpu->x[7] = number;
}

static void get(struct kaal_trap_regs *regs)
{
    regs->x0 = cpu->x[0];
    regs->x1 = cpu->x[1];
    memcpy(regs->mr, &cpu->x[2], sizeof(regs->mr));
}

// Where a call is made is where it returns to: what a fault report names.
#define HERE __builtin_return_address(0), __builtin_frame_address(0)

void kaal_trap_send(seL4_Word number, const struct kaal_trap_regs *regs)
{
    enter();
    put(number, regs);
    trap(KAAL_MOCK_SYSCALL, HERE);
    leave();
}

void kaal_trap_send_empty(seL4_Word number, seL4_Word dest, seL4_Word info)
{
    enter();
    cpu->x[0] = dest;
    cpu->x[1] = info;
    cpu->x[7] = number;
    trap(KAAL_MOCK_SYSCALL, HERE);
    leave();
}

void kaal_trap_call(seL4_Word number, struct kaal_trap_regs *regs)
{
    enter();
    put(number, regs);
    trap(KAAL_MOCK_SYSCALL, HERE);
    get(regs);
    leave();
}

void kaal_trap_recv(seL4_Word number, struct kaal_trap_regs *regs, seL4_Word object)
{
    enter();
    put(number, regs);
    cpu->x[6] = object;
    trap(KAAL_MOCK_SYSCALL, HERE);
    get(regs);
    leave();
}

void kaal_trap_send_recv(seL4_Word number, struct kaal_trap_regs *regs, seL4_Word reply,
                         seL4_Word dest)
{
    enter();
    put(number, regs);
    cpu->x[6] = reply;
    cpu->x[8] = dest;
    trap(KAAL_MOCK_SYSCALL, HERE);
    get(regs);
    leave();
}

seL4_Word kaal_trap_words(seL4_Word number, seL4_Word first, seL4_Word second)
{
    enter();
    cpu->x[0] = first;
    cpu->x[1] = second;
    cpu->x[7] = number;
    trap(KAAL_MOCK_SYSCALL, HERE);
    const seL4_Word result = cpu->x[0];
    leave();
    return result;
}

// --- device registers ----------------------------------------------------------------------------

uint64_t host_device(uint64_t address, enum kaal_mock_access access, unsigned bytes, uint64_t value,
                     const void *caller)
{
    enter();
    cpu->address = address;
    cpu->access = access;
    cpu->size = bytes;
    cpu->value = value;
    trap(KAAL_MOCK_DEVICE, caller, __builtin_frame_address(0));
    const uint64_t result = cpu->value;
    leave();
    return result;
}

// --- signals -------------------------------------------------------------------------------------

// The host's stack is not the model's. Overflowing it is told as if it were.
static void move_overflow(void)
{
    const uint64_t near = STACK_NEAR;
    if (host_stack_guard != 0 && cpu->access != KAAL_MOCK_EXECUTE &&
        cpu->address - (cpu->sp - near) < 2 * near) {
        cpu->address = host_stack_guard;
    }
}

static void on_signal(int number, siginfo_t *info, void *context)
{
    if (number == SIGVTALRM && (trapped || cpu->preempt == 0)) {
        return; // it has come back by itself, since the signal was sent
    }
    if (trapped) {
        errno = EFAULT;
        broken("a fault in what connects the program with the machine");
    }
    host_context_get(context, cpu);
    const enum kaal_mock_event event = host_context_event(number, info, context, cpu);
    if (event == KAAL_MOCK_ACCESS) {
        move_overflow();
    }
    give_turn(event);
    host_context_set(context, cpu);
}

static void open_signals(void)
{
    static const int numbers[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGVTALRM};
    // A stack of its own: what the program has done to its own may be the reason.
    static _Alignas(16) uint8_t signal_stack[SIGNAL_STACK];
    const stack_t stack = {.ss_sp = signal_stack, .ss_size = sizeof(signal_stack)};
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigaddset(&action.sa_mask, SIGVTALRM);
    if (sigaltstack(&stack, NULL) != 0) {
        broken("cannot set a stack for signals");
    }
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        (void)sigaction(numbers[i], &action, NULL);
    }
}

// --- start ---------------------------------------------------------------------------------------

static bool is_debugged(void)
{
    char line[128];
    int tracer = 0;
    FILE *status = fopen("/proc/self/status", "re");
    while (status != NULL && fgets(line, sizeof(line), status) != NULL) {
        if (strncmp(line, "TracerPid:", 10) == 0) {
            tracer = atoi(line + 10); // NOLINT(cert-err34-c): the kernel writes a number
        }
    }
    if (status != NULL) {
        (void)fclose(status);
    }
    return tracer != 0;
}

static void wait_debugger(void)
{
    const struct timespec pause = {.tv_nsec = 20000000};
    (void)prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
    (void)dprintf(STDERR_FILENO, "%s waits for a debugger: gdb -p %d\n",
                  program_invocation_short_name, (int)getpid());
    while (!is_debugged()) {
        (void)nanosleep(&pause, NULL);
    }
}

// The process's main(): the linker takes it for that (--wrap=main), because main() is the
// program's.
int __wrap_main(void); // NOLINT(bugprone-reserved-identifier): the linker's
int __wrap_main(void)  // NOLINT(bugprone-reserved-identifier): the linker's
{
    cpu = mmap(NULL, sizeof(*cpu), PROT_READ | PROT_WRITE, MAP_SHARED, KAAL_MOCK_CPU_FD, 0);
    if (cpu == MAP_FAILED) {
        (void)dprintf(STDERR_FILENO,
                      "%s is a program of KaaL's mock machine; run its system with kaal run "
                      "--backend mock\n",
                      program_invocation_short_name);
        return STATUS_NOT_RUN;
    }
    trapped = 1;
    host_sanitizer_open();
    open_signals();
    give_turn(KAAL_MOCK_READY);
    if (cpu->debugged != 0) {
        wait_debugger();
    }
    leave();
    host_program(cpu->x[0]);
}
