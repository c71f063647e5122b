// SPDX-License-Identifier: BSD-2-Clause
#include "tool/cleanup.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    PATHS_MAX = 32,
};

// Read by the signal handler: a slot is set or cleared by one pointer store.
static const char *volatile paths[PATHS_MAX];
static volatile sig_atomic_t noted;
static volatile sig_atomic_t is_deferred;

static void remove_all(void)
{
    for (int i = PATHS_MAX - 1; i >= 0; i--) {
        const char *path = paths[i];
        if (path != NULL) {
            unlink(path);
        }
        paths[i] = NULL;
    }
}

static void on_signal(int number)
{
    noted = number;
    if (is_deferred) {
        return;
    }
    remove_all();
    signal(number, SIG_DFL);
    raise(number);
}

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

void cleanup_install(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        sigaction(signals[i], &action, NULL);
    }
    // A reader that went away (`kaal run | head`) or a limit of file sizes shows as an error of the
    // write.
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    atexit(remove_all);
}

int cleanup_add(const char *path)
{
    for (int i = 0; i < PATHS_MAX; i++) {
        if (paths[i] == NULL) {
            paths[i] = path;
            return i;
        }
    }
    return -1;
}

void cleanup_drop(int number)
{
    if (number >= 0 && number < PATHS_MAX) {
        paths[number] = NULL;
    }
}

void cleanup_defer(bool deferred)
{
    is_deferred = deferred;
}

void cleanup_hold(bool held)
{
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        sigaddset(&set, signals[i]);
    }
    sigprocmask(held ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

int cleanup_signal(void)
{
    return noted;
}
