// SPDX-License-Identifier: BSD-2-Clause
//
// What each section of a TOML description may have: from_toml.c reads by these tables, to_toml.c
// writes by them, and to_xml_check.c finds by them what its form does not have.
//
//   keys[]:  {"priority", offsetof(struct sd_pd, priority), KEY_NUMBER, false}
//   text:    priority = 5      <->  pd->priority = {5, given, line:column}
#pragma once

#include "tool/arena.h"
#include "tool/system.h"

enum key_kind {
    KEY_TEXT,
    KEY_NUMBER,
    KEY_FLAG,
    KEY_TEXTS,
    KEY_TEXT_OR_TEXTS, // into a list, in which one text stands alone
    KEY_MAPS,
    KEY_PERMITS,
    KEY_SETVARS,
    KEY_DOMAINS,
    KEY_TURNS,
};

struct key {
    const char *name;
    size_t offset; // of the field in the section's struct
    enum key_kind kind;
    bool required;
};

struct section {
    const char *what; // "a channel"
    const struct key *keys;
    size_t count;
};

// A table of `setvars`: one of the keys, which is its kind, has the value.
struct setvar_table {
    struct sd_text symbol;
    struct sd_text regions[SD_SETVAR_PREFILL_SIZE + 1];
    struct sd_number ids[SD_SETVAR_CHILD + 1];
};

// A [[channels]] table: as many channels as it has senders.
struct channel_table {
    struct sd_channel channel;
    struct sd_texts from;
};

// A table of `turns`: a domain and how long, or the end.
struct turn_table {
    struct sd_text domain;
    struct sd_number us;
    struct sd_number ticks;
    struct sd_flag end;
};

extern const struct section system_section;
extern const struct section pd_section;
extern const struct section channel_section;
extern const struct section region_section;
extern const struct section map_section;
extern const struct section permit_section;
extern const struct section device_section;
extern const struct section cap_section;
extern const struct section setvar_section;
extern const struct section irq_section;
extern const struct section schedule_section;
extern const struct section domain_section;
extern const struct section turn_section;

// Is the key's value given in `object`, and where? Lists that are no texts: never.
bool key_given(const struct key *key, const void *object, struct place *at);
