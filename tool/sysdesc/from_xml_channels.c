// SPDX-License-Identifier: BSD-2-Clause
//
// Channels of Microkit's form. One is up to three of ours: an end that may notify signals the
// other, an end with pp calls it.
//
//   <channel> <end pd="a" id="1" pp="true" />   ->  a signals b, a calls b, b signals a
//             <end pd="b" id="2" />
//   setvar_id of an end                         ->  sd_setvar of its domain
#include "xml_read.h"

#include <string.h>

static void add_channel(struct xml_reader *r, struct sd_channel channel)
{
    struct system *s = r->system;
    s->channels = arena_grow(r->arena, s->channels, s->channel_count, &s->channel_capacity,
                             sizeof(*s->channels));
    s->channels[s->channel_count++] = channel;
}

struct end_element {
    struct place at;
    struct sd_text pd;
    struct sd_number id;
    struct sd_flag pp;
    struct sd_flag notify;
    struct sd_text setvar_id;
};

static const struct xml_key end_keys[] = {
    {"pd", offsetof(struct end_element, pd), XML_TEXT, true},
    {"id", offsetof(struct end_element, id), XML_DECIMAL, true},
    {"pp", offsetof(struct end_element, pp), XML_FLAG, false},
    {"notify", offsetof(struct end_element, notify), XML_FLAG, false},
    {"setvar_id", offsetof(struct end_element, setvar_id), XML_TEXT, false},
};

static bool may_notify(const struct end_element *end)
{
    return !end->notify.given || end->notify.value;
}

// What `from` may do to `to`.
static void add_end(struct xml_reader *r, struct place at, const struct end_element *from,
                    const struct end_element *to)
{
    struct sd_channel ch = {
        .at = at,
        .name =
            sd_text_at(from->at, arena_printf(r->arena, "channel_%u", (unsigned)from->id.value)),
        .from_name = from->pd,
        .to_name = to->pd,
        .from_id = from->id,
        .to_id = to->id,
        .from = SYSTEM_NONE,
        .to = SYSTEM_NONE,
    };
    if (may_notify(from)) {
        ch.kind_name = sd_text_at(from->at, "notify");
        add_channel(r, ch);
    }
    if (from->pp.value) {
        ch.kind_name = sd_text_at(from->pp.at, "call");
        add_channel(r, ch);
    }
}

static void set_end(struct xml_reader *r, const struct end_element *end)
{
    size_t pd = end->setvar_id.text == NULL ? SYSTEM_NONE : system_find_pd(r->system, end->pd.text);
    if (pd != SYSTEM_NONE) {
        xml_add_id_setvar(r, pd, end->setvar_id, SD_SETVAR_CHANNEL, end->id);
    }
}

static bool read_end(struct xml_reader *r, const struct xml_element *e, struct end_element *out)
{
    *out = (struct end_element){.at = e->at};
    xml_no_children(r, e);
    xml_attributes(r, e, end_keys, XML_COUNT(end_keys), out);
    return out->pd.text != NULL && out->id.given;
}

static void join_ends(struct xml_reader *r, struct place at, const struct end_element ends[2])
{
    bool used =
        may_notify(&ends[0]) || may_notify(&ends[1]) || ends[0].pp.value || ends[1].pp.value;
    if (!used) {
        diag_error(r->diag, at,
                   "neither end may notify or call the other; remove notify=\"false\" of one, or "
                   "the channel");
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        add_end(r, at, &ends[i], &ends[1 - i]);
        set_end(r, &ends[i]);
    }
}

static void read_channel(struct xml_reader *r, const struct xml_element *e)
{
    struct end_element ends[2];
    size_t count = 0;
    bool ok = true;
    xml_attributes(r, e, NULL, 0, NULL);
    for (const struct xml_element *child = e->first; child != NULL; child = child->next) {
        struct end_element end;
        if (strcmp(child->name, "end") != 0) {
            diag_error(r->diag, child->at, "unknown element `%s` in `channel`; it has two `end`",
                       child->name);
            ok = false;
            continue;
        }
        ok = read_end(r, child, &end) && ok;
        if (count < 2) {
            ends[count] = end;
        }
        count++;
    }
    if (count != 2) {
        diag_error(r->diag, e->at, "a channel with %zu `end`; give it two", count);
    } else if (ok) {
        join_ends(r, e->at, ends);
    }
}

void xml_channels(struct xml_reader *r, const struct xml_element *document)
{
    for (const struct xml_element *e = document->first; e != NULL; e = e->next) {
        if (strcmp(e->name, "channel") == 0) {
            read_channel(r, e);
        }
    }
}
