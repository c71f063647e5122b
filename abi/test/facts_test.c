// SPDX-License-Identifier: BSD-2-Clause

// Compares these headers with facts measured on seL4, for one configuration.
//
//   facts/<configuration>.json     constants.c, layouts.c      gen_config.json of the build
//   name: value               <->  name, value
//   key: value                <----------------------------->  key: value
//
// Both directions: a fact without a row and a row without a fact fail, so nothing is left out.
//
// usage: facts_test FACTS KERNEL-GEN_CONFIG LIBSEL4-GEN_CONFIG

#include "probe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>
#include <sel4/reserved.h>
#include <sel4/sel4.h>

static json_t *facts;
static const char *config_paths[2];

static json_t *json_read(const char *path)
{
    json_error_t error;
    json_t *json = json_load_file(path, 0, &error);

    if (!json) {
        fail_msg("%s:%d: %s", path, error.line, error.text);
    }
    return json;
}

static json_t *facts_section(const char *name)
{
    json_t *section = json_object_get(facts, name);

    if (!section) {
        fail_msg("the facts have no section %s", name);
    }
    return section;
}

// The sections that give a name a number.
static const char *const numbers[] = {
    "syscalls", "invocation_labels", "object_types", "fault_types", "enums", "macros"};
enum { NUMBERS = sizeof(numbers) / sizeof(numbers[0]) };

static const json_t *fact_of(const char *name)
{
    for (size_t i = 0; i < NUMBERS; i++) {
        const json_t *fact = json_object_get(facts_section(numbers[i]), name);

        if (fact) {
            return fact;
        }
    }
    return NULL;
}

static const struct constant *constant_of(const char *name)
{
    for (size_t i = 0; i < constant_count; i++) {
        if (strcmp(constants[i].name, name) == 0) {
            return &constants[i];
        }
    }
    return NULL;
}

static void every_constant_has_the_measured_value(void **state)
{
    (void)state;
    for (size_t i = 0; i < constant_count; i++) {
        const json_t *fact = fact_of(constants[i].name);

        if (!fact) {
            fail_msg("%s: seL4 has no such name in this configuration", constants[i].name);
        }
        if (json_integer_value(fact) != constants[i].value) {
            fail_msg("%s is %lld, measured %lld", constants[i].name, constants[i].value,
                     (long long)json_integer_value(fact));
        }
    }
}

// Rights are constants of a struct type; they have a table of their own.
static bool is_rights(const char *name, uint64_t *value)
{
    const struct {
        const char *name;
        seL4_CapRights_t rights;
    } rights[] = {
        {"seL4_AllRights", seL4_AllRights}, {"seL4_CanGrant", seL4_CanGrant},
        {"seL4_CanRead", seL4_CanRead},     {"seL4_CanGrantReply", seL4_CanGrantReply},
        {"seL4_CanWrite", seL4_CanWrite},   {"seL4_NoRead", seL4_NoRead},
        {"seL4_NoRights", seL4_NoRights},   {"seL4_NoWrite", seL4_NoWrite},
        {"seL4_ReadWrite", seL4_ReadWrite},
    };

    for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++) {
        if (strcmp(rights[i].name, name) == 0) {
            *value = rights[i].rights.words[0];
            return true;
        }
    }
    return false;
}

static void every_measured_name_has_a_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUMBERS; i++) {
        const char *name;
        json_t *fact;

        json_object_foreach(facts_section(numbers[i]), name, fact)
        {
            uint64_t rights;

            if (is_rights(name, &rights)) {
                assert_int_equal(rights, json_integer_value(fact));
            } else if (!constant_of(name)) {
                fail_msg("%s: measured, but constants.c has no row for it", name);
            }
        }
    }
}

