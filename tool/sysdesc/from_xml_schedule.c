// SPDX-License-Identifier: BSD-2-Clause
//
// The schedule of Microkit's form: who is in which of the kernel's domains stands at the protection
// domains.
//
//   domains            -> sd_schedule
//     domain           -> sd_domain
//     domain_schedule  -> its start_index and index_shift
//       schedule_entry, schedule_end_marker  -> sd_turn
#include "xml_read.h"

#include <string.h>

static const struct xml_key domain_keys[] = {
    {"name", offsetof(struct sd_domain, name), XML_TEXT, true},
    {"id", offsetof(struct sd_domain, id), XML_NUMBER, false},
};

static const struct xml_key schedule_keys[] = {
    {"start_index", offsetof(struct sd_schedule, start_index), XML_NUMBER, false},
    {"index_shift", offsetof(struct sd_schedule, index_shift), XML_NUMBER, false},
};

struct entry_element {
    struct sd_turn turn;
    struct sd_text duration;
};

static const struct xml_key entry_keys[] = {
    {"domain", offsetof(struct entry_element, turn.domain_name), XML_TEXT, true},
    {"duration", offsetof(struct entry_element, duration), XML_TEXT, true},
};

static void read_domain(struct xml_reader *r, const struct xml_element *e, size_t parent)
{
    struct sd_schedule *schedule = &r->system->schedule;
    struct sd_domain domain = {0};
    (void)parent;
    xml_no_children(r, e);
    xml_attributes(r, e, domain_keys, XML_COUNT(domain_keys), &domain);
    if (domain.name.text == NULL) {
        return;
    }
    schedule->domains = arena_grow(r->arena, schedule->domains, schedule->domain_count,
                                   &schedule->domain_capacity, sizeof(*schedule->domains));
    schedule->domains[schedule->domain_count++] = domain;
}

static void add_turn(struct xml_reader *r, struct sd_turn turn)
{
    struct sd_schedule *schedule = &r->system->schedule;
    schedule->turns = arena_grow(r->arena, schedule->turns, schedule->turn_count,
                                 &schedule->turn_capacity, sizeof(*schedule->turns));
    schedule->turns[schedule->turn_count++] = turn;
}

// "N us" or "N ticks".
static void read_duration(struct xml_reader *r, const struct sd_text *text, struct sd_turn *turn)
{
    int64_t value = 0;
    const char *c = text->text;
    while (*c >= '0' && *c <= '9' && value < INT64_MAX / 100) {
        value = value * 10 + (*c++ - '0');
    }
    turn->in_ticks = strcmp(c, " ticks") == 0;
    if (c == text->text || (!turn->in_ticks && strcmp(c, " us") != 0)) {
        diag_error(r->diag, text->at,
                   "`duration` is \"%s\"; give a number, one blank, and `us` or `ticks`",
                   text->text);
        value = 1;
    }
    turn->duration = (struct sd_number){.value = value, .given = true, .at = text->at};
}

static void read_entry(struct xml_reader *r, const struct xml_element *e, size_t parent)
{
    struct entry_element entry = {.turn = {.at = e->at, .domain = SYSTEM_NONE}};
    (void)parent;
    xml_no_children(r, e);
    xml_attributes(r, e, entry_keys, XML_COUNT(entry_keys), &entry);
    if (entry.turn.domain_name.text != NULL && entry.duration.text != NULL) {
        read_duration(r, &entry.duration, &entry.turn);
        add_turn(r, entry.turn);
    }
}

static void read_end_marker(struct xml_reader *r, const struct xml_element *e, size_t parent)
{
    (void)parent;
    xml_no_children(r, e);
    xml_attributes(r, e, NULL, 0, NULL);
    add_turn(r, (struct sd_turn){.at = e->at, .domain = SYSTEM_NONE});
}

static void read_schedule(struct xml_reader *r, const struct xml_element *e, size_t parent)
{
    static const struct xml_child children[] = {{"schedule_entry", read_entry},
                                                {"schedule_end_marker", read_end_marker}};
    xml_attributes(r, e, schedule_keys, XML_COUNT(schedule_keys), &r->system->schedule);
    xml_children(r, e, children, XML_COUNT(children), parent);
}

void xml_domains(struct xml_reader *r, const struct xml_element *e, size_t parent)
{
    static const struct xml_child children[] = {{"domain", read_domain},
                                                {"domain_schedule", read_schedule}};
    size_t schedules = xml_count(e, "domain_schedule");
    xml_attributes(r, e, NULL, 0, NULL);
    if (r->system->schedule.at.line != 0) {
        diag_error(r->diag, e->at, "a second `domains`, after line %u; join them",
                   r->system->schedule.at.line);
        return;
    }
    r->system->schedule.at = e->at;
    xml_children(r, e, children, XML_COUNT(children), parent);
    if (schedules > 1) {
        diag_error(r->diag, e->at, "`domains` with %zu `domain_schedule`; give it one", schedules);
    }
}
