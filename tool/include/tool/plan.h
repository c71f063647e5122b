// SPDX-License-Identifier: BSD-2-Clause
//
// The plan: the system in numbers, in the form in which root task and broker read it
// (kaal/image.h). Slots, badges, addresses and start ranks are decided here and nowhere else.
// docs/system.md has the rules.
#pragma once

#include "tool/program.h"
#include "tool/system.h"

#include <kaal/image.h>

struct plan {
    const struct system *system;
    const char *config;
    struct kaal_plan_pd *pds;
    struct kaal_plan_region *regions;
    struct kaal_plan_device *devices;
    struct kaal_plan_cap *caps;
    struct kaal_plan_map *maps;
    struct kaal_plan_link *links;
    struct kaal_plan_permit *permits;
    struct kaal_plan_turn *turns;
    struct kaal_plan_file *files;    // offsets are the packer's
    const struct program **programs; // of each file; NULL: what a region holds
    struct bytes *data;              // of each file: what is packed of it
    size_t pd_count;
    size_t region_count;
    size_t device_count;
    size_t cap_count;
    size_t map_count;
    size_t link_count;
    size_t permit_count;
    size_t turn_count;
    size_t file_count;
    size_t cap_capacity;
    size_t map_capacity;
    size_t link_capacity;
    size_t permit_capacity;
};

enum {
    PLAN_FREE_SLOTS = 16,               // in each domain's CNode, for what the broker grants later
    PLAN_WINDOW_MAX = 16 * 1024 * 1024, // largest register window of a device
};

// The system has passed system_check(), the programs are loaded.
bool plan_make(struct arena *a, const struct system *s, const struct program_set *programs,
               const char *config, struct plan *out, struct diag *d);

// No memory is above on QEMU's virt machine.
#define PLAN_RAM_END (UINT64_C(1) << 38)

// Does the region lie where no memory can be?
bool plan_is_device(const struct kaal_plan_region *region);

// A lower bound of the memory in bytes that it takes when it is built, without the packed image
// itself.
uint64_t plan_memory(const struct plan *p);

// log2 of the slots that the broker's capability space has for it; above KAAL_STORE_BITS_MAX if it
// needs more than there can be.
uint32_t plan_store_bits(const struct plan *p);
