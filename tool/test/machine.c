// SPDX-License-Identifier: BSD-2-Clause
//
// QEMU as a child process. It gets nothing by name that would have to be removed: the image lies in
// memory without a name, QMP and gdb are socket pairs, which it inherits.
//
//      the tool                         QEMU
//      m->in, m->out, m->messages  ---  standard streams; serial0 is the first two
//      m->qmp, m->gdb              ---  -chardev socket,fd=N
//      memory with the image       ---  -kernel /proc/self/fd/N
#include "tool/machine.h"

#include "tool/arena.h"
#include "tool/options.h"

#include <kaal/boot.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    ARGUMENTS_MAX = 80,
    TREE_MAX = 2 * 1024 * 1024, // of a machine
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

static void close_fd(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

static bool fail(struct diag *d, const char *what)
{
    diag_error(d, place_none(), "%s: %s; free some resources of the host", what, strerror(errno));
    return false;
}

struct machine_setup machine_setup(const struct options *o, struct bytes image)
{
    return (struct machine_setup){
        .qemu = o->qemu != NULL ? o->qemu : "qemu-system-aarch64",
        .image = image,
        .el = o->el,
        .gic = o->gic,
        .memory = o->memory,
        .seed = o->seed,
        .disk = o->disk,
        .devices = o->devices,
        .counted = !o->realtime,
        .count_shift = 3,
    };
}

// --- wires -------------------------------------------------------------------------------------

enum wire {
    WIRE_IN,
    WIRE_OUT,
    WIRE_MESSAGES,
    WIRE_FAILURE, // closed by a successful exec, else errno comes through it
    WIRE_QMP,
    WIRE_GDB,
    WIRES,
};

struct wires {
    struct {
        int here;  // the tool's end
        int there; // the machine's
    } ends[WIRES];
    int image;
};

static void wires_close(struct wires *w)
{
    for (int i = 0; i < WIRES; i++) {
        close_fd(&w->ends[i].here);
        close_fd(&w->ends[i].there);
    }
    close_fd(&w->image);
}

static bool wire_open(struct wires *w, enum wire i)
{
    int fds[2];
    bool both_ways = i == WIRE_QMP || i == WIRE_GDB;
    if ((both_ways ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds)
                   : pipe2(fds, O_CLOEXEC)) != 0) {
        return false;
    }
    // A pipe is read at [0].
    w->ends[i].here = fds[i == WIRE_IN];
    w->ends[i].there = fds[i != WIRE_IN];
    return true;
}

static bool image_open(struct wires *w, struct bytes image)
{
    w->image = memfd_create("kaal-image", MFD_CLOEXEC);
    return w->image >= 0 && file_write(w->image, image);
}

static bool wires_open(struct wires *w, struct bytes image, struct diag *d)
{
    memset(w, 0xff, sizeof(*w));
    bool ok = image_open(w, image) || fail(d, "cannot hold the image in memory");
    for (int i = 0; ok && i < WIRES; i++) {
        ok = wire_open(w, (enum wire)i) || fail(d, "cannot make pipes");
    }
    if (!ok) {
        wires_close(w);
    }
    return ok;
}

// --- arguments ---------------------------------------------------------------------------------

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

static void add_socket(struct arguments *list, struct arena *a, const char *id, int fd)
{
    add(list, "-chardev");
    add(list, arena_printf(a, "socket,id=%s,fd=%d", id, fd));
}

static void add_machine(struct arguments *list, struct arena *a, const struct machine_setup *s,
                        const struct wires *w)
{
    add(list, s->qemu);
    add(list, "-machine");
    add(list, arena_printf(a, "virt,gic-version=%u,virtualization=%s", s->gic,
                           s->el == 2 ? "on" : "off"));
    add(list, "-cpu");
    add(list, "cortex-a53");
    add(list, "-m");
    add(list, arena_printf(a, "%" PRIu64 "M", s->memory >> 20));
    add(list, "-display");
    add(list, "none");
    add(list, "-nodefaults");
    add_socket(list, a, "qmp", w->ends[WIRE_QMP].there);
    add(list, "-mon");
    add(list, "chardev=qmp,mode=control");
}

