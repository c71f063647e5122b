// SPDX-License-Identifier: BSD-2-Clause
//
// Devices and permits against a tree that has aliases, which QEMU's need not have. What a tree of
// QEMU's shows is in tests/bad.
#include "tool/arena.h"
#include "tool/devices.h"
#include "tool/machine.h"
#include "tool/system.h"
#include "tool/toml.h"

#include "fdt_make.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char base[] = "[protection_domains.root]\nprogram_image = \"r\"\n"
                           "[protection_domains.cap_broker]\nprogram_image = \"b\"\n"
                           "[protection_domains.a]\nprogram_image = \"a\"\n";

static struct arena arena;
static struct diag diag;

static bool check(const char *more)
{
    static _Alignas(8) uint8_t blob[TREE_ROOM];
    char text[1024];
    struct system s;
    arena_free(&arena);
    diag = (struct diag){.arena = &arena};
    int length = snprintf(text, sizeof(text), "%s%s", base, more);
    const struct toml_table *t = toml_parse(&arena, "s", text, (size_t)length, &diag);
    assert_non_null(t);
    assert_true(system_from_toml(&arena, "s", t, &s, &diag));
    assert_true(system_check(&arena, &s, &diag));
    fdt_make(blob);
    const struct machine_parts parts = {
        .tree = {.data = blob, .size = sizeof(blob)},
        .functions = {{.vendor = 0x1234, .device = 0x11e8, .windows = 1}},
        .function_count = 1,
    };
    return devices_check_parts(&arena, &parts, &s, &diag);
}

static void expect_one(const char *more, const char *part)
{
    assert_false(check(more));
    assert_int_equal(diag.errors, 1);
    assert_non_null(strstr(diag.items[0].text, part));
}

#define DEVICE "[[devices]]\nname = \"u\"\npd = \"a\"\ninterrupts = 0\n"

static void a_device_is_found_by_path_compatible_and_alias(void **state)
{
    (void)state;
    assert_true(check(DEVICE "path = \"/pl011@9000000\"\n"));
    assert_true(check(DEVICE "compatible = \"arm,primecell\"\n"));
    assert_true(check(DEVICE "alias = \"serial0\"\n"));
}

static void an_alias_that_is_not_there_is_compared_with_those_that_are(void **state)
{
    (void)state;
    expect_one(DEVICE "alias = \"serial1\"\n", "with the alias serial1; did you mean `serial0`?");
    // An alias that only leads to itself.
    expect_one(DEVICE "alias = \"loop\"\n", "with the alias loop");
    // A name of a node is no alias.
    expect_one(DEVICE "alias = \"pl011@9000000\"\n", "with the alias pl011@9000000");
}

static void one_device_under_two_names_has_one_holder(void **state)
{
    (void)state;
    expect_one(DEVICE "alias = \"serial0\"\n[[devices]]\nname = \"v\"\npd = \"a\"\n"
                      "path = \"/pl011@9000000\"\ninterrupts = 0\n",
               "`v` is the same device as `u`");
}

static void a_permit_is_for_what_has_no_holder(void **state)
{
    (void)state;
    assert_true(check("permits = [{ alias = \"serial0\" }, { compatible = \"arm,pl031\" }]\n"));
    expect_one("permits = [{ alias = \"serial0\" }]\n" DEVICE "path = \"/pl011@9000000\"\n",
               "`serial0` is already the device `u`");
    expect_one("permits = [{ path = \"/pl011@9000001\" }]\n", "no device at /pl011@9000001");
    // Of several such devices the others may be had.
    assert_true(
        check("permits = [{ compatible = \"arm,pl011\" }]\n" DEVICE "path = \"/pl011@9000000\"\n"));
}

static void a_pci_function_is_looked_up_on_the_bus(void **state)
{
    (void)state;
    assert_true(check(DEVICE "pci = \"1234:11e8\"\n"));
    assert_int_equal(diag.warnings, 0);
    assert_true(check("permits = [{ pci = \"1234:11e8:0\" }]\n"));
    assert_int_equal(diag.warnings, 0);
    // Another machine of the kind may have it.
    assert_true(check("permits = [{ pci = \"1234:11e8:1\" }]\n"));
    assert_int_equal(diag.warnings, 1);
    assert_true(check(DEVICE "pci = \"1234:11e9\"\n"));
    assert_int_equal(diag.warnings, 1);
    assert_non_null(strstr(diag.items[0].text, "no PCI function 1234:11e9 (it has: 1234:11e8)"));
    expect_one(DEVICE "pci = \"1234:11e8\"\nregisters = 2\n", "the device has 1");
}

static void the_bus_itself_is_the_broker_s(void **state)
{
    (void)state;
    expect_one("permits = [{ path = \"/pcie@10000000\" }]\n", "belongs to the broker");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_is_found_by_path_compatible_and_alias),
        cmocka_unit_test(an_alias_that_is_not_there_is_compared_with_those_that_are),
        cmocka_unit_test(a_pci_function_is_looked_up_on_the_bus),
        cmocka_unit_test(the_bus_itself_is_the_broker_s),
        cmocka_unit_test(one_device_under_two_names_has_one_holder),
        cmocka_unit_test(a_permit_is_for_what_has_no_holder),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return failed;
}
