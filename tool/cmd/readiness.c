// SPDX-License-Identifier: BSD-2-Clause
//
// `kaal readiness`: how far are we? Each box is computed by running what it claims: commands, which
// are shown, or the log that such a command has left. There is no other way to set one.
//
//   [x] boot sequence verified          7 stages in their order
//         kaal run --log TMP/log SYSTEM
//   [ ] compiled against seL4           SEL4_PREFIX=/x: there is no such folder; ...
//         env SEL4_PREFIX=/x kaal sdk --compare /x
//
//   TMP/   what the commands write: installations, images, the log; removed at the end
#include "readiness.h"

#include "tool/arena.h"
#include "tool/cleanup.h"
#include "tool/command.h"
#include "tool/file.h"
#include "tool/machine.h"
#include "tool/options.h"
#include "tool/process.h"
#include "tool/products.h"

#include "default_system.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    WORDS_MAX = 16,
    TITLE_WIDTH = 34,
};

// --- commands ----------------------------------------------------------------------------------

// The last line with something on it.
static const char *last_line(struct arena *a, const char *text)
{
    size_t end = strlen(text);
    while (end > 0 && (text[end - 1] == '\n' || text[end - 1] == ' ')) {
        end--;
    }
    size_t start = end;
    while (start > 0 && text[start - 1] != '\n') {
        start--;
    }
    return arena_copy(a, text + start, end - start);
}

// As somebody would type it.
static const char *shown(struct readiness *r, const char *const *words)
{
    const char *line = NULL;
    for (; *words != NULL; words++) {
        const char *word = strcmp(*words, r->self) == 0 ? "kaal" : *words;
        const char *quote = word[strcspn(word, " *$'\"\\;&|")] == '\0' ? "" : "'";
        line = arena_printf(r->arena, "%s%s%s%s%s", line == NULL ? "" : line,
                            line == NULL ? "" : " ", quote, word, quote);
    }
    return line;
}

// Runs a command of this box. Its last line is what is told of it.
static bool command(struct readiness *r, struct box *box, const char *const *words)
{
    const char *printed;
    if (box->command_count < BOX_COMMANDS) {
        box->commands[box->command_count++] = shown(r, words);
    }
    int status = process_read(r->arena, words, &printed);
    box->text = last_line(r->arena, printed);
    if (status == PROCESS_MISSING) {
        box->text = arena_printf(r->arena, "cannot run %s; install it", words[0]);
    } else if (status != 0 && box->text[0] == '\0') {
        box->text = arena_printf(r->arena, "exit status %d", status);
    }
    return status == 0 && cleanup_signal() == 0;
}

// A command of this tool, with the build folder and the configuration that were asked for.
#define KAAL(r, ...)                                                                               \
    (const char *const[WORDS_MAX])                                                                 \
    {                                                                                              \
        (r)->self, __VA_ARGS__, NULL                                                               \
    }

static const char *below(const struct readiness *r, const char *name)
{
    return path_join(r->arena, r->scratch, name);
}

// --- boxes -------------------------------------------------------------------------------------

// The parts for themselves; of an installation, a project that is made of them.
static bool framework(struct readiness *r, struct box *box)
{
    if (!r->products.installed) {
        const char *const tests[] = {"ctest", "--test-dir", r->products.build, "-L", "unit", NULL};
        const char *const summary = "tests passed";
        const char *printed;
        box->commands[box->command_count++] = shown(r, tests);
        bool ok = process_read(r->arena, tests, &printed) == 0;
        const char *at = strstr(printed, summary);
        box->text = at == NULL
                        ? last_line(r->arena, printed)
                        : arena_printf(r->arena, "%s%.*s",
                                       "unit tests: ", (int)strcspn(at + strlen(summary) + 2, "\n"),
                                       at + strlen(summary) + 2);
        return ok && at != NULL;
    }
    const char *project = below(r, "probe");
    return command(r, box, KAAL(r, "new", project)) && command(r, box, KAAL(r, "test", project));
}

static bool adapter(struct readiness *r, struct box *box)
{
    return command(r, box,
                   KAAL(r, "test", "--build-dir", r->products.build, "--config", r->products.config,
                        "conformance"));
}

static bool mock(struct readiness *r, struct box *box)
{
    if (!r->products.installed) {
        const char *const abi[] = {"python3", source_path(r->arena, "scripts/check-abi"),
                                   products_source(r->arena), NULL};
        if (!command(r, box, abi)) {
            return false;
        }
    }
    return command(r, box,
                   KAAL(r, "run", "--build-dir", r->products.build, "--quiet", "--backend", "mock",
                        r->system));
}

static bool configuration(struct readiness *r, struct box *box)
{
    return command(r, box,
                   KAAL(r, "check", "--build-dir", r->products.build, "--config",
                        r->products.config, r->system));
}

static bool kernel(struct readiness *r, struct box *box)
{
    const char *folder = below(r, "sel4");
    if (!command(r, box,
                 KAAL(r, "sdk", "--build-dir", r->products.build, "--config", r->products.config,
                      "--layout", "sel4", folder))) {
        return false;
    }
    // What was installed is a kernel, with the configuration that it was built for.
    return readiness_kernel(r, box, folder);
}

// Somebody's seL4, if the environment names one; else our kernel in the form of an installation.
static bool compiled(struct readiness *r, struct box *box)
{
    const char *named = getenv("SEL4_PREFIX");
    bool own = named == NULL || named[0] == '\0';
    const char *prefix = own ? below(r, "sel4") : arena_string(r->arena, named);
    const char *variable = arena_printf(r->arena, "SEL4_PREFIX=%s", prefix);
    const char *const run[] = {"env",         variable,          r->self,   "run",
                               "--build-dir", r->products.build, "--quiet", "--backend",
                               "sel4",        r->system,         NULL};
    if (!command(r, box, KAAL(r, "sdk", "--build-dir", r->products.build, "--compare", prefix)) ||
        !command(r, box, run)) {
        return false;
    }
    box->text = arena_printf(r->arena, "%s%s", box->text,
                             own ? " (our own installation; SEL4_PREFIX names another)" : "");
    return true;
}

