// SPDX-License-Identifier: BSD-2-Clause
//
// The files of the packed image: programs, and what regions hold from the start. Equal ones are
// packed once; but the broker finds what it spawns by the name of its file.
#include "planner.h"

#include "tool/arena.h"
#include "tool/file.h"

#include "lib/sum64.h"

#include <string.h>

static uint64_t sum_of(struct bytes content)
{
    return sum64(0, content.data, content.size / sizeof(uint64_t));
}

static bool same_content(const struct planner *p, size_t file, struct bytes content, uint64_t sum)
{
    struct bytes other = p->plan->data[file];
    return p->sums[file] == sum && other.size == content.size &&
           memcmp(other.data, content.data, content.size) == 0;
}

static uint32_t add_file(struct planner *p, const char *path, struct bytes content,
                         enum kaal_file_kind kind)
{
    struct plan *plan = p->plan;
    p->sums[plan->file_count] = sum_of(content);
    plan->data[plan->file_count] = content;
    plan->files[plan->file_count].kind = kind;
    plan->files[plan->file_count].size = content.size;
    plan_set_name(plan->files[plan->file_count].name, path_base(path));
    return (uint32_t)plan->file_count++;
}

static uint32_t add_program(struct planner *p, const struct program *program, struct bytes content,
                            enum kaal_file_kind kind)
{
    p->plan->programs[p->plan->file_count] = program;
    return add_file(p, program->path, content, kind);
}

uint32_t plan_program_file(struct planner *p, const struct program *program,
                           enum kaal_file_kind kind)
{
    const struct plan *plan = p->plan;
    for (size_t i = 0; i < plan->file_count; i++) {
        if (plan->files[i].kind == kind && plan->programs[i] == program) {
            return (uint32_t)i;
        }
    }
    struct bytes content = elf_squeeze(p->arena, &program->elf);
    uint64_t sum = sum_of(content);
    for (size_t i = 0; i < plan->file_count; i++) {
        if (plan->files[i].kind == kind && same_content(p, i, content, sum)) {
            return (uint32_t)i;
        }
    }
    return add_program(p, program, content, kind);
}

uint32_t plan_data_file(struct planner *p, const struct data_file *data)
{
    const struct plan *plan = p->plan;
    for (size_t i = 0; i < plan->file_count; i++) {
        if (plan->files[i].kind == KAAL_FILE_DATA && plan->data[i].data == data->bytes.data) {
            return (uint32_t)i;
        }
    }
    return add_file(p, data->path, data->bytes, KAAL_FILE_DATA);
}

// The file that has this name; SIZE_MAX if there is none.
static size_t file_named(const struct plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->file_count; i++) {
        if (plan->files[i].kind == KAAL_FILE_PROGRAM && strcmp(plan->files[i].name, name) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

// For a message: of what a region holds only the name is known.
static const char *file_path(const struct plan *plan, size_t file)
{
    return plan->programs[file] == NULL ? plan->files[file].name : plan->programs[file]->path;
}

// What is to be spawned has an entry of its own name, even if it equals another program.
static void add_spawned(struct planner *p, const struct sd_text *text,
                        const struct program *program)
{
    const char *name = path_base(program->path);
    size_t same = file_named(p->plan, name);
    struct bytes content = elf_squeeze(p->arena, &program->elf);
    if (strlen(name) >= KAAL_NAME_SIZE) {
        diag_error(p->diag, text->at,
                   "the name of the program %s has %zu characters, and it is found by name; "
                   "rename it to at most %d",
                   name, strlen(name), KAAL_NAME_SIZE - 1);
    } else if (same == SIZE_MAX) {
        add_program(p, program, content, KAAL_FILE_PROGRAM);
    } else if (!same_content(p, same, content, sum_of(content))) {
        diag_error(p->diag, text->at,
                   "another program of the image, %s, is called %s as well; rename one, for what "
                   "is spawned is found by name",
                   file_path(p->plan, same), name);
    }
}

static bool may_spawn(const struct system *s)
{
    for (size_t i = 0; i < s->pd_count; i++) {
        if ((s->pds[i].policy.allow & KAAL_ALLOW_SPAWN) != 0) {
            return true;
        }
    }
    return false;
}

void plan_spawned_files(struct planner *p)
{
    const struct plan *plan = p->plan;
    if (p->system->programs.count == 0 && !may_spawn(p->system)) {
        return;
    }
    for (size_t i = 0; i < p->system->pd_count; i++) {
        uint32_t file = plan->pds[i].file;
        size_t same = file == KAAL_NONE ? file : file_named(plan, plan->files[file].name);
        if (file != KAAL_NONE && same != file) {
            diag_error(p->diag, p->system->pds[i].image.at,
                       "another program of the image, %s, is called %s as well; rename one, for "
                       "what is spawned is found by name",
                       file_path(plan, same), plan->files[file].name);
        }
    }
    for (size_t i = 0; i < p->system->programs.count; i++) {
        add_spawned(p, &p->system->programs.items[i], &p->programs->items[p->programs->spawned[i]]);
    }
}
