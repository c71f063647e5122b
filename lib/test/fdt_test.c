// SPDX-License-Identifier: BSD-2-Clause
//
// The reader against trees that libfdt made, and against libfdt's own answers.
#include "lib/fdt.h"

#include "fdt_make.h"
#include "lib/bits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

static uint8_t blob[TREE_ROOM] __attribute__((aligned(8)));
static struct dt dt;

static int setup(void **state)
{
    (void)state;
    fdt_make(blob);
    return (int)dt_open(&dt, blob, sizeof(blob));
}

static void probing_reads_the_size_and_refuses_other_bytes(void **state)
{
    (void)state;
    assert_int_equal(dt_probe(blob), TREE_ROOM);
    blob[0] = 0;
    assert_int_equal(dt_probe(blob), 0);
}

static void walking_visits_the_nodes_that_libfdt_visits(void **state)
{
    (void)state;
    struct dt_node n = dt_root(&dt);
    int depth = 0;
    for (int o = 0; o >= 0 && depth >= 0; o = fdt_next_node(blob, o, &depth)) {
        assert_int_equal(n.at, (uint32_t)o);
        assert_string_equal(dt_name(&dt, n), fdt_get_name(blob, o, NULL));
        struct dt_node parent = dt_parent(&dt, n);
        assert_int_equal((int)parent.at, o == 0 ? -1 : fdt_parent_offset(blob, o));
        n = dt_next(&dt, n);
    }
    assert_true(dt_is_none(n));
}

static void children_and_siblings_are_those_of_libfdt(void **state)
{
    (void)state;
    for (struct dt_node n = dt_root(&dt); !dt_is_none(n); n = dt_next(&dt, n)) {
        struct dt_node child = dt_child(&dt, n);
        int o;
        fdt_for_each_subnode(o, blob, (int)n.at)
        {
            assert_int_equal(child.at, (uint32_t)o);
            child = dt_sibling(&dt, child);
        }
        assert_true(dt_is_none(child));
    }
}

static void properties_are_those_of_libfdt(void **state)
{
    (void)state;
    for (struct dt_node n = dt_root(&dt); !dt_is_none(n); n = dt_next(&dt, n)) {
        struct dt_prop p;
        for (unsigned i = 0; dt_prop_at(&dt, n, i, &p); i++) {
            int len;
            const void *theirs = fdt_getprop(blob, (int)n.at, p.name, &len);
            struct dt_prop again;
            assert_true(dt_prop(&dt, n, p.name, &again));
            assert_ptr_equal(again.data, theirs);
            assert_int_equal((int)again.size, len);
        }
        assert_false(dt_prop(&dt, n, "no-such-property", &p));
    }
}

static void paths_and_aliases_find_what_libfdt_finds(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "/",
        "/pl011@9000000",
        "/pl011",
        "/bus@c000000/device@1100",
        "/bus/device",
        "//bus//device",
        "/nothing",
        "/pl011/nothing",
        "serial0",
        "bus/device",
        "nothing",
        "/pl01",
        "/pl011@900000",
        "/memory@80000000",
    };
    for (unsigned i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        int o = fdt_path_offset(blob, paths[i]);
        struct dt_node n = dt_find(&dt, paths[i]);
        assert_int_equal((int)n.at, o < 0 ? -1 : o);
    }
    assert_int_equal(dt_find(&dt, "serial0:115200").at, dt_find(&dt, "/pl011").at);
    assert_true(dt_is_none(dt_find(&dt, "loop")));
    assert_true(dt_is_none(dt_find(&dt, "")));
}

static void paths_are_those_of_libfdt(void **state)
{
    (void)state;
    for (struct dt_node n = dt_root(&dt); !dt_is_none(n); n = dt_next(&dt, n)) {
        char expected[64];
        char path[64];
        assert_int_equal(fdt_get_path(blob, (int)n.at, expected, sizeof(expected)), 0);
        assert_true(dt_path(&dt, n, path, sizeof(path)));
        assert_string_equal(path, expected);
        assert_true(dt_path(&dt, n, path, strlen(expected) + 1));
        assert_false(dt_path(&dt, n, path, strlen(expected)));
        assert_memory_equal(path, expected, strlen(path));
    }
}

