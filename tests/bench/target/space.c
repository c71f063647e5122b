// SPDX-License-Identifier: BSD-2-Clause
//
// An address space of its own for a thread that answers: the program's image once more, at the same
// addresses.

#include "bench.h"

// First byte of the image; from the root task's linker script.
extern const uint8_t root_image_start[];

static void map_frame(struct bench *b, seL4_CPtr vspace, seL4_CPtr frame, seL4_CPtr copy,
                      seL4_Word vaddr)
{
    bench_check(b,
                seL4_CNode_Copy(seL4_CapInitThreadCNode, copy, seL4_WordBits,
                                seL4_CapInitThreadCNode, frame, seL4_WordBits, seL4_AllRights),
                "copy of a frame");
    world_map(b, vspace, copy, vaddr, KAAL_PAGE_CODE);
}

void space_enter(struct bench *b, seL4_CPtr tcb)
{
    seL4_CPtr vspace = world_object(b, seL4_ARM_VSpaceObject, 0);
    bench_check(b, seL4_ARM_ASIDPool_Assign(seL4_CapInitThreadASIDPool, vspace), "assign");
    seL4_Word vaddr = (seL4_Word)root_image_start;
    b->copies = b->slot;
    b->copy_count = b->info->userImageFrames.end - b->info->userImageFrames.start;
    b->slot += b->copy_count;
    for (seL4_Word i = 0; i < b->copy_count; i++) {
        map_frame(b, vspace, b->info->userImageFrames.start + i, b->copies + i,
                  vaddr + (i << seL4_PageBits));
    }
    bench_check(b, seL4_TCB_SetSpace(tcb, seL4_CapNull, seL4_CapInitThreadCNode, 0, vspace, 0),
                "space");
}
