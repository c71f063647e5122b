// SPDX-License-Identifier: BSD-2-Clause
#include "checker.h"

#include "tool/near.h"

#include <string.h>

static void check_channel_kind(struct checker *c, struct sd_channel *ch)
{
    static const char *const kinds[] = {"call", "notify"};
    ch->is_call = true;
    if (ch->kind_name.text != NULL) {
        ch->is_call = strcmp(ch->kind_name.text, "call") == 0;
        if (!ch->is_call && strcmp(ch->kind_name.text, "notify") != 0) {
            diag_error(c->diag, ch->kind_name.at, "unknown kind of channel `%s`; %s",
                       ch->kind_name.text, near_fix(c->arena, ch->kind_name.text, kinds, 2));
            return;
        }
    }
    if (!ch->is_call && ch->grant.value) {
        diag_error(c->diag, ch->grant.at,
                   "a notification carries no capabilities; remove `grant` or use kind = \"call\"");
    }
}

static void check_channel_ends(struct checker *c, struct sd_channel *ch)
{
    ch->from = check_pd_reference(c, "from", &ch->from_name);
    ch->to = check_pd_reference(c, "to", &ch->to_name);
    if (ch->to != SYSTEM_NONE && ch->to == c->system->broker) {
        diag_error(c->diag, ch->to_name.at,
                   "every component has a channel `broker` to the broker; remove this one");
        ch->to = SYSTEM_NONE;
    }
    if (ch->from != SYSTEM_NONE && ch->from == ch->to) {
        diag_error(c->diag, ch->from_name.at, "a channel from `%s` to itself; name another domain",
                   ch->to_name.text);
        ch->to = SYSTEM_NONE;
    }
}

static void check_channel_priorities(struct checker *c, const struct sd_channel *ch)
{
    if (!ch->is_call || ch->from == SYSTEM_NONE || ch->to == SYSTEM_NONE) {
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
    for (size_t i = 0; i < index; i++) {
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
//
// Channel by channel: does it lead from A to B where calls of channels before it lead from B to A?
// The search is breadth first, from B, so that the shortest circle is told.

struct search {
    const struct system *system;
    size_t *first; // of each domain: one of its calls, a channel; SYSTEM_NONE: it has none
    size_t *next;  // of each channel: another call of the same domain
    size_t *queue; // domains found, in order
    size_t count;
    size_t *via; // of each domain: the one it was found from; SYSTEM_NONE: not found
};

static void search_found(struct search *s, size_t pd, size_t from)
{
    if (s->via[pd] == SYSTEM_NONE) {
        s->via[pd] = from;
        s->queue[s->count++] = pd;
    }
}

static void search_expand(struct search *s, size_t pd)
{
    for (size_t i = s->first[pd]; i != SYSTEM_NONE; i = s->next[i]) {
        search_found(s, s->system->channels[i].to, pd);
    }
    if (s->system->broker != SYSTEM_NONE) {
        search_found(s, s->system->broker, pd);
    }
}

static bool search_path(struct search *s, size_t start, size_t end)
{
    s->count = 0;
    for (size_t i = 0; i < s->system->pd_count; i++) {
        s->via[i] = SYSTEM_NONE;
    }
    search_found(s, start, start);
    for (size_t i = 0; i < s->count; i++) {
        if (s->queue[i] == end) {
            return true;
        }
        search_expand(s, s->queue[i]);
    }
    return false;
}

// "`b` calls `c`, `c` calls `a`", from the end of the found path back to its start.
static const char *path_text(struct checker *c, const struct search *s, size_t end)
{
    const char *text = "";
    for (size_t pd = end; s->via[pd] != pd; pd = s->via[pd]) {
        text = arena_printf(c->arena, ", `%s` calls `%s`%s", s->system->pds[s->via[pd]].name.text,
                            s->system->pds[pd].name.text, text);
    }
    return text;
}

static struct search search_new(struct checker *c)
{
    const struct system *system = c->system;
    struct search s = {.system = system};
    s.first = arena_alloc(c->arena, system->pd_count * sizeof(*s.first));
    s.next = arena_alloc(c->arena, system->channel_count * sizeof(*s.next));
    s.queue = arena_alloc(c->arena, system->pd_count * sizeof(*s.queue));
    s.via = arena_alloc(c->arena, system->pd_count * sizeof(*s.via));
    for (size_t i = 0; i < system->pd_count; i++) {
        s.first[i] = SYSTEM_NONE;
    }
    return s;
}

static void check_circles(struct checker *c)
{
    struct search s = search_new(c);
    for (size_t i = 0; i < c->system->channel_count; i++) {
        const struct sd_channel *ch = &c->system->channels[i];
        if (!ch->is_call || ch->from == SYSTEM_NONE || ch->to == SYSTEM_NONE) {
            continue;
        }
        if (search_path(&s, ch->to, ch->from)) {
            diag_warning(c->diag, ch->from_name.at,
                         "`%s` calls `%s`%s: in this circle each can wait for the next for ever; "
                         "make one of the channels kind = \"notify\"",
                         ch->from_name.text, ch->to_name.text, path_text(c, &s, ch->from));
        }
        s.next[i] = s.first[ch->from];
        s.first[ch->from] = i;
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