static void searching_by_compatible_type_and_phandle(void **state)
{
    (void)state;
    struct dt_node uart = dt_find(&dt, "/pl011");
    assert_int_equal(dt_find_compatible(&dt, dt_none(), "arm,primecell").at, uart.at);
    assert_true(dt_is_none(dt_find_compatible(&dt, uart, "arm,primecell")));
    assert_true(dt_is_none(dt_find_compatible(&dt, dt_none(), "arm,prime")));
    assert_int_equal(dt_find_phandle(&dt, 0x8001).at, dt_find(&dt, "/intc").at);
    assert_true(dt_is_none(dt_find_phandle(&dt, 0x8002)));
    struct dt_node m = dt_find_type(&dt, dt_none(), "memory");
    assert_int_equal(m.at, dt_find(&dt, "/memory@40000000").at);
}

static void registers_are_translated_through_every_bus(void **state)
{
    (void)state;
    struct dt_range r;
    struct dt_node n = dt_find(&dt, "/bus/device");
    assert_true(dt_reg(&dt, n, 0, &r));
    assert_int_equal(r.base, 0xc000100);
    assert_int_equal(r.size, 0x100);
    assert_true(dt_reg(&dt, n, 1, &r));
    assert_int_equal(r.base, 0xd000010);
    assert_false(dt_reg(&dt, n, 2, &r)); // reaches beyond its window
    assert_false(dt_reg(&dt, n, 3, &r)); // in no window
    assert_false(dt_reg(&dt, n, 4, &r)); // not there
    assert_true(dt_reg(&dt, dt_find(&dt, "/bus/inner/deep"), 0, &r));
    assert_int_equal(r.base, 0xc000200);
    assert_int_equal(r.size, 0);
    assert_false(dt_reg(&dt, dt_find(&dt, "/closed/device"), 0, &r));
    assert_false(dt_reg(&dt, dt_root(&dt), 0, &r));
}

static void interrupts_have_the_gic_s_numbers(void **state)
{
    (void)state;
    struct dt_irq irq;
    struct dt_node uart = dt_find(&dt, "/pl011");
    assert_true(dt_irq(&dt, uart, 0, &irq));
    assert_int_equal(irq.number, 33);
    assert_false(irq.edge);
    assert_int_equal(irq.controller.at, dt_find(&dt, "/intc").at);
    assert_true(dt_irq(&dt, uart, 1, &irq));
    assert_int_equal(irq.number, 29);
    assert_true(irq.edge);
    assert_false(dt_irq(&dt, uart, 2, &irq)); // unknown type
    assert_false(dt_irq(&dt, uart, 3, &irq)); // no such PPI
    assert_false(dt_irq(&dt, uart, 4, &irq)); // not there
    assert_true(dt_irq(&dt, dt_find(&dt, "/bus/device"), 0, &irq));
    assert_false(dt_irq(&dt, dt_find(&dt, "/closed/device"), 0, &irq));
}

// --- PCI ---------------------------------------------------------------------------------------

#define PCIE "/pcie@10000000"

static void a_bridge_s_ranges_are_read(void **state)
{
    (void)state;
    struct dt_pci_range r;
    struct dt_node bridge = dt_find(&dt, PCIE);
    assert_true(dt_pci_range(&dt, bridge, 0, &r));
    assert_int_equal(r.space, DT_PCI_IO);
    assert_int_equal(r.bus, 0);
    assert_int_equal(r.cpu.base, 0x3eff0000);
    assert_true(dt_pci_range(&dt, bridge, 1, &r));
    assert_int_equal(r.space, DT_PCI_MEMORY32);
    assert_int_equal(r.bus, 0x10000000);
    assert_int_equal(r.cpu.base, 0x20000000);
    assert_int_equal(r.cpu.size, 0x200000);
    assert_true(dt_pci_range(&dt, bridge, 2, &r));
    assert_int_equal(r.space, DT_PCI_MEMORY64);
    assert_int_equal(r.cpu.base, UINT64_C(0x8000000000));
    assert_false(dt_pci_range(&dt, bridge, 3, &r));
    assert_false(dt_pci_range(&dt, dt_find(&dt, "/bus@c000000"), 0, &r));
    assert_false(dt_pci_range(&dt, dt_root(&dt), 0, &r));
}

