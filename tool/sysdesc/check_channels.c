// SPDX-License-Identifier: BSD-2-Clause
#include "checker.h"
#include "graph.h"

#include <kaal/time_page.h>

#include <string.h>

static void check_channel_kind(struct checker *c, struct sd_channel *ch)
{
    static const char *const kinds[] = {"call", "notify"};
    size_t kind = check_word(c, &ch->kind_name, "kind of channel", kinds, 2);
    ch->is_call = ch->kind_name.text == NULL || kind == 0;
    if (ch->kind_name.text != NULL && kind == SYSTEM_NONE) {
        return;
    }
    if (!ch->is_call && ch->grant.value) {
        diag_error(c->diag, ch->grant.at,
                   "a notification carries no capabilities; remove `grant` or use kind = \"call\"");
    }
}

// The one channel to the broker that is written: its alarm.
static bool wakes_broker(const struct sd_channel *ch)
{
    return !ch->is_call && ch->name.text != NULL && ch->from_name.text != NULL &&
           strcmp(ch->name.text, KAAL_TIME_BROKER) == 0 &&
           strcmp(ch->from_name.text, KAAL_TIME_CLOCK) == 0;
}

static void check_channel_ends(struct checker *c, struct sd_channel *ch)
{
    ch->from = check_pd_reference(c, word(c, WORD_FROM), &ch->from_name);
    ch->to = check_pd_reference(c, word(c, WORD_TO), &ch->to_name);
    if (ch->to != SYSTEM_NONE && ch->to == c->system->broker && !wakes_broker(ch)) {
        diag_error(c->diag, ch->to_name.at,
                   "every component has a channel `broker` to the broker; remove this one");
        ch->to = SYSTEM_NONE;
    }
    // A Microkit program may signal itself: its numbers tell the two ends apart.
    bool self = is_microkit(c, ch->from) && !ch->is_call;
    if (ch->from != SYSTEM_NONE && ch->from == ch->to && !self) {
        diag_error(c->diag, ch->from_name.at, "a channel from `%s` to itself; name another domain",
                   ch->to_name.text);
        ch->to = SYSTEM_NONE;
    }
}

static void check_channel_priorities(struct checker *c, const struct sd_channel *ch)
{
    if (!ch->is_call || ch->from == SYSTEM_NONE || ch->to == SYSTEM_NONE ||
        (is_microkit(c, ch->from) && is_microkit(c, ch->to))) {
        return;
    }
    const struct sd_pd *from = &c->system->pds[ch->from];
    const struct sd_pd *to = &c->system->pds[ch->to];
    if (system_priority(from) > system_priority(to)) {
        diag_warning(c->diag, ch->from_name.at,
                     "`%s` (priority %u) calls `%s` (priority %u), whom others can keep from "
                     "answering; give `%s` at least the priority of its callers",
                     from->name.text, system_priority(from), to->name.text, system_priority(to),
                     to->name.text);
    }
}

static bool same_place(struct place a, struct place b)
{
    return a.line == b.line && a.column == b.column;
}

static void report_twice(struct checker *c, const struct sd_channel *ch,
                         const struct sd_channel *first)
{
    if (same_place(ch->at, first->at)) {
        diag_error(c->diag, ch->from_name.at, "`%s` is in `from` twice; remove one",
                   ch->from_name.text);
    } else {
        check_duplicate(c, &ch->name, "a channel", &first->name);
    }
}

static void check_channel_name(struct checker *c, size_t index)
{
    const struct sd_channel *ch = &c->system->channels[index];
    if (!check_name(c, &ch->name)) {
        return;
    }
    if (strcmp(ch->name.text, "broker") == 0) {
        diag_error(c->diag, ch->name.at,
                   "the channel name `broker` is that of every component's channel to the broker; "
                   "choose another");
    }
    // Microkit programs know channels by numbers.
    for (size_t i = 0; i < index && !is_microkit(c, ch->from); i++) {
        const struct sd_channel *other = &c->system->channels[i];
        if (other->from != SYSTEM_NONE && other->from == ch->from &&
            other->is_call == ch->is_call && same_text(&other->name, &ch->name)) {
            report_twice(c, ch, other);
            return;
        }
    }
}

// --- circles of calls --------------------------------------------------------------------------
//
// A caller waits for its answer. Domains that call each other in a circle can come to wait for each
// other for ever. Every component calls the broker, so what the broker calls closes a circle at
// once.

static struct graph calls_to_broker(struct checker *c)
{
    const struct system *s = c->system;
    struct graph g = graph_new(c->arena, s->pd_count, s->pd_count + s->channel_count);
    for (size_t i = 0; i < s->pd_count && s->broker != SYSTEM_NONE; i++) {
        graph_add(&g, i, s->broker);
    }
    return g;
}

static void check_circles(struct checker *c)
{
    struct graph g = calls_to_broker(c);
    for (size_t i = 0; i < c->system->channel_count; i++) {
        const struct sd_channel *ch = &c->system->channels[i];
        if (!ch->is_call || ch->from == SYSTEM_NONE || ch->to == SYSTEM_NONE) {
            continue;
        }
        if (graph_path(&g, ch->to, ch->from)) {
            diag_warning(c->diag, ch->from_name.at,
                         "`%s` calls `%s`%s: in this circle each can wait for the next for ever; "
                         "%s",
                         ch->from_name.text, ch->to_name.text, path_text(c, &g, ch->from, "calls"),
                         word(c, WORD_MAKE_NOTIFY));
        }
        graph_add(&g, ch->from, ch->to);
    }
}

void check_channels(struct checker *c)
{
    for (size_t i = 0; i < c->system->channel_count; i++) {
        struct sd_channel *ch = &c->system->channels[i];
        check_channel_kind(c, ch);
        check_channel_ends(c, ch);
        check_channel_priorities(c, ch);
        check_channel_name(c, i);
    }
    check_circles(c);
}
