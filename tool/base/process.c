// SPDX-License-Identifier: BSD-2-Clause
#include "tool/process.h"

#include "tool/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void become(const char *const *arguments, const char *log, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    int out =
        open(log == NULL ? "/dev/null" : log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (getppid() == parent && out >= 0 && in >= 0 && dup2(in, STDIN_FILENO) >= 0 &&
        dup2(out, STDOUT_FILENO) >= 0 && dup2(out, STDERR_FILENO) >= 0) {
        // execvp() does not change the strings; its type is older than const.
        char *const *older;
        memcpy(&older, &arguments, sizeof(older));
        execvp(arguments[0], older);
    }
    _exit(PROCESS_MISSING);
}

int process_run(const char *const *arguments, const char *log)
{
    pid_t parent = getpid();
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        become(arguments, log, parent);
    }
    int status = 0;
    pid_t ended;
    do {
        ended = pid < 0 ? -1 : waitpid(pid, &status, 0);
    } while (ended < 0 && pid > 0 && errno == EINTR);
    if (ended < 0) {
        return PROCESS_MISSING;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : PROCESS_KILLED;
}

int process_read(struct arena *a, const char *const *arguments, const char **out)
{
    enum { KEPT = 64 * 1024 };
    char log[32];
    char *text = arena_alloc(a, KEPT + 1);
    *out = text;
    // The child opens it anew, by its number.
    int file = memfd_create("printed", MFD_CLOEXEC);
    if (file < 0) {
        return PROCESS_MISSING;
    }
    snprintf(log, sizeof(log), "/proc/self/fd/%d", file);
    int status = process_run(arguments, log);
    off_t size = lseek(file, 0, SEEK_END);
    if (pread(file, text, KEPT, size > KEPT ? size - KEPT : 0) < 0) {
        text[0] = '\0';
    }
    close(file);
    return status;
}
