// SPDX-License-Identifier: BSD-2-Clause
#include "tool/faults.h"

#include "tool/arena.h"
#include "tool/file.h"
#include "tool/mock.h"
#include "tool/pack.h"
#include "tool/report.h"
#include "tool/symbols.h"
#include "tool/system.h"

#include <kaal/limits.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RETURNS_MAX = 64,      // keys 1, 2, ... of a backtrace that are looked for
    LOOKUPS_MAX = 1 << 16, // of one run: a guest may print what it likes
};

// A program that somebody was at fault in, once opened.
struct opened {
    struct opened *next;
    const char *path;
    struct symbols *symbols;
};

struct faults {
    struct arena *arena;
    struct arena line; // what is needed until the next line
    const struct system *system;
    const struct build_result *build;
    struct opened *opened;
    unsigned lookups;
    char component[KAAL_NAME_SIZE]; // of the last fault
    uint64_t caller;                // the last one that was shown: a backtrace begins with it again
};

struct faults *faults_new(struct arena *a, const struct system *s, const struct build_result *b)
{
    struct faults *f = arena_alloc(a, sizeof(*f));
    *f = (struct faults){.arena = a, .system = s, .build = b};
    return f;
}

void faults_close(struct faults *f)
{
    for (struct opened *o = f->opened; o != NULL; o = o->next) {
        symbols_close(o->symbols);
    }
    f->opened = NULL;
    arena_free(&f->line);
}

// --- the program of a component ------------------------------------------------------------------

struct target {
    const char *name; // of its program
    struct symbols *symbols;
};

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static struct opened *find_opened(const struct faults *f, const char *path)
{
    struct opened *o = f->opened;
    while (o != NULL && strcmp(o->path, path) != 0) {
        o = o->next;
    }
    return o;
}

static struct symbols *open_symbols(struct faults *f, const char *path, struct bytes file)
{
    struct opened *o = find_opened(f, path);
    if (o == NULL) {
        o = arena_alloc(f->arena, sizeof(*o));
        *o = (struct opened){
            .next = f->opened, .path = path, .symbols = symbols_open(f->arena, file)};
        f->opened = o;
    }
    return o->symbols;
}

// On the mock machine addresses are those of the host program.
static struct symbols *program_symbols(struct faults *f, const struct program *program)
{
    struct bytes file = program->file;
    const char *cause;
    if (f->build->mock && find_opened(f, program->path) == NULL) {
        (void)file_read(&f->line, mock_program_path(&f->line, program), ELF_FILE_MAX, &file,
                        &cause);
    }
    return open_symbols(f, program->path, file);
}

static struct target target_of(struct faults *f, const struct program *program)
{
    return (struct target){.name = base_name(program->path),
                           .symbols = program_symbols(f, program)};
}

// By the name that it has in the image, else by that of its file: the image has equal files once.
static const struct program *find_program(const struct build_result *b, const char *name)
{
    for (size_t i = 0; i < b->plan.file_count; i++) {
        if (strncmp(b->plan.files[i].name, name, KAAL_NAME_SIZE) == 0) {
            return b->plan.programs[i];
        }
    }
    for (size_t i = 0; i < b->programs.count; i++) {
        if (strcmp(base_name(b->programs.items[i].path), name) == 0) {
            return &b->programs.items[i];
        }
    }
    return NULL;
}

// A component says which program it runs if the description does not.
static struct target find_target(struct faults *f, const struct report *r)
{
    const struct program_set *programs = &f->build->programs;
    const char *name = report_value(r, "program");
    const struct program *program = NULL;
    if (name != NULL) {
        program = find_program(f->build, name);
    } else {
        size_t pd = system_find_pd(f->system, report_value(r, "component"));
        if (pd != SYSTEM_NONE && programs->of_pd[pd] != SYSTEM_NONE) {
            program = &programs->items[programs->of_pd[pd]];
        }
    }
    if (program != NULL) {
        return target_of(f, program);
    }
    return (struct target){.name = name != NULL ? name : "unknown program"};
}

// --- text ----------------------------------------------------------------------------------------

static bool read_address(const struct report *r, const char *key, uint64_t *out)
{
    const char *value = report_value(r, key);
    char *end;
    errno = 0;
    if (value == NULL || strncmp(value, "0x", 2) != 0) {
        return false;
    }
    *out = strtoull(value + 2, &end, 16);
    return errno == 0 && end != value + 2 && *end == '\0';
}

static const char *frame_text(struct faults *f, const struct symbol_frame *frame)
{
    if (frame->file == NULL) {
        return frame->function;
    }
    if (frame->line == 0) {
        return arena_printf(&f->line, "%s  %s", frame->function, frame->file);
    }
    return arena_printf(&f->line, "%s  %s:%u", frame->function, frame->file, frame->line);
}

