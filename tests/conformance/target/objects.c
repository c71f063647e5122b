// SPDX-License-Identifier: BSD-2-Clause
#include "objects.h"

#include "case.h"
#include "serial.h"

enum {
    SUITE_MEMORY_BITS = 17,
    RAM_BITS_MIN = CASE_MEMORY_BITS + 1,
    DEVICES_BITS_MAX = 27,
};

#define DEVICES_PADDR SERIAL_PADDR

extern const uint8_t suite_image_start[];

static struct {
    const seL4_BootInfo *boot;
    seL4_CPtr memory; // what object_new() takes from
    seL4_CPtr suite_memory;
    seL4_CPtr case_memory;
    seL4_CPtr first; // slot of the case
    seL4_CPtr next;
    seL4_CPtr devices[DEVICES_BITS_MAX]; // untypeds of 2^i bytes at DEVICES_PADDR + 2^i
} objects;

const seL4_BootInfo *boot_info(void)
{
    return objects.boot;
}

seL4_CPtr case_memory(void)
{
    return objects.case_memory;
}

// The smallest RAM untyped that is large enough: the kernel clears all of it.
static seL4_CPtr find_ram(const seL4_BootInfo *boot)
{
    seL4_Word best = 0;
    seL4_CPtr found = 0;
    for (seL4_Word i = 0; i < boot->untyped.end - boot->untyped.start; i++) {
        const seL4_UntypedDesc *u = &boot->untypedList[i];
        if (!u->isDevice && u->sizeBits >= RAM_BITS_MIN && (best == 0 || u->sizeBits < best)) {
            best = u->sizeBits;
            found = boot->untyped.start + i;
        }
    }
    return found;
}

bool objects_open(const seL4_BootInfo *boot)
{
    objects.boot = boot;
    objects.next = boot->empty.start;
    seL4_CPtr ram = find_ram(boot);
    objects.suite_memory = slot_new();
    objects.case_memory = slot_new();
    objects.memory = objects.suite_memory;
    return ram != 0 &&
           retype(ram, seL4_UntypedObject, SUITE_MEMORY_BITS, objects.suite_memory, 1).label == 0 &&
           retype(ram, seL4_UntypedObject, CASE_MEMORY_BITS, objects.case_memory, 1).label == 0;
}

void objects_reset(void)
{
    if (objects.first == 0) {
        objects.first = objects.next;
        objects.memory = objects.case_memory;
    }
    (void)revoke(objects.case_memory);
    while (objects.next > objects.first) {
        (void)delete (--objects.next);
    }
}

// --- slots --------------------------------------------------------------------------------------

seL4_CPtr slots_new(size_t count)
{
    if (objects.next + count > objects.boot->empty.end) {
        fail(HERE, "no slots left");
    }
    seL4_CPtr slot = objects.next;
    objects.next += count;
    return slot;
}

seL4_CPtr slot_new(void)
{
    return slots_new(1);
}

// A move of the slot to itself is refused in either case, with different errors.
bool slot_is_empty(seL4_CPtr slot)
{
    struct got g = call(ROOT, CNodeMove, WORDS(slot, DEPTH, slot, DEPTH), CAPS(ROOT));
    return g.label == seL4_FailedLookup;
}

// --- invocations --------------------------------------------------------------------------------

struct got retype(seL4_CPtr untyped, seL4_Word type, seL4_Word size_bits, seL4_CPtr slot,
                  seL4_Word count)
{
    return call(untyped, UntypedRetype, WORDS(type, size_bits, 0, 0, slot, count), CAPS(ROOT));
}

struct got delete (seL4_CPtr slot)
{
    return call(ROOT, CNodeDelete, WORDS(slot, DEPTH), NO_CAPS);
}

struct got revoke(seL4_CPtr slot)
{
    return call(ROOT, CNodeRevoke, WORDS(slot, DEPTH), NO_CAPS);
}

struct got copy(seL4_CPtr to, seL4_CPtr from, seL4_Word rights)
{
    return call(ROOT, CNodeCopy, WORDS(to, DEPTH, from, DEPTH, rights), CAPS(ROOT));
}

struct got mint(seL4_CPtr to, seL4_CPtr from, seL4_Word rights, seL4_Word data)
{
    return call(ROOT, CNodeMint, WORDS(to, DEPTH, from, DEPTH, rights, data), CAPS(ROOT));
}

// --- objects ------------------------------------------------------------------------------------

seL4_CPtr object_new(seL4_Word type, seL4_Word size_bits)
{
    seL4_CPtr slot = slot_new();
    return expect_made(HERE, retype(objects.memory, type, size_bits, slot, 1), slot);
}

seL4_CPtr untyped_new(seL4_Word bits)
{
    return object_new(seL4_UntypedObject, bits);
}

