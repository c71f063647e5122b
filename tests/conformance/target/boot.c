// SPDX-License-Identifier: BSD-2-Clause
//
// What the initial task is given: boot info, capabilities in their slots, the order of untyped
// memory.
#include "case.h"
#include "machine.h"
#include "serial.h"
#include "suite.h"

#define PAGE 4096UL

extern const char suite_image_start[];

static seL4_Word image_end(void)
{
    const seL4_BootInfo *boot = boot_info();
    seL4_Word pages = boot->userImageFrames.end - boot->userImageFrames.start;
    return (seL4_Word)suite_image_start + pages * PAGE;
}

CASE(the_initial_thread_starts_with_empty_registers)
{
    EXPECT_EQUAL(suite_initial_registers(), 0);
}

CASE(the_initial_thread_runs_at_el0)
{
    // It waits for this case: its registers can be read.
    struct got g = call(seL4_CapInitThreadTCB, TCBReadRegisters, WORDS(0, 3), NO_CAPS);
    EXPECT_EQUAL(g.length, 3);
    EXPECT_EQUAL(g.mr[2] & 0x0fffffff, KCFG_DEBUG_BUILD ? 0x40 : 0x140);
}

CASE(boot_info_tells_of_one_core_and_no_io)
{
    const seL4_BootInfo *boot = boot_info();
    EXPECT_EQUAL(boot->nodeID, 0);
    EXPECT_EQUAL(boot->numNodes, 1);
    EXPECT_EQUAL(boot->numIOPTLevels, 0);
    EXPECT_EQUAL(boot->sharedFrames.start, boot->sharedFrames.end);
    EXPECT_EQUAL(boot->ioSpaceCaps.start, boot->ioSpaceCaps.end);
    EXPECT_EQUAL(boot->initThreadDomain, 0);
}

CASE(the_root_cnode_has_the_configured_size)
{
    EXPECT_EQUAL(boot_info()->initThreadCNodeSizeBits, KCFG_ROOT_CNODE_BITS);
}

CASE(buffer_and_boot_info_lie_behind_the_image)
{
    const seL4_BootInfo *boot = boot_info();
    EXPECT_EQUAL((seL4_Word)boot->ipcBuffer, image_end());
    EXPECT_EQUAL((seL4_Word)boot, image_end() + PAGE);
}

CASE(the_device_tree_lies_behind_the_boot_info)
{
    const seL4_BootInfo *boot = boot_info();
    const seL4_BootInfoHeader *header = (const void *)((const char *)boot + PAGE);
    seL4_Word pages = boot->extraBIPages.end - boot->extraBIPages.start;
    EXPECT_EQUAL(header->id, SEL4_BOOTINFO_HEADER_FDT);
    EXPECT_EQUAL(header->len, boot->extraLen);
    EXPECT_EQUAL(pages, (boot->extraLen + PAGE - 1) / PAGE);
    EXPECT_EQUAL(*(const seL4_Uint32 *)(const void *)(header + 1), 0xedfe0dd0); // FDT magic
}

// Runs a thread at `address`; the label of how it ended, and whether fetching was what went wrong.
static struct got jump_to(seL4_Word address)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    return thread_run(&t, jump, address);
}

CASE(buffer_and_boot_info_cannot_be_executed)
{
    const seL4_Word pages[] = {image_end(), image_end() + PAGE};
    for (size_t i = 0; i < 2; i++) {
        EXPECT_ANSWER(jump_to(pages[i]), seL4_Fault_VMFault,
                      WORDS(pages[i], pages[i], 1, 0x8200000f));
    }
}

// Writes the word that is there: the first of the program's text.
static seL4_Word rewrite(seL4_Word address)
{
    volatile seL4_Word *word = (volatile seL4_Word *)address; // NOLINT: given by the case
    *word = *word;
    return 0;
}

CASE(buffer_boot_info_and_device_tree_can_be_written)
{
    (void)poke(image_end() + PAGE - 8);
    (void)poke(image_end() + 2 * PAGE - 8);
    EXPECT_EQUAL(rewrite(image_end() + 2 * PAGE), 0);
}

CASE(the_image_can_be_written_and_executed)
{
    static seL4_Word code = 0xd65f03c0; // ret
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_SUCCESS(call(seL4_CapInitThreadVSpace, ARMVSpaceUnify_Instruction,
                        WORDS((seL4_Word)&code, (seL4_Word)&code + 4), NO_CAPS));
    EXPECT_ANSWER(thread_run(&t, jump, (seL4_Word)&code), THREAD_RETURNED, WORDS((seL4_Word)&code));
    EXPECT_EQUAL(rewrite((seL4_Word)suite_image_start), 0);
}

