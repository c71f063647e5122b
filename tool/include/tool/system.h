// SPDX-License-Identifier: BSD-2-Clause
//
// The model of a system: what a description says, with the place of every statement. Front ends
// fill it (system_from_toml(), system_from_xml()), system_check() judges it, image/plan.c turns it
// into numbers.
//
//   struct system
//     pds[]       protection domains, in file order
//     channels[]  who calls or signals whom
//     regions[]   shared memory, each with its maps[]
//     devices[]   hardware, each with its one holder
//     irqs[]      interrupts by their number, each with its one holder
//     caps[]      raw kernel objects
//     links[]     who depends on whom, of the domains' policies
//
// A front end stores what is written; it checks types, not meaning. Names are resolved to indices
// by the checker, which leaves SYSTEM_NONE where it has reported an error.
#pragma once

#include "tool/diag.h"
#include "tool/file.h"

#include <kaal/image.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct strings;
struct toml_table;
struct xml_element;

#define SYSTEM_NONE SIZE_MAX

// A value of the description. Not given: text is NULL, given is false; `at` is then the place to
// blame for its absence.
struct sd_text {
    const char *text;
    struct place at;
};

static inline struct sd_text sd_text_at(struct place at, const char *text)
{
    return (struct sd_text){.text = text, .at = at};
}

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

// What a domain's program finds when it starts.
enum sd_abi {
    SD_ABI_KAAL,     // a start page that names its capabilities
    SD_ABI_MICROKIT, // libmicrokit's slots and addresses; symbols of its own that were filled in
};

// What a symbol of a Microkit program is set to.
enum sd_setvar_kind {
    SD_SETVAR_VADDR,        // where region `name` is mapped
    SD_SETVAR_SIZE,         // its size in bytes
    SD_SETVAR_PADDR,        // its physical address
    SD_SETVAR_PREFILL_SIZE, // the size of the file that it holds
    SD_SETVAR_CHANNEL,      // the identifier `id` of a channel end
    SD_SETVAR_IRQ,          // of an interrupt
    SD_SETVAR_CHILD,        // of a child
};

struct sd_setvar {
    struct place at;
    struct sd_text symbol;
    struct sd_text region_name; // of the kinds that are about one
    struct sd_number id;        // of the others
    enum sd_setvar_kind kind;
    // Resolved.
    size_t region;
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
    // Of Microkit programs.
    struct sd_text abi_name;
    struct sd_text symbols; // file whose symbols are looked up, NULL: those of the image
    struct sd_number id;    // at its parent
    struct sd_flag smc;     // may make secure monitor calls
    struct sd_number cpu;
    struct sd_text domain; // of the schedule
    struct sd_setvar *setvars;
    size_t setvar_count;
    size_t setvar_capacity;
    // Resolved.
    enum kaal_role role;
    enum sd_abi abi;
    size_t parent;
};

