// SPDX-License-Identifier: BSD-2-Clause
#include "tool/debugger.h"

#include "tool/arena.h"
#include "tool/diag.h"
#include "tool/file.h"
#include "tool/near.h"
#include "tool/options.h"
#include "tool/pack.h"
#include "tool/products.h"
#include "tool/system.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define GDB "gdb-multiarch"

enum {
    SOCKET_WAIT_MS = 5000,
    EXEC_FAILED = 127,
};

bool debugger_prepare(struct debugger *g, struct arena *a, struct diag *d)
{
    const char *base = getenv("TMPDIR");
    base = base == NULL || base[0] == '\0' ? "/tmp" : base;
    char *folder = arena_printf(a, "%s/kaal-gdb.XXXXXX", base);
    if (mkdtemp(folder) == NULL) {
        diag_error(d, place_none(), "cannot make a folder for gdb's socket in %s: %s; set TMPDIR",
                   base, strerror(errno));
        return false;
    }
    g->folder = folder;
    g->socket = path_join(a, folder, "gdb");
    return true;
}

// The program of each component, a line each: name, tabulator, path.
static const char *program_list(struct arena *a, const struct system *s,
                                const struct build_result *b)
{
    const char *list = "";
    for (size_t i = 0; i < s->pd_count; i++) {
        const struct program *program = &b->programs.items[b->programs.of_pd[i]];
        list = arena_printf(a, "%s%s\t%s\n", list, s->pds[i].name.text,
                            path_absolute(a, program->path));
    }
    return list;
}

static bool has_component(struct arena *a, const struct options *o, const struct system *s,
                          struct diag *d)
{
    const char **names = arena_alloc(a, s->pd_count * sizeof(*names));
    for (size_t i = 0; i < s->pd_count; i++) {
        names[i] = s->pds[i].name.text;
    }
    if (o->gdb[0] == '\0' || system_find_pd(s, o->gdb) != SYSTEM_NONE) {
        return true;
    }
    diag_error(d, place_none(), "--gdb=%s: there is no such component; %s", o->gdb,
               near_fix(a, o->gdb, names, s->pd_count));
    return false;
}

static void wait_for_socket(const char *path)
{
    struct stat st;
    for (int ms = 0; ms < SOCKET_WAIT_MS && stat(path, &st) != 0; ms += 5) {
        poll(NULL, 0, 5);
    }
}

static _Noreturn void become_gdb(const char *script)
{
    signal(SIGINT, SIG_DFL);
    execlp(GDB, GDB, "-q", "-ix", script, (char *)NULL);
    _exit(EXEC_FAILED);
}

bool debugger_start(struct debugger *g, struct arena *a, const struct options *o,
                    const struct build_result *b, struct diag *d)
{
    const char *script = products_share(a, "gdb/kaal.py");
    if (!has_component(a, o, g->system, d)) {
        return false;
    }
    if (!file_exists(script)) {
        diag_error(d, place_none(), "there is no %s; install KaaL again", script);
        return false;
    }
    wait_for_socket(g->socket);
    setenv("KAAL_GDB_SOCKET", g->socket, 1);
    setenv("KAAL_GDB_KERNEL", path_absolute(a, b->kernel.path), 1);
    setenv("KAAL_GDB_PROGRAMS", program_list(a, g->system, b), 1);
    setenv("KAAL_GDB_STOP", o->gdb, 1);
    // Names in the programs are relative to the folder that they were built from.
    setenv("KAAL_GDB_SOURCES",
           arena_printf(a, "\"%s\" \"%s\"", path_absolute(a, path_dir(a, g->system->file)),
                        products_source(a)),
           1);
    signal(SIGINT, SIG_IGN);
    g->pid = fork();
    if (g->pid == 0) {
        become_gdb(script);
    }
    if (g->pid < 0) {
        diag_error(d, place_none(), "cannot start a process: %s; free some resources of the host",
                   strerror(errno));
        return false;
    }
    return true;
}

static void take_status(struct debugger *g, int status)
{
    g->ended = true;
    g->status = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

bool debugger_ended(struct debugger *g)
{
    int status;
    if (!g->ended && waitpid(g->pid, &status, WNOHANG) == g->pid) {
        take_status(g, status);
    }
    return g->ended;
}

void debugger_close(struct debugger *g)
{
    int status;
    while (g->pid > 0 && !g->ended) {
        if (waitpid(g->pid, &status, 0) == g->pid) {
            take_status(g, status);
        } else if (errno != EINTR) {
            break;
        }
    }
    if (g->folder != NULL) {
        folder_remove(g->folder);
    }
}

bool debugger_judge(const struct debugger *g, struct diag *d)
{
    if (g->status == EXEC_FAILED) {
        diag_error(d, place_none(), GDB " is not installed; install the package " GDB);
    } else if (g->status != 0) {
        diag_error(d, place_none(), GDB " ended with status %d; see above", g->status);
    }
    return g->status == 0;
}
