// SPDX-License-Identifier: BSD-2-Clause
#include "tool/machine.h"

#include "tool/arena.h"
#include "tool/cleanup.h"
#include "tool/options.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    ARGUMENTS_MAX = 40,
    QMP_TIMEOUT_MS = 400,
    END_TIMEOUT_MS = 400,
};

uint64_t host_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void pause_ms(unsigned ms)
{
    poll(NULL, 0, (int)ms);
}

// --- arguments ---------------------------------------------------------------------------------

struct machine_setup machine_setup(const struct options *o, struct bytes image)
{
    return (struct machine_setup){
        .qemu = o->qemu != NULL ? o->qemu : "qemu-system-aarch64",
        .image = image,
        .el = o->el,
        .gic = o->gic,
        .memory = o->memory,
        .seed = o->seed,
        .counted = !o->realtime,
        .count_shift = 3,
    };
}

struct arguments {
    const char **items;
    size_t count;
    size_t room;
};

static void add(struct arguments *list, const char *argument)
{
    if (list->count + 1 < list->room) {
        list->items[list->count++] = argument;
        list->items[list->count] = NULL;
    }
}

static void add_machine(struct arguments *list, struct arena *a, const struct machine_setup *s,
                        const char *more)
{
    add(list, s->qemu);
    add(list, "-machine");
    add(list, arena_printf(a, "virt,gic-version=%u,virtualization=%s%s", s->gic,
                           s->el == 2 ? "on" : "off", more));
    add(list, "-cpu");
    add(list, "cortex-a53");
    add(list, "-m");
    add(list, arena_printf(a, "%" PRIu64 "M", s->memory >> 20));
    add(list, "-display");
    add(list, "none");
    add(list, "-nodefaults");
}

static void run_arguments(const struct machine *m, const struct machine_setup *s, const char **out)
{
    struct arguments list = {.items = out, .room = ARGUMENTS_MAX};
    add_machine(&list, m->arena, s, "");
    add(&list, "-kernel");
    add(&list, m->image);
    add(&list, "-append");
    add(&list, arena_printf(m->arena, "kaal.seed=0x%016" PRIx64, s->seed));
    add(&list, "-chardev");
    add(&list, "stdio,id=serial0,signal=off");
    add(&list, "-serial");
    add(&list, "chardev:serial0");
    add(&list, "-qmp");
    add(&list, arena_printf(m->arena, "unix:%s,server=on,wait=off", m->qmp));
    add(&list, "-no-reboot");
    if (s->counted) {
        add(&list, "-icount");
        add(&list, arena_printf(m->arena, "shift=%u,sleep=off", s->count_shift));
    }
    if (s->debug) {
        add(&list, "-gdb");
        add(&list, arena_printf(m->arena, "unix:%s,server=on,wait=off", m->gdb));
        add(&list, "-S");
    }
}

// --- starting ----------------------------------------------------------------------------------

static bool fail(struct diag *d, const char *what)
{
    diag_error(d, place_none(), "%s: %s; free some resources of the host", what, strerror(errno));
    return false;
}

static bool make_folder(struct machine *m, const struct machine_setup *s, struct diag *d)
{
    const char *tmp = getenv("TMPDIR");
    char *folder = arena_printf(m->arena, "%s/kaal-XXXXXX",
                                tmp != NULL && tmp[0] == '/' && strlen(tmp) < 60 ? tmp : "/tmp");
    if (mkdtemp(folder) == NULL) {
        return fail(d, "cannot make a temporary folder");
    }
    m->folder = folder;
    m->image = arena_printf(m->arena, "%s/loader.elf", folder);
    m->qmp = arena_printf(m->arena, "%s/qmp", folder);
    m->gdb = arena_printf(m->arena, "%s/gdb", folder);
    const char *const paths[] = {m->folder, m->image, m->qmp, m->gdb};
    for (int i = 0; i < 4; i++) {
        m->cleanups[i] = cleanup_add(paths[i]);
    }
    struct output_set set = {0};
    bool ok = output_add(&set, m->arena, m->image, s->image, d) && output_commit(&set, d);
    output_discard(&set);
    return ok;
}

