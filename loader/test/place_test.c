// SPDX-License-Identifier: BSD-2-Clause
#include "place.h"

#include "elf_make.h"
#include "lib/bits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum {
    PADDR = 24, // offset of p_paddr in a program header
};

#define KERNEL_VADDR 0xffffffffc0000000ULL
#define KERNEL_PADDR 0x40000000ULL

static uint8_t kernel_file[MAKE_SIZE];
static uint8_t root_file[MAKE_SIZE];
static struct elf kernel;
static struct elf root;
static struct place place;
static struct place_machine machine;

// The made executable, its text at `vaddr` and `paddr`, its data 4 KiB above.
static void make_kernel(uint64_t vaddr, uint64_t paddr)
{
    elf_make(kernel_file);
    store_le64(kernel_file + 24, vaddr);
    for (unsigned i = 0; i < 2; i++) {
        uint64_t page = i * 0x1000ULL;
        elf_make_set(kernel_file, i, MAKE_P_VADDR, vaddr + page);
        elf_make_set(kernel_file, i, PADDR, paddr + page);
    }
    assert_int_equal(elf_parse(&kernel, kernel_file, MAKE_SIZE, NULL), ELF_OK);
}

static int setup(void **state)
{
    (void)state;
    make_kernel(KERNEL_VADDR, KERNEL_PADDR);
    elf_make(root_file);
    machine = (struct place_machine){
        .ram = {0x40000000, 0x48000000},
        .loader = {0x40800000, 0x40900000},
        .tree_size = 0x1d00,
        .el = 2,
    };
    return (int)elf_parse(&root, root_file, MAKE_SIZE, NULL);
}

static enum place_err decide(void)
{
    return place_system(&place, &machine, &kernel, &root);
}

static void the_order_is_kernel_tree_loader_root_task(void **state)
{
    (void)state;
    assert_int_equal(decide(), PLACE_OK);
    assert_int_equal(place.kernel.start, 0x40000000);
    assert_int_equal(place.kernel.end, 0x40006000);
    assert_true(place.kernel_vaddr == KERNEL_VADDR);
    assert_int_equal(place.tree.start, place.kernel.end);
    assert_int_equal(place.tree.end, place.kernel.end + 0x1d00);
    assert_int_equal(place.user.start, 0x40900000);
    assert_int_equal(place.user.end, 0x40906000);
    assert_int_equal(place.user_vaddr, MAKE_TEXT);
}

static void an_unaligned_loader_end_moves_the_root_task_to_the_next_page(void **state)
{
    (void)state;
    machine.loader.end = 0x40900001;
    assert_int_equal(decide(), PLACE_OK);
    assert_int_equal(place.user.start, 0x40901000);
}

static void without_a_tree_its_place_is_empty(void **state)
{
    (void)state;
    machine.tree_size = 0;
    assert_int_equal(decide(), PLACE_OK);
    assert_int_equal(place.tree.start, place.tree.end);
}

#define HYPERVISOR_VADDR 0xffc0000000ULL
#define HYPERVISOR_PADDR 0x60000000ULL

static void a_hypervisor_and_what_follows_it_lie_above_the_loader(void **state)
{
    (void)state;
    machine.ram.end = 0xc0000000;
    make_kernel(HYPERVISOR_VADDR, HYPERVISOR_PADDR);
    assert_int_equal(decide(), PLACE_OK);
    assert_int_equal(place.el, 2);
    assert_int_equal(place.kernel.start, HYPERVISOR_PADDR);
    assert_int_equal(place.tree.start, place.kernel.end);
    assert_int_equal(place.user.start, place.kernel.end + 0x2000);
    make_kernel(KERNEL_VADDR, KERNEL_PADDR);
    assert_int_equal(decide(), PLACE_OK);
    assert_int_equal(place.el, 1);
}

static void a_hypervisor_needs_a_machine_at_el2(void **state)
{
    (void)state;
    make_kernel(HYPERVISOR_VADDR, HYPERVISOR_PADDR);
    machine.el = 1;
    assert_int_equal(decide(), PLACE_KERNEL_EL2);
}

static void a_hypervisor_and_the_loader_have_root_entries_of_their_own(void **state)
{
    (void)state;
    make_kernel(0x4000000000ULL, HYPERVISOR_PADDR);
    assert_int_equal(decide(), PLACE_KERNEL_LOW);
}

