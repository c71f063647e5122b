// SPDX-License-Identifier: BSD-2-Clause
//
// What must not outlive the tool: temporary files. They are removed at exit and on SIGINT, SIGTERM
// and SIGHUP. Child processes take care of themselves (PR_SET_PDEATHSIG), so that even SIGKILL
// leaves none.
#pragma once

#include <stdbool.h>

// Once, at the start of main.
void cleanup_install(void);

// Remember a file, best before it is made. `path` must live until cleanup_drop(). Returns its
// number, -1 if there is no room.
int cleanup_add(const char *path);

// Forget it: it is gone or it stays.
void cleanup_drop(int number);

// While held, a signal waits: for steps that belong together.
void cleanup_hold(bool held);

// While deferred, a signal is only noted, and the caller ends in its own time.
void cleanup_defer(bool deferred);

// The signal that was noted, 0 if none.
int cleanup_signal(void);
