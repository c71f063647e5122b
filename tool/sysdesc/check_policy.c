// SPDX-License-Identifier: BSD-2-Clause
//
// How a component is looked after (restarts, signs of life) and what it may ask the broker for
// (permissions, quotas, devices). Nobody looks after the root task and the broker.
#include "checker.h"

#include <kaal/broker.h>
#include <kaal/time_page.h>

#include <inttypes.h>

// Slots beyond this no broker has.
enum { QUOTA_SLOTS_MAX = 1 << 20 };

static const char *const restart_names[] = {
    [KAAL_RESTART_NEVER] = "never",
    [KAAL_RESTART_ON_FAILURE] = "on-failure",
    [KAAL_RESTART_ALWAYS] = "always",
};

// Number i is the bit i of enum kaal_allow.
static const char *const allow_names[] = {"memory", "channel", "give", "publish",
                                          "spawn",  "device",  "see",  "manage"};

enum {
    RESTARTS = sizeof(restart_names) / sizeof(restart_names[0]),
    ALLOWS = sizeof(allow_names) / sizeof(allow_names[0]),
};

const char *system_restart_name(uint32_t restart)
{
    return restart < RESTARTS ? restart_names[restart] : NULL;
}

const char *system_allow_name(uint32_t bit)
{
    return bit < ALLOWS ? allow_names[bit] : NULL;
}

static uint64_t or_default(const struct sd_number *number, uint64_t usual)
{
    return number->given ? (uint64_t)number->value : usual;
}

struct kaal_policy system_policy(const struct sd_pd *pd)
{
    const struct sd_policy *p = &pd->policy;
    bool spawns = (p->allow & KAAL_ALLOW_SPAWN) != 0;
    return (struct kaal_policy){
        .restart = p->restart,
        .restart_max = (uint32_t)or_default(&p->max_restarts, SD_RESTARTS_DEFAULT),
        .window_us = or_default(&p->window, SD_WINDOW_DEFAULT_US),
        .backoff_us = or_default(&p->backoff, 0),
        .heartbeat_us = or_default(&p->heartbeat, 0),
        .quota_memory = or_default(&p->quota_memory, spawns ? KAAL_BROKER_MEMORY_QUOTA_SPAWN
                                                            : KAAL_BROKER_MEMORY_QUOTA),
        .quota_slots = (uint32_t)or_default(&p->quota_slots, spawns ? KAAL_BROKER_SLOT_QUOTA_SPAWN
                                                                    : KAAL_BROKER_SLOT_QUOTA),
        .quota_components = (uint32_t)or_default(&p->quota_components, KAAL_BROKER_COMPONENT_QUOTA),
        .quota_cpu = (uint32_t)or_default(&p->quota_cpu, KAAL_BROKER_CPU_QUOTA),
        .allow = p->allow,
    };
}

// --- who has a policy --------------------------------------------------------------------------

struct statement {
    const char *key;
    bool given;
    struct place at;
};

static void refuse_policy(struct checker *c, const struct sd_pd *pd)
{
    const struct sd_policy *p = &pd->policy;
    const struct statement statements[] = {
        {"restart", p->restart_name.text != NULL, p->restart_name.at},
        {"max_restarts", p->max_restarts.given, p->max_restarts.at},
        {"window", p->window.given, p->window.at},
        {"backoff", p->backoff.given, p->backoff.at},
        {"heartbeat", p->heartbeat.given, p->heartbeat.at},
        {"timeout", p->timeout.given, p->timeout.at},
        {"keep_memory", p->keep_memory.given, p->keep_memory.at},
        {"depends", p->depends.given, p->depends.at},
        {"watches", p->watches.given, p->watches.at},
        {"escalate", p->escalate_name.text != NULL, p->escalate_name.at},
        {"allow", p->allow_names.given, p->allow_names.at},
        {"permits", p->permit_count != 0, p->permits_at},
        {"quota_memory", p->quota_memory.given, p->quota_memory.at},
        {"quota_slots", p->quota_slots.given, p->quota_slots.at},
        {"quota_components", p->quota_components.given, p->quota_components.at},
        {"quota_cpu", p->quota_cpu.given, p->quota_cpu.at},
    };
    for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
        if (statements[i].given) {
            diag_error(c->diag, statements[i].at,
                       "`%s` of the %s, which nobody restarts or limits; remove it",
                       statements[i].key, pd->role == KAAL_ROLE_ROOT ? "root task" : "broker");
        }
    }
}

