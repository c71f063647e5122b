// SPDX-License-Identifier: BSD-2-Clause
//
// The ways in which a program with a C library ends. All come to kaal_stop(), after the last words
// of the standard streams:
//
//    return from main, exit  ──► functions of atexit ──► _exit ──► "exit status N"
//    assert  ──► abort  ──► raise  ──► kill                    ──► "assertion failed: ..."
//    abort or a signal that is not handled                     ──► "abort", "signal N"

#define _POSIX_C_SOURCE 200809L // kill

#include <kaal/component.h>

#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#include "libc.h"

enum { ONLY_PROCESS = 1 };

// What abort() is to say.
static char abort_reason[240] = "abort";

void kaal_main_returned(int status)
{
    exit(status);
}

void _exit(int status)
{
    streams_flush();
    kaal_exit(status);
}

pid_t getpid(void)
{
    return ONLY_PROCESS;
}

int kill(pid_t process, int signal)
{
    struct fmt f;
    char reason[24];
    (void)process;
    streams_flush();
    if (signal == SIGABRT) {
        kaal_stop(abort_reason);
    }
    fmt_init(&f, reason, sizeof(reason));
    fmt_str(&f, "signal ");
    fmt_i64(&f, signal);
    kaal_stop(reason);
}

void __assert_func(const char *file, int line, const char *function, const char *expression)
{
    struct fmt f;
    fmt_init(&f, abort_reason, sizeof(abort_reason));
    fmt_str(&f, "assertion failed: ");
    fmt_str(&f, expression);
    fmt_str(&f, ", ");
    fmt_str(&f, file);
    fmt_char(&f, ':');
    fmt_i64(&f, line);
    if (function != NULL) {
        fmt_str(&f, ", ");
        fmt_str(&f, function);
    }
    abort();
}

// libgcc's start-up code asks what the processor can do; without an answer it takes instructions
// that every AArch64 processor has.
unsigned long __getauxval(unsigned long type);

unsigned long __getauxval(unsigned long type)
{
    (void)type;
    return 0;
}