static void pins_lead_through_the_interrupt_map(void **state)
{
    (void)state;
    struct dt_irq irq;
    struct dt_node bridge = dt_find(&dt, PCIE);
    assert_true(dt_pci_irq(&dt, bridge, 0, 1, &irq));
    assert_int_equal(irq.number, 32 + 3);
    assert_false(irq.edge);
    assert_true(dt_pci_irq(&dt, bridge, 1, 1, &irq));
    assert_int_equal(irq.number, 32 + 4);
    assert_true(dt_pci_irq(&dt, bridge, 31, 2, &irq)); // by the mask, as slot 1
    assert_int_equal(irq.number, 32 + 5);
    assert_true(irq.edge);
    assert_false(dt_pci_irq(&dt, bridge, 0, 3, &irq));
    assert_false(dt_pci_irq(&dt, dt_find(&dt, "/pl011@9000000"), 0, 1, &irq));
}

static void set_cell(const char *name, unsigned cell, uint32_t value)
{
    int size = 0;
    uint8_t *data = fdt_getprop_w(blob, fdt_path_offset(blob, PCIE), name, &size);
    assert_true((int)(cell * 4) < size);
    store_be32(data + cell * (size_t)4, value);
}

static void a_bridge_of_another_form_is_not_read(void **state)
{
    struct dt_irq irq;
    struct dt_pci_range r;
    struct dt_node bridge = dt_find(&dt, PCIE);
    set_cell("interrupt-map", 4, 0x9999); // no such controller
    assert_false(dt_pci_irq(&dt, bridge, 0, 1, &irq));
    setup(state);
    set_cell("interrupt-map", 9 - 2, 2); // neither SPI nor PPI
    assert_false(dt_pci_irq(&dt, bridge, 0, 1, &irq));
    setup(state);
    set_cell("ranges", 1, UINT32_MAX); // ends beyond 64 bits
    set_cell("ranges", 2, UINT32_MAX);
    assert_false(dt_pci_range(&dt, bridge, 0, &r));
    setup(state);
    set_cell("#address-cells", 0, 2);
    assert_false(dt_pci_range(&dt, bridge, 0, &r));
    assert_false(dt_pci_irq(&dt, bridge, 0, 1, &irq));
}

static void memory_banks_skip_empty_and_disabled_ones(void **state)
{
    (void)state;
    struct dt_range r;
    assert_true(dt_memory(&dt, 0, &r));
    assert_int_equal(r.base, 0x40000000);
    assert_int_equal(r.size, 0x8000000);
    assert_true(dt_memory(&dt, 1, &r));
    assert_true(r.base == 0x100000000ULL && r.size == 0x200000000ULL);
    assert_true(dt_memory(&dt, 2, &r));
    assert_int_equal(r.base, 0x80000000);
    assert_false(dt_memory(&dt, 3, &r));
    assert_true(dt_reserved(&dt, 0, &r));
    assert_int_equal(r.base, 0x48000000);
    assert_false(dt_reserved(&dt, 1, &r));
    assert_false(dt_is_enabled(&dt, dt_find(&dt, "/pl031")));
}

static void chosen_and_psci_are_understood(void **state)
{
    (void)state;
    assert_string_equal(dt_bootargs(&dt), "kaal.seed=1");
    assert_int_equal(dt_stdout(&dt).at, dt_find(&dt, "/pl011").at);
    assert_int_equal(dt_psci(&dt), DT_PSCI_SMC);
}

static void a_packed_copy_is_small_and_the_same_tree(void **state)
{
    (void)state;
    uint32_t size = dt_packed_size(&dt);
    uint8_t *copy = malloc(size);
    struct dt packed;
    assert_non_null(copy);
    assert_true(size < TREE_ROOM / 4);
    assert_false(dt_pack(&dt, copy, size - 1, &packed));
    assert_true(dt_pack(&dt, copy, size, &packed));
    assert_int_equal(fdt_check_full(copy, size), 0);
    struct dt again;
    assert_int_equal(dt_open(&again, copy, size), DT_OK);
    assert_int_equal(again.used, size);
    assert_memory_equal(&again, &packed, sizeof(again));
    for (struct dt_node n = dt_root(&dt); !dt_is_none(n); n = dt_next(&dt, n)) {
        assert_string_equal(dt_name(&dt, n), dt_name(&packed, n));
    }
    free(copy);
}

