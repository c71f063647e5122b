// SPDX-License-Identifier: BSD-2-Clause

#include "bench.h"

enum {
    WARM_UP = 2, // measurements that do not count: what is lazy happens in them
    REPEATS = 8,
    COARSE = 2000, // instructions that are waited for by reading the counter
};

void measure_prepare(struct bench *b, seL4_Word number, seL4_CPtr cap, seL4_MessageInfo_t info)
{
    b->saved = (struct trap){.x = {[0] = cap, [1] = info.words[0], [7] = number}};
}

void measure_prepare_call(struct bench *b, seL4_CPtr cap, seL4_Word label, seL4_Word caps,
                          seL4_Word words)
{
    measure_prepare(b, (seL4_Word)seL4_SysCall, cap, seL4_MessageInfo_new(label, 0, caps, words));
}

void measure_prepare_slot(struct bench *b, seL4_Word label, seL4_CPtr slot)
{
    measure_prepare_call(b, seL4_CapInitThreadCNode, label, 0, 2);
    b->saved.x[2] = slot;
    b->saved.x[3] = seL4_WordBits;
}

// What another thread has stored.
static uint64_t stamp(const struct bench *b)
{
    return *(const volatile uint64_t *)&b->stamp;
}

uint32_t measure_trap(struct bench *b)
{
    b->trap = b->saved;
    bench_trap(&b->trap);
    // The counter has 32 bits.
    return (uint32_t)(b->trap.after - b->trap.before) - b->overhead;
}

uint32_t measure_one_way(struct bench *b)
{
    b->trap = b->saved;
    bench_trap(&b->trap);
    return (uint32_t)(stamp(b) - b->trap.before) - b->overhead;
}

uint32_t measure_blocking(struct bench *b)
{
    b->trap = b->saved;
    bench_trap(&b->trap);
    return (uint32_t)(b->trap.after - stamp(b)) - b->overhead;
}

uint32_t measure_now(struct bench *b)
{
    bench_nothing(&b->trap);
    return (uint32_t)b->trap.before;
}

// Reading the counter is slow on QEMU: most of the time passes without.
void measure_wait(struct bench *b, uint32_t moment)
{
    int32_t left;
    while ((left = (int32_t)(moment - measure_now(b))) > 0) {
        if (left > COARSE) {
            bench_delay((uint32_t)left - COARSE / 2);
        }
    }
}

void measure_check(struct bench *b, const char *name)
{
    if (b->saved.x[7] == (seL4_Word)seL4_SysCall) {
        bench_check(b, (seL4_Error)(b->trap.x[1] >> 12), name);
    }
}

struct cost {
    uint32_t least;
    uint32_t most;
};

static void report(struct bench *b, const struct row *row, struct cost all, struct cost kernel)
{
    struct kaal_report r;
    kaal_report_begin(&r, "row");
    kaal_report_str(&r, "name", row->name);
    if (b->among != NULL) {
        kaal_report_str(&r, "among", b->among);
        kaal_report_u64(&r, "alive", b->alive);
    }
    kaal_report_u64(&r, "instructions", all.least);
    if (all.most != all.least) {
        kaal_report_u64(&r, "most", all.most);
    }
    if (kernel.most != 0) {
        kaal_report_u64(&r, "kernel", kernel.most);
    }
    bench_print(b, &r);
}

static struct cost repeat(struct bench *b, const struct row *row)
{
    struct cost cost = {UINT32_MAX, 0};
    for (unsigned i = 0; i < WARM_UP + REPEATS; i++) {
        uint32_t count = row->run(b);
        measure_check(b, row->name);
        if (row->undo != NULL) {
            row->undo(b);
        }
        if (i >= WARM_UP) {
            cost.least = count < cost.least ? count : cost.least;
            cost.most = count > cost.most ? count : cost.most;
        }
    }
    return cost;
}

// `share`: also how much of it is the kernel's.
static void measure_row(struct bench *b, const struct row *row, bool share)
{
    struct cost kernel = {0};
    world_begin(b);
    row->setup(b, row);
    struct cost all = repeat(b, row);
    if (share) {
        bench_count(b, BENCH_KERNEL);
        kernel = repeat(b, row);
        bench_count(b, BENCH_ALL);
    }
    report(b, row, all, kernel);
    world_end(b);
}

void measure_rows(struct bench *b, const struct row *rows)
{
    for (const struct row *row = rows; row->name != NULL; row++) {
        measure_row(b, row, false);
    }
}

static void measure_rows_and_shares(struct bench *b, const struct row *rows)
{
    for (const struct row *row = rows; row->name != NULL; row++) {
        measure_row(b, row, true);
    }
}

void measure_all(struct bench *b)
{
    measure_rows(b, rows_ipc);
    measure_rows(b, rows_signal);
    measure_rows(b, rows_thread);
    measure_rows(b, rows_interrupt);
    measure_rows(b, rows_memory);
    measure_rows_and_shares(b, rows_raw);
}
