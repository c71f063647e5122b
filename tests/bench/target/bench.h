// SPDX-License-Identifier: BSD-2-Clause
//
// `kaal bench kernel`, the part that runs on the machine: a root task of its own, on any kernel
// with the seL4 MCS ABI that lets user level read the performance counters.
//
// What is counted is what the processor retires (event INST_RETIRED) at EL0 and EL1, between two
// reads of the counter around one `svc`:
//
//       mrs  before ──► svc ──► kernel ──► (another thread, kernel) ──► mrs  after
//
// A row of the table is made in four steps:
//
//    setup   makes the objects and threads of the row from the row's memory
//    run     one measurement: the number of instructions     ┐ several times; all but the
//    undo    brings back what was before it                  ┘ first ones must agree
//            (the framework) revokes the row's memory: nothing of a row outlives it
//
// What it finds goes to the serial line, one report line each:
//
//    @row name=call_passive_0 instructions=480
//    @row name=raw.kill instructions=22460 kernel=22253
#pragma once

#include <sel4/sel4.h>

#include <kaal/console.h>
#include <kaal/pl011.h>
#include <kaal/vspace.h>

#include <stdbool.h>
#include <stdint.h>

// Registers of a system call, in and out (x0 to x5), and the counter around it. trap.S knows it.
struct trap {
    seL4_Word x[9];
    uint64_t before;
    uint64_t after;
};

void bench_trap(struct trap *t);
void bench_trap_fp(struct trap *t);
void bench_store(struct trap *t);
void bench_nothing(struct trap *t);
void bench_delay(uint32_t instructions);
uint32_t bench_gap(uint32_t instructions);
void bench_spin(struct trap *t, uint64_t *stamp);

// Where threads begin (trap.S).
void loop_serve(void);
void loop_serve_fp(void);
void loop_wait(void);
void loop_stamp(void);
void loop_yield(void);
void loop_once(void);
void loop_work(void);
void loop_chain(void);
void loop_released(void);
void loop_unknown(void);
void loop_interrupt(void);
void loop_acknowledge(void);
void born(void);
void reborn(void);
void reborn_clean(void);

// Priorities. The root task, which measures, is between those that answer.
enum {
    PRIO_LOW = 100,
    PRIO_ROOT = 120,
    PRIO_HIGH = 140,
};

struct thread {
    seL4_CPtr tcb;
    seL4_CPtr sc;
    seL4_Word buffer; // address of its IPC buffer
};

struct bench {
    const seL4_BootInfo *info;
    volatile struct pl011_registers *uart;
    seL4_CPtr memory;    // untyped, of the row
    seL4_CPtr slots_row; // first slot of the row
    seL4_CPtr slots_end; // first slot that no row may use
    seL4_CPtr slot;      // next free one, for the row
    seL4_Word page;      // next free page, for the row
    struct trap trap;    // what is measured
    struct trap saved;   // the same before each measurement: registers come back changed
    uint64_t stamp;      // by a thread that answers
    uint32_t overhead;   // of reading the counter twice
    const char *among;   // what else is there; NULL: nothing
    seL4_Word alive;     // how much of that
    seL4_CPtr object;    // of the row, between its steps
    seL4_CPtr irq;       // handler capability of the row
    seL4_CPtr copies;    // first copy of an image frame that the row has made
    seL4_Word copy_count;
    seL4_CPtr foreign;     // memory that the row has used besides its own
    uint32_t due;          // an instant of the counter, for the row
    uint64_t work[2];      // before and after a system call of the partner
    struct thread partner; // the same
};

struct row {
    const char *name;
    void (*setup)(struct bench *b, const struct row *row);
    uint32_t (*run)(struct bench *b);
    void (*undo)(struct bench *b); // may be NULL
    unsigned variant;              // what `setup` makes of it
};

// Rows by file, each list ended by a row without a name.
extern const struct row rows_ipc[];
extern const struct row rows_signal[];
extern const struct row rows_thread[];
extern const struct row rows_interrupt[];
extern const struct row rows_memory[];
extern const struct row rows_raw[];

// --- main.c ------------------------------------------------------------------------------------

// Reports the cause and stops. There is nobody to return to.
_Noreturn void bench_fail(struct bench *b, const char *what, seL4_Word value);
void bench_check(struct bench *b, seL4_Error err, const char *what);
void bench_print(struct bench *b, struct kaal_report *report);