static void every_cut_is_refused(void **state)
{
    (void)state;
    for (uint32_t size = 0; size < dt.used; size += 3) {
        uint8_t *copy = malloc(size + 1);
        struct dt cut;
        assert_non_null(copy);
        memcpy(copy, blob, size);
        if (size >= 8) {
            store_be32(copy + 4, size); // totalsize, so that the blocks are what is cut
        }
        assert_int_not_equal(dt_open(&cut, copy, size), DT_OK);
        free(copy);
    }
}

static void wrong_headers_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint32_t value;
        enum dt_err err;
    } cases[] = {
        {0, 1, DT_MAGIC},
        {4, 39, DT_SHORT},
        {4, TREE_ROOM + 1, DT_SHORT},
        {8, 2, DT_LAYOUT},
        {8, TREE_ROOM, DT_LAYOUT},
        {12, UINT32_MAX, DT_LAYOUT},
        {16, 4, DT_LAYOUT},
        {16, 41, DT_LAYOUT},
        {20, 16, DT_VERSION},
        {24, 18, DT_VERSION},
        {36, UINT32_MAX, DT_LAYOUT},
        {36, 0, DT_STRUCTURE},
        {32, 3, DT_NAME},
        {16, TREE_ROOM - 8, DT_RESERVED},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        fdt_make(blob);
        store_be32(blob + cases[i].at, cases[i].value);
        assert_int_equal(dt_open(&dt, blob, sizeof(blob)), cases[i].err);
    }
}

// A structure block of these words in an otherwise empty tree.
static enum dt_err open_words(const uint32_t *words, uint32_t count)
{
    memset(blob, 0, sizeof(blob));
    store_be32(blob, 0xd00dfeed);
    store_be32(blob + 4, sizeof(blob));
    store_be32(blob + 8, 64);
    store_be32(blob + 12, 0x1000);
    store_be32(blob + 16, 40);
    store_be32(blob + 20, 17);
    store_be32(blob + 24, 16);
    store_be32(blob + 32, 4);
    store_be32(blob + 36, count * 4);
    memcpy(blob + 0x1000, "abc", 4);
    for (uint32_t i = 0; i < count; i++) {
        store_be32(blob + 64 + (size_t)i * 4, words[i]);
    }
    return dt_open(&dt, blob, sizeof(blob));
}

#define OPEN(...) open_words((const uint32_t[]){__VA_ARGS__}, sizeof((uint32_t[]){__VA_ARGS__}) / 4)

static void a_blob_at_an_odd_place_is_refused(void **state)
{
    (void)state;
    memmove(blob + 4, blob, sizeof(blob) - 4);
    assert_int_equal(dt_open(&dt, blob + 4, sizeof(blob) - 4), DT_SHORT);
    store_be32(blob + 8, sizeof(blob) - 4);
    assert_int_equal(dt_open(&dt, blob + 4, sizeof(blob) - 4), DT_ALIGN);
}

static void names_end_inside_the_strings_block(void **state)
{
    (void)state;
    // Without the last terminator the last name, and it alone, has no end.
    uint32_t strings = load_be32(blob + 12);
    uint32_t size = load_be32(blob + 32);
    blob[strings + size - 1] = 'x';
    assert_int_equal(dt_open(&dt, blob, sizeof(blob)), DT_NAME);
    fdt_make(blob);
    blob[strings + size] = 'x';
    store_be32(blob + 32, size + 1);
    assert_int_equal(dt_open(&dt, blob, sizeof(blob)), DT_OK);
    assert_int_equal(dt.strings_size, size);
    struct dt packed;
    uint64_t copy[TREE_ROOM / 8];
    assert_true(dt_pack(&dt, copy, sizeof(copy), &packed));
    assert_int_equal(dt_open(&dt, copy, sizeof(copy)), DT_OK);
    assert_int_equal(dt.strings_size, size);
}

