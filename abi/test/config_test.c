// SPDX-License-Identifier: BSD-2-Clause

// The constants that the kernel is compiled with agree with the gen_config that users are told, and
// where seL4 was measured in this configuration, with its RAM.
//
// usage: config_test KERNEL-GEN_CONFIG [FACTS]

#include "kernel/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <jansson.h>

static const char *config_path;
static const char *facts_path;

static json_t *read_json(const char *path)
{
    json_error_t error;
    json_t *json = json_load_file(path, 0, &error);

    if (!json) {
        fail_msg("%s:%d: %s", path, error.line, error.text);
    }
    return json;
}

static void config_h_agrees_with_gen_config(void **state)
{
    static const struct {
        const char *key;
        long long value;
    } rows[] = {
        {"ROOT_CNODE_SIZE_BITS", KCFG_ROOT_CNODE_BITS},
        {"NUM_DOMAINS", KCFG_DOMAIN_COUNT},
        {"NUM_DOMAIN_SCHEDULES", KCFG_DOMAIN_SCHEDULE_COUNT},
        {"DEBUG_BUILD", KCFG_DEBUG_BUILD},
        {"PRINTING", KCFG_PRINTING},
        {"HARDWARE_DEBUG_API", KCFG_HARDWARE_DEBUG},
        {"ALLOW_SMC_CALLS", KCFG_ALLOW_SMC},
        {"ENABLE_BENCHMARKS", KCFG_BENCHMARKS},
        {"BENCHMARK_TRACK_UTILISATION", KCFG_BENCHMARK_UTILISATION},
        {"EXPORT_PMU_USER", KCFG_EXPORT_PMU},
        {"EXPORT_PCNT_USER", KCFG_EXPORT_PCNT},
        {"EXPORT_VCNT_USER", KCFG_EXPORT_VCNT},
        {"EXPORT_PTMR_USER", KCFG_EXPORT_PTMR},
        {"EXPORT_VTMR_USER", KCFG_EXPORT_VTMR},
        {"NUM_PRIORITIES", KCFG_PRIORITY_COUNT},
        {"MAX_NUM_NODES", KCFG_NODE_COUNT},
        {"MAX_NUM_BOOTINFO_UNTYPED_CAPS", KCFG_MAX_UNTYPED_CAPS},
        {"RETYPE_FAN_OUT_LIMIT", KCFG_RETYPE_FAN_OUT_LIMIT},
        {"MAX_NUM_WORK_UNITS_PER_PREEMPTION", KCFG_WORK_UNITS_PER_PREEMPTION},
        {"RESET_CHUNK_BITS", KCFG_RESET_CHUNK_BITS},
        {"KERNEL_STACK_BITS", KCFG_STACK_BITS},
        {"PADDR_USER_DEVICE_TOP", 1LL << KCFG_PADDR_USER_DEVICE_TOP_BITS},
        {"BOOT_THREAD_TIME_SLICE", KCFG_BOOT_TIME_SLICE_MS},
        {"TIMER_FREQUENCY", KCFG_TIMER_HZ},
        {"KERNEL_WCET_SCALE", KCFG_KERNEL_WCET_SCALE},
        {"KERNEL_STATIC_MAX_PERIOD_US", KCFG_STATIC_MAX_PERIOD_US},
    };
    json_t *config = read_json(config_path);

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const json_t *value = json_object_get(config, rows[i].key);
        long long told = 0;

        if (json_is_boolean(value)) {
            told = json_is_true(value);
        } else if (json_is_string(value)) {
            told = strtoll(json_string_value(value), NULL, 10);
        } else {
            fail_msg("%s: no %s", config_path, rows[i].key);
        }
        if (told != rows[i].value) {
            fail_msg("%s: gen_config says %lld, the kernel is compiled with %lld", rows[i].key,
                     told, rows[i].value);
        }
    }
    json_decref(config);
}

static void ram_without_a_device_tree_is_what_seL4_assumes(void **state)
{
    (void)state;
    if (!facts_path) {
        skip();
    }
    json_t *facts = read_json(facts_path);
    const json_t *memory = json_object_get(facts, "memory");
    const json_t *range = json_array_get(memory, 0);
    json_int_t start = json_integer_value(json_object_get(range, "start"));
    json_int_t end = json_integer_value(json_object_get(range, "end"));

    assert_int_equal(json_array_size(memory), 1);
    assert_int_equal(start, 0x40000000);
    assert_int_equal((end - start) >> 20, KCFG_DEFAULT_RAM_MIB);
    json_decref(facts);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(config_h_agrees_with_gen_config),
        cmocka_unit_test(ram_without_a_device_tree_is_what_seL4_assumes),
    };

    if (argc != 2 && argc != 3) {
        (void)fprintf(stderr, "usage: %s KERNEL-GEN_CONFIG [FACTS]\n", argv[0]);
        return 2;
    }
    config_path = argv[1];
    facts_path = argc == 3 ? argv[2] : NULL;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
