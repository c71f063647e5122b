// SPDX-License-Identifier: BSD-2-Clause
//
// The processes that execute threads. A thread's context says which (arch_context.executor is its
// place in the table, + 1), and the process says of which thread it is: when both agree it is so.

#include "machine.h"

#include "kernel/arch_host.h"
#include "kernel/kernel.h"

#include <kaal/mock.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    FD_FREE = 16,      // descriptors from here on are ours: below lie those that children get
    LOOK_NS = 200000,  // how often to look what a process does that does not come back
    SLICE_NS = 400000, // of processor time: what it may compute before it is preempted
    PATH_SIZE = 4096,
    STATUS_NO_EXEC = 127,
};

struct process {
    struct tcb *thread;
    pid_t pid;
    bool gone;
    struct kaal_mock_cpu *cpu;
    uint64_t text;
    char name[sizeof(((struct kaal_mock_program *)0)->name)];

    // What it has mapped: the address space at `root`, when the tables had been written so often.
    struct runs mapped;
    paddr_t root;
    uint64_t table_writes;
};

static struct process **table; // [count]; NULL: free place
static size_t count;
static int memory_file = -1;
static uint64_t releases; // of contexts, when it was last swept
static volatile sig_atomic_t child_ended;

// --- starting ------------------------------------------------------------------------------------

// It also interrupts whatever wait there is.
static void on_child(int number)
{
    (void)number;
    child_ended = 1;
}

void process_open(int file)
{
    const struct sigaction action = {.sa_handler = on_child};
    (void)sigaction(SIGCHLD, &action, NULL);
    memory_file = fcntl(file, F_DUPFD_CLOEXEC, FD_FREE);
}

// The file of the program in the folders that the machine was given.
static bool find_program(const char *name, char *path, size_t room)
{
    for (unsigned i = 0; i < options.program_count; i++) {
        const int length = snprintf(path, room, "%s/%s", options.programs[i], name);
        if (length > 0 && (size_t)length < room && access(path, X_OK) == 0) {
            return true;
        }
    }
    return false;
}

// Between fork and exec.
static _Noreturn void become(const char *path, int cpu_file, pid_t machine)
{
    char *const arguments[] = {(char *)(uintptr_t)path, NULL};
    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)signal(SIGCHLD, SIG_DFL);
    (void)signal(SIGVTALRM, SIG_IGN); // until it has a handler
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    // The same addresses in every run, where the host allows it: reports can be compared.
    (void)personality(ADDR_NO_RANDOMIZE);
    const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    // Its standard output is not the serial port of the machine.
    if (getppid() == machine && dup2(null, STDIN_FILENO) >= 0 &&
        dup2(STDERR_FILENO, STDOUT_FILENO) >= 0 && dup2(memory_file, KAAL_MOCK_MEMORY_FD) >= 0 &&
        dup2(cpu_file, KAAL_MOCK_CPU_FD) >= 0) {
        (void)execv(path, arguments);
    }
    _exit(STATUS_NO_EXEC);
}

