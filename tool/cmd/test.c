// SPDX-License-Identifier: BSD-2-Clause
//
// `kaal test`: CTest over build folders, with one line for each test and one for all of them:
//
//   ok       0.02 s  fdt_test
//   skipped  0.30 s  backend-real-demo  it needs what is not here
//   FAILED   1.20 s  boot-demo          its output follows
//   131 passed, 1 failed
#include "tool/arena.h"
#include "tool/command.h"
#include "tool/options.h"
#include "tool/products.h"

#include "conformance.h"
#include "test_systems.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct totals {
    unsigned passed;
    unsigned failed;
};

struct result {
    char name[128];
    char verdict[32];
    double seconds;
};

// Behind `text`, if it comes next in `at`; else, or if `at` is NULL already, NULL.
static const char *skip(const char *at, const char *text)
{
    size_t length = strlen(text);
    return at != NULL && strncmp(at, text, length) == 0 ? at + length : NULL;
}

// Behind a number and the blanks and # before it.
static const char *skip_number(const char *at)
{
    at = at == NULL ? "" : at + strspn(at, " #");
    size_t digits = strspn(at, "0123456789");
    return digits == 0 ? NULL : at + digits;
}

// A line of CTest: "12/40 Test  #3: name .......   Passed    0.01 sec". Verdicts that are not
// "Passed" begin with "***" and may have several words.
static bool parse_result(const char *line, struct result *out)
{
    const char *name =
        skip(skip_number(skip(skip_number(skip(skip_number(line), "/")), " Test")), ": ");
    if (name == NULL) {
        return false;
    }
    size_t name_length = strcspn(name, " ");
    snprintf(out->name, sizeof(out->name), "%.*s", (int)name_length, name);
    const char *verdict = name + name_length + strspn(name + name_length, " .");
    const char *end = strstr(verdict, " sec");
    const char *seconds = end;
    while (seconds != NULL && seconds > verdict && strchr("0123456789.", seconds[-1]) != NULL) {
        seconds--;
    }
    if (end == NULL) {
        return false;
    }
    size_t length = (size_t)(seconds - verdict);
    while (length > 0 && verdict[length - 1] == ' ') {
        length--;
    }
    snprintf(out->verdict, sizeof(out->verdict), "%.*s", (int)length, verdict);
    out->seconds = strtod(seconds, NULL);
    return true;
}

// It needs what is not here, and said so: neither passed nor failed.
static bool is_skipped(const struct result *r)
{
    return strcmp(r->verdict, "***Skipped") == 0;
}

static void take_result(const struct result *r, bool quiet, struct totals *totals)
{
    bool passed = strcmp(r->verdict, "Passed") == 0;
    if (is_skipped(r)) {
        if (!quiet) {
            printf("skipped %6.2f s  %s\n", r->seconds, r->name);
            fflush(stdout);
        }
        return;
    }
    if (passed) {
        totals->passed++;
    } else {
        totals->failed++;
    }
    if (!passed || !quiet) {
        printf("%s %7.2f s  %s", passed ? "ok    " : "FAILED", r->seconds, r->name);
        // "***Failed", "***Timeout", "***Not Run", "***Exception: SegFault"
        printf("%s%s\n", passed ? "" : "  ", passed ? "" : r->verdict + strspn(r->verdict, "*"));
        fflush(stdout);
    }
}

// Test output that CTest shows for a failed test goes through; its own tables do not.
static void take_line(const char *line, bool quiet, bool *in_failure, struct totals *totals)
{
    struct result r;
    if (parse_result(line, &r)) {
        take_result(&r, quiet, totals);
        *in_failure = strcmp(r.verdict, "Passed") != 0 && !is_skipped(&r);
    } else if (strncmp(line, "      Start ", 12) == 0 || strstr(line, "% tests passed") != NULL) {
        *in_failure = false;
    } else if (*in_failure) {
        printf("    %s\n", line);
    }
}

static _Noreturn void become_ctest(const char *folder, const struct options *o, int out,
                                   pid_t parent)
{
    char jobs[24];
    snprintf(jobs, sizeof(jobs), "%u", o->jobs);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() == parent && dup2(out, STDOUT_FILENO) >= 0 && dup2(out, STDERR_FILENO) >= 0) {
        // Tests of configuration `long` run in no other.
        execlp("ctest", "ctest", "--test-dir", folder, "--output-on-failure", "-j", jobs, "-C",
               o->long_tests ? "long" : "", (char *)NULL);
    }
    fprintf(stderr, "cannot run ctest: %s\n", strerror(errno));
    _exit(127);
}

static bool run_ctest(const char *folder, const struct options *o, struct totals *totals,
                      struct diag *d)
{
    int pipes[2];
    if (pipe2(pipes, O_CLOEXEC) != 0) {
        diag_error(d, place_none(), "cannot make a pipe: %s; free some resources", strerror(errno));
        return false;
    }
    pid_t parent = getpid();
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        become_ctest(folder, o, pipes[1], parent);
    }
    close(pipes[1]);
    FILE *lines = fdopen(pipes[0], "r");
    char *line = NULL;
    size_t room = 0;
    bool in_failure = false;
    while (lines != NULL && getline(&line, &room, lines) > 0) {
        line[strcspn(line, "\n")] = '\0';
        take_line(line, o->quiet, &in_failure, totals);
    }
    free(line);
    if (lines != NULL) {
        fclose(lines);
    }
    int status = 0;
    bool ended = pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status);
    // 8: some test failed, which the lines have told.
    if (!ended || (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != 8)) {
        diag_error(d, place_none(),
                   "ctest in %s did not run to its end; is it built, and cmake installed?", folder);
        return false;
    }
    return true;
}

static int run_project_tests(struct arena *a, const struct options *o, struct diag *d)
{
    struct totals totals = {0};
    struct products products;
    struct strings folders = o->ctest;
    const char *own[1];
    bool ok = true;
    if (folders.count == 0) {
        if (!products_find(a, o, &products, d)) {
            return STATUS_FAILED;
        }
        own[0] = products.build;
        folders = (struct strings){.items = own, .count = 1};
    }
    for (size_t i = 0; i < folders.count; i++) {
        if (!o->quiet) {
            printf("tests of %s\n", folders.items[i]);
        }
        ok = run_ctest(folders.items[i], o, &totals, d) && ok;
    }
    if (totals.passed + totals.failed == 0 && ok) {
        diag_error(d, place_none(), "no tests found; build the project first");
        ok = false;
    }
    fflush(stdout);
    diag_print(d, stderr);
    printf("%u passed, %u failed\n", totals.passed, totals.failed + (ok ? 0 : 1));
    return ok && totals.failed == 0 ? STATUS_OK : STATUS_FAILED;
}

int cmd_test(struct arena *a, struct options *o, struct diag *d)
{
    // An installed tool has no tests of its own, and those give no such results.
    bool own = products_prefix(a) == NULL && !o->tap && o->junit == NULL;
    if (o->systems.count == 0 && (own || o->ctest.count != 0)) {
        return run_project_tests(a, o, d);
    }
    if (o->systems.count != 0 && strcmp(o->systems.items[0], "conformance") == 0) {
        return cmd_conformance(a, o, d);
    }
    return test_systems(a, o, d);
}
