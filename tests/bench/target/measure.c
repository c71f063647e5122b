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

static void report(struct bench *b, const struct row *row, uint32_t least, uint32_t most)
{
    struct kaal_report r;
    kaal_report_begin(&r, "row");
    kaal_report_str(&r, "name", row->name);
    if (b->among != NULL) {
        kaal_report_str(&r, "among", b->among);
        kaal_report_u64(&r, "alive", b->alive);
    }
    kaal_report_u64(&r, "instructions", least);
    if (most != least) {
        kaal_report_u64(&r, "most", most);
    }
    bench_print(b, &r);
}

static void measure_row(struct bench *b, const struct row *row)
{
    uint32_t least = UINT32_MAX;
    uint32_t most = 0;
    world_begin(b);
    row->setup(b, row);
    for (unsigned i = 0; i < WARM_UP + REPEATS; i++) {
        uint32_t count = row->run(b);
        measure_check(b, row->name);
        if (row->undo != NULL) {
            row->undo(b);
        }
        if (i >= WARM_UP) {
            least = count < least ? count : least;
            most = count > most ? count : most;
        }
    }
    report(b, row, least, most);
    world_end(b);
}

void measure_rows(struct bench *b, const struct row *rows)
{
    for (const struct row *row = rows; row->name != NULL; row++) {
        measure_row(b, row);
    }
}

void measure_all(struct bench *b)
{
    measure_rows(b, rows_ipc);
    measure_rows(b, rows_signal);
    measure_rows(b, rows_thread);
    measure_rows(b, rows_interrupt);
    measure_rows(b, rows_memory);
}
