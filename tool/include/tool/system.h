// SPDX-License-Identifier: BSD-2-Clause
//
// The model of a system: what a description says, with the place of every statement. Front ends
// fill it (system_from_toml()), system_check() judges it, image/plan.c turns it into numbers.
//
//   struct system
//     pds[]       protection domains, in file order
//     channels[]  who calls or signals whom
//     regions[]   shared memory, each with its maps[]
//     devices[]   hardware, each with its one holder
//     caps[]      raw kernel objects
//     links[]     who depends on whom, of the domains' policies
//
// A front end stores what is written; it checks types, not meaning. Names are resolved to indices
// by the checker, which leaves SYSTEM_NONE where it has reported an error.
#pragma once

#include "tool/diag.h"

#include <kaal/image.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct strings;
struct toml_table;

#define SYSTEM_NONE SIZE_MAX

// A value of the description. Not given: text is NULL, given is false; `at` is then the place to
// blame for its absence.
struct sd_text {
    const char *text;
    struct place at;
};

struct sd_number {
    int64_t value;
    bool given;
    struct place at;
};

struct sd_flag {
    bool value;
    bool given;
    struct place at;
};

struct sd_texts {
    struct sd_text *items;
    size_t count;
    size_t capacity;
    bool given;
    struct place at;
};

// A device of the machine, by one of the four.
struct sd_match {
    struct place at;
    struct sd_text path;
    struct sd_text compatible;
    struct sd_text alias;
    struct sd_text pci;
};

// How a domain is looked after and what it may ask for.
struct sd_policy {
    struct sd_text restart_name;
    struct sd_number max_restarts;
    struct sd_number window; // microseconds
    struct sd_number backoff;
    struct sd_number heartbeat;
    struct sd_flag timeout;
    struct sd_flag keep_memory;
    struct sd_texts depends;
    struct sd_texts watches;
    struct sd_text escalate_name;
    struct sd_texts allow_names;
    struct sd_number quota_memory; // bytes
    struct sd_number quota_slots;
    struct sd_number quota_components;
    struct sd_number quota_cpu; // thousandths
    struct sd_match *permits;
    size_t permit_count;
    size_t permit_capacity;
    struct place permits_at;
    // Resolved.
    enum kaal_restart restart;
    uint32_t allow; // enum kaal_allow
};

struct sd_pd {
    struct sd_text name;
    struct sd_text image;
    struct sd_text role_name;
    struct sd_text parent_name;
    struct sd_text args;
    struct sd_number priority;
    struct sd_number max_priority;
    struct sd_number budget; // microseconds
    struct sd_number period;
    struct sd_number stack_size;
    struct sd_flag passive;
    struct sd_flag fpu;
    struct sd_policy policy;
    // Resolved.
    enum kaal_role role;
    size_t parent;
};

struct sd_channel {
    struct place at;
    struct sd_text name;
    struct sd_text from_name;
    struct sd_text to_name;
    struct sd_text kind_name;
    struct sd_flag grant;
    // Resolved.
    size_t from;
    size_t to;
    bool is_call; // else a notification
};

struct sd_map {
    struct place at;
    struct sd_text pd_name;
    struct sd_text rights_name;
    struct sd_number vaddr;
    struct sd_flag cached;
    // Resolved.
    size_t pd;
    uint32_t rights; // enum kaal_rights
};

struct sd_region {
    struct sd_text name;
    struct sd_number size;
    struct sd_number page_size;
    struct sd_flag contiguous;
    struct sd_map *maps;
    size_t map_count;
    size_t map_capacity;
};

struct sd_device {
    struct place at;
    struct sd_text name;
    struct sd_text pd_name;
    struct sd_match match;
    struct sd_number registers;  // how many register windows to map
    struct sd_number interrupts; // how many interrupts to hand out
    struct sd_number dma;        // bytes of memory that it shares with its holder
    struct sd_flag dma_cached;
    // Resolved.
    size_t pd;
};

struct sd_cap {
    struct place at;
    struct sd_text name;
    struct sd_text pd_name;
    struct sd_text kind_name;
    struct sd_text object_name;
    struct sd_text rights_name;
    struct sd_number badge;
    struct sd_number page; // of a region
    // Resolved.
    size_t pd;
    enum kaal_cap_kind kind;
    size_t object; // PD or region, by kind
    uint32_t rights;
};

struct sd_link {
    struct place at;
    size_t pd;
    size_t on;
    enum kaal_link_kind kind;
};

struct system {
    const char *file;
    struct place at; // of [system]
    struct sd_text name;
    struct sd_text kernel;
    struct sd_text expect;
    struct sd_texts start_order;
    struct sd_texts programs; // to be spawned
    bool partial;             // system_only() took something away
    struct sd_flag clock;     // what of it the description lacks is added
    struct sd_pd *pds;
    size_t pd_count;
    size_t pd_capacity;
    struct sd_channel *channels;
    size_t channel_count;
    size_t channel_capacity;
    struct sd_region *regions;
    size_t region_count;
    size_t region_capacity;
    struct sd_device *devices;
    size_t device_count;
    size_t device_capacity;
    struct sd_cap *caps;
    size_t cap_count;
    size_t cap_capacity;
    // Resolved.
    size_t root;
    size_t broker;
    struct sd_link *links;
    size_t link_count;
    size_t link_capacity;
};

enum {
    SD_PRIORITY_DEFAULT = 100,
    SD_BUDGET_DEFAULT_US = 1000,
    SD_STACK_DEFAULT = 0x4000,
    SD_PAGE = 0x1000,
    SD_LARGE_PAGE = 0x200000,
    SD_RESTARTS_DEFAULT = 3,
    SD_WINDOW_DEFAULT_US = 1000000,
};

// More memory than any machine has.
#define SD_QUOTA_MEMORY_MAX (INT64_C(1) << 40)

// Largest region: as many small pages as the root task takes.
#define SD_REGION_MAX (INT64_C(1) << 30)

// Largest DMA memory of a device.
#define SD_DMA_MAX (INT64_C(1) << 24)

// The TOML front end. Reports unknown keys, wrong types and missing keys; the model is complete
// enough for system_check() in any case.
bool system_from_toml(struct arena *a, const char *file, const struct toml_table *table,
                      struct system *out, struct diag *d);

// Reads and parses `file`, then both of the above. True if there is no error.
bool system_load(struct arena *a, const char *file, struct system *out, struct diag *d);

// Everything that can be said without looking at another file. Resolves names.
bool system_check(struct arena *a, struct system *s, struct diag *d);

// Takes away all components but `names`, and what only those had that go; root task and broker
// stay. `s` has been checked. Names each component that one of `names` cannot do without. No names:
// all stay.
bool system_only(struct arena *a, struct system *s, const struct strings *names, struct diag *d);

// Defaults applied.
uint32_t system_priority(const struct sd_pd *pd);
uint64_t system_budget(const struct sd_pd *pd);
uint64_t system_period(const struct sd_pd *pd);
uint64_t system_stack(const struct sd_pd *pd);
uint64_t system_page_size(const struct sd_region *region);
struct kaal_policy system_policy(const struct sd_pd *pd);

// What names the device, and in which way.
const struct sd_text *system_match(const struct sd_match *match, enum kaal_device_match *by);

// Do both name the same?
bool system_match_same(const struct sd_match *a, const struct sd_match *b);

// Is there a clock that the broker sees, and that wakes it?
bool system_has_clock(const struct system *s);

// By name; SYSTEM_NONE if there is none.
size_t system_find_pd(const struct system *s, const char *name);
size_t system_find_region(const struct system *s, const char *name);