// In QEMU's options a comma ends a value unless it is doubled.
static const char *double_commas(struct arena *a, const char *path)
{
    char *out = arena_alloc(a, 2 * strlen(path) + 1);
    size_t length = 0;
    for (const char *p = path; *p != '\0'; p++) {
        if (*p == ',') {
            out[length++] = ',';
        }
        out[length++] = *p;
    }
    out[length] = '\0';
    return out;
}

static void add_disk(struct arguments *list, struct arena *a, const char *path)
{
    // A QEMU older than 10 has the legacy interface unless told otherwise.
    add(list, "-global");
    add(list, "virtio-mmio.force-legacy=false");
    add(list, "-drive");
    add(list, arena_printf(a, "if=none,id=disk,format=raw,file=%s", double_commas(a, path)));
    add(list, "-device");
    add(list, "virtio-blk-device,drive=disk,bus=virtio-mmio-bus.0");
}

static void add_devices(struct arguments *list, const struct machine_setup *s)
{
    for (size_t i = 0; i < s->devices.count; i++) {
        add(list, "-device");
        add(list, s->devices.items[i]);
    }
}

static const char *boot_arguments(struct arena *a, const struct machine_setup *s)
{
    return arena_printf(a, "kaal.seed=0x%016" PRIx64 "%s%s", s->seed,
                        s->arguments == NULL ? "" : " ", s->arguments == NULL ? "" : s->arguments);
}

static void run_arguments(struct arena *a, const struct machine_setup *s, const struct wires *w,
                          const char **out)
{
    struct arguments list = {.items = out, .room = ARGUMENTS_MAX};
    add_machine(&list, a, s, w);
    add(&list, "-kernel");
    add(&list, arena_printf(a, "/proc/self/fd/%d", w->image));
    add(&list, "-append");
    add(&list, boot_arguments(a, s));
    add(&list, "-chardev");
    add(&list, "stdio,id=serial0,signal=off");
    add(&list, "-serial");
    add(&list, "chardev:serial0");
    add(&list, "-no-reboot");
    if (s->disk != NULL) {
        add_disk(&list, a, s->disk);
    }
    add_devices(&list, s);
    if (s->counted) {
        // Nobody replays the recording; making it is what has instructions counted exactly.
        add(&list, "-icount");
        add(&list, arena_printf(a, "shift=%u,sleep=off%s", s->count_shift,
                                s->debug ? ",rr=record,rrfile=/dev/null" : ""));
    }
    if (s->debug) {
        add_socket(&list, a, "gdb", w->ends[WIRE_GDB].there);
        add(&list, "-gdb");
        add(&list, "chardev:gdb");
        add(&list, "-S");
    }
}

// The mock machine has the boot arguments in its device tree, as QEMU has.
static void mock_arguments(struct arena *a, const struct machine_setup *s, const char *boot,
                           const struct wires *w, const char **out)
{
    struct arguments list = {.items = out, .room = ARGUMENTS_MAX};
    add(&list, s->mock);
    add(&list, "--memory");
    add(&list, arena_printf(a, "%" PRIu64, s->memory));
    if (boot == NULL) {
        add(&list, "--tree");
        return;
    }
    add(&list, "--arguments");
    add(&list, boot);
    for (size_t i = 0; i < s->programs.count; i++) {
        add(&list, "--programs");
        add(&list, s->programs.items[i]);
    }
    if (s->debugged != NULL) {
        add(&list, "--debug");
        add(&list, s->debugged);
    }
    if (!s->counted) {
        add(&list, "--realtime");
    }
    add(&list, arena_printf(a, "/proc/self/fd/%d", w->image));
}

// --- starting ----------------------------------------------------------------------------------

