// SPDX-License-Identifier: BSD-2-Clause
//
// The initial task: one thread, its address space with the image, boot info, and every capability
// there is (seL4 ABI §12).
//
//   virtual   |image ........|IPC buffer|boot info|extra boot info|
//             start         U          U+4K      U+8K
//
//   slots     0..15 fixed | page tables | extra boot info | SchedControl | image frames | untyped |
//   empty
#include "kernel/boot.h"

#include "kernel/asid.h"
#include "kernel/boot_memory.h"
#include "kernel/irq.h"
#include "kernel/kernel.h"
#include "kernel/object.h"
#include "kernel/print.h"
#include "kernel/sched_context.h"
#include "kernel/schedule.h"
#include "kernel/tcb.h"
#include "kernel/untyped.h"
#include "kernel/vspace.h"
#include "lib/bits.h"
#include "lib/fmt.h"
#include "lib/mem.h"

#include <sel4/bootinfo_types.h>

// Too large for the stack.
static struct boot_ranges free_memory, device_memory;

#define PAGE (UINT64_C(1) << seL4_PageBits)

enum { INITIAL_ASID = 1 };

// What is being built.
struct boot {
    const struct boot_args *args;
    struct boot_objects at;
    struct slot *slots; // of the root CNode
    seL4_BootInfo *info;
    uint64_t next_slot;
    uint64_t image_start; // virtual
    uint64_t image_end;   // U
    uint64_t extra_size;  // bytes, 0: none
    uint64_t free_memory; // given to user level as untyped RAM
};

// --- slots --------------------------------------------------------------------------------------

static void put(struct boot *boot, uint64_t slot, struct cap cap)
{
    slot_insert_root(&boot->slots[slot], cap);
}

static bool slots_left(const struct boot *boot)
{
    return boot->next_slot < UINT64_C(1) << KCFG_ROOT_CNODE_BITS;
}

static void put_next(struct boot *boot, struct cap cap)
{
    if (!slots_left(boot)) {
        PANIC("the initial task's image needs more slots than the root CNode has");
    }
    put(boot, boot->next_slot, cap);
    boot->next_slot++;
}

static struct cap plain_cap(enum cap_type type)
{
    return cap_set(cap_null(), CAP_TYPE, type);
}

// --- address space ------------------------------------------------------------------------------

static uint64_t space_end(const struct boot *boot)
{
    return boot->image_end + 2 * PAGE + align_up(boot->extra_size, PAGE);
}

// Tables whose entries lie at `level` that [start, end) needs.
static uint64_t tables_at_level(uint64_t start, uint64_t end, unsigned level)
{
    const uint64_t span = UINT64_C(1) << level_bits(level - 1);
    return (align_up(end, span) - align_down(start, span)) / span;
}

static uint64_t tables_needed(const struct boot *boot)
{
    uint64_t count = 0;
    for (unsigned level = 1; level < ARCH_LEVELS; level++) {
        count += tables_at_level(boot->image_start, space_end(boot), level);
    }
    return count;
}

static struct cap mapped(struct cap cap, uint64_t address)
{
    return cap_set(cap_set(cap, CAP_ASID, INITIAL_ASID), CAP_VADDR, address >> 12);
}

static void put_tables(struct boot *boot)
{
    paddr_t table = boot->at.tables;
    boot->info->userImagePaging.start = boot->next_slot;
    for (unsigned level = 1; level < ARCH_LEVELS; level++) {
        const uint64_t span = UINT64_C(1) << level_bits(level - 1);
        uint64_t address = align_down(boot->image_start, span);
        for (; address < space_end(boot); address += span) {
            struct cap cap = object_create(seL4_ARM_PageTableObject, 0, table, false);
            cap = cap_set(mapped(cap, address), CAP_LEVEL, level);
            const struct walk walk = vspace_walk_to(boot->at.vspace, vaddr(address), level - 1);
            arch_pte_write(walk.entry, arch_pte_table(table));
            put_next(boot, cap);
            table.raw += PAGE;
        }
    }
    boot->info->userImagePaging.end = boot->next_slot;
}

// The frame at `base`, mapped at `address`.
static struct cap map_frame(struct boot *boot, paddr_t base, uint64_t address, bool execute)
{
    const struct arch_mapping mapping = {
        .read = true, .write = true, .execute = execute, .cached = true};
    const struct walk walk = vspace_walk(boot->at.vspace, vaddr(address));
    arch_pte_write(walk.entry, arch_pte_page(base, walk.level, mapping));
    struct cap cap = cap_new_paged(CAP_FRAME, base);
    cap = cap_set(cap_set(cap, CAP_READ, 1), CAP_WRITE, 1);
    return mapped(cap_set(cap, CAP_FRAME_SIZE, FRAME_SMALL), address);
}

