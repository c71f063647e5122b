// SPDX-License-Identifier: BSD-2-Clause
#include "tool/system.h"

#include <inttypes.h>

static void check_smc(const struct system *s, struct diag *d)
{
    for (size_t i = 0; i < s->pd_count; i++) {
        if (s->pds[i].smc.value) {
            diag_error(d, s->pds[i].smc.at,
                       "`smc` of `%s`, and the kernel lets nobody make secure monitor calls; use a "
                       "configuration with ALLOW_SMC_CALLS, as --config mk-el1-dbg, or remove it",
                       s->pds[i].name.text);
        }
    }
}

static void check_domains(const struct system *s, unsigned domains, struct diag *d)
{
    for (size_t i = 0; i < s->schedule.domain_count; i++) {
        const struct sd_domain *domain = &s->schedule.domains[i];
        if (domain->id.value >= domains) {
            diag_error(d, domain->id.at,
                       "the domain `%s` has the number %" PRId64 ", and the kernel has %u; use a "
                       "configuration with more (NUM_DOMAINS), as --config mk-el1-dbg",
                       domain->name.text, domain->id.value, domains);
            return;
        }
    }
}

static void check_turns(const struct system *s, unsigned turns, struct diag *d)
{
    uint64_t end = (uint64_t)s->schedule.index_shift.value + s->schedule.turn_count;
    if (end > turns) {
        diag_error(d, s->schedule.at,
                   "the schedule of domains ends at index %" PRIu64
                   ", and the kernel's has %u; use "
                   "a configuration with more (NUM_DOMAIN_SCHEDULES), as --config mk-el1-dbg",
                   end, turns);
    }
}

bool system_fits_kernel(const struct system *s, bool smc, unsigned domains, unsigned turns,
                        struct diag *d)
{
    size_t errors = d->errors;
    if (!smc) {
        check_smc(s, d);
    }
    check_domains(s, domains, d);
    check_turns(s, turns, d);
    return d->errors == errors;
}
