// SPDX-License-Identifier: BSD-2-Clause
//
// A component with the host's C library: where its streams go, and how it ends. libc/ does the same
// for the target's library.
//
//    printf ──► a line ──► console           exit, _exit, abort, assert ──► kaal_stop()

#include <kaal/component.h>
#include <kaal/console_protocol.h>
#include <kaal/host_program.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <unistd.h>

#include "internal.h"

enum { HEAP_MAX = 256 << 20 };

// As much of a line as has come.
struct stream {
    size_t length;
    char line[KAAL_CONSOLE_LINE_MAX];
};

static struct stream out, err;

static void send(struct stream *s)
{
    (void)kaal_print_line(s->line, s->length);
    s->length = 0;
}

static ssize_t stream_write(void *cookie, const char *text, size_t size)
{
    struct stream *s = cookie;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\n') {
            send(s);
            continue;
        }
        if (s->length == sizeof(s->line)) {
            send(s);
        }
        s->line[s->length++] = text[i];
    }
    return (ssize_t)size;
}

static void last_words(void)
{
    (void)fflush(NULL);
    if (out.length != 0) {
        send(&out);
    }
    if (err.length != 0) {
        send(&err);
    }
}

static FILE *open_stream(struct stream *s)
{
    const cookie_io_functions_t functions = {.write = stream_write};
    FILE *file = fopencookie(s, "w", functions);
    if (file != NULL) {
        (void)setvbuf(file, NULL, _IOLBF, BUFSIZ);
    }
    return file;
}

static _Noreturn void stop(const char *reason)
{
    last_words();
    kaal_stop(reason);
}

// --- ends ----------------------------------------------------------------------------------------

void _exit(int status)
{
    last_words();
    kaal_exit(status, NULL);
}

void _Exit(int status)
{
    _exit(status);
}

// exit() has called the functions of atexit() that came later.
static void at_exit(int status, void *argument)
{
    (void)argument;
    _exit(status);
}

void kaal_main_returned(int status)
{
    exit(status);
}

void abort(void)
{
    stop("abort");
}

// The parameters have the names of glibc's declaration.
void __assert_fail(const char *__assertion, const char *__file, unsigned __line,
                   const char *__function)
{
    struct fmt f;
    char reason[240];
    fmt_init(&f, reason, sizeof(reason));
    fmt_str(&f, "assertion failed: ");
    fmt_str(&f, __assertion);
    fmt_str(&f, ", ");
    fmt_str(&f, __file);
    fmt_char(&f, ':');
    fmt_u64(&f, __line);
    if (__function != NULL) {
        fmt_str(&f, ", ");
        fmt_str(&f, __function);
    }
    stop(reason);
}

// --- start ---------------------------------------------------------------------------------------

// Bytes of data that the process has.
static rlim_t data_size(void)
{
    char line[128];
    unsigned long kib = 0;
    FILE *status = fopen("/proc/self/status", "re");
    while (status != NULL && fgets(line, sizeof(line), status) != NULL) {
        if (strncmp(line, "VmData:", 7) == 0) {
            kib = strtoul(line + 7, NULL, 10);
        }
    }
    if (status != NULL) {
        (void)fclose(status);
    }
    return (rlim_t)kib << 10;
}

// So that malloc() fails some day, if not where it does on the machine. A sanitizer has its own
// bound (asan/sanitizer.c), and needs memory without one.
static void bound_heap(void)
{
    const rlim_t have = data_size();
    const rlim_t bound = have + HEAP_MAX;
    if (have < HEAP_MAX) {
        (void)setrlimit(RLIMIT_DATA, &(struct rlimit){bound, bound});
    }
}

void host_libc_open(void)
{
    bound_heap();
    stdout = open_stream(&out);
    stderr = open_stream(&err);
    stdin = fopen("/dev/null", "re");
    if (stdout == NULL || stderr == NULL || stdin == NULL || on_exit(at_exit, NULL) != 0) {
        kaal_stop("the host's C library cannot be opened");
    }
}
