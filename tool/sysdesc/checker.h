// SPDX-License-Identifier: BSD-2-Clause
//
// Between the parts of the checker:
//
//   check.c          names, roles, scheduling, start order
//   check_channels.c channels, and circles of calls
//   check_links.c    what else connects domains: memory, devices, raw capabilities
//   check_policy.c   how a domain is looked after, what it may ask for
//   check_depends.c  who depends on whom
//   graph.c          circles among domains
//   clock.c          the clock that `clock = true` stands for
#pragma once

#include "tool/arena.h"
#include "tool/system.h"

struct checker {
    struct arena *arena;
    struct diag *diag;
    struct system *system;
};

// Both are given, and equal.
bool same_text(const struct sd_text *a, const struct sd_text *b);

// Reports that `name` was defined before. The names of a domain's start page are told apart by
// kind, so a name may return in another kind.
void check_duplicate(struct checker *c, const struct sd_text *name, const char *what,
                     const struct sd_text *first);

// Letters, digits, _ and -, a letter first, at most KAAL_NAME_SIZE - 1 of them.
bool check_name(struct checker *c, const struct sd_text *name);

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

void check_policies(struct checker *c);
void check_dependencies(struct checker *c);
void check_channels(struct checker *c);
void check_regions(struct checker *c);
void check_devices(struct checker *c);
void check_caps(struct checker *c);