struct sd_channel {
    struct place at;
    struct sd_text name;
    struct sd_text from_name;
    struct sd_text to_name;
    struct sd_text kind_name;
    struct sd_flag grant;
    // What the two ends call it. A Microkit program knows its channels by these numbers alone, and
    // all channels of two domains with the same two numbers are one of Microkit's.
    struct sd_number from_id;
    struct sd_number to_id;
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
    struct sd_number paddr;     // where in physical memory; not given: anywhere
    struct sd_text prefill;     // file that it holds from its start on
    struct sd_flag prefill_fdt; // instead, the machine's device tree
    const char *prefill_path;   // where system_prefill() found the file; NULL: it was not asked
    uint64_t prefill_size;      // in bytes
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

// An interrupt by its number, for programs that know it.
struct sd_irq {
    struct place at;
    struct sd_text pd_name;
    struct sd_text trigger_name; // "level", "edge"
    struct sd_number irq;        // of the interrupt controller
    struct sd_number id;         // what its holder calls it: a bit of its notification
    // Resolved.
    size_t pd;
    bool edge; // else level
};

// The order in which the kernel's domains have the processor.
struct sd_domain {
    struct sd_text name;
    struct sd_number id; // the kernel's number
};

struct sd_turn {
    struct place at;
    struct sd_text domain_name; // NULL: the end marker
    struct sd_number duration;
    bool in_ticks; // else microseconds
    // Resolved.
    size_t domain;
};

struct sd_schedule {
    struct place at;
    struct sd_domain *domains;
    size_t domain_count;
    size_t domain_capacity;
    struct sd_turn *turns;
    size_t turn_count;
    size_t turn_capacity;
    struct sd_number start_index;
    struct sd_number index_shift;
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
    struct sd_number slot; // of a Microkit program's root CNode
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

// How a description is written. What it is called in messages depends on it.
enum sd_form {
    SD_FORM_TOML,
    SD_FORM_XML, // Microkit's
};

struct system {
    const char *file;
    enum sd_form form;
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
    struct sd_irq *irqs;
    size_t irq_count;
    size_t irq_capacity;
    struct sd_cap *caps;
    size_t cap_count;
    size_t cap_capacity;
    struct sd_schedule schedule; // no turns: the kernel's own
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
    SD_PRIORITY_MICROKIT = 0, // the defaults of Microkit programs
    SD_STACK_MICROKIT = 0x2000,
    SD_PAGE = 0x1000,
    SD_LARGE_PAGE = 0x200000,
    SD_RESTARTS_DEFAULT = 3,
    SD_WINDOW_DEFAULT_US = 1000000,
};

// More memory than any machine has.
#define SD_QUOTA_MEMORY_MAX (INT64_C(1) << 40)

// Of a Microkit program's address space: what it maps lies below its stack.
#define SD_MICROKIT_STACK_TOP   UINT64_C(0x7fffffffe000)
#define SD_MICROKIT_STACK_LEAST UINT64_C(0x1000)

// Largest region: as many small pages as the root task takes.
#define SD_REGION_MAX (INT64_C(1) << 30)

// Largest DMA memory of a device.
#define SD_DMA_MAX (INT64_C(1) << 24)

// The TOML front end. Reports unknown keys, wrong types and missing keys; the model is complete
// enough for system_check() in any case.
bool system_from_toml(struct arena *a, const char *file, const struct toml_table *table,
                      struct system *out, struct diag *d);

// Microkit's XML, from its document element. Adds the root task and the broker, which such a
// description does not have.
bool system_from_xml(struct arena *a, const char *file, const struct xml_element *document,
                     struct system *out, struct diag *d);

// Looks the files up that regions hold, and how long they are; a region without a size gets the
// value, which is not `given`.
// A file is searched as a program is: see system_search().
bool system_prefill(struct arena *a, struct system *s, const struct strings *search,
                    struct diag *d);

// Parses the text of `file`, which is TOML or XML, then all of the above and system_check(). True
// if there is no error. `search` are folders for the files that the description names; NULL: it is
// judged without looking at them.
bool system_parse(struct arena *a, const char *file, struct bytes text,
                  const struct strings *search, struct system *out, struct diag *d);

// The same with the text that is in the file.
bool system_load(struct arena *a, const char *file, const struct strings *search,
                 struct system *out, struct diag *d);

// Where the file `name` of a description is: an absolute path as it is; else, of ours, beside the
// description and then in the folders of `search`; of Microkit's, in these folders, where the
// command was started, and beside the description. NULL if it is in none of them.
const char *system_search(struct arena *a, const struct system *s, const struct strings *search,
                          const char *name);

// Those places, for a message.
const char *system_search_places(struct arena *a, const struct system *s,
                                 const struct strings *search);

// Everything else that can be said without looking at another file. Resolves names.
bool system_check(struct arena *a, struct system *s, struct diag *d);

// What the checked system needs of a kernel, which has `smc` or has it not, so many domains, and
// room for so many of their turns.
bool system_fits_kernel(const struct system *s, bool smc, unsigned domains, unsigned turns,
                        struct diag *d);

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

// The words of the description: for a number of enum kaal_restart, for a bit of enum kaal_allow;
// NULL behind the last.
const char *system_restart_name(uint32_t restart);
const char *system_allow_name(uint32_t bit);

// Of how many groups a component is that receives over so many channels which may be in groups,
// and gets so many other bits; 0: all have bits of their own. SYSTEM_GROUPS_NONE_FIT: too many.
#define SYSTEM_GROUPS_NONE_FIT UINT32_MAX
uint32_t system_groups(uint64_t channels, uint64_t others);

// May it be in a group? For that both ends must know of words. Both are there.
bool system_may_group(const struct system *s, const struct sd_channel *ch);

// What names the device, and in which way.
const struct sd_text *system_match(const struct sd_match *match, enum kaal_device_match *by);

// Do both name the same?
bool system_match_same(const struct sd_match *a, const struct sd_match *b);

// Is there a clock that the broker sees, and that wakes it?
bool system_has_clock(const struct system *s);

// By name; SYSTEM_NONE if there is none.
size_t system_find_pd(const struct system *s, const char *name);
size_t system_find_region(const struct system *s, const char *name);