CASE(capabilities_that_are_not_there_leave_their_slots_empty)
{
    const seL4_CPtr absent[] = {seL4_CapNull, seL4_CapIOPortControl, seL4_CapIOSpace,
                                seL4_CapSMMUSIDControl, seL4_CapSMMUCBControl};
    for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
        EXPECT(slot_is_empty(absent[i]));
    }
}

CASE(initial_capabilities_are_in_their_slots)
{
    EXPECT_EQUAL(call(seL4_CapInitThreadTCB, TCBSetFlags, WORDS(0, 0), NO_CAPS).length, 1);
    EXPECT_SUCCESS(call(seL4_CapInitThreadCNode, CNodeDelete, WORDS(slot_new(), DEPTH), NO_CAPS));
    EXPECT_SUCCESS(call(seL4_CapInitThreadVSpace, ARMVSpaceClean_Data, WORDS(0, 8), NO_CAPS));
    EXPECT_TRUNCATED(call(seL4_CapIRQControl, IRQIssueIRQHandler, NO_WORDS, NO_CAPS));
    EXPECT_TRUNCATED(call(seL4_CapASIDControl, ARMASIDControlMakePool, NO_WORDS, NO_CAPS));
    EXPECT_TRUNCATED(call(seL4_CapInitThreadASIDPool, ARMASIDPoolAssign, NO_WORDS, NO_CAPS));
    EXPECT_TRUNCATED(call(seL4_CapDomain, DomainSetSet, NO_WORDS, NO_CAPS));
    EXPECT_EQUAL(call(seL4_CapInitThreadSC, SchedContextConsumed, NO_WORDS, NO_CAPS).length, 1);
    EXPECT_EQUAL(call(seL4_CapBootInfoFrame, ARMPageGetAddress, NO_WORDS, NO_CAPS).length, 1);
    EXPECT_EQUAL(call(seL4_CapInitThreadIPCBuffer, ARMPageGetAddress, NO_WORDS, NO_CAPS).length, 1);
}

CASE(dynamic_slots_are_in_their_order)
{
    const seL4_BootInfo *boot = boot_info();
    EXPECT_EQUAL(boot->userImagePaging.start, seL4_NumInitialCaps);
    EXPECT_EQUAL(boot->extraBIPages.start, boot->userImagePaging.end);
    EXPECT_EQUAL(boot->schedcontrol.start, boot->extraBIPages.end);
    EXPECT_EQUAL(boot->schedcontrol.end, boot->schedcontrol.start + 1);
    EXPECT_EQUAL(boot->userImageFrames.start, boot->schedcontrol.end);
    EXPECT_EQUAL(boot->untyped.start, boot->userImageFrames.end);
    EXPECT_EQUAL(boot->empty.start, boot->untyped.end);
    EXPECT_EQUAL(boot->empty.end, 1UL << KCFG_ROOT_CNODE_BITS);
}

CASE(the_image_takes_three_page_tables)
{
    const seL4_BootInfo *boot = boot_info();
    EXPECT_EQUAL(boot->userImagePaging.end - boot->userImagePaging.start, 3);
    for (seL4_CPtr slot = boot->userImagePaging.start; slot < boot->userImagePaging.end; slot++) {
        EXPECT_INVALID_CAPABILITY(call(slot, ARMPageTableMap, WORDS(0, 0), CAPS(0)), 0);
    }
}

CASE(the_frames_of_the_image_are_in_the_order_of_addresses)
{
    const seL4_BootInfo *boot = boot_info();
    seL4_Word first = call(boot->userImageFrames.start, ARMPageGetAddress, NO_WORDS, NO_CAPS).mr[0];
    for (seL4_CPtr slot = boot->userImageFrames.start; slot < boot->userImageFrames.end; slot++) {
        EXPECT_RESULT(call(slot, ARMPageGetAddress, NO_WORDS, NO_CAPS),
                      WORDS(first + (slot - boot->userImageFrames.start) * PAGE));
    }
}

CASE(all_slots_behind_the_untypeds_are_empty)
{
    const seL4_BootInfo *boot = boot_info();
    seL4_CPtr free = slot_new() + 1;
    seL4_Word step = (boot->empty.end - free) / 100;
    for (seL4_CPtr slot = free; slot < boot->empty.end; slot += step) {
        EXPECT(slot_is_empty(slot));
    }
    EXPECT(slot_is_empty(boot->empty.end - 1));
}

// --- untyped memory -----------------------------------------------------------------------------

