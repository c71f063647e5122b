// SPDX-License-Identifier: BSD-2-Clause
//
// `kaal test SYSTEM...`: each system in a process of its own, several at a time, each once.
//
//   cases[]   a/system.toml        b/system.toml        c/system.toml
//             fork()               fork()               waits: at most `jobs` run
//               run_system()         run_system()
//               what it prints ──► output, a file in memory
//               its verdict    ──► outcome, a page that both have
//
// Results are told in the order of cases[], each as soon as all before it are there.
#include "test_systems.h"

#include "tool/arena.h"
#include "tool/cleanup.h"
#include "tool/command.h"
#include "tool/file.h"
#include "tool/machine.h"
#include "tool/options.h"
#include "tool/results.h"
#include "tool/text.h"
#include "tool/verify.h"

#include "run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    OUTPUT_KEPT = 64 * 1024, // of each, its end
    PROBLEM_SIZE = 512,
};

struct outcome {
    bool ran;
    char problem[PROBLEM_SIZE];
};

struct test_case {
    const char *name;
    pid_t pid; // 0: not started; -1: ended
    int output;
    uint64_t start_ms;
    struct outcome *outcome;
    struct test_result result;
};

struct tests {
    struct arena *arena;
    const struct options *options;
    struct test_case *cases;
    size_t count;
    size_t started;
    size_t running;
    size_t told;
    size_t passed;
};

// --- a system ----------------------------------------------------------------------------------

static void keep_problem(struct outcome *out, const struct verdict *v, const struct diag *d)
{
    const char *text = v->problem;
    for (size_t i = 0; i < d->count && text == NULL; i++) {
        text = d->items[i].level == DIAG_ERROR ? d->items[i].text : NULL;
    }
    snprintf(out->problem, sizeof(out->problem), "%s", text == NULL ? "" : text);
    out->problem[strcspn(out->problem, "\n")] = '\0';
}

static _Noreturn void become_case(const struct tests *t, const struct test_case *c, pid_t parent)
{
    struct diag own = {.arena = t->arena};
    struct verdict verdict = {0};
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    cleanup_defer(false);
    if (getppid() != parent || dup2(c->output, STDOUT_FILENO) < 0 ||
        dup2(c->output, STDERR_FILENO) < 0) {
        _exit(STATUS_FAILED);
    }
    int status = run_system(t->arena, t->options, c->name, &verdict, &own);
    c->outcome->ran = verdict.judged;
    keep_problem(c->outcome, &verdict, &own);
    fflush(stdout);
    diag_print(&own, stderr);
    fflush(stderr);
    _exit(status);
}

