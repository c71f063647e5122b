// SPDX-License-Identifier: BSD-2-Clause
//
// What the initial task finds, and where (seL4 ABI §12). The layouts are those that seL4 itself
// showed on the same machine.
#include "kernel_ok.h"

#include "kernel/arch.h"
#include "kernel/arch_host.h"
#include "kernel/boot.h"
#include "kernel/boot_memory.h"
#include "kernel/cspace.h"
#include "kernel/kernel.h"
#include "kernel/plat_host.h"
#include "kernel/tcb.h"
#include "kernel/untyped.h"
#include "kernel/vspace.h"

#include "lib/mem.h"

#include <sel4/bootinfo_types.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const uint64_t RAM = 0x40000000;
static const uint64_t MIB = 1 << 20;

enum {
    TREE_BYTES = 0x1d4e,
    ENTRY = 0x400018,
    // Whether the configuration has the sizes of the one that seL4 was seen with.
    AS_SEEN = KCFG_ROOT_CNODE_BITS == 12 && seL4_TCBBits == 11,
};

// As seL4 was booted: a kernel of 0x247000 bytes, the tree after it, the image behind the loader.
static struct boot_args seen(void)
{
    return (struct boot_args){
        .kernel = {paddr(RAM), paddr(RAM + 0x247000)},
        .boot_memory = {paddr(RAM), paddr(RAM + 0x10000)},
        .tree = {paddr(RAM + 0x247000), paddr(RAM + 0x247000 + TREE_BYTES)},
        .image = {paddr(RAM + 0x866000), paddr(RAM + 0x86c000)},
        .image_offset = RAM + 0x866000 - 0x400000,
        .entry = vaddr(ENTRY),
    };
}

static const seL4_BootInfo *boot(struct boot_args args, uint64_t ram)
{
    assert_true(host_memory_reset(RAM, ram));
    host_machine_reset();
    memset(&kernel, 0, sizeof(kernel));
    memset(arch_ptr(args.tree.start), 0x5a, args.tree.end.raw - args.tree.start.raw);
    boot_kernel(&args);
    const struct cap root = kernel.current->slots[TCB_SLOT_CSPACE].cap;
    kernel_ok_root(cnode_slots(root), cnode_slot_count(root));
    assert_null(kernel_ok());
    return arch_ptr(cap_base(cnode_slots(root)[seL4_CapBootInfoFrame].cap));
}

static struct slot *slot(uint64_t number)
{
    return cnode_slots(kernel.current->slots[TCB_SLOT_CSPACE].cap) + number;
}

static void assert_region(seL4_SlotRegion region, uint64_t start, uint64_t end)
{
    assert_int_equal(region.start, start);
    assert_int_equal(region.end, end);
}

// --- against seL4 -------------------------------------------------------------------------------

static void slots_are_where_sel4_puts_them(void **state)
{
    (void)state;
    if (!AS_SEEN) {
        skip();
    }
    const seL4_BootInfo *info = boot(seen(), 1024 * MIB);
    assert_region(info->userImagePaging, 0x10, 0x13);
    assert_region(info->extraBIPages, 0x13, 0x15);
    assert_region(info->schedcontrol, 0x15, 0x16);
    assert_region(info->userImageFrames, 0x16, 0x1c);
    assert_region(info->untyped, 0x1c, 0x68);
    assert_region(info->empty, 0x68, 0x1000);
    assert_region(info->sharedFrames, 0, 0);
    assert_int_equal(info->extraLen, TREE_BYTES + 16);
    assert_int_equal((uintptr_t)info->ipcBuffer, 0x406000);
    assert_int_equal(info->initThreadCNodeSizeBits, 12);
    assert_int_equal(info->numNodes, 1);
}