// "    pc 0x200148  crash  examples/demo/crasher.c:12", and a line for each function around it.
static const char *place_text(struct faults *f, const char *label, uint64_t address,
                              const struct symbol_place *place)
{
    if (place->count == 0) {
        return arena_printf(&f->line, "    %s 0x%" PRIx64 "  no symbols (%s)\n", label, address,
                            place->reason);
    }
    const char *text = arena_printf(&f->line, "    %s 0x%" PRIx64 "  %s\n", label, address,
                                    frame_text(f, &place->frames[0]));
    for (size_t i = 1; i < place->count; i++) {
        text = arena_printf(&f->line, "%s       inlined in  %s\n", text,
                            frame_text(f, &place->frames[i]));
    }
    return text;
}

static void find(struct faults *f, const struct target *target, uint64_t address,
                 struct symbol_place *out)
{
    if (target->symbols == NULL) {
        *out = (struct symbol_place){.reason = "no such program in this system"};
    } else if (f->lookups++ >= LOOKUPS_MAX) {
        *out = (struct symbol_place){.reason = "too many faults"};
    } else {
        symbols_find(target->symbols, &f->line, address, out);
    }
}

// Where the function was called that returns to `address`: the line of the call, not of what
// follows.
static void find_call(struct faults *f, const struct target *target, uint64_t address,
                      struct symbol_place *out)
{
    find(f, target, address == 0 ? 0 : address - 1, out);
}

// The caller by the link register. In a function that has itself called others the register still
// says where that call returned to, and the frame record has the caller.
static const char *link_text(struct faults *f, const struct target *target, uint64_t link,
                             const struct symbol_place *here)
{
    struct symbol_place place;
    find_call(f, target, link, &place);
    if (place.count == 0 || (here->count != 0 && place.start == here->start)) {
        return "";
    }
    f->caller = link;
    return place_text(f, "by", link, &place);
}

static const char *fault_text(struct faults *f, const struct target *target, const char *title,
                              const struct report *r, const char *pc_key, const char *link_key)
{
    uint64_t pc;
    uint64_t link;
    struct symbol_place here;
    f->caller = 0;
    if (!read_address(r, pc_key, &pc)) {
        return NULL;
    }
    find(f, target, pc, &here);
    const char *text = arena_printf(&f->line, "  %s\n%s", title, place_text(f, "pc", pc, &here));
    if (read_address(r, link_key, &link)) {
        text = arena_printf(&f->line, "%s%s", text, link_text(f, target, link, &here));
    }
    return text;
}

static const char *component_text(struct faults *f, const struct report *r)
{
    const struct target target = find_target(f, r);
    const char *why = report_value(r, "why");
    const char *kind = report_value(r, "kind");
    const char *title =
        arena_printf(&f->line, "component %s (%s): %s", report_value(r, "component"), target.name,
                     why != NULL    ? why
                     : kind != NULL ? kind
                                    : "fault");
    // No processor of a host has a link register.
    return fault_text(f, &target, title, r, "ip", f->build->mock ? "" : "lr");
}

static const char *kernel_text(struct faults *f, const struct report *r)
{
    const struct kernel *kernel = &f->build->kernel;
    if (kernel->path == NULL) {
        return NULL;
    }
    const struct target target = {.name = base_name(kernel->path),
                                  .symbols = open_symbols(f, kernel->path, kernel->file)};
    const char *title = arena_printf(&f->line, "kernel (%s)", target.name);
    return fault_text(f, &target, title, r, "pc", "x30");
}

// `continues`: it is of the last fault, whose caller has been shown.
static const char *backtrace_text(struct faults *f, const struct report *r, bool continues)
{
    const struct target target = find_target(f, r);
    const char *text = NULL;
    for (unsigned i = 1; i <= RETURNS_MAX; i++) {
        uint64_t address;
        struct symbol_place place;
        if (!read_address(r, arena_printf(&f->line, "%u", i), &address) ||
            (i == 1 && continues && address == f->caller)) {
            continue;
        }
        find_call(f, &target, address, &place);
        text = arena_printf(&f->line, "%s%s", text == NULL ? "" : text,
                            place_text(f, "by", address, &place));
    }
    return text;
}

static void set_component(struct faults *f, const char *name)
{
    snprintf(f->component, sizeof(f->component), "%s", name);
}

struct fault_note faults_line(struct faults *f, const char *line)
{
    struct report r;
    struct fault_note note = {0};
    arena_clear(&f->line);
    if (!report_parse(&f->line, line, &r)) {
        return note;
    }
    const char *component = report_value(&r, "component");
    if (strcmp(r.event, "fault") == 0 && component != NULL) {
        note = (struct fault_note){.text = component_text(f, &r), .begins = true};
        set_component(f, component);
    } else if (strcmp(r.event, "fault") == 0 && strcmp(r.from, "kernel") == 0) {
        note = (struct fault_note){.text = kernel_text(f, &r), .begins = true};
        set_component(f, "");
    } else if (strcmp(r.event, "backtrace") == 0 && component != NULL) {
        note.begins = strcmp(component, f->component) != 0;
        note.text = backtrace_text(f, &r, !note.begins);
    }
    return note;
}
