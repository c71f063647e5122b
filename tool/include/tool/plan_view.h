// SPDX-License-Identifier: BSD-2-Clause
//
// What the broker builds of a packed plan, in words: for people, as JSON, and for whoever compares
// it with a running kernel.
//
//   struct plan_view
//     components[]   one for each domain, in the plan's order
//       objects[]    kernel objects that are made for it
//       slots[]      capabilities in its CNode, and entries that are only told (slot 0)
//       maps[]       its address space: program, stack, IPC buffer, start page, regions, devices
//     plan           files, regions, devices, links, permits
//
// docs/plan.md describes both forms.
#pragma once

#include "tool/devices.h"
#include "tool/pack.h"
#include "tool/stack.h"
#include "tool/system.h"

#include <jansson.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
    PLAN_VIEW_VERSION = 1, // of the JSON; a number that changes when a key changes its meaning
    VIEW_RIGHTS_SIZE = 5,  // "rwxg"
};

struct view_object {
    const char *kind;
    uint32_t bits; // log2 of a CNode's slots, of a scheduling context's bytes; 0 for others
};

struct view_slot {
    const struct kaal_plan_cap *cap;
    const char *kind;
    const char *of; // name of the component, region or device that the object belongs to
    uint64_t badge; // as the kernel has it
    uint64_t word;  // where its holder finds the word of a channel in a group, else 0
    uint32_t slot;  // 0: only told
    bool above;     // in the root CNode of a Microkit program
};

enum view_source {
    VIEW_PROGRAM,
    VIEW_STACK,
    VIEW_IPC_BUFFER,
    VIEW_START_PAGE,
    VIEW_REGION,
    VIEW_DEVICE,
};

struct view_map {
    enum view_source source;
    const char *name; // of the program's file, the region, the device
    uint64_t vaddr;
    uint64_t size; // bytes, whole pages
    uint64_t page_size;
    uint32_t rights; // enum kaal_rights
    bool cached;
    bool fixed; // `paddr` is known before the system runs
    uint64_t paddr;
};

// What a program takes. Stack and what is granted later are not in it.
struct view_sizes {
    uint64_t text;
    uint64_t constants;
    uint64_t data; // with bytes in the file
    uint64_t zeros;
};

struct view_component {
    const struct kaal_plan_pd *pd;
    const char *program; // name of its file
    const char *fault_handler;
    uint64_t fault_badge;
    struct view_sizes sizes;
    struct stack_use stack; // of the root task nothing
    struct view_object *objects;
    size_t object_count;
    size_t object_capacity;
    struct view_slot *slots;
    size_t slot_count;
    size_t slot_capacity;
    struct view_map *maps;
    size_t map_count;
    size_t map_capacity;
};

struct plan_view {
    struct arena *arena; // for texts
    const struct plan *plan;
    const struct image *image;
    const struct device_found *devices;
    struct view_component *components;
};

// `devices`: of devices_find().
struct plan_view plan_view_make(struct arena *a, const struct build_result *build,
                                const struct device_found *devices);

void plan_view_print(const struct plan_view *v, FILE *to);

// To be released by the caller.
json_t *plan_view_json(const struct plan_view *v);

// The badge of a planned capability as the kernel has it.
uint64_t view_badge(const struct plan *plan, const struct kaal_plan_cap *cap);

// What of a component's stack is left at its deepest; false: not known, or more than there is.
bool view_stack_margin(const struct view_component *c, uint64_t *margin);

// What the description says of a component, and the plan's tables have no place for.
const struct sd_pd *view_described(const struct plan_view *v, const struct view_component *c);

// What a symbol is set to, as "address of ring".
const char *view_setvar(struct arena *a, const struct sd_setvar *setvar);

// The order of the kernel's domains, as "first 100 us, second 5 ticks"; NULL: the kernel's own.
const char *view_schedule(struct arena *a, const struct system *s);

// What a region holds at the start; NULL: zeros.
const char *view_prefill(const struct sd_region *region);

// Words for the numbers of the plan. The buffer of rights has VIEW_RIGHTS_SIZE bytes.
const char *view_cap_kind(uint32_t kind);
const char *view_cap_of(struct arena *a, const struct plan *plan, const struct kaal_plan_cap *cap);
const char *view_source_name(enum view_source source);
const char *view_stack_bound(enum stack_bound bound); // "at_most"
const char *view_rights(uint32_t rights, char *text);