static void untyped_memory_is_cut_as_sel4_cuts_it(void **state)
{
    (void)state;
    if (!AS_SEEN) {
        skip();
    }
    static const struct {
        uint64_t start;
        unsigned bits;
    } expected[] = {
        {0x40000000, 16}, {0x40248d50, 4},  {0x40248d60, 5},  {0x40248d80, 7},  {0x40248e00, 9},
        {0x40249000, 12}, {0x4024a000, 13}, {0x4024c000, 14}, {0x40250000, 16}, {0x40260000, 17},
        {0x40280000, 19}, {0x40300000, 20}, {0x40400000, 22}, {0x40800000, 18}, {0x40840000, 17},
        {0x40860000, 14}, {0x40864000, 13}, {0x4086c000, 14}, {0x40870000, 16}, {0x40880000, 19},
        {0x40900000, 20}, {0x40a00000, 21}, {0x40c00000, 22}, {0x41000000, 24}, {0x42000000, 25},
        {0x44000000, 26}, {0x48000000, 27}, {0x50000000, 28}, {0x60000000, 28}, {0x70000000, 27},
        {0x78000000, 26}, {0x7c000000, 25}, {0x7e000000, 24}, {0x7f000000, 23}, {0x7f800000, 22},
        {0x7fc00000, 21}, {0x7fe00000, 20}, {0x7ff00000, 19}, {0x7ff80000, 18}, {0x7ffe9880, 7},
        {0x7ffe9900, 8},  {0x7ffe9a00, 9},  {0x7ffe9c00, 10}, {0x7ffea000, 13}, {0x7ffec000, 14},
        {0x7fff0000, 16},
    };
    const seL4_BootInfo *info = boot(seen(), 1024 * MIB);
    const uint64_t count = info->untyped.end - info->untyped.start;
    const unsigned ram_count = sizeof(expected) / sizeof(expected[0]);
    const uint64_t first = count - ram_count;
    assert_false(info->untypedList[first].isDevice);
    assert_true(info->untypedList[first - 1].isDevice);
    for (uint64_t i = 0; i < ram_count; i++) {
        assert_int_equal(info->untypedList[first + i].paddr, expected[i].start);
        assert_int_equal(info->untypedList[first + i].sizeBits, expected[i].bits);
    }
}

static void objects_are_where_tools_expect_them(void **state)
{
    (void)state;
    if (!AS_SEEN) {
        skip();
    }
    (void)boot(seen(), 1024 * MIB);
    assert_int_equal(cap_address(slot(seL4_CapInitThreadCNode)->cap).raw, 0x7ffc0000);
    assert_int_equal(cap_base(slot(0x13)->cap).raw, 0x7ffe0000); // extra boot info
    assert_int_equal(cap_base(slot(seL4_CapInitThreadVSpace)->cap).raw, 0x7ffe2000);
    assert_int_equal(cap_base(slot(seL4_CapInitThreadASIDPool)->cap).raw, 0x7ffe3000);
    assert_int_equal(cap_base(slot(seL4_CapInitThreadIPCBuffer)->cap).raw, 0x7ffe4000);
    assert_int_equal(cap_base(slot(seL4_CapBootInfoFrame)->cap).raw, 0x7ffe5000);
    assert_int_equal(cap_base(slot(0x10)->cap).raw, 0x7ffe6000); // page tables
    assert_int_equal(cap_address(slot(seL4_CapInitThreadTCB)->cap).raw, 0x7ffe9000);
    assert_int_equal(cap_address(slot(seL4_CapInitThreadSC)->cap).raw, 0x7ffe9800);
}

// --- the initial task ---------------------------------------------------------------------------

static void the_thread_starts_with_the_boot_info_alone(void **state)
{
    (void)state;
    (void)boot(seen(), 64 * MIB);
    const struct arch_context *context = &kernel.current->context;
    assert_int_equal(arch_next_pc(context), ENTRY);
    assert_int_equal(arch_get(context, ARCH_REG_BADGE, 0), 0x407000);
    for (unsigned i = 4; i < ARCH_USER_REGISTERS; i++) {
        assert_int_equal(arch_user_register(context, i), 0);
    }
    assert_int_equal(kernel.current->priority, seL4_MaxPrio);
    assert_int_equal(kernel.current->max_priority, seL4_MaxPrio);
}