// Frames at `base`, one after the other, in both spaces. Returns their slots.
static seL4_SlotRegion put_frames(struct boot *boot, paddr_t base, uint64_t address, uint64_t size)
{
    seL4_SlotRegion region = {boot->next_slot, boot->next_slot};
    for (uint64_t offset = 0; offset < size; offset += PAGE) {
        put_next(boot, map_frame(boot, paddr(base.raw + offset), address + offset, true));
    }
    region.end = boot->next_slot;
    return region;
}

static void make_space(struct boot *boot)
{
    asid_pool_install(0, boot->at.asid_pool);
    struct cap space = object_create(seL4_ARM_VSpaceObject, 0, boot->at.vspace, false);
    space = cap_set(space, CAP_ASID, INITIAL_ASID);
    asid_assign(space);
    put(boot, seL4_CapInitThreadVSpace, space);
    put(boot, seL4_CapInitThreadASIDPool, cap_new_paged(CAP_ASID_POOL, boot->at.asid_pool));
    put_tables(boot);
    const uint64_t end = boot->image_end;
    put(boot, seL4_CapInitThreadIPCBuffer, map_frame(boot, boot->at.buffer, end, false));
    put(boot, seL4_CapBootInfoFrame, map_frame(boot, boot->at.info, end + PAGE, false));
}

// --- extra boot info ----------------------------------------------------------------------------

static uint64_t tree_size(const struct boot_args *args)
{
    return args->tree.end.raw - args->tree.start.raw;
}

static void make_extra(struct boot *boot)
{
    boot->info->extraLen = boot->extra_size;
    if (boot->extra_size != 0) {
        seL4_BootInfoHeader *header = arch_ptr(boot->at.extra);
        header->id = SEL4_BOOTINFO_HEADER_FDT;
        header->len = boot->extra_size;
        memcpy(header + 1, arch_ptr(boot->args->tree.start), tree_size(boot->args));
        arch_clean(boot->at.extra, align_up(boot->extra_size, PAGE));
    }
    boot->info->extraBIPages =
        put_frames(boot, boot->at.extra, boot->image_end + 2 * PAGE, boot->extra_size);
}

// --- untyped memory -----------------------------------------------------------------------------

static void put_piece(struct boot *boot, paddr_t start, unsigned bits, bool device)
{
    const uint64_t index = boot->next_slot - boot->info->untyped.start;
    if (index == KCFG_MAX_UNTYPED_CAPS || !slots_left(boot)) {
        return;
    }
    boot->info->untypedList[index] =
        (seL4_UntypedDesc){.paddr = start.raw, .sizeBits = (seL4_Uint8)bits, .isDevice = device};
    put_next(boot, untyped_cap(start, bits, device, UINT64_C(1) << bits));
    boot->free_memory += device ? 0 : UINT64_C(1) << bits;
}

// The range as naturally aligned powers of two; the smallest are lost. They count as full, so that
// the first Retype of each zeroes what it takes.
static void put_untyped(struct boot *boot, struct plat_range range, bool device)
{
    while (range.start.raw < range.end.raw) {
        const unsigned bits = boot_piece_bits(range);
        if (bits >= seL4_MinUntypedBits) {
            put_piece(boot, range.start, bits, device);
        }
        range.start.raw += UINT64_C(1) << bits;
    }
}

static void make_untyped(struct boot *boot)
{
    boot_ranges_device(&device_memory);
    boot->info->untyped.start = boot->next_slot;
    for (unsigned i = 0; i < device_memory.count; i++) {
        put_untyped(boot, device_memory.range[i], true);
    }
    put_untyped(boot, boot->args->boot_memory, false);
    for (unsigned i = 0; i < free_memory.count; i++) {
        put_untyped(boot, free_memory.range[i], false);
    }
    boot->info->untyped.end = boot->next_slot;
}

// --- control capabilities, thread ---------------------------------------------------------------

static void make_controls(struct boot *boot)
{
    put(boot, seL4_CapIRQControl, plain_cap(CAP_IRQ_CONTROL));
    put(boot, seL4_CapASIDControl, plain_cap(CAP_ASID_CONTROL));
    put(boot, seL4_CapDomain, plain_cap(CAP_DOMAIN));
    if (KCFG_ALLOW_SMC) {
        put(boot, seL4_CapSMC, plain_cap(CAP_SMC));
    }
    boot->info->schedcontrol.start = boot->next_slot;
    put_next(boot, plain_cap(CAP_SCHED_CONTROL));
    boot->info->schedcontrol.end = boot->next_slot;
}

static void make_cspace(struct boot *boot)
{
    struct cap root =
        object_create(seL4_CapTableObject, KCFG_ROOT_CNODE_BITS, boot->at.cnode, false);
    root = cnode_set_guard(root, seL4_WordBits - KCFG_ROOT_CNODE_BITS, 0);
    put(boot, seL4_CapInitThreadCNode, root);
}

// The thread holds copies of the capabilities of its spaces and of its buffer.
static void lend(struct boot *boot, struct tcb *tcb, enum tcb_slot to, uint64_t from)
{
    struct slot *slot = &boot->slots[from];
    struct cap cap = slot->cap;
    if (cap_type(cap) == CAP_FRAME) {
        cap = cap_set(cap_set(cap, CAP_ASID, 0), CAP_VADDR, 0);
    }
    slot_insert_derived(slot, &tcb->slots[to], cap);
}

