// SPDX-License-Identifier: BSD-2-Clause
//
// A bus of functions whose registers keep what a function's keep; and such as no function is.

#include "pci.h"

#include <kaal/io_model.h>

#include <lib/bits.h>
#include <lib/pci_id.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fdt_make.h"

enum {
    FUNCTIONS = 6,
    WORDS = 16, // of configuration space that is there
    ID = 0,
    COMMAND = 1,
    CLASS = 2,
    HEADER = 3,
    BARS = 4,
    PIN = 15,
    MASTER = 1 << 2,
    MEMORY = 1 << 1,
    NO_INTX = 1 << 10,
    MANY = 0x800000,
};

#define LOW_BASE  UINT64_C(0x20000000) // of fdt_make(), as the processor sees it
#define LOW_BUS   0x10000000u
#define LOW_SIZE  0x200000u
#define HIGH_BASE UINT64_C(0x8000000000)

struct function {
    uint32_t number; // on the bus
    uint32_t words[WORDS];
    uint32_t keeps[WORDS]; // bits that can be written
};

static struct function functions[FUNCTIONS];
static uint32_t count;
static _Alignas(8) uint8_t blob[TREE_ROOM];
static struct dt dt;
static struct pci pci;
static uint8_t *const config = (uint8_t *)UINT64_C(0x100000); // nothing is there

static struct function *at(uint64_t offset)
{
    for (uint32_t i = 0; i < count; i++) {
        if (functions[i].number == offset / PCI_CONFIG_SIZE) {
            return &functions[i];
        }
    }
    return NULL;
}

static uint64_t load(uint64_t offset, unsigned bytes)
{
    const struct function *f = at(offset);
    uint32_t word = offset % PCI_CONFIG_SIZE / 4;
    assert_int_equal(bytes, 4);
    return f == NULL ? UINT32_MAX : word < WORDS ? f->words[word] : 0;
}

static void store(uint64_t offset, unsigned bytes, uint64_t value)
{
    struct function *f = at(offset);
    uint32_t word = offset % PCI_CONFIG_SIZE / 4;
    assert_int_equal(bytes, 4);
    assert_non_null(f);
    assert_true(word < WORDS);
    // Addresses are not changed under a function that answers.
    assert_true(word < BARS || (f->words[COMMAND] & (MEMORY | MASTER)) == 0);
    f->words[word] = (f->words[word] & ~f->keeps[word]) | ((uint32_t)value & f->keeps[word]);
}

static int setup(void **state)
{
    (void)state;
    static const struct kaal_io_model model = {(const void *)UINT64_C(0x100000), PCI_BUS_SIZE, load,
                                               store};
    memset(functions, 0, sizeof(functions));
    count = 0;
    fdt_make(blob);
    assert_int_equal(dt_open(&dt, blob, sizeof(blob)), DT_OK);
    assert_true(pci_open(&pci, &dt));
    kaal_io_model_use(&model);
    return 0;
}

static struct function *add(uint32_t number, uint32_t id)
{
    struct function *f = &functions[count++];
    f->number = number;
    f->words[ID] = id;
    f->words[CLASS] = 0x00ff0000;
    f->words[PIN] = 1 << 8;
    f->words[COMMAND] = MEMORY | MASTER; // as if somebody had left it so
    f->keeps[COMMAND] = 0xffff;
    return f;
}

static void add_bar(struct function *f, uint32_t bar, uint32_t size)
{
    f->keeps[BARS + bar] = ~(size - 1);
}

static void add_wide_bar(struct function *f, uint32_t bar, uint64_t size)
{
    f->words[BARS + bar] = 4;
    f->keeps[BARS + bar] = (uint32_t) ~(size - 1) & ~0xfu;
    f->keeps[BARS + bar + 1] = (uint32_t)(~(size - 1) >> 32);
}

static void the_bridge_is_found_with_its_spaces(void **state)
{
    (void)state;
    assert_int_equal(pci.config, UINT64_C(0x4010000000));
    assert_int_equal(pci.low.cpu.base, LOW_BASE);
    assert_int_equal(pci.low.bus, LOW_BUS);
    assert_int_equal(pci.low.cpu.size, LOW_SIZE);
    assert_int_equal(pci.high.cpu.base, HIGH_BASE);
}

static void an_empty_bus_has_nothing(void **state)
{
    (void)state;
    pci_scan(&pci, config);
    assert_int_equal(pci.count, 0);
}

static void registers_are_sized_and_placed_apart(void **state)
{
    (void)state;
    struct function *a = add(8, 0x11e81234);
    struct function *b = add(16, 0x10051af4);
    add_bar(a, 0, 0x100);
    add_bar(a, 2, 0x10000);
    add_bar(b, 1, 0x1000);
    pci_scan(&pci, config);
    assert_int_equal(pci.count, 2);
    const struct pci_function *f = &pci.functions[0];
    assert_int_equal(f->vendor, 0x1234);
    assert_int_equal(f->device, 0x11e8);
    assert_int_equal(f->number, 8);
    assert_int_equal(f->pin, 1);
    assert_int_equal(f->window_count, 2);
    assert_int_equal(f->windows[0].base, LOW_BASE);
    assert_int_equal(f->windows[0].size, 0x100);
    assert_int_equal(f->windows[1].base, LOW_BASE + 0x10000); // at a multiple of its size
    assert_int_equal(a->words[BARS], LOW_BUS); // what the bus sees is another address
    assert_int_equal(a->words[BARS + 2], LOW_BUS + 0x10000);
    assert_int_equal(pci.functions[1].windows[0].base, LOW_BASE + 0x20000);
    assert_int_equal(b->words[BARS + 1], LOW_BUS + 0x20000);
}

