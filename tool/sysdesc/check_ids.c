// SPDX-License-Identifier: BSD-2-Clause
//
// The numbers by which a Microkit program knows its channels, interrupts and children.
//
//   ids[pd].of[0 .. 61]   what has the number: a channel, with who is at its other end and what the
//                      two may do to each other, or an interrupt
//
// A channel of Microkit's is up to four of ours, so that what has a number already may get it
// again: one thing more that the ends may do.
#include "checker.h"

#include <kaal/limits.h>

#include <inttypes.h>
#include <string.h>

enum use_bit {
    USE_SIGNALS = 1u << 0,
    USE_SIGNALLED = 1u << 1,
    USE_CALLS = 1u << 2,
    USE_CALLED = 1u << 3,
    USE_IRQ = 1u << 4,
};

struct use {
    uint32_t bits; // 0: free
    size_t peer;
    int64_t peer_id;
    struct place at;
};

struct id_table {
    struct use of[KAAL_NOTIFY_BITS];
};

// One end of a channel, seen from there.
struct end {
    size_t pd;
    const struct sd_number *id;
    enum word key;
    size_t peer;
    const struct sd_number *peer_id;
    uint32_t bit;
};

// The number, if given, of a channel, interrupt or child.
static bool check_id(struct checker *c, const char *key, const struct sd_number *id)
{
    return check_range(c, key, id, 0, KAAL_NOTIFY_BITS - 1);
}

static bool valid(const struct sd_number *id)
{
    return id->given && id->value >= 0 && id->value < KAAL_NOTIFY_BITS;
}

static void report_taken(struct checker *c, size_t pd, const struct sd_number *id,
                         const struct use *use)
{
    diag_error(c->diag, id->at,
               "`id` %" PRId64 " of `%s` is taken by the %s of line %u; choose another", id->value,
               c->system->pds[pd].name.text, use->bits == USE_IRQ ? "interrupt" : "channel",
               use->at.line);
}

// --- channels ----------------------------------------------------------------------------------

// Is the end's number there, and in its range?
static bool check_end(struct checker *c, const struct sd_channel *ch, const struct end *e)
{
    const char *key = word(c, e->key);
    if (!is_microkit(c, e->pd)) {
        if (e->id->given) {
            diag_error(c->diag, e->id->at,
                       "`%s` of a channel of `%s`, which is no Microkit program; remove it", key,
                       c->system->pds[e->pd].name.text);
        }
        return false;
    }
    if (!e->id->given) {
        diag_error(c->diag, ch->at, "a channel of the Microkit program `%s` without `%s`; %s",
                   c->system->pds[e->pd].name.text, key, add_key(c, key));
        return false;
    }
    return check_id(c, key, e->id);
}

static void claim_end(struct checker *c, struct id_table *ids, const struct sd_channel *ch,
                      const struct end *e)
{
    if (!check_end(c, ch, e)) {
        return;
    }
    struct use *use = &ids[e->pd].of[e->id->value];
    int64_t peer_id = e->peer_id->given ? e->peer_id->value : -1;
    bool same = use->peer == e->peer && use->peer_id == peer_id && use->bits != USE_IRQ;
    if (use->bits != 0 && (!same || (use->bits & e->bit) != 0)) {
        report_taken(c, e->pd, e->id, use);
        return;
    }
    if (use->bits == 0) {
        *use = (struct use){.peer = e->peer, .peer_id = peer_id, .at = ch->at};
    }
    use->bits |= e->bit;
}

// A caller waits, so who is called must be able to run.
static void check_call(struct checker *c, const struct id_table *ids, const struct sd_channel *ch)
{
    const uint32_t both = USE_CALLS | USE_CALLED;
    const struct sd_pd *from = &c->system->pds[ch->from];
    const struct sd_pd *to = &c->system->pds[ch->to];
    if (!ch->is_call || !is_microkit(c, ch->from) || !is_microkit(c, ch->to)) {
        return;
    }
    if (valid(&ch->from_id) && (ids[ch->from].of[ch->from_id.value].bits & both) == both) {
        diag_error(c->diag, ch->at, "both ends of the channel of `%s` and `%s` call the other; %s",
                   ch->from_name.text, ch->to_name.text, word(c, WORD_MAKE_NOTIFY));
    } else if (system_priority(from) >= system_priority(to)) {
        diag_error(c->diag, ch->kind_name.text != NULL ? ch->kind_name.at : ch->from_name.at,
                   "`%s` (priority %u) calls `%s` (priority %u), which must be above it; lower the "
                   "one or raise the other",
                   from->name.text, system_priority(from), to->name.text, system_priority(to));
    }
}

static void claim_channel(struct checker *c, struct id_table *ids, const struct sd_channel *ch)
{
    struct end from = {ch->from, &ch->from_id, WORD_FROM_ID,
                       ch->to,   &ch->to_id,   ch->is_call ? USE_CALLS : USE_SIGNALS};
    struct end to = {ch->to,   &ch->to_id,   WORD_TO_ID,
                     ch->from, &ch->from_id, ch->is_call ? USE_CALLED : USE_SIGNALLED};
    bool self = ch->from == ch->to && valid(&ch->from_id) && ch->to_id.given;
    if (self && ch->from_id.value == ch->to_id.value) {
        diag_error(c->diag, ch->at,
                   "both ends of a channel of `%s` to itself have the `id` %" PRId64
                   "; choose another for one",
                   ch->from_name.text, ch->to_id.value);
        return;
    }
    claim_end(c, ids, ch, &from);
    claim_end(c, ids, ch, &to);
}

