// SPDX-License-Identifier: BSD-2-Clause
//
// The probe (abi/probe) compiled twice, for the installation's configuration:
//
//   abi/probe/*.c + our headers, the installation's gen_config.h   ->  ours.elf    --+
//   abi/probe/*.c + the installation's headers                     ->  theirs.elf  --+-> row by row
//
// and the keys of its two gen_config.json with those that we know (config/common).
#include "tool/compare.h"

#include "tool/arena.h"
#include "tool/cleanup.h"
#include "tool/command.h"
#include "tool/file.h"
#include "tool/gen_config.h"
#include "tool/options.h"
#include "tool/process.h"
#include "tool/products.h"
#include "tool/sel4.h"
#include "tool/text.h"

#include "lib/bits.h"
#include "lib/elf.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    NAME_SIZE = 128,
    LOG_MAX = 4 * 1024 * 1024,
    ROWS_MAX = 65536,
};

struct comparison {
    struct arena *arena;
    struct diag *diag;
    const struct options *options;
    struct sel4 theirs;
    const char *folder; // temporary
    size_t compared;
    size_t differences;
};

// Tells one.
__attribute__((format(printf, 2, 3))) static void differs(struct comparison *c, const char *format,
                                                          ...)
{
    va_list list;
    va_start(list, format);
    vprintf(format, list);
    va_end(list);
    putchar('\n');
    c->differences++;
}

// --- compiling ---------------------------------------------------------------------------------

static const char *temporary(const struct comparison *c, const char *name)
{
    return path_join(c->arena, c->folder, name);
}

// "what" is "ours" or "theirs"; `include` are its -I options.
static bool compile(const struct comparison *c, const char *what, const char *const include[3])
{
    struct arena *a = c->arena;
    const char *probe = path_join(a, products_source(a), "abi/probe");
    const char *const arguments[] = {
        "env",
        "LC_ALL=C",
        "aarch64-linux-gnu-gcc",
        "-std=gnu11",
        "-w",
        "-O1",
        "-ffreestanding",
        "-fno-pie",
        "-nostdlib",
        "-static",
        "-no-pie",
        "-Wl,--build-id=none,--unresolved-symbols=ignore-all,-z,max-page-size=4096",
        arena_printf(a, "-I%s", probe),
        arena_printf(a, "-I%s", include[0]),
        arena_printf(a, "-I%s", include[1]),
        arena_printf(a, "-I%s", include[2]),
        "-o",
        temporary(c, arena_printf(a, "%s.elf", what)),
        path_join(a, probe, "start.c"),
        path_join(a, probe, "constants.c"),
        path_join(a, probe, "layouts.c"),
        NULL,
    };
    return process_run(arguments, temporary(c, arena_printf(a, "%s.log", what))) == 0;
}

static const char *read_log(const struct comparison *c, const char *what)
{
    struct bytes text;
    const char *cause;
    const char *path = temporary(c, arena_printf(c->arena, "%s.log", what));
    return file_read(c->arena, path, LOG_MAX, &text, &cause) ? (const char *)text.data : "";
}

// What the compiler says first, without its place.
static const char *first_error(const struct comparison *c, const char *what)
{
    static const char mark[] = "error: ";
    const char *log = read_log(c, what);
    const char *at = strstr(log, mark);
    if (at == NULL) {
        return "no compiler aarch64-linux-gnu-gcc";
    }
    at += sizeof(mark) - 1;
    return arena_copy(c->arena, at, strcspn(at, "\n"));
}

static bool compile_ours(const struct comparison *c)
{
    const char *source = products_source(c->arena);
    const char *const include[3] = {
        path_join(c->arena, source, "abi"),
        path_join(c->arena, source, "user/sdk/arch/aarch64/include"),
        temporary(c, "config"),
    };
    if (!compile(c, "ours", include)) {
        diag_error(c->diag, place_none(),
                   "our headers do not compile for the configuration of %s: %s; it can not be "
                   "compared",
                   c->theirs.named, first_error(c, "ours"));
        return false;
    }
    return true;
}

// Names that their headers lack: 'X' undeclared.
static bool tell_missing(struct comparison *c)
{
    static const char mark[] = "' undeclared";
    bool found = false;
    const char *at = read_log(c, "theirs");
    while ((at = strstr(at, mark)) != NULL) {
        const char *start = at;
        while (start[-1] != '\'' && start[-1] != '\n') {
            start--;
        }
        differs(c, "%.*s: not in the headers of %s", (int)(at - start), start, c->theirs.named);
        at += sizeof(mark) - 1;
        found = true;
    }
    return found;
}