static void every_type_has_the_measured_size_and_alignment(void **state)
{
    const json_t *sizes_fact = facts_section("sizeof");
    const json_t *aligns_fact = facts_section("alignof");

    (void)state;
    assert_int_equal(size_count, json_object_size(sizes_fact));
    assert_int_equal(size_count, json_object_size(aligns_fact));
    for (size_t i = 0; i < size_count; i++) {
        const json_t *size = json_object_get(sizes_fact, sizes[i].type);
        const json_t *align = json_object_get(aligns_fact, sizes[i].type);

        if ((size_t)json_integer_value(size) != sizes[i].size ||
            (size_t)json_integer_value(align) != sizes[i].align) {
            fail_msg("%s: size %zu aligned to %zu, measured %lld and %lld", sizes[i].type,
                     sizes[i].size, sizes[i].align, (long long)json_integer_value(size),
                     (long long)json_integer_value(align));
        }
    }
}

static void every_member_has_the_measured_offset(void **state)
{
    json_t *types = facts_section("offsets");
    size_t measured = 0;
    const char *type;
    json_t *members;

    (void)state;
    for (size_t i = 0; i < offset_count; i++) {
        const json_t *fact =
            json_object_get(json_object_get(types, offsets[i].type), offsets[i].member);

        if (!fact || (size_t)json_integer_value(fact) != offsets[i].offset) {
            fail_msg("%s.%s: offset %zu, measured %lld", offsets[i].type, offsets[i].member,
                     offsets[i].offset, fact ? (long long)json_integer_value(fact) : -1);
        }
    }
    json_object_foreach(types, type, members)
    {
        measured += json_object_size(members);
    }
    assert_int_equal(measured, offset_count);
}

static void every_packed_field_is_at_the_measured_bit(void **state)
{
    json_t *types = facts_section("bits");
    const struct {
        const char *type;
        const char *field;
        uint64_t one;
    } fields[] = {
        {"MessageInfo", "label", seL4_MessageInfo_new(1, 0, 0, 0).words[0]},
        {"MessageInfo", "capsUnwrapped", seL4_MessageInfo_new(0, 1, 0, 0).words[0]},
        {"MessageInfo", "extraCaps", seL4_MessageInfo_new(0, 0, 1, 0).words[0]},
        {"MessageInfo", "length", seL4_MessageInfo_new(0, 0, 0, 1).words[0]},
        {"CapRights", "GrantReply", seL4_CapRights_new(1, 0, 0, 0).words[0]},
        {"CapRights", "Grant", seL4_CapRights_new(0, 1, 0, 0).words[0]},
        {"CapRights", "Read", seL4_CapRights_new(0, 0, 1, 0).words[0]},
        {"CapRights", "Write", seL4_CapRights_new(0, 0, 0, 1).words[0]},
        {"CNode_CapData", "guard", seL4_CNode_CapData_new(1, 0).words[0]},
        {"CNode_CapData", "guardSize", seL4_CNode_CapData_new(0, 1).words[0]},
    };
    size_t measured = 0;
    const char *type;
    json_t *members;

    (void)state;
    json_object_foreach(types, type, members)
    {
        measured += json_object_size(members);
    }
    assert_int_equal(measured, sizeof(fields) / sizeof(fields[0]));
    for (size_t i = 0; i < measured; i++) {
        const json_t *fact =
            json_object_get(json_object_get(types, fields[i].type), fields[i].field);

        assert_non_null(fact);
        assert_int_equal(fields[i].one, UINT64_C(1) << json_integer_value(fact));
    }
}

