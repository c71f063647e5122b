// SPDX-License-Identifier: BSD-2-Clause
//
// Measures, and reports when all is measured: the console works by interrupts, which must not fall
// into a row.
//
//    @row name=call.passive.0 instructions=384
//    @end

#include "rows.h"

enum {
    WARM_UP = 2, // measurements that do not count
    REPEATS = 8,
    ROWS_MAX = 64,
};

struct result {
    const char *name;
    uint32_t least;
    uint32_t most;
};

volatile struct marks *marks;

static struct result results[ROWS_MAX];
static unsigned result_count;
static uint32_t overhead; // of reading the counter twice

static void counter_open(void)
{
    enum { INST_RETIRED = 0x08, COUNTER_0 = 1, ENABLE = 1 };
    __asm__ volatile("msr pmevtyper0_el0, %0" : : "r"((uint64_t)INST_RETIRED));
    __asm__ volatile("msr pmcntenset_el0, %0" : : "r"((uint64_t)COUNTER_0));
    __asm__ volatile("msr pmcr_el0, %0" : : "r"((uint64_t)ENABLE));
    __asm__ volatile("isb" : : : "memory");
    uint32_t before = counter();
    overhead = counter() - before;
    if (overhead == 0) {
        kaal_stop("the counter does not count");
    }
}

static struct result measure(const struct row *row)
{
    struct result result = {row->name, UINT32_MAX, 0};
    for (unsigned i = 0; i < WARM_UP + REPEATS; i++) {
        uint32_t count = row->run() - overhead;
        if (i >= WARM_UP) {
            result.least = count < result.least ? count : result.least;
            result.most = count > result.most ? count : result.most;
        }
    }
    return result;
}

static void measure_rows(const struct row *rows)
{
    for (const struct row *row = rows; row->name != NULL; row++) {
        if (result_count == ROWS_MAX) {
            kaal_stop("more rows than there is room for");
        }
        results[result_count++] = measure(row);
    }
}

static void report(const struct result *result)
{
    struct kaal_report r;
    kaal_report_begin(&r, "row");
    kaal_report_str(&r, "name", result->name);
    kaal_report_u64(&r, "instructions", result->least);
    if (result->most != result->least) {
        kaal_report_u64(&r, "most", result->most);
    }
    kaal_report_end(&r);
}

void init(void)
{
    marks = marks_open();
    counter_open();
    (void)kaal_console_flush();
    measure_rows(rows_call);
    measure_rows(rows_signal);
    measure_rows(rows_broker);
    for (unsigned i = 0; i < result_count; i++) {
        report(&results[i]);
    }
    (void)kaal_print("@end");
}
