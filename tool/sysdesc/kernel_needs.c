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

bool system_fits_kernel(const struct system *s, bool smc, unsigned domains, struct diag *d)
{
    size_t errors = d->errors;
    if (!smc) {
        check_smc(s, d);
    }
    check_domains(s, domains, d);
    return d->errors == errors;
}
