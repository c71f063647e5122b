// SPDX-License-Identifier: BSD-2-Clause
#include "readiness.h"

#include "tool/arena.h"
#include "tool/diag.h"
#include "tool/file.h"
#include "tool/gen_config.h"
#include "tool/judge.h"
#include "tool/options.h"
#include "tool/pack.h"
#include "tool/system.h"
#include "tool/text.h"
#include "tool/verify.h"

#include <string.h>

enum {
    LOG_MAX = 32 * 1024 * 1024,
};

static const char *told(const struct diag *d, const char *otherwise)
{
    return d->count == 0 ? otherwise : d->items[0].text;
}

// --- the kernel --------------------------------------------------------------------------------

// The two files say the same.
static bool same_config(struct readiness *r, const char *folder, struct diag *d)
{
    struct gen_config installed;
    struct gen_config built;
    const char *ours = path_join(r->arena, r->products.target, "gen_config/kernel/gen_config.json");
    const char *path = path_join(r->arena, folder, "libsel4/include/kernel/gen_config.json");
    if (!gen_config_read(r->arena, path, place_file(path), &installed, d)) {
        return false;
    }
    bool ok = gen_config_read(r->arena, ours, place_file(ours), &built, d);
    if (ok) {
        ok = json_equal(installed.json, built.json) &&
             gen_config_is(r->arena, &built, "ARCH_AARCH64", "true") &&
             gen_config_is(r->arena, &built, "KERNEL_MCS", "true");
        json_decref(built.json);
    }
    json_decref(installed.json);
    return ok;
}

bool readiness_kernel(struct readiness *r, struct box *box, const char *folder)
{
    struct bytes file;
    struct elf elf;
    struct diag own = {.arena = r->arena};
    const char *cause;
    const char *path = path_join(r->arena, folder, "bin/kernel.elf");
    if (!file_read(r->arena, path, ELF_FILE_MAX, &file, &cause)) {
        box->text = arena_printf(r->arena, "%s: %s", path, cause);
        return false;
    }
    enum elf_err err = elf_parse(&elf, file.data, file.size, NULL);
    if (err != ELF_OK) {
        box->text = arena_printf(r->arena, "%s: %s", path, elf_strerror(err));
        return false;
    }
    if (!same_config(r, folder, &own)) {
        box->text = told(&own, "its gen_config.json is not that of an MCS kernel for AArch64, or "
                               "not the one that was built");
        return false;
    }
    box->text = arena_printf(r->arena, "kernel.elf, %zu KiB, AArch64, MCS, %s", file.size / 1024,
                             r->products.config);
    return true;
}

// --- the log -----------------------------------------------------------------------------------

struct seen {
    struct system system;
    struct expect expect;
    struct judge judge;
};

static void judge_text(struct judge *j, char *text)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        bool last = text[length] == '\0';
        text[length] = '\0';
        judge_line(j, text, 0);
        text += length + (last ? 0 : 1);
    }
    judge_finish(j);
}

// Judges what the run has left, anew.
static bool judge_log(struct readiness *r, struct box *box, struct seen *out)
{
    struct diag own = {.arena = r->arena};
    struct options machine = *r->options;
    struct build_result build;
    struct bytes log;
    const char *cause;
    const char *path = path_join(r->arena, r->scratch, "log");
    box->text = "the run before left no log";
    if (!file_read(r->arena, path, LOG_MAX, &log, &cause) || log.size == 0) {
        return false;
    }
    machine.command = CMD_CHECK; // what the run has built is there
    if (!system_load(r->arena, r->system, NULL, &out->system, &own) ||
        !image_build(r->arena, &machine, &out->system, &build, &own) ||
        !verify_expect(r->arena, &out->system, &build, &out->expect, &own)) {
        box->text = told(&own, "the system could not be packed");
        return false;
    }
    judge_init(&out->judge, r->arena, &out->expect, r->options->seed);
    judge_text(&out->judge, arena_copy(r->arena, (const char *)log.data, log.size));
    return true;
}

bool readiness_boot(struct readiness *r, struct box *box)
{
    struct seen seen;
    if (!judge_log(r, box, &seen)) {
        return false;
    }
    size_t good = 0;
    for (size_t i = 0; i < seen.expect.boot_count; i++) {
        good += seen.judge.seen[i].seen && !seen.judge.seen[i].wrong;
    }
    box->text =
        arena_printf(r->arena, "%zu of %zu %s, in their order and as the host expects", good,
                     seen.expect.boot_count, by_count(seen.expect.boot_count, "stage", "stages"));
    return good == seen.expect.boot_count;
}

// Does the component call another, or is it called by one?
static bool talks(const struct system *s, size_t pd)
{
    for (size_t i = 0; i < s->channel_count; i++) {
        const struct sd_channel *c = &s->channels[i];
        // Everybody calls the console.
        if (c->is_call && (c->from == pd || c->to == pd) &&
            strcmp(c->to_name.text, "console") != 0) {
            return true;
        }
    }
    return false;
}

// Does the item have a value that only this run can have?
static bool is_seeded(const struct expect_item *item)
{
    for (size_t i = 0; i < item->count; i++) {
        if (item->fields[i].value.kind == VALUE_EXPRESSION ||
            item->fields[i].value.kind == VALUE_HEX) {
            return true;
        }
    }
    return false;
}

bool readiness_ipc(struct readiness *r, struct box *box)
{
    struct seen seen;
    if (!judge_log(r, box, &seen)) {
        return false;
    }
    size_t expected = 0;
    size_t good = 0;
    const char *example = "";
    for (size_t i = seen.expect.boot_count; i < seen.expect.count; i++) {
        const struct expect_item *item = &seen.expect.items[i];
        const struct judge_seen *state = &seen.judge.seen[i];
        size_t pd = system_find_pd(&seen.system, item->from);
        if (pd == SYSTEM_NONE || !talks(&seen.system, pd) || !is_seeded(item)) {
            continue;
        }
        expected++;
        if (state->seen && !state->wrong && !state->assumed) {
            good++;
            example = judge_item_name(r->arena, item);
        }
    }
    box->text =
        arena_printf(r->arena,
                     "%zu of %zu %s of components that call each other, with values of "
                     "this run's seed, %s as the host computes them%s%s",
                     good, expected, by_count(expected, "report", "reports"),
                     by_count(good, "is", "are"), good == 0 ? "" : "; the last is ", example);
    if (expected == 0) {
        box->text = "no report that is expected of components that call each other has a "
                    "value of the seed; see examples/demo/expect.toml";
    }
    return expected != 0 && good == expected;
}
