// SPDX-License-Identifier: BSD-2-Clause
//
// The root task: turns boot info and the packed plan into a running system, and leaves.
//
// Its first act is to make a second capability space beside the one that it was given, and to move
// everything it holds there. The second one, the store, is the broker's from the first slot on:
// nothing has to be handed over at the end but the knowledge of what is where.
//
//         top (1 bit)
//        ┌──────┬──────┐
//        │  0   │  1   │
//        └──┬───┴───┬──┘
//    initial CNode  store ───── broker's capability space, slot n is CPtr n there
//    slot n is      slot n is
//    CPtr n         CPtr 2^63 + n         for the root task
//
// The order of work, one file each:
//
//    store    the second capability space           machine  device tree, devices, serial port
//    memory   untyped memory, objects               plan     the packed system, checked
//    pd       the objects of each component         load     their programs
//    grant    their capabilities                    start    their start pages, registers
//    handover the table for the broker, farewell
#pragma once

#include "plan.h"

#include <kaal/handover.h>
#include <kaal/pl011.h>
#include <kaal/untyped.h>

#include <lib/fdt.h>

#include <sel4/sel4.h>

enum {
    ROOT_PAGE_BITS = 12,
    ROOT_PAGE_SIZE = 1 << ROOT_PAGE_BITS,

    // Slots of the store that the broker's part of the plan may fill.
    ROOT_PLAN_END = 256,
};

// Owner of what belongs to no component.
#define ROOT_FREE KAAL_HANDOVER_NO_PD

// Slots of the store with the objects of one component; 0: none.
struct pd_objects {
    uint32_t tcb;
    uint32_t sched_context;
    uint32_t cnode; // no guard
    uint32_t vspace;
    uint32_t endpoint;
    uint32_t notification;
    uint32_t reply;
    uint32_t cspace_top; // joins the CNode and the inbox; has no guard
    uint32_t inbox;
    uint32_t ipc_frame;
    uint32_t first_free; // in the CNode
    uint64_t entry;      // of its program
};

struct root {
    const seL4_BootInfo *boot;
    struct dt dt;
    uint64_t seed;
    volatile struct pl011_registers *uart; // NULL: no output yet
    uint64_t uart_paddr;
    uint32_t uart_device; // device of the plan that the port has become, or KAAL_NONE

    uint32_t store_bits;
    uint32_t store_next; // first free slot
    seL4_CPtr store;     // CNode capability to the store, no guard
    uint32_t caps[KAAL_HANDOVER_CAP_COUNT];
    uint32_t image_frames; // the root task's own frames, in the order of addresses
    uint32_t image_frame_count;
    struct untyped_pool pool;

    struct plan plan;
    struct pd_objects pds[KAAL_PD_MAX];
    uint32_t regions[KAAL_REGION_MAX]; // first frame of each
};

// A store slot as the root task sees it.
static inline seL4_CPtr store_cptr(uint32_t slot)
{
    return (seL4_CPtr)1 << 63 | slot;
}

// The data word of a CNode capability with a guard of `size` zero bits.
static inline seL4_Word cnode_guard(seL4_Word size)
{
    return seL4_CNode_CapData_new(0, size).words[0];
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

// Makes the store and moves all initial capabilities into it.
void store_open(struct root *root);

// The first of `count` fresh, consecutive slots.
uint32_t store_slots(struct root *root, uint32_t count);

// A copy of a capability with fewer rights, in a fresh slot.
uint32_t store_copy(struct root *root, uint32_t slot, seL4_CapRights_t rights);

// --- memory.c ------------------------------------------------------------------------------------

// Objects in fresh, consecutive slots; the first one is returned. `size_bits` as for Retype.
// `owner`: the component whose memory they come from, or ROOT_FREE.
uint32_t memory_objects(struct root *root, uint32_t owner, seL4_Word type, uint8_t size_bits,
                        uint32_t count);

// The frames of a contiguous region, in fresh, consecutive slots and in the order of addresses.
uint32_t memory_contiguous(struct root *root, uint8_t page_bits, uint32_t count);

static inline uint32_t memory_object(struct root *root, uint32_t owner, seL4_Word type,
                                     uint8_t size_bits)
{
    return memory_objects(root, owner, type, size_bits, 1);
}

// A frame over device registers at `paddr`, or 0 if that memory is not to be had.
uint32_t memory_device_frame(struct root *root, uint64_t paddr);

// Maps a frame; page tables come from the memory of `owner`.
void memory_map(struct root *root, uint32_t owner, uint32_t vspace, uint32_t frame, uint64_t vaddr,
                seL4_CapRights_t rights, bool executable, bool cached);

// Maps `count` consecutive frames one after another where only the root task sees them; one such
// window is open at a time.
void *memory_window_open(struct root *root, uint32_t first, uint32_t count);
void memory_window_close(struct root *root, uint32_t first, uint32_t count);

// --- machine.c -----------------------------------------------------------------------------------

// Device tree, seed, serial port.
void machine_open(struct root *root);

// The node of a device of the plan.
struct dt_node machine_device(const struct root *root, uint32_t device);

// A register window, and the frame of one of its pages.
struct dt_range machine_window(const struct root *root, uint32_t device, uint32_t window);
uint32_t machine_frame(struct root *root, uint32_t device, uint64_t paddr);

// A handler for an interrupt of a device, in a fresh slot.
uint32_t machine_irq(struct root *root, uint32_t device, uint32_t number);

// --- pd.c, load.c, grant.c, start.c, handover.c --------------------------------------------------

// Kernel objects of all components, and the frames of the regions.
void pd_create_all(struct root *root);

// The program, the stack and the mappings of one component.
void load_program(struct root *root, uint32_t pd);
void load_stack(struct root *root, uint32_t pd);
void load_mappings(struct root *root, uint32_t pd);

// The capabilities that the plan gives to a component.
void grant_caps(struct root *root, uint32_t pd);

// Start page, thread: ready to be resumed.
void start_page_write(struct root *root, uint32_t pd);
void start_thread(struct root *root, uint32_t pd);

_Noreturn void handover_run(struct root *root);
