// SPDX-License-Identifier: BSD-2-Clause
//
// What a domain's program is, what only Microkit programs have, and what they have not: they know
// no start page and ask no broker.
#include "checker.h"

#include <inttypes.h>
#include <string.h>

bool is_microkit(const struct checker *c, size_t pd)
{
    return pd != SYSTEM_NONE && c->system->pds[pd].abi == SD_ABI_MICROKIT;
}

static void check_abi(struct checker *c, struct sd_pd *pd)
{
    static const char *const names[] = {[SD_ABI_KAAL] = "kaal", [SD_ABI_MICROKIT] = "microkit"};
    enum { ABIS = sizeof(names) / sizeof(names[0]) };
    size_t abi = check_word(c, &pd->abi_name, "kind of program", names, ABIS);
    pd->abi = abi == SYSTEM_NONE ? SD_ABI_KAAL : (enum sd_abi)abi;
}

void check_abis(struct checker *c)
{
    for (size_t i = 0; i < c->system->pd_count; i++) {
        check_abi(c, &c->system->pds[i]);
    }
}

// --- keys --------------------------------------------------------------------------------------

struct statement {
    const char *key;
    bool given;
    struct place at;
};

static void refuse(struct checker *c, const struct statement *statements, size_t count,
                   const struct sd_pd *pd, const char *why)
{
    for (size_t i = 0; i < count; i++) {
        if (statements[i].given) {
            diag_error(c->diag, statements[i].at, "`%s` of `%s`, %s", statements[i].key,
                       pd->name.text, why);
        }
    }
}

static void refuse_ours(struct checker *c, const struct sd_pd *pd)
{
    const struct sd_policy *p = &pd->policy;
    const struct statement statements[] = {
        {"role", pd->role_name.text != NULL && strcmp(pd->role_name.text, "component") != 0,
         pd->role_name.at},
        {"args", pd->args.text != NULL, pd->args.at},
        {"max_priority", pd->max_priority.given, pd->max_priority.at},
        {"heartbeat", p->heartbeat.given, p->heartbeat.at},
        {"keep_memory", p->keep_memory.given, p->keep_memory.at},
        {"watches", p->watches.given, p->watches.at},
        {"allow", p->allow_names.given, p->allow_names.at},
        {"permits", p->permit_count != 0, p->permits_at},
        {"quota_memory", p->quota_memory.given, p->quota_memory.at},
        {"quota_slots", p->quota_slots.given, p->quota_slots.at},
        {"quota_components", p->quota_components.given, p->quota_components.at},
        {"quota_cpu", p->quota_cpu.given, p->quota_cpu.at},
    };
    refuse(c, statements, sizeof(statements) / sizeof(statements[0]), pd,
           "a Microkit program, which has no start page and no broker to ask; remove it");
}

static void refuse_microkits(struct checker *c, const struct sd_pd *pd)
{
    const struct statement statements[] = {
        {"symbols", pd->symbols.text != NULL, pd->symbols.at},
        {"smc", pd->smc.given, pd->smc.at},
        {"setvars", pd->setvar_count != 0, pd->setvar_count != 0 ? pd->setvars[0].at : pd->name.at},
    };
    refuse(c, statements, sizeof(statements) / sizeof(statements[0]), pd,
           "which is no Microkit program; remove it, or add abi = \"microkit\"");
}

// Of the parts of the system that its output and its boot know by name.
static void check_reserved(struct checker *c, const struct sd_pd *pd)
{
    static const char *const reserved[] = {"root", "cap_broker", "monitor"};
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
        if (strcmp(pd->name.text, reserved[i]) == 0) {
            diag_error(c->diag, pd->name.at,
                       "the name `%s` is reserved for a part of every system; choose another",
                       pd->name.text);
        }
    }
}

static void check_cpu(struct checker *c, const struct sd_pd *pd)
{
    if (pd->cpu.given && pd->cpu.value != 0) {
        diag_error(c->diag, pd->cpu.at,
                   "`cpu` is %" PRId64
                   ", and the kernel runs on one processor, number 0; give 0 or "
                   "remove it",
                   pd->cpu.value);
    }
}

// --- channels ----------------------------------------------------------------------------------

static void check_grant(struct checker *c, const struct sd_channel *ch)
{
    if (ch->grant.value && (is_microkit(c, ch->from) || is_microkit(c, ch->to))) {
        diag_error(c->diag, ch->grant.at,
                   "a Microkit program neither sends nor receives capabilities; remove `grant`");
    }
}

void check_microkit(struct checker *c)
{
    struct system *s = c->system;
    for (size_t i = 0; i < s->pd_count; i++) {
        const struct sd_pd *pd = &s->pds[i];
        check_cpu(c, pd);
        if (is_microkit(c, i)) {
            check_reserved(c, pd);
            refuse_ours(c, pd);
        } else {
            refuse_microkits(c, pd);
        }
    }
    for (size_t i = 0; i < s->channel_count; i++) {
        check_grant(c, &s->channels[i]);
    }
}