static bool start(struct tests *t, struct diag *d)
{
    struct test_case *c = &t->cases[t->started];
    c->output = memfd_create("output", MFD_CLOEXEC);
    c->outcome =
        mmap(NULL, sizeof(*c->outcome), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t parent = getpid();
    fflush(NULL);
    c->start_ms = host_ms();
    c->pid = c->output < 0 || c->outcome == MAP_FAILED ? -1 : fork();
    if (c->pid == 0) {
        become_case(t, c, parent);
    }
    if (c->pid < 0) {
        diag_error(d, place_none(), "cannot start %s: %s; free some resources or use --jobs 1",
                   c->name, strerror(errno));
        return false;
    }
    t->started++;
    t->running++;
    return true;
}

// --- what became of it -------------------------------------------------------------------------

static void read_output(struct tests *t, struct test_case *c)
{
    struct test_result *r = &c->result;
    off_t size = lseek(c->output, 0, SEEK_END);
    off_t from = size > OUTPUT_KEPT ? size - OUTPUT_KEPT : 0;
    uint8_t *bytes = arena_alloc(t->arena, OUTPUT_KEPT + 1);
    ssize_t n = pread(c->output, bytes, OUTPUT_KEPT, from);
    r->output = (struct bytes){.data = bytes, .size = n < 0 ? 0 : (size_t)n};
    r->output_size = size < 0 ? 0 : (uint64_t)from + r->output.size;
    close(c->output);
}

static const char *problem_of(struct tests *t, const struct test_case *c, int status)
{
    if (WIFSIGNALED(status)) {
        return arena_printf(t->arena, "the tool was ended by signal %d", WTERMSIG(status));
    }
    const char *text = arena_string(t->arena, c->outcome->problem);
    return text[0] == '\0' && WEXITSTATUS(status) != STATUS_OK ? "see its output" : text;
}

static void end(struct tests *t, struct test_case *c, int status)
{
    c->result = (struct test_result){
        .name = c->name,
        .verified = WIFEXITED(status) && WEXITSTATUS(status) == STATUS_OK,
        .ran = WIFEXITED(status) && c->outcome->ran,
        .problem = problem_of(t, c, status),
        .ms = host_ms() - c->start_ms,
    };
    read_output(t, c);
    munmap(c->outcome, sizeof(*c->outcome));
    c->pid = -1;
    t->passed += c->result.verified;
    t->running--;
}

static void tell(struct tests *t)
{
    const struct options *o = t->options;
    while (t->told < t->started && t->cases[t->told].pid < 0) {
        const struct test_result *r = &t->cases[t->told].result;
        t->told++;
        if (o->tap) {
            results_tap(stdout, t->told, r, o->seed);
        } else if (!r->verified || !o->quiet) {
            results_text(stdout, r, !r->verified || o->verbose);
        }
    }
}

// Waits for one of them to end. After a signal all are asked to.
static void wait_one(struct tests *t)
{
    int status;
    pid_t pid = waitpid(-1, &status, 0);
    for (size_t i = 0; i < t->started; i++) {
        struct test_case *c = &t->cases[i];
        if (pid > 0 && c->pid == pid) {
            end(t, c, status);
        } else if (cleanup_signal() != 0 && c->pid > 0) {
            kill(c->pid, SIGTERM);
        }
    }
}

static bool run_all(struct tests *t, struct diag *d)
{
    bool ok = true;
    cleanup_defer(true);
    while (t->running != 0 || (ok && t->started < t->count && cleanup_signal() == 0)) {
        if (ok && cleanup_signal() == 0 && t->started < t->count && t->running < t->options->jobs) {
            ok = start(t, d);
            continue;
        }
        wait_one(t);
        tell(t);
    }
    if (ok && t->started < t->count) {
        diag_error(d, place_none(), "stopped by signal %d; %zu of %zu %s %s not run",
                   cleanup_signal(), t->count - t->started, t->count,
                   by_count(t->count, "system", "systems"),
                   by_count(t->count - t->started, "was", "were"));
        ok = false;
    }
    cleanup_defer(false);
    return ok;
}

// --- all of them -------------------------------------------------------------------------------

static void take_systems(struct arena *a, const struct options *o, struct strings *out,
                         struct diag *d)
{
    static const char *const here[] = {"."};
    bool none = o->systems.count == 0;
    size_t count = none ? 1 : o->systems.count;
    for (size_t i = 0; i < count; i++) {
        const char *name = none ? here[0] : o->systems.items[i];
        size_t before = out->count;
        if (!folder_exists(name)) {
            out->items = arena_grow(a, out->items, out->count, &out->capacity, sizeof(*out->items));
            out->items[out->count++] = name;
            continue;
        }
        systems_find(a, name, out);
        if (out->count == before) {
            diag_error(d, place_none(),
                       "no system in the folder %s; add a system.toml, or NAME.expect.toml beside "
                       "NAME.toml",
                       name);
        }
    }
}

static bool write_junit(struct tests *t, struct diag *d)
{
    const struct options *o = t->options;
    if (o->junit == NULL) {
        return true;
    }
    struct test_result *results = arena_alloc(t->arena, (t->started + 1) * sizeof(*results));
    for (size_t i = 0; i < t->started; i++) {
        results[i] = t->cases[i].result;
    }
    struct bytes text = results_junit(t->arena, results, t->started, o->seed);
    return output_write(t->arena, o->junit, text, d);
}

int test_systems(struct arena *a, const struct options *o, struct diag *d)
{
    struct strings names = {0};
    take_systems(a, o, &names, d);
    if (!diag_ok(d)) {
        return STATUS_FAILED;
    }
    if (o->log != NULL && names.count > 1) {
        diag_error(d, place_none(), "--log is the log of one system; leave it out, or give one");
        return STATUS_USAGE;
    }
    struct tests t = {.arena = a, .options = o, .count = names.count};
    t.cases = arena_alloc(a, names.count * sizeof(*t.cases));
    for (size_t i = 0; i < names.count; i++) {
        t.cases[i].name = names.items[i];
    }
    if (o->tap) {
        results_tap_head(stdout, t.count);
    }
    bool ok = run_all(&t, d);
    ok = write_junit(&t, d) && ok;
    if (!o->tap) {
        printf("%zu passed, %zu failed\n", t.passed, t.started - t.passed);
    }
    return ok && t.passed == t.count ? STATUS_OK : STATUS_FAILED;
}