static void wrong_nesting_is_refused(void **state)
{
    (void)state;
    assert_int_equal(OPEN(1, 0, 2, 9), DT_OK);
    assert_int_equal(OPEN(4, 1, 0, 4, 3, 0, 0, 4, 2, 4, 9), DT_OK);
    assert_int_equal(OPEN(9), DT_STRUCTURE);                            // no root
    assert_int_equal(OPEN(1, 0, 9), DT_STRUCTURE);                      // not closed
    assert_int_equal(OPEN(1, 0, 2, 2, 9), DT_STRUCTURE);                // closed twice
    assert_int_equal(OPEN(1, 0, 2, 1, 0, 2, 9), DT_STRUCTURE);          // two roots
    assert_int_equal(OPEN(3, 0, 0, 1, 0, 2, 9), DT_STRUCTURE);          // property outside
    assert_int_equal(OPEN(1, 0, 1, 0, 2, 3, 0, 0, 2, 9), DT_STRUCTURE); // after a child
    assert_int_equal(OPEN(1, 0, 3, UINT32_MAX, 0, 2, 9), DT_STRUCTURE);
    assert_int_equal(OPEN(1, 0, 3, 0, 4, 2, 9), DT_NAME);
    assert_int_equal(OPEN(1, 0, 5, 2, 9), DT_STRUCTURE); // unknown token
    assert_int_equal(OPEN(1, 0, 2), DT_STRUCTURE);       // no end
    assert_int_equal(OPEN(1, 0x61616161), DT_NAME);
}

static void nesting_is_allowed_up_to_its_limit(void **state)
{
    (void)state;
    for (uint32_t levels = DT_DEPTH_MAX + 1; levels <= DT_DEPTH_MAX + 2; levels++) {
        uint32_t words[3 * (DT_DEPTH_MAX + 2) + 1];
        uint32_t n = 0;
        for (uint32_t i = 0; i < levels; i++) {
            words[n++] = 1;
            words[n++] = i == 0 ? 0 : 0x61000000;
        }
        for (uint32_t i = 0; i < levels; i++) {
            words[n++] = 2;
        }
        words[n++] = 9;
        assert_int_equal(open_words(words, n), levels <= DT_DEPTH_MAX + 1 ? DT_OK : DT_DEEP);
        if (levels == DT_DEPTH_MAX + 1) {
            struct dt_node last = dt_root(&dt);
            for (uint32_t i = 0; i < DT_DEPTH_MAX; i++) {
                assert_int_equal(dt_parent(&dt, dt_next(&dt, last)).at, last.at);
                last = dt_next(&dt, last);
            }
            char path[2 * DT_DEPTH_MAX + 1];
            assert_true(dt_path(&dt, last, path, sizeof(path)));
            assert_int_equal(strlen(path), 2 * DT_DEPTH_MAX);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(probing_reads_the_size_and_refuses_other_bytes, setup),
        cmocka_unit_test_setup(walking_visits_the_nodes_that_libfdt_visits, setup),
        cmocka_unit_test_setup(children_and_siblings_are_those_of_libfdt, setup),
        cmocka_unit_test_setup(properties_are_those_of_libfdt, setup),
        cmocka_unit_test_setup(paths_and_aliases_find_what_libfdt_finds, setup),
        cmocka_unit_test_setup(paths_are_those_of_libfdt, setup),
        cmocka_unit_test_setup(searching_by_compatible_type_and_phandle, setup),
        cmocka_unit_test_setup(registers_are_translated_through_every_bus, setup),
        cmocka_unit_test_setup(interrupts_have_the_gic_s_numbers, setup),
        cmocka_unit_test_setup(a_bridge_s_ranges_are_read, setup),
        cmocka_unit_test_setup(pins_lead_through_the_interrupt_map, setup),
        cmocka_unit_test_setup(a_bridge_of_another_form_is_not_read, setup),
        cmocka_unit_test_setup(memory_banks_skip_empty_and_disabled_ones, setup),
        cmocka_unit_test_setup(chosen_and_psci_are_understood, setup),
        cmocka_unit_test_setup(a_packed_copy_is_small_and_the_same_tree, setup),
        cmocka_unit_test_setup(every_cut_is_refused, setup),
        cmocka_unit_test_setup(wrong_headers_are_told_apart, setup),
        cmocka_unit_test_setup(a_blob_at_an_odd_place_is_refused, setup),
        cmocka_unit_test_setup(names_end_inside_the_strings_block, setup),
        cmocka_unit_test_setup(wrong_nesting_is_refused, setup),
        cmocka_unit_test_setup(nesting_is_allowed_up_to_its_limit, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