static seL4_Word untyped_count(void)
{
    return boot_info()->untyped.end - boot_info()->untyped.start;
}

CASE(untypeds_are_aligned_to_their_size_and_in_range)
{
    for (seL4_Word i = 0; i < untyped_count(); i++) {
        const seL4_UntypedDesc *u = &boot_info()->untypedList[i];
        EXPECT(u->sizeBits >= seL4_MinUntypedBits && u->sizeBits <= seL4_MaxUntypedBits);
        EXPECT_EQUAL(u->paddr % (1UL << u->sizeBits), 0);
        EXPECT(u->isDevice <= 1);
    }
}

CASE(device_memory_comes_before_ram)
{
    bool ram = false;
    for (seL4_Word i = 0; i < untyped_count(); i++) {
        const seL4_UntypedDesc *u = &boot_info()->untypedList[i];
        ram = ram || !u->isDevice;
        EXPECT(!u->isDevice || !ram);
    }
    EXPECT(ram);
}

CASE(untypeds_of_each_kind_are_in_the_order_of_addresses)
{
    for (seL4_Word i = 1; i < untyped_count(); i++) {
        const seL4_UntypedDesc *u = &boot_info()->untypedList[i];
        EXPECT(u[-1].isDevice != u->isDevice || u->paddr >= u[-1].paddr + (1UL << u[-1].sizeBits));
    }
}

// A range is cut from its start into the largest pieces: what follows without a gap is smaller than
// the alignment of where it begins, or the last piece.
CASE(untypeds_are_cut_as_large_as_they_can_be)
{
    for (seL4_Word i = 1; i < untyped_count(); i++) {
        const seL4_UntypedDesc *u = &boot_info()->untypedList[i];
        seL4_Word size = 1UL << u[-1].sizeBits;
        bool joined = u[-1].isDevice == u->isDevice && u[-1].paddr + size == u->paddr;
        EXPECT(!joined || u->sizeBits < u[-1].sizeBits || u[-1].paddr % (2 * size) != 0);
    }
}

CASE(device_memory_ends_at_2_to_the_40)
{
    seL4_Word end = 0;
    for (seL4_Word i = 0; i < untyped_count() && boot_info()->untypedList[i].isDevice; i++) {
        end = boot_info()->untypedList[i].paddr + (1UL << boot_info()->untypedList[i].sizeBits);
    }
    EXPECT_EQUAL(end, 1UL << 40);
    EXPECT_EQUAL(boot_info()->untypedList[0].paddr, 0);
}

static bool is_device_memory(seL4_Word paddr)
{
    for (seL4_Word i = 0; i < untyped_count(); i++) {
        const seL4_UntypedDesc *u = &boot_info()->untypedList[i];
        if (u->isDevice && paddr >= u->paddr && paddr - u->paddr < 1UL << u->sizeBits) {
            return true;
        }
    }
    return false;
}

CASE(the_interrupt_controller_is_kept_and_the_serial_port_given)
{
    EXPECT(!is_device_memory(0x08000000));
    if (machine_has_gic_v3()) {
        EXPECT(!is_device_memory(0x080a0000));
    } else {
        EXPECT(!is_device_memory(0x08010000));
        EXPECT(is_device_memory(0x08001000));
        EXPECT(is_device_memory(0x08011000));
        EXPECT(is_device_memory(0x08030000));
    }
    EXPECT(is_device_memory(SERIAL_PADDR));
    EXPECT(is_device_memory(RTC_PADDR));
    EXPECT(!is_device_memory(0x40000000));
}

CASE(an_initial_untyped_is_free_as_a_whole)
{
    const seL4_BootInfo *boot = boot_info();
    seL4_Word i = untyped_count() - 1;
    while (boot->untypedList[i].sizeBits > 20) {
        i--;
    }
    EXPECT_SUCCESS(retype(boot->untyped.start + i, seL4_UntypedObject,
                          boot->untypedList[i].sizeBits, slot_new(), 1));
}

// --- the initial thread -------------------------------------------------------------------------

CASE(the_initial_thread_may_give_every_priority)
{
    EXPECT_RANGE(call(tcb_new(), TCBSetPriority, WORDS(256), CAPS(seL4_CapInitThreadTCB)), 0, 255);
}

CASE(the_initial_scheduling_context_is_the_initial_threads)
{
    EXPECT_ILLEGAL(
        call(seL4_CapInitThreadSC, SchedContextBind, NO_WORDS, CAPS(seL4_CapInitThreadTCB)));
    EXPECT_ILLEGAL(call(seL4_CapInitThreadSC, SchedContextBind, NO_WORDS, CAPS(tcb_new())));
}