// --- restarts ----------------------------------------------------------------------------------

static void check_restart_name(struct checker *c, struct sd_policy *p)
{
    size_t restart = check_word(c, &p->restart_name, "restart policy", restart_names, RESTARTS);
    p->restart = restart == SYSTEM_NONE ? KAAL_RESTART_NEVER : (enum kaal_restart)restart;
    if (restart == SYSTEM_NONE) {
        p->restart_name.text = NULL;
    }
}

// What a restart is about says nothing of a component that is never restarted.
static void check_restart_keys(struct checker *c, const struct sd_pd *pd)
{
    const struct sd_policy *p = &pd->policy;
    const struct statement statements[] = {
        {"max_restarts", p->max_restarts.given, p->max_restarts.at},
        {"window", p->window.given, p->window.at},
        {"backoff", p->backoff.given, p->backoff.at},
        {"escalate", p->escalate_name.text != NULL, p->escalate_name.at},
    };
    for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
        if (statements[i].given) {
            diag_error(c->diag, statements[i].at,
                       "`%s` of `%s`, which is never restarted; add restart = \"on-failure\" or "
                       "remove it",
                       statements[i].key, pd->name.text);
        }
    }
}

static void report_no_clock(struct checker *c, const char *key, struct place at)
{
    diag_error(c->diag, at,
               "`%s` needs the time, and the system has no clock that wakes the broker; add "
               "clock = true to [system]",
               key);
}

// Tells the first statement that needs the time, if there is none.
static void check_clock(struct checker *c, const struct sd_policy *p)
{
    bool restarts = p->restart != KAAL_RESTART_NEVER;
    if (c->system->broker == SYSTEM_NONE || system_has_clock(c->system)) {
        return;
    }
    if (restarts && p->backoff.value > 0) {
        report_no_clock(c, "backoff", p->backoff.at);
    } else if (restarts && p->window.value > 0) {
        report_no_clock(c, "window", p->window.at);
    } else if (p->heartbeat.value > 0) {
        report_no_clock(c, "heartbeat", p->heartbeat.at);
    } else if (restarts && !p->window.given) {
        diag_error(c->diag, p->restart_name.at,
                   "restarts are counted within a `window` of %d us, and the system has no clock "
                   "that wakes the broker; add clock = true to [system], or window = 0 to count "
                   "for ever",
                   SD_WINDOW_DEFAULT_US);
    }
}

static void check_heartbeat(struct checker *c, const struct sd_pd *pd)
{
    const struct sd_number *heartbeat = &pd->policy.heartbeat;
    size_t clock = system_find_pd(c->system, KAAL_TIME_CLOCK);
    if (heartbeat->value <= 0) {
        return;
    }
    if (pd->passive.value) {
        diag_error(c->diag, heartbeat->at,
                   "`%s` is passive and runs only when it is called, so it has no signs of life "
                   "of its own; remove `heartbeat`",
                   pd->name.text);
    } else if (clock != SYSTEM_NONE &&
               (uint64_t)heartbeat->value / 2 < system_period(&c->system->pds[clock])) {
        diag_error(c->diag, heartbeat->at,
                   "`heartbeat` is %" PRId64 " us, less than two ticks of the clock; give at "
                   "least %" PRIu64,
                   heartbeat->value, 2 * system_period(&c->system->pds[clock]));
    }
}

