// SPDX-License-Identifier: BSD-2-Clause
//
// Measures, and reports when all is measured: the console works by interrupts, which must not fall
// into a row.
//
//    @row name=call.passive.0 instructions=384 kernel=286
//    @end
//
// Everything is measured twice: with a counter of all instructions, and with one of those that the
// kernel executes.

#include "rows.h"

enum {
    WARM_UP = 2, // measurements that do not count
    REPEATS = 8,
    ROWS_MAX = 64,
};

// For PMEVTYPER0_EL0: INST_RETIRED at EL0 and EL1; the same without EL0 (bit 30, U).
enum count {
    COUNT_ALL = 0x08,
    COUNT_KERNEL = 0x08 | 1 << 30,
};

struct cost {
    uint32_t least;
    uint32_t most;
};

struct result {
    const char *name;
    struct cost all;
    struct cost kernel;
};

volatile struct marks *marks;

static struct result results[ROWS_MAX];
static unsigned result_count;
static uint32_t overhead; // of reading the counter twice

static void counter_open(enum count what)
{
    enum { COUNTER_0 = 1, ENABLE = 1 };
    __asm__ volatile("msr pmevtyper0_el0, %0" : : "r"((uint64_t)what));
    __asm__ volatile("msr pmcntenset_el0, %0" : : "r"((uint64_t)COUNTER_0));
    __asm__ volatile("msr pmcr_el0, %0" : : "r"((uint64_t)ENABLE));
    __asm__ volatile("isb" : : : "memory");
    uint32_t before = counter();
    overhead = counter() - before;
    if ((overhead == 0) != (what == COUNT_KERNEL)) {
        kaal_stop("the counter does not count what it is to count");
    }
}

static struct cost measure(const struct row *row, enum count what)
{
    struct cost cost = {UINT32_MAX, 0};
    counter_open(what);
    for (unsigned i = 0; i < WARM_UP + REPEATS; i++) {
        uint32_t count = row->run() - overhead;
        if (i >= WARM_UP) {
            cost.least = count < cost.least ? count : cost.least;
            cost.most = count > cost.most ? count : cost.most;
        }
    }
    return cost;
}

static void measure_rows(const struct row *rows)
{
    for (const struct row *row = rows; row->name != NULL; row++) {
        if (result_count == ROWS_MAX) {
            kaal_stop("more rows than there is room for");
        }
        results[result_count++] = (struct result){
            .name = row->name,
            .all = measure(row, COUNT_ALL),
            .kernel = measure(row, COUNT_KERNEL),
        };
    }
}

static void report(const struct result *result)
{
    struct kaal_report r;
    kaal_report_begin(&r, "row");
    kaal_report_str(&r, "name", result->name);
    kaal_report_u64(&r, "instructions", result->all.least);
    if (result->all.most != result->all.least) {
        kaal_report_u64(&r, "most", result->all.most);
    }
    kaal_report_u64(&r, "kernel", result->kernel.most);
    kaal_report_end(&r);
}

void init(void)
{
    marks = marks_open();
    (void)kaal_console_flush();
    measure_rows(rows_call);
    measure_rows(rows_signal);
    measure_rows(rows_broker);
    for (unsigned i = 0; i < result_count; i++) {
        report(&results[i]);
    }
    (void)kaal_print("@end");
}