static void assert_mapped(uint64_t address, uint64_t frame_slot, bool execute)
{
    const paddr_t root = cap_base(slot(seL4_CapInitThreadVSpace)->cap);
    const struct walk walk = vspace_walk(root, vaddr(address));
    const struct cap frame = slot(frame_slot)->cap;
    assert_int_equal(arch_pte_kind(*walk.entry, walk.level), ARCH_PTE_PAGE);
    assert_int_equal(arch_pte_address(*walk.entry).raw, cap_base(frame).raw);
    assert_true(arch_pte_writable(*walk.entry));
    assert_int_equal((*walk.entry & HOST_PTE_EXECUTE) != 0, execute);
    assert_int_equal(cap_get(frame, CAP_VADDR) << 12, address);
    assert_int_equal(cap_get(frame, CAP_ASID), 1);
}

static void the_image_and_its_pages_are_mapped(void **state)
{
    (void)state;
    const seL4_BootInfo *info = boot(seen(), 64 * MIB);
    for (uint64_t i = 0; i < 6; i++) {
        assert_mapped(0x400000 + i * 0x1000, info->userImageFrames.start + i, true);
    }
    assert_mapped(0x406000, seL4_CapInitThreadIPCBuffer, false);
    assert_mapped(0x407000, seL4_CapBootInfoFrame, false);
    assert_mapped(0x408000, info->extraBIPages.start, true);
    assert_mapped(0x409000, info->extraBIPages.start + 1, true);
    const seL4_BootInfoHeader *header = arch_ptr(cap_base(slot(info->extraBIPages.start)->cap));
    assert_int_equal(header->id, SEL4_BOOTINFO_HEADER_FDT);
    assert_int_equal(header->len, TREE_BYTES + 16);
    const uint8_t *tree = (const uint8_t *)(header + 1);
    assert_int_equal(tree[0], 0x5a);
    assert_int_equal(tree[TREE_BYTES - 1], 0x5a);
    assert_int_equal(tree[TREE_BYTES], 0);
}

static void slots_of_absent_features_are_empty(void **state)
{
    (void)state;
    (void)boot(seen(), 64 * MIB);
    static const unsigned absent[] = {seL4_CapNull, seL4_CapIOPortControl, seL4_CapIOSpace,
                                      seL4_CapSMMUSIDControl, seL4_CapSMMUCBControl};
    for (unsigned i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
        assert_true(slot_is_empty(slot(absent[i])));
    }
    assert_int_equal(slot_is_empty(slot(seL4_CapSMC)), !KCFG_ALLOW_SMC);
}

static void an_image_over_a_table_boundary_gets_more_tables(void **state)
{
    (void)state;
    struct boot_args args = seen();
    args.image_offset = args.image.start.raw - 0x3fffe000; // crosses 2 MiB and 1 GiB
    const seL4_BootInfo *info = boot(args, 64 * MIB);
    assert_int_equal(info->userImagePaging.end - info->userImagePaging.start, 1 + 2 + 2);
    assert_int_equal(cap_get(slot(info->userImagePaging.start)->cap, CAP_LEVEL), 1);
    assert_int_equal(cap_get(slot(info->userImagePaging.end - 1)->cap, CAP_LEVEL), 3);
    assert_mapped(0x40000000, info->userImageFrames.start + 2, true);
}

static void without_a_tree_there_is_no_extra_boot_info(void **state)
{
    (void)state;
    struct boot_args args = seen();
    args.tree.end = args.tree.start;
    const seL4_BootInfo *info = boot(args, 64 * MIB);
    assert_int_equal(info->extraLen, 0);
    assert_int_equal(info->extraBIPages.start, info->extraBIPages.end);
}