static bool compile_theirs(struct comparison *c)
{
    const char *const include[3] = {c->theirs.include, c->theirs.include, c->theirs.include};
    if (compile(c, "theirs", include) || tell_missing(c)) {
        return true;
    }
    diag_error(c->diag, place_none(), "the headers of %s do not compile: %s; install them again",
               c->theirs.named, first_error(c, "theirs"));
    return false;
}

// --- the tables --------------------------------------------------------------------------------

// One of an executable: `count` rows of `words` words, names by address.
struct table {
    const struct elf *elf;
    uint64_t at;
    uint64_t count;
    unsigned words;
};

static bool word_at(const struct elf *elf, uint64_t address, uint64_t *out)
{
    const void *bytes = elf_bytes(elf, address, sizeof(*out));
    *out = bytes == NULL ? 0 : load_le64(bytes);
    return bytes != NULL;
}

static uint64_t table_word(const struct table *t, uint64_t row, unsigned word)
{
    uint64_t value;
    word_at(t->elf, t->at + (row * t->words + word) * sizeof(value), &value);
    return value;
}

static const char *table_name(const struct table *t, uint64_t row, unsigned word)
{
    uint64_t address = table_word(t, row, word);
    const char *text = elf_bytes(t->elf, address, 1);
    for (uint64_t n = 1; n <= NAME_SIZE && elf_bytes(t->elf, address, n) != NULL; n++) {
        if (text[n - 1] == '\0') {
            return text;
        }
    }
    return "?";
}

static bool table_open(const struct elf *elf, const char *rows, const char *count, unsigned words,
                       struct table *out)
{
    struct elf_symbol at;
    struct elf_symbol size;
    *out = (struct table){.elf = elf, .words = words};
    if (!elf_find_symbol(elf, rows, &at) || !elf_find_symbol(elf, count, &size) ||
        !word_at(elf, size.value, &out->count)) {
        return false;
    }
    out->at = at.value;
    return out->count != 0 && out->count <= ROWS_MAX &&
           elf_bytes(elf, out->at, out->count * words * sizeof(uint64_t)) != NULL;
}

struct shape {
    const char *rows;
    const char *count;
    unsigned names; // words of a row that are names; the values follow
    unsigned values;
    const char *value_names[2];
};

// As in abi/probe/probe.h.
static const struct shape shapes[] = {
    {"constants", "constant_count", 1, 1, {""}},
    {"sizes", "size_count", 1, 2, {"size of ", "alignment of "}},
    {"offsets", "offset_count", 2, 1, {"offset of "}},
};

static void compare_row(struct comparison *c, const struct shape *s, const struct table *ours,
                        const struct table *theirs, uint64_t row)
{
    const char *name = table_name(ours, row, 0);
    if (s->names == 2) {
        name = arena_printf(c->arena, "%s.%s", name, table_name(ours, row, 1));
    }
    for (unsigned i = 0; i < s->values; i++) {
        int64_t mine = (int64_t)table_word(ours, row, s->names + i);
        int64_t other = (int64_t)table_word(theirs, row, s->names + i);
        c->compared++;
        if (mine != other) {
            differs(c, "%s%s: ours %" PRId64 ", theirs %" PRId64, s->value_names[i], name, mine,
                    other);
        }
    }
}

static bool read_probe(const struct comparison *c, const char *name, struct elf *out)
{
    struct bytes file;
    const char *cause;
    return file_read(c->arena, temporary(c, name), ELF_FILE_MAX, &file, &cause) &&
           elf_parse(out, file.data, file.size, NULL) == ELF_OK;
}

// The rows are the same: both probes are compiled from one source with one gen_config.
static bool compare_tables(struct comparison *c)
{
    struct elf ours;
    struct elf theirs;
    bool ok = read_probe(c, "ours.elf", &ours) && read_probe(c, "theirs.elf", &theirs);
    for (size_t i = 0; ok && i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        const struct shape *s = &shapes[i];
        unsigned words = s->names + s->values;
        struct table x;
        struct table y;
        ok = table_open(&ours, s->rows, s->count, words, &x) &&
             table_open(&theirs, s->rows, s->count, words, &y) && x.count == y.count;
        for (uint64_t row = 0; ok && row < x.count; row++) {
            compare_row(c, s, &x, &y, row);
        }
    }
    if (!ok) {
        diag_error(c->diag, place_none(), "the probe (abi/probe) has no tables; see its sources");
    }
    return ok;
}

