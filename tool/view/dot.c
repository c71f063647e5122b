// SPDX-License-Identifier: BSD-2-Clause
#include "tool/picture.h"

#include "tool/arena.h"
#include "tool/cleanup.h"
#include "tool/diag.h"
#include "tool/process.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    SVG_MAX = 64 * 1024 * 1024,
};

struct drawing {
    struct arena *arena;
    struct diag *diag;
    const char *folder;
};

static bool write_graph(struct drawing *w, const char *path, const char *dot)
{
    struct bytes text = {.data = (const uint8_t *)dot, .size = strlen(dot)};
    return output_write(w->arena, path, text, w->diag);
}

static bool fail(struct drawing *w, int status, const char *log)
{
    struct bytes said;
    const char *cause;
    if (status == PROCESS_MISSING) {
        diag_error(w->diag, place_none(),
                   "`dot` of Graphviz draws the picture and is not here; install the package "
                   "graphviz, or ask for FILE.dot");
    } else if (file_read(w->arena, log, SVG_MAX, &said, &cause)) {
        diag_error(w->diag, place_none(), "`dot` failed with status %d: %s", status,
                   (const char *)said.data);
    } else {
        diag_error(w->diag, place_none(), "`dot` failed with status %d", status);
    }
    return false;
}

static bool draw(struct drawing *w, const char *dot, struct bytes *out)
{
    const char *graph = path_join(w->arena, w->folder, "graph.dot");
    const char *svg = path_join(w->arena, w->folder, "graph.svg");
    const char *log = path_join(w->arena, w->folder, "log");
    const char *const command[] = {"dot", "-Tsvg", "-o", svg, graph, NULL};
    const char *cause;
    if (!write_graph(w, graph, dot)) {
        return false;
    }
    int status = process_run(command, log);
    if (status != 0) {
        return fail(w, status, log);
    }
    if (!file_read(w->arena, svg, SVG_MAX, out, &cause)) {
        diag_error(w->diag, place_none(), "what `dot` drew: %s", cause);
        return false;
    }
    return true;
}

bool picture_svg(struct arena *a, const char *dot, struct bytes *out, struct diag *d)
{
    const char *tmp = getenv("TMPDIR");
    char *folder = arena_printf(a, "%s/kaal-graph.XXXXXX", tmp == NULL ? "/tmp" : tmp);
    cleanup_defer(true);
    struct drawing w = {.arena = a, .diag = d, .folder = mkdtemp(folder)};
    if (w.folder == NULL) {
        diag_error(d, place_none(), "cannot write %s: %s; set TMPDIR", folder, strerror(errno));
    }
    bool ok = w.folder != NULL && draw(&w, dot, out);
    if (w.folder != NULL) {
        folder_remove(w.folder);
    }
    cleanup_defer(false);
    return ok;
}
