// SPDX-License-Identifier: BSD-2-Clause
//
// The expectations of a system: which file has them, and what of it holds for this run.
#include "tool/verify.h"

#include "tool/arena.h"
#include "tool/file.h"
#include "tool/pack.h"
#include "tool/system.h"

#include <string.h>

// The file of expectations that belongs to a description; NULL: there is none.
static const char *expect_path(struct arena *a, const struct system *s)
{
    const char *folder = path_dir(a, s->file);
    if (s->expect.text != NULL) {
        return path_resolve(a, folder, s->expect.text);
    }
    const char *name = path_base(s->file);
    const char *dot = strrchr(name, '.');
    int stem = dot == NULL ? (int)strlen(name) : (int)(dot - name);
    const char *own = path_join(a, folder, arena_printf(a, "%.*s.expect.toml", stem, name));
    if (file_exists(own)) {
        return own;
    }
    // `expect.toml` belongs to `system.toml`: other descriptions may lie in the same folder.
    const char *shared = path_join(a, folder, "expect.toml");
    return strcmp(name, "system.toml") == 0 && file_exists(shared) ? shared : NULL;
}

// The component that a report of the broker's is about; NULL: none that is said.
static const char *subject(const struct expect_item *item)
{
    for (size_t i = 0; i < item->count; i++) {
        const struct expect_field *field = &item->fields[i];
        if (strcmp(field->key, "component") == 0 && field->value.kind == VALUE_TEXT) {
            return field->value.text;
        }
    }
    return NULL;
}

static bool is_expected(const struct system *s, const struct expect *e, size_t index)
{
    const struct expect_item *item = &e->items[index];
    size_t pd = system_find_pd(s, item->from);
    if (pd != SYSTEM_NONE && s->pds[pd].role != KAAL_ROLE_COMPONENT) {
        const char *name = subject(item);
        pd = name == NULL ? SYSTEM_NONE : system_find_pd(s, name);
    }
    return index < e->boot_count || pd != SYSTEM_NONE;
}

// Of a line nobody can say who writes it, unless it has a name.
static void keep_lines(const struct system *s, struct expect *e)
{
    size_t count = 0;
    for (size_t i = 0; i < e->line_count; i++) {
        const struct expect_line *line = &e->lines[i];
        if (line->never || (line->from != NULL && system_find_pd(s, line->from) != SYSTEM_NONE)) {
            e->lines[count++] = *line;
        }
    }
    e->line_count = count;
}

// Of components that are not there, and about them, nothing can come.
static void keep_expected(const struct system *s, struct expect *e)
{
    size_t stages = 0;
    size_t count = 0;
    size_t end = EXPECT_NONE;
    for (size_t i = 0; i < e->count; i++) {
        if (!is_expected(s, e, i)) {
            continue;
        }
        end = i == e->end ? count : end;
        stages += i < e->stage_count;
        e->items[count++] = e->items[i];
    }
    e->end = end;
    e->stage_count = stages;
    e->count = count;
}

bool verify_expect(struct arena *a, const struct system *s, const struct build_result *b,
                   struct expect *out, struct diag *d)
{
    const struct boot_facts facts = {
        .kernel_reports = b->kernel.builtin && b->kernel.debug,
        .kernel_el = b->kernel.hypervisor ? 2 : 1,
        .pds = s->pd_count,
        .broker = s->pds[s->broker].name.text,
        .root = "root",
        .system = s->name.text == NULL ? "system" : s->name.text,
        .config = b->products.config,
        .backend = b->mock ? "mock" : (b->kernel.builtin ? "kaal" : "sel4"),
        .loader = !b->mock,
    };
    expect_boot(a, &facts, out);
    const char *path = expect_path(a, s);
    if (path == NULL) {
        return true;
    }
    if (!file_exists(path)) {
        diag_error(d, s->expect.at,
                   "the file of expectations %s does not exist; correct the path "
                   "or remove `expect`",
                   path);
        return false;
    }
    bool ok = expect_read(a, path, out, d);
    if (ok && s->partial) {
        keep_expected(s, out);
        keep_lines(s, out);
    }
    return ok;
}