seL4_CPtr endpoint_new(void)
{
    return object_new(seL4_EndpointObject, 0);
}

seL4_CPtr notification_new(void)
{
    return object_new(seL4_NotificationObject, 0);
}

seL4_CPtr reply_new(void)
{
    return object_new(seL4_ReplyObject, 0);
}

seL4_CPtr tcb_new(void)
{
    return object_new(seL4_TCBObject, 0);
}

seL4_CPtr cnode_new(seL4_Word radix)
{
    return object_new(seL4_CapTableObject, radix);
}

seL4_CPtr frame_new(void)
{
    return object_new(seL4_ARM_SmallPageObject, 0);
}

seL4_CPtr page_table_new(void)
{
    return object_new(seL4_ARM_PageTableObject, 0);
}

seL4_CPtr vspace_new(void)
{
    seL4_CPtr vspace = object_new(seL4_ARM_VSpaceObject, 0);
    struct got g = call(seL4_CapInitThreadASIDPool, ARMASIDPoolAssign, NO_WORDS, CAPS(vspace));
    return expect_made(HERE, g, vspace);
}

seL4_CPtr sched_control(void)
{
    return objects.boot->schedcontrol.start;
}

seL4_CPtr sched_context_new(seL4_Word budget, seL4_Word period, seL4_Word extra_refills)
{
    seL4_Word bits = seL4_MinSchedContextBits;
    while (((1ULL << bits) - seL4_CoreSchedContextBytes) / seL4_RefillSizeBytes < extra_refills) {
        bits++;
    }
    seL4_CPtr sc = object_new(seL4_SchedContextObject, bits);
    struct got g = call(sched_control(), SchedControlConfigureFlags,
                        WORDS(budget, period, extra_refills, 0, 0), CAPS(sc));
    return expect_made(HERE, g, sc);
}

seL4_CPtr copy_new(seL4_CPtr from, seL4_Word rights)
{
    seL4_CPtr slot = slot_new();
    return expect_made(HERE, copy(slot, from, rights), slot);
}

seL4_CPtr mint_new(seL4_CPtr from, seL4_Word rights, seL4_Word data)
{
    seL4_CPtr slot = slot_new();
    return expect_made(HERE, mint(slot, from, rights, data), slot);
}

// --- devices ------------------------------------------------------------------------------------

// The device untyped that begins at `paddr`, by its index in the boot info's list; the count if
// none does.
static seL4_Word find_device(seL4_Word paddr)
{
    const seL4_BootInfo *boot = objects.boot;
    seL4_Word count = boot->untyped.end - boot->untyped.start;
    seL4_Word i = 0;
    while (i < count && !(boot->untypedList[i].isDevice && boot->untypedList[i].paddr == paddr)) {
        i++;
    }
    return i;
}

// Cuts the untyped in halves until its first page is alone; the upper halves go to upper[their
// size].
static seL4_CPtr cut_first_page(seL4_CPtr untyped, seL4_Word bits, seL4_CPtr *upper)
{
    while (bits > seL4_PageBits) {
        bits--;
        seL4_CPtr halves = slots_new(2);
        untyped = expect_made(HERE, retype(untyped, seL4_UntypedObject, bits, halves, 2), halves);
        upper[bits] = halves + 1;
    }
    seL4_CPtr frame = slot_new();
    return expect_made(HERE, retype(untyped, seL4_ARM_SmallPageObject, 0, frame, 1), frame);
}

seL4_CPtr objects_open_devices(void)
{
    seL4_Word i = find_device(DEVICES_PADDR);
    const seL4_UntypedDesc *u = &objects.boot->untypedList[i];
    expect(HERE,
           i < objects.boot->untyped.end - objects.boot->untyped.start &&
               u->sizeBits <= DEVICES_BITS_MAX,
           "the serial port is in the boot info");
    return cut_first_page(objects.boot->untyped.start + i, u->sizeBits, objects.devices);
}

// A page at an offset of 2^n from the serial port is the first of the upper half of that size.
seL4_CPtr device_frame_new(seL4_Word paddr)
{
    seL4_Word bits = 63 - (seL4_Word)__builtin_clzl(paddr - DEVICES_PADDR);
    seL4_CPtr unused[DEVICES_BITS_MAX];
    expect(HERE, paddr - DEVICES_PADDR == 1ULL << bits && bits < DEVICES_BITS_MAX,
           "a power of two from the serial port");
    return cut_first_page(objects.devices[bits], bits, unused);
}

seL4_CPtr image_frame(const void *at)
{
    return objects.boot->userImageFrames.start +
           ((uintptr_t)at - (uintptr_t)suite_image_start) / (1u << seL4_PageBits);
}
