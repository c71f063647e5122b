// SPDX-License-Identifier: BSD-2-Clause
#include "tool/plan_view.h"

#include "tool/arena.h"
#include "tool/system.h"
#include "tool/text.h"

#include <inttypes.h>

const char *view_stack_bound(enum stack_bound bound)
{
    static const char *const names[] = {
        [STACK_UNKNOWN] = "unknown",
        [STACK_AT_MOST] = "at_most",
        [STACK_AT_LEAST] = "at_least",
    };
    return names[bound];
}

const char *view_setvar(struct arena *a, const struct sd_setvar *setvar)
{
    static const char *const words[] = {
        [SD_SETVAR_VADDR] = "address of",
        [SD_SETVAR_SIZE] = "size of",
        [SD_SETVAR_PADDR] = "physical address of",
        [SD_SETVAR_PREFILL_SIZE] = "size of the file in",
        [SD_SETVAR_CHANNEL] = "channel",
        [SD_SETVAR_IRQ] = "interrupt",
        [SD_SETVAR_CHILD] = "child",
    };
    const char *word = words[setvar->kind];
    if (setvar->region_name.text != NULL) {
        return arena_printf(a, "%s %s", word, setvar->region_name.text);
    }
    return arena_printf(a, "%s %" PRId64, word, setvar->id.value);
}

const char *view_schedule(struct arena *a, const struct system *s)
{
    const char *text = s->schedule.turn_count == 0 ? NULL : "";
    for (size_t i = 0; i < s->schedule.turn_count; i++) {
        const struct sd_turn *turn = &s->schedule.turns[i];
        const char *separator = i == 0 ? "" : ", ";
        if (turn->domain_name.text == NULL) {
            text = arena_printf(a, "%s%send", text, separator);
        } else {
            text = arena_printf(
                a, "%s%s%s %" PRId64 " %s", text, separator, turn->domain_name.text,
                turn->duration.value,
                turn->in_ticks ? by_count((uint64_t)turn->duration.value, "tick", "ticks") : "us");
        }
    }
    return text;
}

const char *view_prefill(const struct sd_region *region)
{
    return region->prefill_fdt.value ? "the device tree" : region->prefill.text;
}