// What the counter counts from here on: INST_RETIRED of EL0 and EL1, or without EL0 (bit 30, U).
enum bench_event {
    BENCH_ALL = 0x08,
    BENCH_KERNEL = 0x08 | 1 << 30,
};
void bench_count(struct bench *b, enum bench_event event);

// --- world.c -----------------------------------------------------------------------------------

void world_open(struct bench *b);

// Begins and ends what the row's memory holds.
void world_begin(struct bench *b);
void world_end(struct bench *b);

// Slots at the end of the initial CNode that are in nobody's way.
enum { WORLD_HAND = 128 };

// What was made so far outlives the rows.
void world_keep(struct bench *b);

// The largest (rank 0), next largest, ... capability to memory of the boot info.
seL4_CPtr world_untyped(struct bench *b, unsigned rank);

seL4_CPtr world_slot(struct bench *b);

// A new object in a new slot of the initial CNode.
seL4_CPtr world_object(struct bench *b, seL4_Word type, seL4_Word bits);

// The same from other memory than the row's.
seL4_CPtr world_object_of(struct bench *b, seL4_CPtr untyped, seL4_Word type, seL4_Word bits);

// Maps a frame, with page tables from the row's memory.
void world_map(struct bench *b, seL4_CPtr vspace, seL4_CPtr frame, seL4_Word vaddr,
               enum kaal_page_kind kind);

// A frame, mapped at *vaddr.
seL4_CPtr world_page(struct bench *b, seL4_Word *vaddr);

// Flags of threads.
enum {
    THREAD_FPU = 1u << 0,
    THREAD_PASSIVE = 1u << 1, // without scheduling context, once it waits
    THREAD_BUFFER = 1u << 2,  // with an IPC buffer
    THREAD_STOPPED = 1u << 3, // does not run yet
};

// A thread that runs `entry` with these registers at once, at PRIO_HIGH, until it waits for
// something.
void world_thread(struct bench *b, struct thread *out, unsigned flags, void (*entry)(void),
                  seL4_UserContext *registers);

// The steps of world_thread, for those who make many.
#define WORLD_FOREVER ((seL4_Time)1 << 32) // no budget of that many us ends while we measure
void world_budget(struct bench *b, seL4_CPtr sc, seL4_Time budget, seL4_Time period);
void world_registers(struct bench *b, seL4_CPtr tcb, bool start, seL4_UserContext *registers);

void world_priority(struct bench *b, seL4_CPtr tcb, unsigned prio);

// May the root task's own thread use the FPU? A thread that may not is cheaper to switch to.
void world_own_fpu(struct bench *b, bool allowed);

// --- space.c -----------------------------------------------------------------------------------

// Moves a thread that waits into an address space of its own.
void space_enter(struct bench *b, seL4_CPtr tcb);

// --- measure.c ---------------------------------------------------------------------------------

// Prepares the trap that is measured: system call, capability, message.
void measure_prepare(struct bench *b, seL4_Word number, seL4_CPtr cap, seL4_MessageInfo_t info);

// The same, an invocation by Call.
void measure_prepare_call(struct bench *b, seL4_CPtr cap, seL4_Word label, seL4_Word caps,
                          seL4_Word words);

// The same, an invocation of the initial CNode on one of its slots.
void measure_prepare_slot(struct bench *b, seL4_Word label, seL4_CPtr slot);

// Measures it: up to the return to the root task; up to the stamp of the thread that answers; or,
// if that thread stores its stamp before it blocks, from there to the root task.
uint32_t measure_trap(struct bench *b);
uint32_t measure_one_way(struct bench *b);
uint32_t measure_blocking(struct bench *b);

// An invocation that fails is soon over, and not what the row is about.
void measure_check(struct bench *b, const char *name);

// The counter, which is time as well: -icount shift=0 has an instruction take a nanosecond.
enum { INSTRUCTIONS_US = 1000 };
uint32_t measure_now(struct bench *b);
void measure_wait(struct bench *b, uint32_t moment);

void measure_rows(struct bench *b, const struct row *rows);

// Every row.
void measure_all(struct bench *b);

// --- modes -------------------------------------------------------------------------------------

void growth_run(struct bench *b);
void queues_run(struct bench *b);
void worst_run(struct bench *b);