// --- memory -------------------------------------------------------------------------------------

// Every address below the limit that is neither RAM nor the kernel's is given out once, in order.
static void device_memory_is_all_but_ram_and_the_kernels(void **state)
{
    (void)state;
    const seL4_BootInfo *info = boot(seen(), 64 * MIB);
    static const struct plat_range expected[] = {
        {{0}, {0x08000000}},
        {{0x08001000}, {0x08010000}},
        {{0x08011000}, {RAM}},
        {{RAM + 64 * MIB}, {UINT64_C(1) << 40}},
    };
    uint64_t i = 0;
    for (unsigned range = 0; range < 4; range++) {
        uint64_t next = expected[range].start.raw;
        for (; next < expected[range].end.raw; i++) {
            assert_true(info->untypedList[i].isDevice);
            assert_int_equal(info->untypedList[i].paddr, next);
            next += UINT64_C(1) << info->untypedList[i].sizeBits;
        }
        assert_int_equal(next, expected[range].end.raw);
    }
    assert_false(info->untypedList[i].isDevice);
}

static void untyped_capabilities_are_full_and_childless(void **state)
{
    (void)state;
    const seL4_BootInfo *info = boot(seen(), 64 * MIB);
    for (uint64_t i = info->untyped.start; i < info->untyped.end; i++) {
        const struct cap cap = slot(i)->cap;
        const seL4_UntypedDesc *entry = &info->untypedList[i - info->untyped.start];
        assert_int_equal(cap_type(cap), CAP_UNTYPED);
        assert_int_equal(cap_address(cap).raw, entry->paddr);
        assert_int_equal(cap_size_bits(cap), entry->sizeBits);
        assert_int_equal(cap_get(cap, CAP_DEVICE), entry->isDevice);
        assert_int_equal(untyped_free(cap), UINT64_C(1) << entry->sizeBits);
        assert_false(slot_has_children(slot(i)));
    }
}

static void a_hole_splits_trims_or_removes_a_range(void **state)
{
    (void)state;
    struct boot_ranges ranges = {.count = 0};
    boot_ranges_add(&ranges, (struct plat_range){{100}, {200}});
    boot_ranges_add(&ranges, (struct plat_range){{300}, {400}});
    boot_ranges_add(&ranges, (struct plat_range){{500}, {500}});
    assert_int_equal(ranges.count, 2);
    boot_ranges_remove(&ranges, (struct plat_range){{150}, {160}});
    assert_int_equal(ranges.count, 3);
    boot_ranges_remove(&ranges, (struct plat_range){{180}, {320}});
    boot_ranges_remove(&ranges, (struct plat_range){{90}, {100}});
    boot_ranges_remove(&ranges, (struct plat_range){{399}, {500}});
    static const struct plat_range left[] = {{{100}, {150}}, {{160}, {180}}, {{320}, {399}}};
    assert_int_equal(ranges.count, 3);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(ranges.range[i].start.raw, left[i].start.raw);
        assert_int_equal(ranges.range[i].end.raw, left[i].end.raw);
    }
    boot_ranges_remove(&ranges, (struct plat_range){{0}, {1000}});
    assert_int_equal(ranges.count, 0);
}

static void objects_go_to_the_last_range_with_room(void **state)
{
    (void)state;
    struct boot_ranges ranges = {.count = 0};
    boot_ranges_add(&ranges, (struct plat_range){{RAM}, {RAM + 16 * MIB}});
    boot_ranges_add(&ranges, (struct plat_range){{RAM + 32 * MIB}, {RAM + 32 * MIB + 0x20000}});
    const struct boot_demand demand = {.cnode_bits = 17, .extra_bits = 0, .tables = 3};
    const struct boot_objects objects = boot_objects_place(&ranges, demand);
    assert_int_equal(objects.all.start.raw, RAM + 16 * MIB - 0x40000);
    assert_int_equal(objects.cnode.raw, objects.all.start.raw);
    assert_int_equal(ranges.count, 3);
    assert_int_equal(ranges.range[0].end.raw, objects.all.start.raw);
    assert_int_equal(ranges.range[1].start.raw, objects.all.end.raw);
}