static void check_timeout(struct checker *c, const struct sd_pd *pd)
{
    if (pd->policy.timeout.value && !pd->passive.value && system_budget(pd) == system_period(pd)) {
        diag_warning(c->diag, pd->policy.timeout.at,
                     "the budget of `%s` is its whole period and never runs out; give a `period` "
                     "above the budget or remove `timeout`",
                     pd->name.text);
    }
}

static void check_restart(struct checker *c, struct sd_pd *pd)
{
    const int64_t longest = KAAL_PERIOD_MAX_US;
    struct sd_policy *p = &pd->policy;
    bool known = p->restart_name.text != NULL;
    check_restart_name(c, p);
    known = known == (p->restart_name.text != NULL);
    bool ok = check_range(c, "max_restarts", &p->max_restarts, 1, KAAL_RESTARTS_MAX);
    ok = check_range(c, "window", &p->window, 0, longest) && ok;
    ok = check_range(c, "backoff", &p->backoff, 0, longest) && ok;
    ok = check_range(c, "heartbeat", &p->heartbeat, 0, longest) && ok;
    if (ok && known) {
        if (p->restart == KAAL_RESTART_NEVER) {
            check_restart_keys(c, pd);
        }
        check_clock(c, p);
        check_heartbeat(c, pd);
    }
    check_timeout(c, pd);
}

// --- permissions -------------------------------------------------------------------------------

static uint32_t check_allow_name(struct checker *c, const struct sd_text *name)
{
    size_t i = check_word(c, name, "permission", allow_names, ALLOWS);
    return i == SYSTEM_NONE ? 0 : 1u << i;
}

static void check_allow(struct checker *c, struct sd_policy *p)
{
    p->allow = p->allow_names.given ? 0 : KAAL_ALLOW_DEFAULT;
    for (size_t i = 0; i < p->allow_names.count; i++) {
        const struct sd_text *name = &p->allow_names.items[i];
        uint32_t bit = check_allow_name(c, name);
        if ((p->allow & bit) != 0) {
            diag_error(c->diag, name->at, "`%s` is in `allow` twice; remove one", name->text);
        }
        p->allow |= bit;
    }
    if ((p->allow & KAAL_ALLOW_DEVICE) != 0 && p->permit_count == 0) {
        diag_error(c->diag, p->allow_names.at,
                   "`allow` has \"device\", and there is no device that may be asked for; add "
                   "`permits`");
    }
    p->allow |= p->permit_count != 0 ? KAAL_ALLOW_DEVICE : 0;
}

static void check_permits(struct checker *c, const struct sd_policy *p)
{
    for (size_t i = 0; i < p->permit_count; i++) {
        enum kaal_device_match by;
        const struct sd_text *text = system_match(&p->permits[i], &by);
        if (!check_match(c, "a permit", &p->permits[i])) {
            continue;
        }
        for (size_t j = 0; j < i; j++) {
            if (system_match_same(&p->permits[i], &p->permits[j])) {
                diag_error(c->diag, text->at, "`%s` is in `permits` twice; remove one", text->text);
                break;
            }
        }
    }
}

// --- quotas ------------------------------------------------------------------------------------

// A permission that is written, and a quota of 0 that leaves nothing of it.
static void check_empty_quota(struct checker *c, const struct sd_policy *p, const char *key,
                              const struct sd_number *quota, enum kaal_allow allow)
{
    uint32_t written = p->allow_names.given ? p->allow : 0;
    if (quota->given && quota->value == 0 && (written & allow) != 0) {
        const char *name = allow == KAAL_ALLOW_SPAWN ? "spawn" : "memory";
        diag_error(c->diag, quota->at,
                   "`%s` is 0 and leaves nothing of \"%s\" in `allow`; raise it or remove "
                   "\"%s\"",
                   key, name, name);
    }
}