static void every_cap_tag_has_the_measured_number(void **state)
{
    static const struct constant tags[] = {
        {"cap_null_cap", KAAL_CAP_TAG_NULL},
        {"cap_frame_cap", KAAL_CAP_TAG_FRAME},
        {"cap_untyped_cap", KAAL_CAP_TAG_UNTYPED},
        {"cap_page_table_cap", KAAL_CAP_TAG_PAGE_TABLE},
        {"cap_endpoint_cap", KAAL_CAP_TAG_ENDPOINT},
        {"cap_notification_cap", KAAL_CAP_TAG_NOTIFICATION},
        {"cap_reply_cap", KAAL_CAP_TAG_REPLY},
        {"cap_vspace_cap", KAAL_CAP_TAG_VSPACE},
        {"cap_cnode_cap", KAAL_CAP_TAG_CNODE},
        {"cap_asid_control_cap", KAAL_CAP_TAG_ASID_CONTROL},
        {"cap_thread_cap", KAAL_CAP_TAG_THREAD},
        {"cap_asid_pool_cap", KAAL_CAP_TAG_ASID_POOL},
        {"cap_irq_control_cap", KAAL_CAP_TAG_IRQ_CONTROL},
        {"cap_vcpu_cap", KAAL_CAP_TAG_VCPU},
        {"cap_irq_handler_cap", KAAL_CAP_TAG_IRQ_HANDLER},
        {"cap_zombie_cap", KAAL_CAP_TAG_ZOMBIE},
        {"cap_domain_cap", KAAL_CAP_TAG_DOMAIN},
        {"cap_sched_context_cap", KAAL_CAP_TAG_SCHED_CONTEXT},
        {"cap_sched_control_cap", KAAL_CAP_TAG_SCHED_CONTROL},
        {"cap_smc_cap", KAAL_CAP_TAG_SMC},
        {"cap_sgi_signal_cap", KAAL_CAP_TAG_SGI_SIGNAL},
    };
    const json_t *section = facts_section("cap_tags");
    size_t found = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
        const json_t *fact = json_object_get(section, tags[i].name);

        if (fact) { // those of SMC calls and of a hypervisor are not everywhere
            assert_int_equal(json_integer_value(fact), tags[i].value);
            found++;
        }
    }
    assert_int_equal(found, json_object_size(section));
}

static void extra_refills_are_as_measured(void **state)
{
    const char *bits;
    json_t *refills;

    (void)state;
    json_object_foreach(facts_section("max_extra_refills"), bits, refills)
    {
        assert_int_equal(seL4_MaxExtraRefills(strtoul(bits, NULL, 10)),
                         json_integer_value(refills));
    }
}

// The keys that tell how our kernel was built and what it prints, not what user level sees.
static bool key_is_our_own(const char *key)
{
    static const char *const own[] = {"VERIFICATION_BUILD", "FASTPATH",
                                      "SIGNAL_FASTPATH",    "IRQ_REPORTING",
                                      "COLOUR_PRINTING",    "USER_STACK_TRACE_LENGTH"};

    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        if (strcmp(own[i], key) == 0) {
            return true;
        }
    }
    return false;
}

static void gen_config_agrees_with_seL4(void **state)
{
    static const char *const parts[2] = {"kernel", "libsel4"};

    (void)state;
    for (int i = 0; i < 2; i++) {
        json_t *ours = json_read(config_paths[i]);
        json_t *theirs = json_object_get(json_object_get(facts, "gen_config"), parts[i]);
        const char *key;
        json_t *value;

        assert_non_null(theirs);
        assert_int_equal(json_object_size(ours), json_object_size(theirs));
        json_object_foreach(theirs, key, value)
        {
            const json_t *our_value = json_object_get(ours, key);

            if (!our_value || (!key_is_our_own(key) && !json_equal(our_value, value))) {
                fail_msg("%s: %s differs from seL4's", config_paths[i], key);
            }
        }
        json_decref(ours);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_constant_has_the_measured_value),
        cmocka_unit_test(every_measured_name_has_a_row),
        cmocka_unit_test(every_type_has_the_measured_size_and_alignment),
        cmocka_unit_test(every_member_has_the_measured_offset),
        cmocka_unit_test(every_packed_field_is_at_the_measured_bit),
        cmocka_unit_test(every_cap_tag_has_the_measured_number),
        cmocka_unit_test(extra_refills_are_as_measured),
        cmocka_unit_test(gen_config_agrees_with_seL4),
    };
    json_error_t error;
    int failed;

    if (argc != 4) {
        (void)fprintf(stderr, "usage: %s FACTS KERNEL-GEN_CONFIG LIBSEL4-GEN_CONFIG\n", argv[0]);
        return 2;
    }
    facts = json_load_file(argv[1], 0, &error);
    if (!facts) {
        (void)fprintf(stderr, "%s:%d: error: %s\n", argv[1], error.line, error.text);
        return 1;
    }
    config_paths[0] = argv[2];
    config_paths[1] = argv[3];
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    json_decref(facts);
    return failed;
}
