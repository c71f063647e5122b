// SPDX-License-Identifier: BSD-2-Clause
#include "checker.h"

static const char *const words[WORD_COUNT][2] = {
    [WORD_RIGHTS] = {"rights", "perms"},
    [WORD_PADDR] = {"paddr", "phys_addr"},
    [WORD_PREFILL] = {"prefill", "prefill_path"},
    [WORD_PREFILL_FDT] = {"prefill_fdt", "prefill_bootinfo"},
    [WORD_FROM] = {"from", "pd"},
    [WORD_TO] = {"to", "pd"},
    [WORD_FROM_ID] = {"from_id", "id"},
    [WORD_TO_ID] = {"to_id", "id"},
    [WORD_OBJECT] = {"object", "pd"},
    [WORD_DURATION] = {"us` or `ticks", "duration"},
    [WORD_ADD_MAP] = {"add `maps`", "add a `map`"},
    [WORD_MOVE_MAP] = {"move one or leave out `vaddr`", "move one"},
    [WORD_MAKE_NOTIFY] = {"make one of the channels kind = \"notify\"",
                          "remove `pp` of one of the ends"},
};

const char *word(const struct checker *c, enum word w)
{
    return words[w][c->system->form == SD_FORM_XML];
}

const char *add_key(const struct checker *c, const char *key)
{
    bool xml = c->system->form == SD_FORM_XML;
    return arena_printf(c->arena, xml ? "add %s=\"...\"" : "add `%s = ...`", key);
}