static void make_thread(struct boot *boot)
{
    put(boot, seL4_CapInitThreadTCB, object_create(seL4_TCBObject, 0, boot->at.tcb, false));
    put(boot, seL4_CapInitThreadSC,
        object_create(seL4_SchedContextObject, seL4_MinSchedContextBits, boot->at.sched_context,
                      false));
    struct tcb *tcb = arch_ptr(boot->at.tcb);
    lend(boot, tcb, TCB_SLOT_CSPACE, seL4_CapInitThreadCNode);
    lend(boot, tcb, TCB_SLOT_VSPACE, seL4_CapInitThreadVSpace);
    lend(boot, tcb, TCB_SLOT_BUFFER, seL4_CapInitThreadIPCBuffer);
    tcb->buffer = vaddr(boot->image_end);
    tcb->priority = seL4_MaxPrio;
    tcb->max_priority = seL4_MaxPrio;
    arch_set_user_register(&tcb->context, 0, boot->args->entry.raw);
    arch_set(&tcb->context, ARCH_REG_BADGE, 0, boot->image_end + PAGE);
    sched_context_make_initial(arch_ptr(boot->at.sched_context), tcb,
                               UINT64_C(1000) * KCFG_BOOT_TIME_SLICE_MS);
    tcb->state = THREAD_RUNNING;
    schedule_wake(tcb);
}

// --- all ----------------------------------------------------------------------------------------

static void fill_info(struct boot *boot)
{
    seL4_BootInfo *info = boot->info;
    const seL4_Word buffer = boot->image_end;
    info->numNodes = KCFG_NODE_COUNT;
    info->ipcBuffer = (seL4_IPCBuffer *)buffer; // the user's
    info->initThreadCNodeSizeBits = KCFG_ROOT_CNODE_BITS;
    info->empty.start = boot->next_slot;
    info->empty.end = UINT64_C(1) << KCFG_ROOT_CNODE_BITS;
}

static void measure(struct boot *boot)
{
    const struct boot_args *args = boot->args;
    boot->image_start = args->image.start.raw - args->image_offset;
    boot->image_end = args->image.end.raw - args->image_offset;
    if (tree_size(args) != 0) {
        boot->extra_size = sizeof(seL4_BootInfoHeader) + tree_size(args);
    }
    const bool sane = args->image.start.raw < args->image.end.raw &&
                      is_aligned(args->image.start.raw | args->image.end.raw, PAGE) &&
                      boot->image_start < boot->image_end && boot->image_end <= seL4_UserTop &&
                      space_end(boot) <= seL4_UserTop && is_aligned(boot->image_start, PAGE);
    if (!sane) {
        PANIC("the initial task's image is not page aligned or not in user addresses");
    }
}

static void report(const struct boot *boot)
{
    uint64_t ram = 0;
    for (unsigned i = 0; i < plat_ram_count(); i++) {
        ram += plat_ram(i).end.raw - plat_ram(i).start.raw;
    }
    char buffer[120];
    struct fmt line;
    fmt_init(&line, buffer, sizeof(buffer));
    fmt_str(&line, "[kernel] @start config=" KAAL_CONFIG_NAME " ");
    fmt_str(&line, plat_description());
    fmt_str(&line, " ram=");
    fmt_hex(&line, ram);
    fmt_str(&line, " free=");
    fmt_hex(&line, boot->free_memory);
    kernel_print(buffer);
    kernel_print("\n");
}

struct tcb *boot_kernel(const struct boot_args *args)
{
    struct boot boot = {.args = args, .next_slot = seL4_NumInitialCaps};
    measure(&boot);

    boot_ranges_free(&free_memory, args);
    unsigned extra_bits = 0;
    if (boot.extra_size != 0) {
        extra_bits = boot.extra_size <= PAGE ? seL4_PageBits : log2_ceil(boot.extra_size);
    }
    boot.at =
        boot_objects_place(&free_memory, (struct boot_demand){
                                             .cnode_bits = KCFG_ROOT_CNODE_BITS + seL4_SlotBits,
                                             .extra_bits = extra_bits,
                                             .tables = tables_needed(&boot),
                                         });
    arch_zero(arch_ptr(boot.at.all.start), boot.at.all.end.raw - boot.at.all.start.raw);
    boot.slots = arch_ptr(boot.at.cnode);
    boot.info = arch_ptr(boot.at.info);

    irq_init();
    schedule_init();
    make_cspace(&boot);
    make_space(&boot);
    make_extra(&boot);
    make_controls(&boot);
    boot.info->userImageFrames =
        put_frames(&boot, args->image.start, boot.image_start, boot.image_end - boot.image_start);
    make_untyped(&boot);
    make_thread(&boot);
    fill_info(&boot);
    report(&boot);
    return schedule();
}
