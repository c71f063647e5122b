// SPDX-License-Identifier: BSD-2-Clause
//
// What the files share that make a plan: plan.c, with plan_files.c for programs and
// contents, plan_groups.c for channels in groups, plan_domains.c for the kernel's schedule,
// plan_microkit.c for programs of that kind, and plan_size.c for what all of it takes.
#pragma once

#include "tool/plan.h"

struct arena;

// What a domain needs and has got so far.
struct wants {
    bool endpoint;
    bool notification;
    bool inbox;
    uint32_t next_slot;
    uint32_t next_bit;
    uint32_t groups;      // of channels that come to it
    uint32_t first_group; // its bit
    uint64_t next_address;
};

// A channel that has no bit of its own.
struct grouped {
    uint32_t in_group;  // number of the group, from 1 on; 0: it has one
    uint32_t from_word; // as the sender maps it, and the receiver
    uint32_t to_word;
};

struct planner {
    struct arena *arena;
    struct diag *diag;
    const struct system *system;
    const struct program_set *programs;
    struct plan *plan;
    struct wants *wants;     // of each PD
    struct grouped *grouped; // of each channel
    uint64_t *sums;          // of each file's content
};

// --- plan.c ------------------------------------------------------------------------------------

// Adds a table entry as it is; with slot 0, it tells of a receiving end.
void plan_add_entry(struct planner *p, const char *name, struct kaal_plan_cap cap);

// The next free addresses of a domain for `size` bytes, with a page between neighbours.
uint64_t plan_next_address(struct planner *p, size_t pd, uint64_t size, uint64_t align);

void plan_add_map(struct planner *p, const char *name, struct kaal_plan_map map);

// A name of the tables: shortened to what fits, padded with zeroes.
void plan_set_name(char *to, const char *name);

// --- plan_files.c ------------------------------------------------------------------------------

// The file of a program, by content: equal programs are packed once.
uint32_t plan_program_file(struct planner *p, const struct program *program,
                           enum kaal_file_kind kind);

// The file with what a region holds from the start.
uint32_t plan_data_file(struct planner *p, const struct data_file *data);

// Files of what may be spawned. Two programs of one name are an error.
void plan_spawned_files(struct planner *p);

// --- plan_size.c -------------------------------------------------------------------------------

// More than the packed image, the broker or an address space can have is an error.
void plan_check_limits(struct planner *p);

// --- plan_groups.c -----------------------------------------------------------------------------

// Which channels have no bit of their own, and regions with their words.
void plan_groups(struct planner *p);

// --- plan_domains.c ----------------------------------------------------------------------------

// The number of the kernel's domain that it runs in.
uint32_t plan_domain(const struct planner *p, const struct sd_pd *pd);

void plan_turns(struct planner *p);

// --- plan_microkit.c ---------------------------------------------------------------------------

bool plan_is_microkit(const struct planner *p, size_t pd);

// The fields in which such a domain differs.
void plan_microkit_pd(const struct planner *p, size_t pd);

// What every such program has.
void plan_microkit_own(struct planner *p, uint32_t pd);

// The slot for the sending end of a channel, and the badge by which the receiver knows it.
uint32_t plan_microkit_slot(const struct sd_channel *ch);
uint64_t plan_microkit_badge(const struct sd_channel *ch);

// Regions for which a program asks where they lie get a place.
void plan_microkit_places(struct planner *p);

// The program of each such domain, filled in with what it asks for.
void plan_microkit_files(struct planner *p);
