// SPDX-License-Identifier: BSD-2-Clause
//
// Slots and kernel objects of the running case.
//
//   root CNode   | initial capabilities | of the suite | of the case ........ |
//                                                      ^ objects_reset() empties from here on
//   memory       | the suite's | the case's: CASE_MEMORY_BITS ................ |
//                              ^ objects_reset() revokes this untyped
//
// The functions that make something end the case if the kernel refuses.
#pragma once

#include "trap.h"

#include <stdbool.h>

enum {
    ROOT = seL4_CapInitThreadCNode, // slot n of it is capability address n, with depth 64
    DEPTH = 64,
    SELF_AUTHORITY = seL4_CapInitThreadTCB, // may give every priority
    CASE_MEMORY_BITS = 24,
};

// The boot info, as the kernel left it.
const seL4_BootInfo *boot_info(void);

// --- for main.c ---------------------------------------------------------------------------------

// Finds memory and slots. False if there is not enough.
bool objects_open(const seL4_BootInfo *boot);

// Finds the devices; the frame of the serial port.
seL4_CPtr objects_open_devices(void);

// What is made from now on lies in the case's memory, or before the first call in the suite's.
void objects_reset(void);

// The untyped that the case's objects come from: for revoking, not for a retype.
seL4_CPtr case_memory(void);

// --- slots --------------------------------------------------------------------------------------

// An empty slot of the root CNode; `count` in a row.
seL4_CPtr slot_new(void);
seL4_CPtr slots_new(size_t count);

bool slot_is_empty(seL4_CPtr slot);

// --- invocations that many cases need -----------------------------------------------------------

// Retype into the root CNode at `slot` on.
struct got retype(seL4_CPtr untyped, seL4_Word type, seL4_Word size_bits, seL4_CPtr slot,
                  seL4_Word count);
struct got delete (seL4_CPtr slot);
struct got revoke(seL4_CPtr slot);
struct got copy(seL4_CPtr to, seL4_CPtr from, seL4_Word rights);
struct got mint(seL4_CPtr to, seL4_CPtr from, seL4_Word rights, seL4_Word data);

// --- objects ------------------------------------------------------------------------------------

enum rights {
    RIGHTS_W = 1,
    RIGHTS_R = 2,
    RIGHTS_RW = 3,
    RIGHTS_G = 4,
    RIGHTS_GR = 8, // GrantReply
    RIGHTS_ALL = 15,
};

// A new object of the case's memory.
seL4_CPtr object_new(seL4_Word type, seL4_Word size_bits);
seL4_CPtr untyped_new(seL4_Word bits);
seL4_CPtr endpoint_new(void);
seL4_CPtr notification_new(void);
seL4_CPtr reply_new(void);
seL4_CPtr tcb_new(void);
seL4_CPtr cnode_new(seL4_Word radix); // with an empty guard
seL4_CPtr frame_new(void);            // 4 KiB, not mapped
seL4_CPtr page_table_new(void);
seL4_CPtr vspace_new(void); // with an ASID

// A scheduling context with this budget and period in microseconds.
seL4_CPtr sched_context_new(seL4_Word budget, seL4_Word period, seL4_Word extra_refills);
seL4_CPtr sched_control(void);

// Copies in fresh slots.
seL4_CPtr copy_new(seL4_CPtr from, seL4_Word rights);
seL4_CPtr mint_new(seL4_CPtr from, seL4_Word rights, seL4_Word data);

// The page of device registers at `paddr`, which is the serial port's plus 2^n: RTC_PADDR.
#define RTC_PADDR 0x09010000ULL
#define RTC_IRQ   34
seL4_CPtr device_frame_new(seL4_Word paddr);

// The suite's own frame capability of a page of its image.
seL4_CPtr image_frame(const void *at);
