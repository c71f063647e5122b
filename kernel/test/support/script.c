// SPDX-License-Identifier: BSD-2-Clause
#include "script.h"

#include "kernel_ok.h"

#include "kernel/plat_host.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINE_ROOM = 8192, STATUS_TOLD = 3, SCRUTINY = 50 };

// --- the list ------------------------------------------------------------------------------------

static void *must(void *memory)
{
    if (memory == NULL || memory == MAP_FAILED) {
        fputs("script: no memory\n", stderr);
        abort();
    }
    return memory;
}

static void make_room(struct script *script, size_t count)
{
    if (count > script->capacity) {
        script->capacity = count * 2;
        script->steps = must(realloc(script->steps, script->capacity * sizeof(*script->steps)));
    }
}

void script_add(struct script *script, const struct step *step)
{
    make_room(script, script->count + 1);
    script->steps[script->count++] = *step;
}

void script_copy(struct script *to, const struct script *from)
{
    make_room(to, from->count);
    memcpy(to->steps, from->steps, from->count * sizeof(*from->steps));
    to->count = from->count;
}

void script_free(struct script *script)
{
    free(script->steps);
    *script = (struct script){0};
}

// --- as a file -----------------------------------------------------------------------------------

void script_write(const struct script *script, FILE *out)
{
    for (size_t i = 0; i < script->count; i++) {
        step_print(out, &script->steps[i]);
    }
}

bool script_read(struct script *script, FILE *in, unsigned *line)
{
    char text[LINE_ROOM];
    script->count = 0;
    for (*line = 1; fgets(text, sizeof(text), in) != NULL; (*line)++) {
        struct step step;
        const char *first = text + strspn(text, " \n");
        if (*first == '\0' || *first == '#') {
            continue;
        }
        if (!step_parse(first, &step)) {
            return false;
        }
        script_add(script, &step);
    }
    return ferror(in) == 0;
}

// --- playing -------------------------------------------------------------------------------------

static struct outcome *current;

static void fail(struct outcome *outcome, const char *what)
{
    snprintf(outcome->what, sizeof(outcome->what), "%.*s", (int)strcspn(what, "\n"), what);
    outcome->failed = true;
}

// The kernel panicked: what it said is why.
static void halted(void)
{
    fail(current, host_machine.output_length == 0 ? "the kernel halted" : host_machine.output);
    _exit(STATUS_TOLD);
}

void script_take(const struct step *step, struct outcome *outcome)
{
    current = outcome;
    step_take(step);
    host_machine.halt = halted; // each world has a machine of its own
}

bool script_look(bool all, struct outcome *outcome)
{
    const char *broken = all ? kernel_ok_all() : kernel_ok();
    if (broken != NULL) {
        fail(outcome, broken);
    }
    return broken == NULL;
}

void script_play(const struct script *script, unsigned every, struct outcome *outcome)
{
    if (script->count == 0 || script->steps[0].kind != STEP_WORLD) {
        return;
    }
    for (size_t i = 0; i < script->count && !outcome->failed; i++) {
        outcome->step = i;
        script_take(&script->steps[i], outcome);
        const bool last = i + 1 == script->count;
        if (last || i % every == 0) {
            (void)script_look(last || i / every % SCRUTINY == 0, outcome);
        }
    }
}

// --- in a process of its own ---------------------------------------------------------------------

bool outcome_is_same(const struct outcome *a, const struct outcome *b)
{
    // An invariant is its number; what was seen of it may differ.
    const size_t length = strcspn(a->what, ":");
    const bool invariant = length == 2 && a->what[length] == ':';
    return a->failed && b->failed &&
           (invariant ? strncmp(a->what, b->what, length + 1) == 0 : strcmp(a->what, b->what) == 0);
}

static void be_child(void (*body)(void *context, struct outcome *outcome), void *context,
                     struct outcome *outcome, unsigned seconds, bool quiet)
{
    if (quiet && freopen("/dev/null", "w", stderr) == NULL) {
        _exit(EXIT_FAILURE);
    }
    alarm(seconds);
    body(context, outcome);
    fflush(stdout);
    _exit(outcome->failed ? STATUS_TOLD : EXIT_SUCCESS);
}

static void tell_end(int status, struct outcome *outcome)
{
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
        fail(outcome, "no end");
    } else if (WIFSIGNALED(status)) {
        fail(outcome, strsignal(WTERMSIG(status)));
    } else if (WEXITSTATUS(status) != EXIT_SUCCESS && !outcome->failed) {
        fail(outcome, "a sanitizer's report");
    }
}

struct outcome outcome_of(void (*body)(void *context, struct outcome *outcome), void *context,
                          unsigned seconds, bool quiet)
{
    struct outcome *shared = must(
        mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    int status = 0;
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        be_child(body, context, shared, seconds, quiet);
    }
    if (child < 0 || waitpid(child, &status, 0) != child) {
        fail(shared, "no process");
    } else {
        tell_end(status, shared);
    }
    const struct outcome outcome = *shared;
    (void)munmap(shared, sizeof(*shared));
    return outcome;
}