static void a_hypervisor_may_not_overlap_the_loader(void **state)
{
    (void)state;
    machine.loader.end = HYPERVISOR_PADDR + 1;
    machine.ram.end = 0xc0000000;
    make_kernel(HYPERVISOR_VADDR, HYPERVISOR_PADDR);
    assert_int_equal(decide(), PLACE_KERNEL_LARGE);
}

static void a_kernel_must_suit_the_block_mapping(void **state)
{
    (void)state;
    make_kernel(KERNEL_VADDR + 0x1000, KERNEL_PADDR);
    assert_int_equal(decide(), PLACE_KERNEL_BLOCK);
    make_kernel(KERNEL_VADDR - 0x1000, KERNEL_PADDR + 0x1ff000);
    assert_int_equal(decide(), PLACE_KERNEL_WINDOW);
    make_kernel(KERNEL_VADDR, KERNEL_PADDR);
    elf_make_set(kernel_file, 1, PADDR, KERNEL_PADDR + 0x200000);
    assert_int_equal(decide(), PLACE_KERNEL_OFFSET);
}

static void a_kernel_outside_the_memory_or_reaching_the_loader_is_refused(void **state)
{
    (void)state;
    make_kernel(KERNEL_VADDR, 0x20000000);
    assert_int_equal(decide(), PLACE_KERNEL_OUTSIDE);
    make_kernel(KERNEL_VADDR, UINT64_MAX - 0x1fffff);
    assert_int_equal(decide(), PLACE_KERNEL_OUTSIDE);
    make_kernel(KERNEL_VADDR, 0x40600000);
    assert_int_equal(decide(), PLACE_OK);
    machine.tree_size = 0x200000;
    assert_int_equal(decide(), PLACE_KERNEL_LARGE);
    machine.tree_size = UINT64_MAX;
    assert_int_equal(decide(), PLACE_KERNEL_LARGE);
}

static void too_little_memory_is_refused(void **state)
{
    (void)state;
    machine.ram.end = 0x40906000;
    assert_int_equal(decide(), PLACE_OK);
    machine.ram.end = 0x40905000;
    assert_int_equal(decide(), PLACE_ROOT_LARGE);
    machine.ram.end = 0x408ff000;
    assert_int_equal(decide(), PLACE_LOADER_OUTSIDE);
}

static void a_root_task_at_the_top_of_the_addresses_does_not_wrap(void **state)
{
    (void)state;
    elf_make_set(root_file, 1, MAKE_P_VADDR, UINT64_MAX - MAKE_DATA_MEMSZ);
    elf_make_set(root_file, 1, PADDR, 0);
    assert_int_equal(elf_parse(&root, root_file, MAKE_SIZE, NULL), ELF_OK);
    assert_int_equal(decide(), PLACE_ROOT_LARGE);
}

static void every_refusal_has_a_text(void **state)
{
    (void)state;
    for (int e = PLACE_OK; e <= PLACE_ERR_COUNT; e++) {
        assert_non_null(place_strerror((enum place_err)e));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_order_is_kernel_tree_loader_root_task, setup),
        cmocka_unit_test_setup(an_unaligned_loader_end_moves_the_root_task_to_the_next_page, setup),
        cmocka_unit_test_setup(without_a_tree_its_place_is_empty, setup),
        cmocka_unit_test_setup(a_hypervisor_and_what_follows_it_lie_above_the_loader, setup),
        cmocka_unit_test_setup(a_hypervisor_needs_a_machine_at_el2, setup),
        cmocka_unit_test_setup(a_hypervisor_and_the_loader_have_root_entries_of_their_own, setup),
        cmocka_unit_test_setup(a_hypervisor_may_not_overlap_the_loader, setup),
        cmocka_unit_test_setup(a_kernel_must_suit_the_block_mapping, setup),
        cmocka_unit_test_setup(a_kernel_outside_the_memory_or_reaching_the_loader_is_refused,
                               setup),
        cmocka_unit_test_setup(too_little_memory_is_refused, setup),
        cmocka_unit_test_setup(a_root_task_at_the_top_of_the_addresses_does_not_wrap, setup),
        cmocka_unit_test_setup(every_refusal_has_a_text, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