// The shared page, as a file for the child and mapped here.
static int share_cpu(struct process *p)
{
    const int low = memfd_create("kaal-mock-cpu", MFD_CLOEXEC);
    const int file = low < 0 ? -1 : fcntl(low, F_DUPFD_CLOEXEC, FD_FREE);
    if (low >= 0) {
        (void)close(low);
    }
    if (file < 0 || ftruncate(file, sizeof(*p->cpu)) != 0) {
        return -1;
    }
    p->cpu = mmap(NULL, sizeof(*p->cpu), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    return p->cpu == MAP_FAILED ? -1 : file;
}

static bool fork_process(struct process *p, const char *path)
{
    const pid_t machine = getpid();
    const int file = share_cpu(p);
    if (file < 0) {
        return false;
    }
    p->cpu->turn = KAAL_MOCK_PROGRAM;
    p->cpu->debugged = options.debugged != NULL && strcmp(options.debugged, p->name) == 0;
    serial_flush();
    p->pid = fork();
    if (p->pid == 0) {
        become(path, file, machine);
    }
    (void)close(file);
    return p->pid > 0;
}

// --- ending --------------------------------------------------------------------------------------

// Has it ended? If nobody here wanted that, it is told.
static bool reap(struct process *p)
{
    int status = 0;
    if (p->gone || waitpid(p->pid, &status, WNOHANG) != p->pid) {
        return p->gone;
    }
    p->gone = true;
    if (WIFSIGNALED(status)) {
        (void)fprintf(stderr, "kaal-mock: %s (process %d) was ended by signal %d, %s\n", p->name,
                      (int)p->pid, WTERMSIG(status), strsignal(WTERMSIG(status)));
    } else {
        (void)fprintf(stderr, "kaal-mock: %s (process %d) ended with status %d\n", p->name,
                      (int)p->pid, WEXITSTATUS(status));
    }
    return true;
}

static void end_process(struct process *p)
{
    if (!p->gone) {
        (void)kill(p->pid, SIGKILL);
        (void)waitpid(p->pid, NULL, 0);
    }
    (void)munmap(p->cpu, sizeof(*p->cpu));
    free(p->mapped.items);
    free(p);
}

static bool is_alive(const struct tcb *thread)
{
    for (const struct tcb *t = kernel.all_threads; t != NULL; t = t->all_next) {
        if (t == thread) {
            return true;
        }
    }
    return false;
}

void process_look(void)
{
    if (child_ended == 0) {
        return;
    }
    child_ended = 0;
    for (size_t i = 0; i < count; i++) {
        if (table[i] != NULL) {
            (void)reap(table[i]);
        }
    }
}

void process_sweep(void)
{
    if (host_cpu.releases == releases) {
        return;
    }
    releases = host_cpu.releases;
    for (size_t i = 0; i < count; i++) {
        if (table[i] != NULL &&
            (!is_alive(table[i]->thread) || table[i]->thread->context.executor != i + 1)) {
            end_process(table[i]);
            table[i] = NULL;
        }
    }
}

void process_end_all(void)
{
    for (size_t i = 0; i < count; i++) {
        if (table[i] != NULL) {
            end_process(table[i]);
            table[i] = NULL;
        }
    }
}

// --- the table -----------------------------------------------------------------------------------

struct process *process_of(const struct tcb *thread)
{
    const uint64_t executor = thread->context.executor;
    if (executor == 0 || executor > count) {
        return NULL;
    }
    struct process *p = table[executor - 1];
    return p != NULL && p->thread == thread ? p : NULL;
}

// A free place; `count` grows if there is none.
static size_t free_place(void)
{
    for (size_t i = 0; i < count; i++) {
        if (table[i] == NULL) {
            return i;
        }
    }
    struct process **more = realloc(table, (count + 1) * sizeof(struct process *));
    if (more != NULL) {
        table = more;
        table[count] = NULL;
        return count++;
    }
    (void)fputs("kaal-mock: the host has no memory left\n", stderr);
    machine_end(EXIT_FAILURE);
}

struct process *process_start(struct tcb *thread, const char *name, uint64_t text)
{
    char path[PATH_SIZE];
    struct process *old = process_of(thread);
    if (old != NULL) {
        table[thread->context.executor - 1] = NULL;
        end_process(old);
        thread->context.executor = 0;
    }
    if (!find_program(name, path, sizeof(path))) {
        (void)fprintf(stderr, "kaal-mock: there is no host program %s; build it for the mock\n",
                      name);
        return NULL;
    }
    struct process *p = calloc(1, sizeof(*p));
    if (p == NULL) {
        return NULL;
    }
    p->thread = thread;
    p->text = text;
    (void)snprintf(p->name, sizeof(p->name), "%s", name);
    if (!fork_process(p, path)) {
        (void)fprintf(stderr, "kaal-mock: cannot start %s: %s\n", path, strerror(errno));
        machine_end(EXIT_FAILURE);
    }
    const size_t place = free_place();
    table[place] = p;
    thread->context.executor = place + 1;
    return p;
}

bool process_gone(const struct process *p)
{
    return p->gone;
}

struct kaal_mock_cpu *process_cpu(const struct process *p)
{
    return p->cpu;
}

uint64_t process_text(const struct process *p)
{
    return p->text;
}

// --- turns ---------------------------------------------------------------------------------------

// Processor time that the process has used. It stands still while a debugger holds it.
static uint64_t used_ns(const struct process *p)
{
    clockid_t clock;
    struct timespec used = {0};
    if (clock_getcpuclockid(p->pid, &clock) == 0) {
        (void)clock_gettime(clock, &used);
    }
    return (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
}

static bool has_turn(const struct process *p)
{
    return __atomic_load_n(&p->cpu->turn, __ATOMIC_ACQUIRE) == KAAL_MOCK_PROGRAM;
}

// Until it gives its turn back; that is asked for when it has computed for long.
static bool wait_event(struct process *p)
{
    const struct timespec limit = {.tv_nsec = LOOK_NS};
    uint64_t since = 0;
    while (has_turn(p)) {
        if (syscall(SYS_futex, &p->cpu->turn, FUTEX_WAIT, KAAL_MOCK_PROGRAM, &limit, NULL, 0) ==
                0 ||
            errno == EAGAIN) {
            continue;
        }
        if (reap(p)) {
            return false;
        }
        const uint64_t used = used_ns(p);
        since = since == 0 ? used : since;
        if (used - since >= SLICE_NS) {
            // It may still be on its way out of a call, where it ignores the signal: so again
            // later.
            p->cpu->preempt = 1;
            since = used;
            (void)kill(p->pid, SIGVTALRM);
        }
    }
    return true;
}

// False if it has ended instead of coming back.
static bool give_turn(struct process *p, bool again)
{
    p->cpu->again = again;
    p->cpu->preempt = 0;
    __atomic_store_n(&p->cpu->turn, KAAL_MOCK_PROGRAM, __ATOMIC_RELEASE);
    (void)syscall(SYS_futex, &p->cpu->turn, FUTEX_WAKE, 1, NULL, NULL, 0);
    const bool back = wait_event(p);
    p->cpu->order_count = 0;
    return back;
}

static bool order(struct process *p, const struct run *run, uint32_t access)
{
    struct kaal_mock_cpu *cpu = p->cpu;
    if (cpu->order_count == KAAL_MOCK_ORDERS && !give_turn(p, true)) {
        return false;
    }
    cpu->orders[cpu->order_count++] =
        (struct kaal_mock_order){run->start, run->end - run->start, run->offset, access, 0};
    return true;
}

static bool same_run(const struct run *a, const struct run *b)
{
    return a->start == b->start && a->end == b->end && a->offset == b->offset &&
           a->access == b->access;
}

// Orders for those runs of `all` that `but` does not have.
static bool order_difference(struct process *p, const struct runs *all, const struct runs *but,
                             bool map)
{
    size_t at = 0;
    for (size_t i = 0; i < all->count; i++) {
        const struct run *run = &all->items[i];
        while (at < but->count && but->items[at].start < run->start) {
            at++;
        }
        const bool both = at < but->count && same_run(&but->items[at], run);
        if (!both && !order(p, run, map ? run->access : 0)) {
            return false;
        }
    }
    return true;
}

// What it has mapped becomes what the tables say.
static bool map(struct process *p, paddr_t root)
{
    if (p->root.raw == root.raw && p->table_writes == host_cpu.table_writes) {
        return true;
    }
    struct runs wanted = {0};
    space_runs(root, &wanted);
    const bool done = order_difference(p, &p->mapped, &wanted, false) &&
                      order_difference(p, &wanted, &p->mapped, true);
    free(p->mapped.items);
    p->mapped = wanted;
    p->root = root;
    p->table_writes = host_cpu.table_writes;
    return done;
}

bool process_turn(struct process *p, paddr_t root)
{
    // A new process is there when it has given its first turn back.
    return wait_event(p) && map(p, root) && give_turn(p, false);
}