static void what_has_no_room_below_goes_above_if_it_can(void **state)
{
    (void)state;
    struct function *a = add(8, 0x11e81234);
    struct function *b = add(16, 0x11e81234);
    add_wide_bar(a, 0, LOW_SIZE);
    add_wide_bar(b, 0, PCI_WINDOW_MAX);
    add_bar(b, 2, 0x1000);
    pci_scan(&pci, config);
    assert_int_equal(pci.functions[0].windows[0].base, LOW_BASE);
    assert_int_equal(a->words[BARS], LOW_BUS | 4);
    assert_int_equal(a->words[BARS + 1], 0);
    assert_int_equal(pci.functions[1].windows[0].base, HIGH_BASE);
    assert_int_equal(b->words[BARS + 1], 0x80);
    assert_int_equal(pci.functions[1].window_count, 1);
    assert_true(pci.functions[1].homeless); // the small one is of 32 bits
    assert_false(pci.functions[0].homeless);
}

static void sizes_that_are_none_are_refused(void **state)
{
    (void)state;
    struct function *f = add(8, 0x11e81234);
    f->keeps[BARS] = 0x0ff0f000;
    pci_scan(&pci, config);
    assert_int_equal(pci.functions[0].window_count, 0);
    assert_true(pci.functions[0].homeless);
    setup(state);
    f = add(8, 0x11e81234);
    add_wide_bar(f, 0, UINT64_C(2) * PCI_WINDOW_MAX);
    pci_scan(&pci, config);
    assert_true(pci.functions[0].homeless);
    setup(state);
    f = add(8, 0x11e81234); // the last word has no other half
    f->words[BARS + 5] = 4;
    f->keeps[BARS + 5] = 0xfffff000;
    pci_scan(&pci, config);
    assert_int_equal(pci.functions[0].window_count, 1);
}

static void io_space_and_bridges_are_left_alone(void **state)
{
    (void)state;
    struct function *f = add(8, 0x11e81234);
    f->words[BARS] = 1;
    f->keeps[BARS] = 0xffe0;
    add_bar(f, 1, 0x1000);
    f = add(16, 0x00081b36);
    f->words[CLASS] = 0x06000000;
    f = add(24, 0x000c1b36);
    f->words[HEADER] = 0x10000;
    pci_scan(&pci, config);
    assert_int_equal(pci.count, 1);
    assert_int_equal(pci.functions[0].window_count, 1);
    assert_int_equal(functions[0].words[BARS], 1);
    assert_int_equal(functions[1].words[COMMAND], MEMORY | MASTER);
}

static void further_functions_only_of_a_slot_that_has_many(void **state)
{
    (void)state;
    struct function *f = add(8, 0x11e81234);
    (void)add(9, 0x11e81234);
    pci_scan(&pci, config);
    assert_int_equal(pci.count, 1);
    pci.count = 0;
    f->words[HEADER] = MANY;
    pci_scan(&pci, config);
    assert_int_equal(pci.count, 2);
    assert_int_equal(pci.functions[1].number, 9);
}

static void functions_are_meant_by_kind_and_number(void **state)
{
    (void)state;
    (void)add(8, 0x11e81234);
    (void)add(16, 0x10051af4);
    (void)add(24, 0x11e81234);
    pci_scan(&pci, config);
    const struct pci_function *f = pci.functions;
    assert_true(pci_matches(&pci, &f[0], "1234:11e8"));
    assert_true(pci_matches(&pci, &f[2], "1234:11e8"));
    assert_false(pci_matches(&pci, &f[1], "1234:11e8"));
    assert_true(pci_matches(&pci, &f[0], "1234:11e8:0"));
    assert_false(pci_matches(&pci, &f[2], "1234:11e8:0"));
    assert_true(pci_matches(&pci, &f[2], "1234:11e8:1"));
    assert_false(pci_matches(&pci, &f[2], "1234"));
}

static void a_function_is_silent_until_it_is_enabled(void **state)
{
    (void)state;
    const struct function *f = add(0, 0x11e81234);
    pci_scan(&pci, config);
    assert_int_equal(f->words[COMMAND] & (MEMORY | MASTER), 0);
    pci_enable(config, true);
    assert_int_equal(f->words[COMMAND], MEMORY | MASTER);
    pci_enable(config, false);
    assert_int_equal(f->words[COMMAND], MEMORY | MASTER | NO_INTX);
    pci_disable(config);
    assert_int_equal(f->words[COMMAND], NO_INTX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_bridge_is_found_with_its_spaces, setup),
        cmocka_unit_test_setup(an_empty_bus_has_nothing, setup),
        cmocka_unit_test_setup(registers_are_sized_and_placed_apart, setup),
        cmocka_unit_test_setup(what_has_no_room_below_goes_above_if_it_can, setup),
        cmocka_unit_test_setup(sizes_that_are_none_are_refused, setup),
        cmocka_unit_test_setup(io_space_and_bridges_are_left_alone, setup),
        cmocka_unit_test_setup(further_functions_only_of_a_slot_that_has_many, setup),
        cmocka_unit_test_setup(functions_are_meant_by_kind_and_number, setup),
        cmocka_unit_test_setup(a_function_is_silent_until_it_is_enabled, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
