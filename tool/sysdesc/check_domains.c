// SPDX-License-Identifier: BSD-2-Clause
//
// The schedule of the kernel's domains: who is in which, and the turns in which they run.
//
//   turns   a 10 | b 20 | end | a 5 | end
//           0      1      2     3     4       indices, behind index_shift
//                               ^ start_index
#include "checker.h"

#include "tool/near.h"

#include <kaal/time_page.h>

#include <inttypes.h>
#include <string.h>

// --- domains -----------------------------------------------------------------------------------

static void check_domain_unique(struct checker *c, size_t index)
{
    const struct sd_schedule *s = &c->system->schedule;
    const struct sd_domain *domain = &s->domains[index];
    for (size_t i = 0; i < index; i++) {
        const struct sd_domain *other = &s->domains[i];
        if (same_text(&other->name, &domain->name)) {
            check_duplicate(c, &domain->name, "a domain", &other->name);
            return;
        }
        if (domain->id.given && other->id.given && domain->id.value == other->id.value) {
            diag_error(c->diag, domain->id.at,
                       "`id` %" PRId64 " is that of the domain `%s` in line %u; choose another",
                       domain->id.value, other->name.text, other->name.at.line);
            return;
        }
    }
}

static bool is_taken(const struct sd_schedule *s, int64_t id)
{
    for (size_t i = 0; i < s->domain_count; i++) {
        if (s->domains[i].id.given && s->domains[i].id.value == id) {
            return true;
        }
    }
    return false;
}

// Those without a number get the smallest that are free, in file order.
static void number_domains(struct sd_schedule *s)
{
    int64_t next = 0;
    for (size_t i = 0; i < s->domain_count; i++) {
        struct sd_domain *domain = &s->domains[i];
        while (is_taken(s, next)) {
            next++;
        }
        if (!domain->id.given) {
            domain->id = (struct sd_number){.value = next, .given = true, .at = domain->name.at};
        }
    }
}

static size_t find_domain(struct checker *c, const struct sd_text *name)
{
    const struct sd_schedule *s = &c->system->schedule;
    const char *names[KAAL_DOMAIN_MAX];
    for (size_t i = 0; i < s->domain_count; i++) {
        names[i] = s->domains[i].name.text != NULL ? s->domains[i].name.text : "";
        if (strcmp(names[i], name->text) == 0) {
            return i;
        }
    }
    diag_error(c->diag, name->at, "`domain` names no domain of the schedule: `%s`; %s", name->text,
               near_fix(c->arena, name->text, names, s->domain_count));
    return SYSTEM_NONE;
}

// --- turns -------------------------------------------------------------------------------------

static void check_turn(struct checker *c, struct sd_turn *turn)
{
    if (turn->domain_name.text == NULL) {
        return;
    }
    turn->domain = find_domain(c, &turn->domain_name);
    check_range(c, word(c, WORD_DURATION), &turn->duration, 1, INT32_MAX);
}

static void check_turns(struct checker *c)
{
    struct sd_schedule *s = &c->system->schedule;
    int64_t count = (int64_t)s->turn_count;
    if (count == 0 || count > KAAL_TURN_MAX) {
        diag_error(c->diag, s->at, "a schedule of %zu turns; give it 1 to %d", s->turn_count,
                   KAAL_TURN_MAX);
        return;
    }
    for (size_t i = 0; i < s->turn_count; i++) {
        check_turn(c, &s->turns[i]);
    }
    check_range(c, "start_index", &s->start_index, 0, count - 1);
    size_t first = (size_t)s->start_index.value;
    if (first < s->turn_count && s->turns[first].domain_name.text == NULL) {
        diag_error(c->diag, s->start_index.given ? s->start_index.at : s->at,
                   "the schedule is to start at %zu, which is an end marker; give the index of a "
                   "turn",
                   first);
    }
    check_range(c, "index_shift", &s->index_shift, 0, KAAL_TURN_MAX - count);
}

// --- who is in which ---------------------------------------------------------------------------

static void check_membership(struct checker *c, const struct sd_pd *pd)
{
    bool scheduled = c->system->schedule.at.line != 0;
    if (pd->domain.text == NULL) {
        if (scheduled && pd->role == KAAL_ROLE_COMPONENT &&
            strcmp(pd->name.text, KAAL_TIME_CLOCK) != 0) {
            diag_error(c->diag, pd->name.at,
                       "`%s` is in no domain, and the system has a schedule of domains; %s",
                       pd->name.text, add_key(c, "domain"));
        }
    } else if (!scheduled) {
        diag_error(c->diag, pd->domain.at,
                   "`domain` of `%s`, and the system has no schedule of domains; add one or remove "
                   "this",
                   pd->name.text);
    } else if (pd->role != KAAL_ROLE_COMPONENT) {
        diag_error(c->diag, pd->domain.at,
                   "the %s is in no domain of the schedule; remove `domain`",
                   pd->role == KAAL_ROLE_ROOT ? "root task" : "broker");
    } else {
        find_domain(c, &pd->domain);
    }
}

void check_domains(struct checker *c)
{
    struct sd_schedule *s = &c->system->schedule;
    if (s->at.line != 0 && (s->domain_count == 0 || s->domain_count > KAAL_DOMAIN_MAX)) {
        diag_error(c->diag, s->at, "a schedule of %zu domains; give it 1 to %d", s->domain_count,
                   KAAL_DOMAIN_MAX);
        return;
    }
    for (size_t i = 0; i < s->domain_count; i++) {
        check_name(c, &s->domains[i].name);
        check_range(c, "id", &s->domains[i].id, 0, KAAL_DOMAIN_MAX - 1);
        check_domain_unique(c, i);
    }
    number_domains(s);
    if (s->at.line != 0) {
        check_turns(c);
    }
    for (size_t i = 0; i < c->system->pd_count; i++) {
        check_membership(c, &c->system->pds[i]);
    }
}