static void check_unused_quota(struct checker *c, const struct sd_pd *pd, const char *key,
                               const struct sd_number *quota)
{
    if (quota->given && quota->value != 0 && (pd->policy.allow & KAAL_ALLOW_SPAWN) == 0) {
        diag_error(c->diag, quota->at,
                   "`%s` of `%s`, which may not start components; add \"spawn\" to `allow` or "
                   "remove it",
                   key, pd->name.text);
    }
}

static void check_quotas(struct checker *c, const struct sd_pd *pd)
{
    const struct sd_policy *p = &pd->policy;
    const struct {
        const char *key;
        const struct sd_number *quota;
        int64_t max;
        bool spawn_only;
    } quotas[] = {
        {"quota_memory", &p->quota_memory, SD_QUOTA_MEMORY_MAX, false},
        {"quota_slots", &p->quota_slots, QUOTA_SLOTS_MAX, false},
        {"quota_components", &p->quota_components, KAAL_COMPONENT_ROOM, true},
        {"quota_cpu", &p->quota_cpu, KAAL_CPU_WHOLE, true},
    };
    for (size_t i = 0; i < sizeof(quotas) / sizeof(quotas[0]); i++) {
        if (!check_range(c, quotas[i].key, quotas[i].quota, 0, quotas[i].max)) {
            continue;
        }
        check_empty_quota(c, p, quotas[i].key, quotas[i].quota, KAAL_ALLOW_SPAWN);
        if (quotas[i].spawn_only) {
            check_unused_quota(c, pd, quotas[i].key, quotas[i].quota);
        } else {
            check_empty_quota(c, p, quotas[i].key, quotas[i].quota, KAAL_ALLOW_MEMORY);
        }
    }
}

// What is written must be there for each at the same time.
static void check_shared_slots(struct checker *c)
{
    int64_t sum = 0;
    const struct sd_number *largest = NULL;
    for (size_t i = 0; i < c->system->pd_count; i++) {
        const struct sd_number *quota = &c->system->pds[i].policy.quota_slots;
        if (quota->given && quota->value > 0 && quota->value <= QUOTA_SLOTS_MAX) {
            sum += quota->value;
            largest = largest == NULL || quota->value > largest->value ? quota : largest;
        }
    }
    if (sum > KAAL_BROKER_SHARED_SLOTS) {
        diag_warning(c->diag, largest->at,
                     "the `quota_slots` of all add up to %" PRId64 ", and %d are there for sure; "
                     "lower them, or some get KAAL_ERR_SLOTS when others have taken theirs",
                     sum, KAAL_BROKER_SHARED_SLOTS);
    }
}

// It waits for its next period by giving up what is left of the budget; with all of the period as
// budget it would not wait at all.
static void check_ticks(struct checker *c)
{
    if (!system_has_clock(c->system)) {
        return;
    }
    const struct sd_pd *clock = &c->system->pds[system_find_pd(c->system, KAAL_TIME_CLOCK)];
    if (system_budget(clock) == system_period(clock)) {
        diag_error(c->diag, clock->name.at,
                   "the clock counts its periods and has a budget of a whole one, so that it would "
                   "run too fast; give it budget = 100 and period = 1000");
    }
}

void check_policies(struct checker *c)
{
    check_ticks(c);
    for (size_t i = 0; i < c->system->pd_count; i++) {
        struct sd_pd *pd = &c->system->pds[i];
        if (pd->role != KAAL_ROLE_COMPONENT) {
            pd->policy.allow = KAAL_ALLOW_DEFAULT;
            refuse_policy(c, pd);
            continue;
        }
        check_restart(c, pd);
        check_allow(c, &pd->policy);
        if (pd->abi == SD_ABI_MICROKIT) {
            pd->policy.allow = 0; // it has nobody to ask
        }
        check_permits(c, &pd->policy);
        check_quotas(c, pd);
    }
    check_shared_slots(c);
}