static void remove_folder(struct machine *m)
{
    const char *const paths[] = {m->gdb, m->qmp, m->image};
    if (m->folder == NULL) {
        return;
    }
    for (int i = 0; i < 3; i++) {
        unlink(paths[i]);
    }
    rmdir(m->folder);
    for (int i = 0; i < 4; i++) {
        cleanup_drop(m->cleanups[i]);
    }
    m->folder = NULL;
}

struct pipes {
    int in[2];
    int out[2];
    int messages[2];
    int failure[2]; // closed by a successful exec, else errno comes through it
};

static void close_pipes(const struct pipes *p)
{
    const int *const all[] = {p->in, p->out, p->messages, p->failure};
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 2; j++) {
            if (all[i][j] >= 0) {
                close(all[i][j]);
            }
        }
    }
}

static bool open_pipes(struct pipes *p)
{
    int *const all[] = {p->in, p->out, p->messages, p->failure};
    memset(p, 0xff, sizeof(*p));
    for (int i = 0; i < 4; i++) {
        if (pipe2(all[i], O_CLOEXEC) != 0) {
            close_pipes(p);
            return false;
        }
    }
    return true;
}

// In the child, between fork and exec.
static _Noreturn void become(const struct pipes *p, pid_t parent, const char *const *arguments)
{
    // Ctrl-C at the terminal is for the tool, which then ends the machine in order.
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_DFL);
    bool ok = getppid() == parent && dup2(p->in[0], STDIN_FILENO) >= 0 &&
              dup2(p->out[1], STDOUT_FILENO) >= 0 && dup2(p->messages[1], STDERR_FILENO) >= 0;
    if (ok) {
        // execvp() does not change the strings, its type is older than const.
        execvp(arguments[0], (char *const *)(uintptr_t)arguments);
    }
    int number = errno;
    (void)!write(p->failure[1], &number, sizeof(number));
    _exit(127);
}

static bool report_exec(const char *qemu, int number, struct diag *d)
{
    if (number == ENOENT && strchr(qemu, '/') == NULL) {
        diag_error(d, place_none(),
                   "%s is not installed; install the package qemu-system-arm, or name the program "
                   "with --qemu",
                   qemu);
    } else {
        diag_error(d, place_none(), "cannot run %s: %s; name another program with --qemu", qemu,
                   strerror(number));
    }
    return false;
}

static bool spawn(struct machine *m, const char *const *arguments, struct diag *d)
{
    struct pipes p;
    if (!open_pipes(&p)) {
        return fail(d, "cannot make pipes");
    }
    pid_t parent = getpid();
    fflush(NULL);
    m->pid = fork();
    if (m->pid < 0) {
        close_pipes(&p);
        return fail(d, "cannot start a process");
    }
    if (m->pid == 0) {
        become(&p, parent, arguments);
    }
    m->in = fcntl(p.in[1], F_DUPFD_CLOEXEC, 3);
    m->out = fcntl(p.out[0], F_DUPFD_CLOEXEC, 3);
    m->messages = fcntl(p.messages[0], F_DUPFD_CLOEXEC, 3);
    close(p.failure[1]);
    p.failure[1] = -1;
    int number = 0;
    bool ran = read(p.failure[0], &number, sizeof(number)) != (ssize_t)sizeof(number);
    close_pipes(&p);
    if (!ran) {
        waitpid(m->pid, &m->status, 0);
        m->ended = true;
        return report_exec(arguments[0], number, d);
    }
    // A guest that does not read must not stop us.
    fcntl(m->in, F_SETFL, O_NONBLOCK);
    return true;
}