// In the child, between fork and exec. What the mock machine's programs say, they say to people.
static _Noreturn void become(const struct wires *w, pid_t parent, bool speaks,
                             const char *const *arguments)
{
    // Ctrl-C at the terminal is for the tool, which then ends the machine in order.
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    bool ok = getppid() == parent && dup2(w->ends[WIRE_IN].there, STDIN_FILENO) >= 0 &&
              dup2(w->ends[WIRE_OUT].there, STDOUT_FILENO) >= 0 &&
              (speaks || dup2(w->ends[WIRE_MESSAGES].there, STDERR_FILENO) >= 0) &&
              fcntl(w->image, F_SETFD, 0) == 0 && fcntl(w->ends[WIRE_QMP].there, F_SETFD, 0) == 0 &&
              fcntl(w->ends[WIRE_GDB].there, F_SETFD, 0) == 0;
    if (ok) {
        // execvp() does not change the strings; its type is older than const.
        char *const *older;
        memcpy(&older, &arguments, sizeof(older));
        execvp(arguments[0], older);
    }
    int number = errno;
    (void)!write(w->ends[WIRE_FAILURE].there, &number, sizeof(number));
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

// Waits for the exec of the child. 0, or the errno of its failure.
static int exec_result(int fd)
{
    int number = 0;
    ssize_t n;
    do {
        n = read(fd, &number, sizeof(number));
    } while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof(number) ? number : 0;
}

static int take_end(struct wires *w, enum wire i)
{
    int fd = w->ends[i].here;
    w->ends[i].here = -1;
    return fd;
}

static bool spawn(struct machine *m, struct wires *w, const char *const *arguments, struct diag *d)
{
    pid_t parent = getpid();
    fflush(NULL);
    m->pid = fork();
    if (m->pid < 0) {
        return fail(d, "cannot start a process");
    }
    if (m->pid == 0) {
        become(w, parent, m->speaks, arguments);
    }
    // Held open here, they would keep us from seeing that the machine is gone.
    for (int i = 0; i < WIRES; i++) {
        close_fd(&w->ends[i].there);
    }
    int number = exec_result(w->ends[WIRE_FAILURE].here);
    if (number != 0) {
        waitpid(m->pid, &m->status, 0);
        m->ended = true;
        return report_exec(arguments[0], number, d);
    }
    m->in = take_end(w, WIRE_IN);
    m->out = take_end(w, WIRE_OUT);
    m->messages = take_end(w, WIRE_MESSAGES);
    m->gdb = take_end(w, WIRE_GDB);
    m->qmp.fd = take_end(w, WIRE_QMP);
    // A guest that does not read must not stop us.
    fcntl(m->in, F_SETFL, O_NONBLOCK);
    return true;
}

static struct machine no_machine(const struct machine_setup *s)
{
    return (struct machine){.name = s->mock != NULL ? "the mock machine" : "QEMU",
                            .speaks = s->mock != NULL,
                            .in = -1,
                            .out = -1,
                            .messages = -1,
                            .gdb = -1,
                            .qmp = {.fd = -1}};
}

bool machine_start(struct machine *m, struct arena *a, const struct machine_setup *s,
                   struct diag *d)
{
    const char *arguments[ARGUMENTS_MAX];
    struct wires wires;
    *m = no_machine(s);
    if (!wires_open(&wires, s->image, d)) {
        return false;
    }
    if (s->mock != NULL) {
        mock_arguments(a, s, boot_arguments(a, s), &wires, arguments);
    } else {
        run_arguments(a, s, &wires, arguments);
    }
    bool ok = spawn(m, &wires, arguments, d);
    wires_close(&wires);
    return ok;
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

// --- what is in a machine ----------------------------------------------------------------------

// QEMU writes guest memory to the file that the machine was given in place of an image.
static bool save_memory(struct machine *m, int file, uint64_t at, size_t size)
{
    enum { ANSWER_MS = 10000 };
    char path[32];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    json_t *arguments = json_pack("{s:I, s:I, s:s}", "val", (json_int_t)at, "size",
                                  (json_int_t)size, "filename", path);
    json_t *answer = qmp_execute(&m->qmp, "pmemsave", arguments, ANSWER_MS);
    bool ok = answer != NULL;
    json_decref(answer);
    return ok;
}

// The mock machine writes its tree to what else is its serial port.
static bool read_tree(struct machine *m, uint8_t *tree, size_t room, size_t *size)
{
    ssize_t n = 0;
    *size = 0;
    while (*size < room && (n = read(m->out, tree + *size, room - *size)) > 0) {
        *size += (size_t)n;
    }
    return n == 0 && *size != 0;
}

static bool mock_tree(struct arena *a, const struct machine_setup *s, struct machine_parts *out)
{
    const char *arguments[ARGUMENTS_MAX];
    struct diag silent = {.arena = a};
    struct machine m = no_machine(s);
    struct wires wires;
    if (!wires_open(&wires, s->image, &silent)) {
        return false;
    }
    mock_arguments(a, s, NULL, &wires, arguments);
    uint8_t *tree = arena_alloc(a, TREE_MAX);
    bool ok =
        spawn(&m, &wires, arguments, &silent) && read_tree(&m, tree, TREE_MAX, &out->tree.size);
    out->tree.data = tree;
    wires_close(&wires);
    machine_stop(&m);
    return ok;
}

static json_int_t number_in(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

// Bridges are the system's own.
static void add_function(const json_t *from, struct machine_parts *out)
{
    enum { CLASS_SHIFT = 8, CLASS_BRIDGE = 6 };
    const json_t *id = json_object_get(from, "id");
    const json_t *regions = json_object_get(from, "regions");
    json_int_t class = number_in(json_object_get(from, "class_info"), "class");
    if (class >> CLASS_SHIFT == CLASS_BRIDGE || out->function_count == MACHINE_FUNCTIONS_MAX) {
        return;
    }
    struct machine_function *f = &out->functions[out->function_count++];
    f->vendor = (uint16_t)number_in(id, "vendor");
    f->device = (uint16_t)number_in(id, "device");
    for (size_t i = 0; i < json_array_size(regions); i++) {
        const char *type = json_string_value(json_object_get(json_array_get(regions, i), "type"));
        f->windows += type != NULL && strcmp(type, "memory") == 0;
    }
}

static bool read_functions(struct machine *m, struct machine_parts *out)
{
    enum { ANSWER_MS = 10000 };
    json_t *buses = qmp_execute(&m->qmp, "query-pci", NULL, ANSWER_MS);
    const json_t *devices = json_object_get(json_array_get(buses, 0), "devices");
    for (size_t i = 0; i < json_array_size(devices); i++) {
        add_function(json_array_get(devices, i), out);
    }
    json_decref(buses);
    return buses != NULL;
}

// A machine that has nothing to run has its device tree at the start of memory.
bool machine_look(struct arena *a, const struct machine_setup *s, struct machine_parts *out)
{
    *out = (struct machine_parts){0};
    if (s->mock != NULL) {
        return mock_tree(a, s, out);
    }
    const char *arguments[ARGUMENTS_MAX];
    struct diag silent = {.arena = a};
    struct machine m = no_machine(s);
    struct wires wires;
    struct arguments list = {.items = arguments, .room = ARGUMENTS_MAX};
    if (!wires_open(&wires, s->image, &silent)) {
        return false;
    }
    add_machine(&list, a, s, &wires);
    add_devices(&list, s);
    add(&list, "-S");
    uint8_t *tree = arena_alloc(a, TREE_MAX);
    bool ok = spawn(&m, &wires, arguments, &silent) &&
              save_memory(&m, wires.image, KAAL_RAM_BASE, TREE_MAX) &&
              pread(wires.image, tree, TREE_MAX, 0) == TREE_MAX && read_functions(&m, out);
    out->tree = (struct bytes){.data = tree, .size = TREE_MAX};
    wires_close(&wires);
    machine_stop(&m);
    return ok;
}

// --- ending ------------------------------------------------------------------------------------

void machine_stop(struct machine *m)
{
    if (m->pid > 0 && !machine_poll(m)) {
        if (!m->speaks) {
            json_decref(qmp_execute(&m->qmp, "quit", NULL, QMP_TIMEOUT_MS));
        }
        if (m->speaks || !wait_end(m, END_TIMEOUT_MS)) {
            kill(m->pid, SIGTERM);
            if (!wait_end(m, END_TIMEOUT_MS)) {
                kill(m->pid, SIGKILL);
                waitpid(m->pid, &m->status, 0);
                m->ended = true;
            }
        }
    }
    int *const fds[] = {&m->in, &m->out, &m->messages, &m->gdb, &m->qmp.fd};
    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
        close_fd(fds[i]);
    }
}
