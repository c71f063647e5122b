// SPDX-License-Identifier: BSD-2-Clause

// The constants that the kernel is compiled with agree with the gen_config that users are told.
//
// usage: config_test KERNEL-GEN_CONFIG

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
    json_error_t error;
    json_t *config = json_load_file(config_path, 0, &error);

    (void)state;
    if (!config) {
        fail_msg("%s:%d: %s", config_path, error.line, error.text);
    }
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

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(config_h_agrees_with_gen_config),
    };

    if (argc != 2) {
        (void)fprintf(stderr, "usage: %s KERNEL-GEN_CONFIG\n", argv[0]);
        return 2;
    }
    config_path = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
