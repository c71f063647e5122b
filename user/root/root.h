// SPDX-License-Identifier: BSD-2-Clause
//
// The root task: turns boot info and the packed plan into a broker that holds everything, and
// leaves.
//
// Its first act is to make a second capability space beside the one that it was given, and to move
// everything it holds there. The second one, the store, is the broker's from the first slot on:
// nothing has to be handed over at the end but the knowledge of what is where.
//
//    initial CNode ──── moved ───► store ───── broker's capability space
//    seen once more, from there    slot n is CPtr n for both
//
// The order of work, one file each:
//
//    store    the second capability space          machine  device tree, seed, serial port
//    memory   untyped memory, objects              broker   the broker's objects and program
//    handover the table for the broker, farewell
#pragma once

#include <kaal/builder.h>
#include <kaal/handover.h>
#include <kaal/pl011.h>
#include <kaal/plan.h>
#include <kaal/untyped.h>

#include <lib/fdt.h>

#include <sel4/sel4.h>

enum {
    ROOT_PAGE_BITS = 12,
    ROOT_PAGE_SIZE = 1 << ROOT_PAGE_BITS,

    // Slots of the store that the broker's part of the plan may fill.
    ROOT_PLAN_END = 256,
};

// Owner of all entries of its pool.
#define ROOT_OWNER 0u

struct root {
    const seL4_BootInfo *boot;
    struct dt dt;
    uint64_t seed;
    uint64_t tree_offset; // of the device tree in the extra boot info
    uint64_t tree_size;
    volatile struct pl011_registers *uart; // NULL: no output yet
    uint64_t uart_paddr;

    uint32_t store_bits;
    uint32_t store_next; // first free slot
    seL4_CPtr store;     // CNode capability to the store, no guard
    uint32_t caps[KAAL_HANDOVER_CAP_COUNT];
    uint32_t image_frames; // the root task's own frames, in the order of addresses
    uint32_t image_frame_count;
    uint32_t tree_frames; // of the extra boot info
    uint32_t tree_frame_count;
    struct untyped_pool pool;
    struct plan plan;
};

// A store slot as the root task sees it, and back.
static inline seL4_CPtr store_cptr(uint32_t slot)
{
    return slot;
}

static inline uint32_t store_slot(seL4_CPtr cptr)
{
    return (uint32_t)cptr;
}

// --- log.c ---------------------------------------------------------------------------------------

struct kaal_report;

// Puts out "[root] ..." if there is a serial port yet.
void root_print(const struct root *root, const struct kaal_report *report);

// Reports "@error what=.. name=.. cause=.." and stops for ever. `name` may be NULL.
_Noreturn void root_fail(const struct root *root, const char *what, const char *name,
                         const char *cause);

// The same with the kernel's error as cause, unless it is seL4_NoError.
void root_check(const struct root *root, seL4_Error err, const char *what, const char *name);

// --- store.c -------------------------------------------------------------------------------------

// Makes the store, of root->store_bits, and moves all initial capabilities into it.
void store_open(struct root *root);

// The first of `count` fresh, consecutive slots.
uint32_t store_slots(struct root *root, uint32_t count);

// A copy of a capability with fewer rights, in a fresh slot.
uint32_t store_copy(struct root *root, uint32_t slot, seL4_CapRights_t rights);

// --- memory.c ------------------------------------------------------------------------------------

// Objects in fresh, consecutive slots; the first one is returned. `size_bits` as for Retype.
uint32_t memory_objects(struct root *root, seL4_Word type, uint8_t size_bits, uint32_t count);

// A frame over device registers at `paddr`, or 0 if that memory is not to be had.
uint32_t memory_device_frame(struct root *root, uint64_t paddr);

// Maps a frame, readable and perhaps writable, never executable.
void memory_map(struct root *root, uint32_t vspace, uint32_t frame, uint64_t vaddr,
                seL4_CapRights_t rights, bool cached);

// Maps `count` consecutive frames one after another where only the root task sees them; one such
// window is open at a time.
void *memory_window_open(struct root *root, uint32_t first, uint32_t count);
void memory_window_close(struct root *root, uint32_t first, uint32_t count);

// --- machine.c -----------------------------------------------------------------------------------

// Device tree, seed, serial port.
void machine_open(struct root *root);

// --- broker.c, handover.c ------------------------------------------------------------------------

// The broker's objects, program, start page and thread: ready to be resumed.
void broker_build(struct root *root);

_Noreturn void handover_run(struct root *root);