// With the SDK of Microkit's form, and its example: a project as its users have them.
static bool microkit(struct readiness *r, struct box *box)
{
    const char *sdk = below(r, "microkit");
    const char *out = below(r, "station");
    const char *const make[] = {
        "make",
        "-C",
        path_join(r->arena, sdk, "example/station"),
        arena_printf(r->arena, "MICROKIT_SDK=%s", sdk),
        "MICROKIT_BOARD=qemu_virt_aarch64",
        "MICROKIT_CONFIG=debug",
        arena_printf(r->arena, "BUILD_DIR=%s", out),
        NULL,
    };
    const char *image = path_join(r->arena, out, "loader.img");
    if (!command(r, box,
                 KAAL(r, "sdk", "--build-dir", r->products.build, "--layout", "microkit", sdk)) ||
        !command(r, box, make)) {
        return false;
    }
    box->text = file_exists(image) ? image : "make wrote no loader.img";
    return file_exists(image);
}

static bool executed(struct readiness *r, struct box *box)
{
    const char *seed = arena_printf(r->arena, "0x%016" PRIx64, r->options->seed);
    return command(r, box,
                   KAAL(r, "run", "--build-dir", r->products.build, "--config", r->products.config,
                        "--seed", seed, "--log", below(r, "log"), r->system));
}

static const struct {
    const char *key;
    const char *title;
    bool (*compute)(struct readiness *r, struct box *box);
} boxes[] = {
    {"framework", "framework complete", framework},
    {"adapter", "adapter layer", adapter},
    {"mock", "mock signatures verified", mock},
    {"configuration", "build configuration", configuration},
    {"kernel", "kernel built and configured", kernel},
    {"compiled", "compiled against seL4", compiled},
    {"microkit", "Microkit system image created", microkit},
    {"executed", "QEMU test executed", executed},
    {"boot", "boot sequence verified", readiness_boot},
    {"ipc", "IPC between components tested", readiness_ipc},
};

enum {
    BOXES = sizeof(boxes) / sizeof(boxes[0]),
};

// --- telling -----------------------------------------------------------------------------------

static void print_box(const struct readiness *r, const struct box *box)
{
    if (r->options->json) {
        return;
    }
    printf("[%c] %-*s %s\n", box->set ? 'x' : ' ', TITLE_WIDTH, box->title, box->text);
    for (size_t i = 0; i < box->command_count && (!box->set || r->options->verbose); i++) {
        printf("      %s\n", box->commands[i]);
    }
    fflush(stdout);
}

// A text that is no UTF-8 is none for JSON.
static json_t *text(const char *string)
{
    json_t *out = json_string(string);
    return out != NULL ? out : json_string("?");
}

static void print_json(const struct readiness *r, const struct box *all, size_t set)
{
    json_t *list = json_array();
    for (size_t i = 0; i < BOXES; i++) {
        json_t *commands = json_array();
        for (size_t j = 0; j < all[i].command_count; j++) {
            json_array_append_new(commands, text(all[i].commands[j]));
        }
        json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:I, s:o, s:o}", "key", boxes[i].key,
                                              "title", all[i].title, "set", all[i].set, "ms",
                                              (json_int_t)all[i].ms, "text", text(all[i].text),
                                              "commands", commands));
    }
    json_t *whole = json_pack("{s:b, s:o, s:o}", "ready", set == BOXES, "system", text(r->system),
                              "boxes", list);
    json_dumpf(whole, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(whole);
}

static bool compute_all(struct readiness *r)
{
    struct box all[BOXES] = {0};
    size_t set = 0;
    for (size_t i = 0; i < BOXES; i++) {
        uint64_t start = host_ms();
        all[i].title = boxes[i].title;
        all[i].text = "stopped";
        all[i].set = cleanup_signal() == 0 && boxes[i].compute(r, &all[i]);
        all[i].ms = host_ms() - start;
        set += all[i].set;
        print_box(r, &all[i]);
    }
    if (r->options->json) {
        print_json(r, all, set);
    } else {
        printf("%zu of %d boxes\n", set, BOXES);
    }
    return set == BOXES;
}

static const char *own_path(struct arena *a)
{
    char *path = arena_alloc(a, PATH_MAX);
    return readlink("/proc/self/exe", path, PATH_MAX - 1) > 0 ? path : "kaal";
}

int cmd_readiness(struct arena *a, struct options *o, struct diag *d)
{
    struct readiness r = {.arena = a, .options = o, .self = own_path(a)};
    const char *folder = getenv("TMPDIR");
    char *scratch = arena_printf(a, "%s/kaal-readiness.XXXXXX",
                                 folder == NULL || folder[0] == '\0' ? "/tmp" : folder);
    default_system(a, o);
    r.system = path_absolute(a, o->systems.items[0]);
    if (!products_find(a, o, &r.products, d)) {
        return STATUS_FAILED;
    }
    r.products.build = path_absolute(a, r.products.build);
    // The folder is removed in order, also after a signal.
    cleanup_defer(true);
    if (mkdtemp(scratch) == NULL) {
        diag_error(d, place_none(), "cannot write %s: %s; set TMPDIR", scratch, strerror(errno));
        return STATUS_FAILED;
    }
    r.scratch = scratch;
    bool ready = compute_all(&r);
    folder_remove(scratch);
    cleanup_defer(false);
    return ready ? STATUS_OK : STATUS_FAILED;
}