// --- interrupts --------------------------------------------------------------------------------

static void check_irq_unique(struct checker *c, size_t index)
{
    const struct sd_irq *irq = &c->system->irqs[index];
    for (size_t i = 0; i < index; i++) {
        const struct sd_irq *other = &c->system->irqs[i];
        if (irq->irq.given && other->irq.given && other->irq.value == irq->irq.value) {
            diag_error(c->diag, irq->irq.at,
                       "interrupt %" PRId64 " is already that of `%s` in line %u; an interrupt has "
                       "one holder",
                       irq->irq.value, other->pd_name.text, other->at.line);
            return;
        }
    }
}

static void check_trigger(struct checker *c, struct sd_irq *irq)
{
    const char *name = irq->trigger_name.text;
    irq->edge = name != NULL && strcmp(name, "edge") == 0;
    if (name != NULL && !irq->edge && strcmp(name, "level") != 0) {
        diag_error(c->diag, irq->trigger_name.at, "`trigger` is \"%s\"; give level or edge", name);
    }
}

void check_irqs(struct checker *c)
{
    enum { IRQ_MAX = 1019 }; // of a GIC
    for (size_t i = 0; i < c->system->irq_count; i++) {
        struct sd_irq *irq = &c->system->irqs[i];
        irq->pd = check_pd_reference(c, "pd", &irq->pd_name);
        if (irq->pd != SYSTEM_NONE && !is_microkit(c, irq->pd)) {
            diag_error(c->diag, irq->pd_name.at,
                       "`%s` is no Microkit program and knows no interrupt by a number; use "
                       "[[devices]]",
                       irq->pd_name.text);
            irq->pd = SYSTEM_NONE;
        }
        check_range(c, "irq", &irq->irq, 0, IRQ_MAX);
        check_id(c, "id", &irq->id);
        check_trigger(c, irq);
        check_irq_unique(c, i);
    }
}

static void claim_irq(struct checker *c, struct id_table *ids, const struct sd_irq *irq)
{
    if (irq->pd == SYSTEM_NONE || !valid(&irq->id)) {
        return;
    }
    struct use *use = &ids[irq->pd].of[irq->id.value];
    if (use->bits != 0) {
        report_taken(c, irq->pd, &irq->id, use);
    } else {
        *use = (struct use){.bits = USE_IRQ, .peer = SYSTEM_NONE, .at = irq->at};
    }
}

// --- children ----------------------------------------------------------------------------------

static void check_child_unique(struct checker *c, size_t index)
{
    const struct sd_pd *pd = &c->system->pds[index];
    for (size_t i = 0; i < index; i++) {
        const struct sd_pd *other = &c->system->pds[i];
        if (other->parent == pd->parent && other->id.given && other->id.value == pd->id.value) {
            diag_error(c->diag, pd->id.at,
                       "`id` %" PRId64 " is that of `%s` in line %u, a child of `%s` as well; "
                       "choose another",
                       pd->id.value, other->name.text, other->name.at.line,
                       c->system->pds[pd->parent].name.text);
            return;
        }
    }
}

static void check_child(struct checker *c, size_t index)
{
    const struct sd_pd *pd = &c->system->pds[index];
    if (is_microkit(c, pd->parent)) {
        if (!pd->id.given) {
            diag_error(c->diag, pd->name.at,
                       "`%s` is a child of the Microkit program `%s` and has "
                       "no `id`; %s",
                       pd->name.text, c->system->pds[pd->parent].name.text, add_key(c, "id"));
        } else if (check_id(c, "id", &pd->id)) {
            check_child_unique(c, index);
        }
    } else if (pd->id.given && pd->parent_name.text == NULL) {
        diag_error(c->diag, pd->id.at,
                   "`id` is the number at a parent, which `%s` does not have; remove it",
                   pd->name.text);
    } else if (pd->id.given && pd->parent != SYSTEM_NONE) {
        diag_error(c->diag, pd->id.at,
                   "`id` of `%s`, whose parent is no Microkit program; remove it", pd->name.text);
    }
}

void check_ids(struct checker *c)
{
    struct system *s = c->system;
    struct id_table *ids = arena_alloc(c->arena, s->pd_count * sizeof(*ids));
    for (size_t i = 0; i < s->channel_count; i++) {
        if (s->channels[i].from != SYSTEM_NONE && s->channels[i].to != SYSTEM_NONE) {
            claim_channel(c, ids, &s->channels[i]);
            check_call(c, ids, &s->channels[i]);
        }
    }
    for (size_t i = 0; i < s->irq_count; i++) {
        claim_irq(c, ids, &s->irqs[i]);
    }
    for (size_t i = 0; i < s->pd_count; i++) {
        check_child(c, i);
    }
}
