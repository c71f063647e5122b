// SPDX-License-Identifier: BSD-2-Clause
//
// The packed system (abi/kaal/image.h), checked. The image is input: nothing in it is believed
// until plan_open() has looked at all of it, and after that every index and every range in it
// holds. It makes no system call.
#pragma once

#include <kaal/image.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct plan {
    const struct kaal_image *image;
    uint32_t broker; // the PD with this role
};

// What is wrong: "pd", 3, "priority above the highest that a component may have".
struct plan_error {
    const char *what;
    uint32_t index; // entry of the table `what`, or KAAL_NONE
    const char *cause;
};

// `image` is page-aligned and `room` bytes from there may be read. `config` is the configuration
// that the reader was built for. On failure only *error is set.
bool plan_open(struct plan *plan, const void *image, size_t room, const char *config,
               struct plan_error *error);

static inline uint32_t plan_count(const struct plan *plan, enum kaal_table table)
{
    return plan->image->tables[table].count;
}

// Entries may be longer than ours: a newer minor version that begins as ours does.
static inline const void *plan_entry(const struct plan *plan, enum kaal_table table, uint32_t index)
{
    const struct kaal_table_ref *ref = &plan->image->tables[table];
    return (const uint8_t *)plan->image + ref->offset + (uint64_t)index * ref->entry_size;
}

// Entries, index < plan_count(). Valid as long as the image.
static inline const struct kaal_plan_pd *plan_pd(const struct plan *plan, uint32_t index)
{
    return plan_entry(plan, KAAL_TABLE_PDS, index);
}

static inline const struct kaal_plan_region *plan_region(const struct plan *plan, uint32_t index)
{
    return plan_entry(plan, KAAL_TABLE_REGIONS, index);
}

static inline const struct kaal_plan_device *plan_device(const struct plan *plan, uint32_t index)
{
    return plan_entry(plan, KAAL_TABLE_DEVICES, index);
}

static inline const struct kaal_plan_cap *plan_cap(const struct plan *plan, uint32_t index)
{
    return plan_entry(plan, KAAL_TABLE_CAPS, index);
}

static inline const struct kaal_plan_map *plan_map(const struct plan *plan, uint32_t index)
{
    return plan_entry(plan, KAAL_TABLE_MAPS, index);
}

static inline const struct kaal_plan_file *plan_file(const struct plan *plan, uint32_t index)
{
    return plan_entry(plan, KAAL_TABLE_FILES, index);
}

static inline const struct kaal_plan_link *plan_link(const struct plan *plan, uint32_t index)
{
    return plan_entry(plan, KAAL_TABLE_LINKS, index);
}

static inline const struct kaal_plan_permit *plan_permit(const struct plan *plan, uint32_t index)
{
    return plan_entry(plan, KAAL_TABLE_PERMITS, index);
}

static inline const struct kaal_plan_turn *plan_turn(const struct plan *plan, uint32_t index)
{
    return plan_entry(plan, KAAL_TABLE_TURNS, index);
}

// What the capability table, or that of maps, has of one domain: entries first to end - 1.
struct plan_range {
    uint32_t first;
    uint32_t end;
};

struct plan_range plan_caps_of(const struct plan *plan, uint32_t pd);
struct plan_range plan_maps_of(const struct plan *plan, uint32_t pd);

// The bytes of a file.
const uint8_t *plan_file_data(const struct plan *plan, uint32_t index);

// By name; KAAL_NONE: there is none. A program's name is padded with zeroes to KAAL_NAME_SIZE.
uint32_t plan_find_pd(const struct plan *plan, const char *name);
uint32_t plan_find_program(const struct plan *plan, const char *name);

// May anybody do one of these (enum kaal_allow)?
bool plan_allows(const struct plan *plan, uint32_t allow);

// The next device of a domain, from `from` on; KAAL_NONE: there are no more.
uint32_t plan_next_device(const struct plan *plan, uint32_t pd, uint32_t from);

// Does anybody have such a capability to `object`?
bool plan_has_cap(const struct plan *plan, enum kaal_cap_kind kind, uint32_t object);

// The capability that `pd` has by this name; NULL: none.
const struct kaal_plan_cap *plan_find_cap(const struct plan *plan, uint32_t pd,
                                          enum kaal_cap_kind kind, const char *name);

// The map by which `pd` has this address of a region; NULL: none.
const struct kaal_plan_map *plan_find_map(const struct plan *plan, uint32_t pd, uint64_t vaddr);

// The next link of this kind from (or else to) `pd`, from *index on; NULL: there are no more.
const struct kaal_plan_link *plan_next_link(const struct plan *plan, uint32_t *index,
                                            enum kaal_link_kind kind, uint32_t pd, bool from);

// Is it of an interrupt, of a device or by number?
static inline bool plan_cap_is_irq(const struct kaal_plan_cap *cap)
{
    return cap->kind == KAAL_CAP_IRQ_HANDLER || cap->kind == KAAL_CAP_IRQ_NUMBER;
}

// Is the object one of a PD's, and not an interrupt, a frame or the monitor?
static inline bool plan_cap_is_of_pd(const struct kaal_plan_cap *cap)
{
    return !plan_cap_is_irq(cap) && cap->kind != KAAL_CAP_FRAME && cap->kind != KAAL_CAP_SMC;
}

// Is it the sending end of a channel?
static inline bool plan_cap_is_channel(const struct kaal_plan_cap *cap)
{
    return (cap->kind == KAAL_CAP_ENDPOINT || cap->kind == KAAL_CAP_NOTIFICATION) &&
           (cap->rights & KAAL_RIGHT_WRITE) != 0;
}

// Is this table entry of a receiving end, which is told in the start page only?
static inline bool plan_cap_is_note(const struct kaal_plan_cap *cap)
{
    return cap->slot == 0;
}