bool machine_start(struct machine *m, struct arena *a, const struct machine_setup *s,
                   struct diag *d)
{
    const char *arguments[ARGUMENTS_MAX];
    *m = (struct machine){.arena = a, .in = -1, .out = -1, .messages = -1};
    if (!make_folder(m, s, d)) {
        remove_folder(m);
        return false;
    }
    run_arguments(m, s, arguments);
    if (!spawn(m, arguments, d)) {
        machine_stop(m);
        return false;
    }
    return true;
}

// --- waiting -----------------------------------------------------------------------------------

bool machine_poll(struct machine *m)
{
    if (!m->ended && m->pid > 0) {
        m->ended = waitpid(m->pid, &m->status, WNOHANG) == m->pid;
    }
    return m->ended;
}

static bool wait_end(struct machine *m, unsigned timeout_ms)
{
    uint64_t end = host_ms() + timeout_ms;
    while (!machine_poll(m)) {
        if (host_ms() >= end) {
            return false;
        }
        pause_ms(2);
    }
    return true;
}

// --- the device tree ---------------------------------------------------------------------------

bool machine_tree(struct arena *a, const struct machine_setup *s, struct bytes *out)
{
    enum { TREE_MAX = 2 * 1024 * 1024, TIMEOUT_MS = 10000 };
    const char *arguments[ARGUMENTS_MAX];
    const char *cause;
    struct diag silent = {.arena = a};
    struct machine m = {.arena = a, .in = -1, .out = -1, .messages = -1};
    struct arguments list = {.items = arguments, .room = ARGUMENTS_MAX};
    bool ok = make_folder(&m, s, &silent);
    if (ok) {
        // It replaces the image, which this run has no use for.
        add_machine(&list, a, s, arena_printf(a, ",dumpdtb=%s", m.image));
        ok = spawn(&m, arguments, &silent) && wait_end(&m, TIMEOUT_MS) && m.status == 0 &&
             file_read(a, m.image, TREE_MAX, out, &cause);
    }
    machine_stop(&m);
    return ok;
}

// --- ending ------------------------------------------------------------------------------------

int socket_open(const char *path, unsigned timeout_ms)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address.sun_path)) {
        return -1;
    }
    strcpy(address.sun_path, path);
    uint64_t end = host_ms() + timeout_ms;
    do {
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0) {
            return -1;
        }
        if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0) {
            return fd;
        }
        close(fd);
        pause_ms(5);
    } while (host_ms() < end);
    return -1;
}

// The answers are not needed: the end of the process is the answer.
static void ask_to_quit(const struct machine *m)
{
    static const char text[] = "{\"execute\":\"qmp_capabilities\"}\n{\"execute\":\"quit\"}\n";
    int fd = socket_open(m->qmp, QMP_TIMEOUT_MS);
    if (fd < 0) {
        return;
    }
    (void)!send(fd, text, sizeof(text) - 1, MSG_NOSIGNAL);
    // QEMU drops what it has not read when we hang up: give it the time.
    struct pollfd p = {.fd = fd, .events = POLLIN};
    char answers[512];
    uint64_t end = host_ms() + QMP_TIMEOUT_MS;
    while (host_ms() < end && poll(&p, 1, QMP_TIMEOUT_MS) > 0) {
        if (read(fd, answers, sizeof(answers)) <= 0) {
            break;
        }
    }
    close(fd);
}

void machine_stop(struct machine *m)
{
    if (m->pid > 0 && !machine_poll(m)) {
        ask_to_quit(m);
        if (!wait_end(m, END_TIMEOUT_MS)) {
            kill(m->pid, SIGTERM);
            if (!wait_end(m, END_TIMEOUT_MS)) {
                kill(m->pid, SIGKILL);
                waitpid(m->pid, &m->status, 0);
                m->ended = true;
            }
        }
    }
    int *const fds[] = {&m->in, &m->out, &m->messages};
    for (int i = 0; i < 3; i++) {
        if (*fds[i] >= 0) {
            close(*fds[i]);
            *fds[i] = -1;
        }
    }
    remove_folder(m);
}
