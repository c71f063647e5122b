// SPDX-License-Identifier: BSD-2-Clause
#include "lib/pci_id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_function_is_named_by_vendor_and_device(void **state)
{
    (void)state;
    struct pci_id id;
    assert_true(pci_id_parse("1234:11e8", &id));
    assert_int_equal(id.vendor, 0x1234);
    assert_int_equal(id.device, 0x11e8);
    assert_false(id.numbered);
    assert_int_equal(id.number, 0);
    assert_true(pci_id_parse("1AF4:ABcd", &id));
    assert_int_equal(id.vendor, 0x1af4);
    assert_int_equal(id.device, 0xabcd);
}

static void one_of_several_by_its_number(void **state)
{
    (void)state;
    struct pci_id id;
    assert_true(pci_id_parse("1234:11e8:0", &id));
    assert_true(id.numbered);
    assert_int_equal(id.number, 0);
    assert_true(pci_id_parse("1234:11e8:255", &id));
    assert_int_equal(id.number, 255);
}

static void other_forms_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "1234",
        "1234:",
        "1234:11e",
        "1234:11e88",
        "123:11e8",
        "12345:11e8",
        "0x1234:11e8",
        "1234:11e8 ",
        " 1234:11e8",
        "1234-11e8",
        "1234:11g8",
        "1234:11e8:",
        "1234:11e8:a",
        "1234:11e8:256",
        "1234:11e8:99999999999",
        "1234:11e8:1:",
        "ffff:11e8",
        "1234:11e8:-1",
        "12@4:11e8",
        "1234:11`8",
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct pci_id id;
        assert_false(pci_id_parse(wrong[i], &id));
    }
}

static void its_text_is_read_again(void **state)
{
    (void)state;
    char text[PCI_ID_TEXT_MAX];
    pci_id_format(0x1af4, 0x05, text, sizeof(text));
    assert_string_equal(text, "1af4:0005");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_function_is_named_by_vendor_and_device),
        cmocka_unit_test(one_of_several_by_its_number),
        cmocka_unit_test(other_forms_are_refused),
        cmocka_unit_test(its_text_is_read_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