static void extra_boot_info_as_large_as_the_cnode_comes_first(void **state)
{
    (void)state;
    struct boot_ranges ranges = {.count = 0};
    boot_ranges_add(&ranges, (struct plat_range){{RAM}, {RAM + 16 * MIB}});
    const struct boot_demand demand = {.cnode_bits = 17, .extra_bits = 18, .tables = 3};
    const struct boot_objects objects = boot_objects_place(&ranges, demand);
    assert_int_equal(objects.extra.raw, objects.all.start.raw);
    assert_int_equal(objects.extra.raw % (1u << 18), 0);
    assert_int_equal(objects.cnode.raw, objects.extra.raw + (1u << 18));
    assert_int_equal(objects.vspace.raw, objects.cnode.raw + (1u << 17));
}

// --- what cannot be booted ----------------------------------------------------------------------

static jmp_buf halted;

static void stop(void)
{
    longjmp(halted, 1);
}

static bool boot_panics(struct boot_args args, uint64_t ram)
{
    assert_true(host_memory_reset(RAM, ram));
    host_machine_reset();
    host_machine.halt = stop;
    memset(&kernel, 0, sizeof(kernel));
    if (setjmp(halted) != 0) {
        return !KCFG_PRINTING || strstr(host_machine.output, "@panic") != NULL;
    }
    boot_kernel(&args);
    return false;
}

static void a_bad_image_stops_the_boot_with_a_message(void **state)
{
    (void)state;
    struct boot_args args = seen();
    args.image.end = args.image.start;
    assert_true(boot_panics(args, 64 * MIB));
    args = seen();
    args.image.start.raw += 16;
    assert_true(boot_panics(args, 64 * MIB));
    args = seen();
    args.image_offset = args.image.start.raw - UINT64_C(0xffffffffc0000000);
    assert_true(boot_panics(args, 64 * MIB));
    args = seen();
    args.image_offset = args.image.start.raw - (seL4_UserTop - 0x5fff); // no room for the buffer
    assert_true(boot_panics(args, 64 * MIB));
}

static void too_little_memory_stops_the_boot_with_a_message(void **state)
{
    (void)state;
    struct boot_args args = seen();
    args.kernel.end = paddr(RAM + 16 * MIB);
    args.tree.end = args.tree.start;
    args.image = (struct plat_range){paddr(RAM + 16 * MIB), paddr(RAM + 16 * MIB + 0x6000)};
    args.image_offset = args.image.start.raw - 0x400000;
    assert_true(boot_panics(args, 16 * MIB + 0x26000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slots_are_where_sel4_puts_them),
        cmocka_unit_test(untyped_memory_is_cut_as_sel4_cuts_it),
        cmocka_unit_test(objects_are_where_tools_expect_them),
        cmocka_unit_test(the_thread_starts_with_the_boot_info_alone),
        cmocka_unit_test(the_image_and_its_pages_are_mapped),
        cmocka_unit_test(slots_of_absent_features_are_empty),
        cmocka_unit_test(an_image_over_a_table_boundary_gets_more_tables),
        cmocka_unit_test(without_a_tree_there_is_no_extra_boot_info),
        cmocka_unit_test(device_memory_is_all_but_ram_and_the_kernels),
        cmocka_unit_test(untyped_capabilities_are_full_and_childless),
        cmocka_unit_test(a_hole_splits_trims_or_removes_a_range),
        cmocka_unit_test(objects_go_to_the_last_range_with_room),
        cmocka_unit_test(extra_boot_info_as_large_as_the_cnode_comes_first),
        cmocka_unit_test(a_bad_image_stops_the_boot_with_a_message),
        cmocka_unit_test(too_little_memory_stops_the_boot_with_a_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
