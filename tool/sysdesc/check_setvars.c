// SPDX-License-Identifier: BSD-2-Clause
//
// Symbols of Microkit programs that are set. What they are set to is here; whether the program has
// them is seen in its file.
#include "checker.h"

#include <inttypes.h>

static const char *kind_key(const struct checker *c, enum sd_setvar_kind kind)
{
    static const char *const keys[][2] = {
        [SD_SETVAR_VADDR] = {"vaddr_of", "setvar_vaddr"},
        [SD_SETVAR_SIZE] = {"size_of", "setvar_size"},
        [SD_SETVAR_PADDR] = {"paddr_of", "region_paddr"},
        [SD_SETVAR_PREFILL_SIZE] = {"prefill_size_of", "setvar_prefill_size"},
        [SD_SETVAR_CHANNEL] = {"channel", "setvar_id"},
        [SD_SETVAR_IRQ] = {"irq", "setvar_id"},
        [SD_SETVAR_CHILD] = {"child", "setvar_id"},
    };
    return keys[kind][c->system->form == SD_FORM_XML];
}

static size_t maps_of(const struct sd_region *region, size_t pd)
{
    size_t count = 0;
    for (size_t i = 0; i < region->map_count; i++) {
        count += region->maps[i].pd == pd;
    }
    return count;
}

static void check_vaddr(struct checker *c, size_t pd, const struct sd_setvar *v)
{
    const struct sd_region *region = &c->system->regions[v->region];
    size_t maps = maps_of(region, pd);
    if (maps != 1) {
        diag_error(c->diag, v->region_name.at,
                   "`%s` is mapped %zu times into `%s`, so it has no one address there; map it "
                   "once, or remove `%s`",
                   region->name.text, maps, c->system->pds[pd].name.text, kind_key(c, v->kind));
    }
}

static void check_of_region(struct checker *c, size_t pd, struct sd_setvar *v)
{
    struct system *s = c->system;
    // The attributes of a map speak of its region, which was looked for already.
    bool looked_for = s->form == SD_FORM_XML && v->kind != SD_SETVAR_PADDR;
    v->region = looked_for ? system_find_region(s, v->region_name.text)
                           : check_region_reference(c, kind_key(c, v->kind), &v->region_name);
    if (v->region == SYSTEM_NONE) {
        return;
    }
    struct sd_region *region = &s->regions[v->region];
    if (v->kind == SD_SETVAR_VADDR) {
        check_vaddr(c, pd, v);
    } else if (v->kind == SD_SETVAR_PREFILL_SIZE && region->prefill.text == NULL) {
        diag_error(c->diag, v->symbol.at,
                   "`%s` of `%s`, which holds no file; add `%s` to it, or remove this",
                   kind_key(c, v->kind), region->name.text, word(c, WORD_PREFILL));
    } else if (v->kind == SD_SETVAR_PADDR && !region->paddr.given) {
        // One address for the whole of it.
        region->contiguous = (struct sd_flag){.value = true, .given = true, .at = v->symbol.at};
    }
}

static bool has_id(const struct system *s, size_t pd, const struct sd_setvar *v)
{
    bool found = false;
    for (size_t i = 0; i < s->channel_count && v->kind == SD_SETVAR_CHANNEL; i++) {
        const struct sd_channel *ch = &s->channels[i];
        found = found || (ch->from == pd && ch->from_id.given && ch->from_id.value == v->id.value);
        found = found || (ch->to == pd && ch->to_id.given && ch->to_id.value == v->id.value);
    }
    for (size_t i = 0; i < s->irq_count && v->kind == SD_SETVAR_IRQ; i++) {
        found = found || (s->irqs[i].pd == pd && s->irqs[i].id.value == v->id.value);
    }
    for (size_t i = 0; i < s->pd_count && v->kind == SD_SETVAR_CHILD; i++) {
        found = found ||
                (s->pds[i].parent == pd && s->pds[i].id.given && s->pds[i].id.value == v->id.value);
    }
    return found;
}

static void check_of_id(struct checker *c, size_t pd, const struct sd_setvar *v)
{
    static const char *const what[] = {[SD_SETVAR_CHANNEL] = "channel",
                                       [SD_SETVAR_IRQ] = "interrupt",
                                       [SD_SETVAR_CHILD] = "child"};
    // In XML it stands with what has the number.
    if (c->system->form != SD_FORM_XML && !has_id(c->system, pd, v)) {
        diag_error(c->diag, v->id.at, "`%s` has no %s %" PRId64 "; give the `id` of one",
                   c->system->pds[pd].name.text, what[v->kind], v->id.value);
    }
}

static void check_symbol(struct checker *c, const struct sd_pd *pd, size_t index)
{
    const struct sd_text *symbol = &pd->setvars[index].symbol;
    if (symbol->text[0] == '\0') {
        diag_error(c->diag, symbol->at, "a symbol without a name; give that of a variable");
        return;
    }
    for (size_t i = 0; i < index; i++) {
        if (same_text(&pd->setvars[i].symbol, symbol)) {
            diag_error(c->diag, symbol->at,
                       "`%s` of `%s` is set twice, first in line %u; use two variables",
                       symbol->text, pd->name.text, pd->setvars[i].symbol.at.line);
            return;
        }
    }
}

void check_setvars(struct checker *c)
{
    for (size_t i = 0; i < c->system->pd_count; i++) {
        struct sd_pd *pd = &c->system->pds[i];
        for (size_t j = 0; j < pd->setvar_count; j++) {
            check_symbol(c, pd, j);
            if (pd->setvars[j].kind >= SD_SETVAR_CHANNEL) {
                check_of_id(c, i, &pd->setvars[j]);
            } else {
                check_of_region(c, i, &pd->setvars[j]);
            }
        }
    }
}
