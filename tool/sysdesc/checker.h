// SPDX-License-Identifier: BSD-2-Clause
//
// Between the parts of the checker:
//
//   check.c          names, roles, scheduling, start order
//   check_channels.c channels, and circles of calls
//   check_regions.c  memory regions, and who maps them
//   check_links.c    what else connects domains: devices, raw capabilities
//   check_microkit.c what a domain's program is, and what only Microkit's have
//   check_ids.c      the numbers by which Microkit programs know channels, interrupts, children
//   check_setvars.c  symbols that are set
//   check_domains.c  the schedule of the kernel's domains
//   check_policy.c   how a domain is looked after, what it may ask for
//   check_depends.c  who depends on whom
//   graph.c          circles among domains
//   clock.c          the clock that `clock = true` stands for
//   words.c          what things are called in the two forms of a description
#pragma once

#include "tool/arena.h"
#include "tool/system.h"

struct checker {
    struct arena *arena;
    struct diag *diag;
    struct system *system;
};

// What is called differently in the forms, and what to do about it there.
enum word {
    WORD_RIGHTS,
    WORD_PADDR,
    WORD_PREFILL,
    WORD_PREFILL_FDT,
    WORD_FROM,
    WORD_TO,
    WORD_FROM_ID,
    WORD_TO_ID,
    WORD_OBJECT,
    WORD_DURATION,
    WORD_ADD_MAP,
    WORD_MOVE_MAP,
    WORD_MAKE_NOTIFY,
    WORD_COUNT,
};

const char *word(const struct checker *c, enum word w);

// "add `size = ...`", "add size=\"...\"".
const char *add_key(const struct checker *c, const char *key);

// Its program is one of Microkit's. False for SYSTEM_NONE.
bool is_microkit(const struct checker *c, size_t pd);

// Both are given, and equal.
bool same_text(const struct sd_text *a, const struct sd_text *b);

// Reports that `name` was defined before. The names of a domain's start page are told apart by
// kind, so a name may return in another kind.
void check_duplicate(struct checker *c, const struct sd_text *name, const char *what,
                     const struct sd_text *first);

// Letters, digits, _ and -, a letter first, at most KAAL_NAME_SIZE - 1 of them.
bool check_name(struct checker *c, const struct sd_text *name);

// Which of `names` it is. SYSTEM_NONE if nothing is written, or it is no such `what`, which is
// reported.
size_t check_word(struct checker *c, const struct sd_text *text, const char *what,
                  const char *const *names, size_t count);

// The domain that `name` means in key `key`; SYSTEM_NONE, and reported, if there is none. The root
// task is refused: it is gone when the system runs.
size_t check_pd_reference(struct checker *c, const char *key, const struct sd_text *name);

// `number`, if given, lies in [min, max].
bool check_range(struct checker *c, const char *key, const struct sd_number *number, int64_t min,
                 int64_t max);

// `match` names a device in one way; `what` is "a device" or "a permit".
bool check_match(struct checker *c, const char *what, const struct sd_match *match);

// ", `b` calls `c`, `c` calls `a`": the path that graph_path() found to `end`.
struct graph;
const char *path_text(struct checker *c, const struct graph *g, size_t end, const char *verb);

// Adds what the clock of `[system]` needs and the description does not have. Before all other
// checks, which then judge it like what is written.
void add_clock(struct checker *c);

// A text of letters r, w, x, g, each at most once and all of them in `allowed`.
bool check_rights(struct checker *c, const struct sd_text *text, const char *allowed,
                  uint32_t *out);

// The region that `name` means in key `key`; SYSTEM_NONE, and reported, if there is none.
size_t check_region_reference(struct checker *c, const char *key, const struct sd_text *name);

// What each domain's program is; before what depends on it.
void check_abis(struct checker *c);

void check_policies(struct checker *c);
void check_dependencies(struct checker *c);
void check_channels(struct checker *c);
void check_regions(struct checker *c);
void check_devices(struct checker *c);
void check_caps(struct checker *c);
void check_microkit(struct checker *c);
void check_irqs(struct checker *c);
void check_ids(struct checker *c);
void check_setvars(struct checker *c);
void check_domains(struct checker *c);