// --- gen_config --------------------------------------------------------------------------------

static const char *kind(const json_t *value)
{
    return json_is_boolean(value) ? "boolean" : json_is_string(value) ? "string" : "other value";
}

static void compare_keys(struct comparison *c, const struct gen_config *ours,
                         const struct gen_config *theirs)
{
    const char *key;
    json_t *value;
    json_object_foreach(ours->json, key, value)
    {
        const json_t *other = json_object_get(theirs->json, key);
        c->compared++;
        if (other == NULL) {
            differs(c, "gen_config %s: not in %s", key, theirs->path);
        } else if (strcmp(kind(value), kind(other)) != 0) {
            differs(c, "gen_config %s: ours a %s, theirs a %s", key, kind(value), kind(other));
        }
    }
    json_object_foreach(theirs->json, key, value)
    {
        if (json_object_get(ours->json, key) == NULL) {
            differs(c, "gen_config %s: in %s only", key, theirs->path);
        }
    }
}

static bool compare_config(struct comparison *c, const char *part, const char *path)
{
    const char *known = path_join(c->arena, products_source(c->arena),
                                  arena_printf(c->arena, "config/common/%s.json", part));
    struct gen_config ours;
    struct gen_config theirs;
    if (!gen_config_read(c->arena, known, place_none(), &ours, c->diag)) {
        return false;
    }
    bool ok = gen_config_read(c->arena, path, place_none(), &theirs, c->diag);
    if (ok) {
        compare_keys(c, &ours, &theirs);
        json_decref(theirs.json);
    }
    json_decref(ours.json);
    return ok;
}

// --- all of it ---------------------------------------------------------------------------------

// Their gen_config.h by itself, so that our headers find nothing else of theirs.
static bool copy_config(const struct comparison *c, const char *part)
{
    struct bytes text;
    const char *cause;
    const char *name = arena_printf(c->arena, "%s/gen_config.h", part);
    const char *from = path_join(c->arena, c->theirs.include, name);
    if (!file_read(c->arena, from, LOG_MAX, &text, &cause)) {
        diag_error(c->diag, place_none(), "%s: cannot read %s: %s; install the headers again",
                   c->theirs.named, from, cause);
        return false;
    }
    const char *folder = temporary(c, "config");
    mkdir(folder, 0777);
    mkdir(path_join(c->arena, folder, part), 0777);
    return output_write(c->arena, path_join(c->arena, folder, name), text, c->diag);
}

static bool compare_all(struct comparison *c)
{
    return compare_config(c, "kernel", c->theirs.kernel_config) &&
           compare_config(c, "libsel4", c->theirs.libsel4_config) && copy_config(c, "kernel") &&
           copy_config(c, "sel4") && compile_ours(c) && compile_theirs(c) &&
           (c->differences != 0 || compare_tables(c));
}

int compare_headers(struct arena *a, const struct options *o, struct diag *d)
{
    struct comparison c = {.arena = a, .diag = d, .options = o};
    const char *tmp = getenv("TMPDIR");
    char *folder = arena_printf(a, "%s/kaal-compare.XXXXXX", tmp == NULL ? "/tmp" : tmp);
    if (!sel4_open(a, o->compare, &c.theirs, d)) {
        return STATUS_FAILED;
    }
    cleanup_defer(true);
    c.folder = mkdtemp(folder);
    if (c.folder == NULL) {
        diag_error(d, place_none(), "cannot write %s: %s; set TMPDIR", folder, strerror(errno));
        cleanup_defer(false);
        return STATUS_FAILED;
    }
    bool ok = compare_all(&c);
    folder_remove(folder);
    cleanup_defer(false);
    if (ok && (c.differences != 0 || !o->quiet)) {
        printf("%s: %zu numbers and keys compared, %zu %s\n", o->compare, c.compared, c.differences,
               by_count(c.differences, "differs", "differ"));
    }
    return ok && c.differences == 0 ? STATUS_OK : STATUS_FAILED;
}
