// SPDX-License-Identifier: BSD-2-Clause
#include <kaal/fault.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { DEBUG_EXCEPTION = 4 };

static const seL4_Word words[] = {100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112};
enum { WORDS = sizeof(words) / sizeof(words[0]) };

static struct kaal_fault decode(seL4_Word label)
{
    struct kaal_fault fault;
    assert_true(kaal_fault_decode(label, words, WORDS, &fault));
    assert_int_equal(fault.type, label);
    return fault;
}

static struct kaal_fault vm_fault(seL4_Word prefetch, seL4_Word esr)
{
    struct kaal_fault fault;
    const seL4_Word message[] = {0x1000, 0x2000, prefetch, esr};
    assert_true(kaal_fault_decode(seL4_Fault_VMFault, message, 4, &fault));
    return fault;
}

static void each_type_has_its_words_in_their_places(void **state)
{
    (void)state;
    struct kaal_fault fault = decode(seL4_Fault_VMFault);
    assert_int_equal(fault.ip, 100);
    assert_int_equal(fault.addr, 101);
    assert_int_equal(fault.code, 103);
    fault = decode(seL4_Fault_CapFault);
    assert_int_equal(fault.ip, 100);
    assert_int_equal(fault.addr, 101);
    assert_int_equal(fault.code, 103);
    fault = decode(seL4_Fault_UnknownSyscall);
    assert_int_equal(fault.ip, 108);
    assert_int_equal(fault.addr, 112);
    fault = decode(seL4_Fault_UserException);
    assert_int_equal(fault.ip, 100);
    assert_int_equal(fault.code, 103);
    assert_true(kaal_fault_decode(DEBUG_EXCEPTION, words, 2, &fault));
    assert_int_equal(fault.ip, 100);
    (void)decode(seL4_Fault_Timeout);
}

static void a_message_that_is_too_short_for_its_type_is_refused(void **state)
{
    (void)state;
    static const struct {
        seL4_Word label;
        seL4_Word least;
    } types[] = {
        {seL4_Fault_VMFault, 4},       {seL4_Fault_CapFault, 4}, {seL4_Fault_UnknownSyscall, 13},
        {seL4_Fault_UserException, 5}, {DEBUG_EXCEPTION, 2},     {seL4_Fault_Timeout, 1},
    };
    struct kaal_fault fault;
    for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        for (seL4_Word count = 0; count <= WORDS; count++) {
            assert_int_equal(kaal_fault_decode(types[i].label, words, count, &fault),
                             count >= types[i].least);
        }
    }
}

static void other_labels_are_no_faults(void **state)
{
    (void)state;
    struct kaal_fault fault;
    assert_false(kaal_fault_decode(seL4_Fault_NullFault, words, WORDS, &fault));
    assert_false(kaal_fault_decode(7, words, WORDS, &fault));
    assert_false(kaal_fault_decode(UINT64_MAX, words, WORDS, &fault));
}

static void an_access_is_read_write_or_execute(void **state)
{
    (void)state;
    struct kaal_fault fault = vm_fault(0, 0x92000007);
    assert_string_equal(kaal_fault_access_name(&fault), "read");
    fault = vm_fault(0, 0x92000047);
    assert_string_equal(kaal_fault_access_name(&fault), "write");
    // The write bit means nothing for instructions.
    fault = vm_fault(1, 0x82000047);
    assert_string_equal(kaal_fault_access_name(&fault), "execute");
}

static void the_syndrome_names_the_cause_at_every_level(void **state)
{
    (void)state;
    for (seL4_Word level = 0; level < 4; level++) {
        struct kaal_fault fault = vm_fault(0, 0x92000004 + level);
        assert_string_equal(kaal_fault_cause(&fault), "translation");
        fault = vm_fault(0, 0x92000008 + level);
        assert_string_equal(kaal_fault_cause(&fault), "access_flag");
        fault = vm_fault(0, 0x9200000c + level);
        assert_string_equal(kaal_fault_cause(&fault), "permission");
    }
    struct kaal_fault fault = vm_fault(0, 0x92000000);
    assert_string_equal(kaal_fault_cause(&fault), "translation");
    fault = vm_fault(0, 0x92000010);
    assert_string_equal(kaal_fault_cause(&fault), "external");
    fault = vm_fault(0, 0x92000021);
    assert_string_equal(kaal_fault_cause(&fault), "alignment");
    fault = vm_fault(0, 0x92000030);
    assert_string_equal(kaal_fault_cause(&fault), "other");
}

// A hypervisor's syndrome tells of the instruction as well, and what it traps has a label of its
// own.
static void a_hypervisor_and_a_kernel_at_el1_say_the_same(void **state)
{
    (void)state;
    struct kaal_fault fault = vm_fault(0, 0x93c1804f);
    assert_int_equal(fault.code, 0x9200004f);
    assert_string_equal(kaal_fault_cause(&fault), "permission");
    const seL4_Word trapped = 0x1fe00000;
    assert_true(kaal_fault_decode(8, &trapped, 1, &fault));
    assert_int_equal(fault.type, seL4_Fault_UserException);
    assert_int_equal(fault.code, trapped);
    assert_string_equal(kaal_fault_cause(&fault), "fpu");
    assert_false(kaal_fault_decode(8, &trapped, 0, &fault));
}

static void exceptions_and_lookups_have_causes(void **state)
{
    (void)state;
    static const struct {
        seL4_Word type;
        seL4_Word code;
        const char *cause;
    } causes[] = {
        {seL4_Fault_UserException, 0x02000000, "undefined"},
        {seL4_Fault_UserException, 0x1fe00000, "fpu"},
        {seL4_Fault_UserException, 0x62000000, "register"},
        {seL4_Fault_UserException, 0xf2000001, "breakpoint"},
        {seL4_Fault_UserException, 0x92000000, "other"},
        {seL4_Fault_CapFault, 1, "invalid_root"},
        {seL4_Fault_CapFault, 2, "missing"},
        {seL4_Fault_CapFault, 3, "depth"},
        {seL4_Fault_CapFault, 4, "guard"},
        {seL4_Fault_CapFault, 5, "other"},
        {seL4_Fault_CapFault, UINT64_MAX, "other"},
        {seL4_Fault_Timeout, 0, "none"},
    };
    for (unsigned i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
        struct kaal_fault fault = {.type = causes[i].type, .code = causes[i].code};
        assert_string_equal(kaal_fault_cause(&fault), causes[i].cause);
    }
}

static void every_kind_has_a_name(void **state)
{
    (void)state;
    static const char *const names[] = {"unknown", "cap",     "syscall", "exception",
                                        "debug",   "timeout", "vm",      "unknown"};
    for (seL4_Word type = 0; type < sizeof(names) / sizeof(names[0]); type++) {
        struct kaal_fault fault = {.type = type};
        assert_string_equal(kaal_fault_kind(&fault), names[type]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_type_has_its_words_in_their_places),
        cmocka_unit_test(a_message_that_is_too_short_for_its_type_is_refused),
        cmocka_unit_test(other_labels_are_no_faults),
        cmocka_unit_test(an_access_is_read_write_or_execute),
        cmocka_unit_test(the_syndrome_names_the_cause_at_every_level),
        cmocka_unit_test(a_hypervisor_and_a_kernel_at_el1_say_the_same),
        cmocka_unit_test(exceptions_and_lookups_have_causes),
        cmocka_unit_test(every_kind_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
