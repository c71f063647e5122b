// SPDX-License-Identifier: BSD-2-Clause
//
// Memory, capability slots and threads of a row. All of it comes from one untyped capability, so
// one Revoke ends it.

#include "bench.h"

#include <kaal/vspace.h>

#include <lib/mem.h>

#define UART_PADDR   0x09000000ULL
#define UART_ADDRESS 0x3000000000ULL
#define PAGES        0x20000000ULL

enum {
    ROW_BITS = 24, // memory of a row
    PAGE = 4096,
    HOUR_US_BITS = 32, // 2^32 us: no budget ends while something is measured
    FPU_DISABLED = 1,
};

// --- objects -----------------------------------------------------------------------------------

seL4_CPtr world_slot(struct bench *b)
{
    if (b->slot == b->info->empty.end) {
        bench_fail(b, "slots", b->slot);
    }
    return b->slot++;
}

static seL4_CPtr object_from(struct bench *b, seL4_CPtr untyped, seL4_Word type, seL4_Word bits)
{
    seL4_CPtr slot = world_slot(b);
    bench_check(b, seL4_Untyped_Retype(untyped, type, bits, seL4_CapInitThreadCNode, 0, 0, slot, 1),
                "retype");
    return slot;
}

seL4_CPtr world_object(struct bench *b, seL4_Word type, seL4_Word bits)
{
    return object_from(b, b->memory, type, bits);
}

static bool take_table(void *context, seL4_CPtr *table)
{
    *table = world_object(context, seL4_ARM_PageTableObject, 0);
    return true;
}

seL4_CPtr world_page(struct bench *b, seL4_Word *vaddr)
{
    const struct kaal_table_source tables = {.take = take_table, .context = b};
    seL4_CPtr frame = world_object(b, seL4_ARM_SmallPageObject, 0);
    *vaddr = b->page;
    b->page += PAGE;
    bench_check(b,
                kaal_vspace_map(seL4_CapInitThreadVSpace, frame, *vaddr, seL4_ReadWrite,
                                KAAL_PAGE_DATA, &tables),
                "map");
    return frame;
}

// --- opening -----------------------------------------------------------------------------------

// The largest piece of memory, or the one that holds a device's registers.
static seL4_CPtr find_untyped(const seL4_BootInfo *info, bool device, seL4_Word paddr)
{
    seL4_CPtr best = seL4_CapNull;
    unsigned bits = 0;
    for (seL4_Word i = 0; i < info->untyped.end - info->untyped.start; i++) {
        const seL4_UntypedDesc *entry = &info->untypedList[i];
        bool holds = paddr - entry->paddr < (seL4_Word)1 << entry->sizeBits;
        if ((entry->isDevice != 0) == device && (!device || holds) && entry->sizeBits > bits) {
            best = info->untyped.start + i;
            bits = entry->sizeBits;
        }
    }
    return best;
}

// The serial port's page: whatever lies before it in its untyped memory is skipped.
static void open_uart(struct bench *b)
{
    const struct kaal_table_source tables = {.take = take_table, .context = b};
    seL4_CPtr untyped = find_untyped(b->info, true, UART_PADDR);
    seL4_Word at = b->info->untypedList[untyped - b->info->untyped.start].paddr;
    while (at != UART_PADDR) {
        unsigned bits = (unsigned)__builtin_ctzll(at | (seL4_Word)1 << 47);
        while (UART_PADDR - at < (seL4_Word)1 << bits) {
            bits--;
        }
        object_from(b, untyped, seL4_UntypedObject, bits);
        at += (seL4_Word)1 << bits;
    }
    seL4_CPtr frame = object_from(b, untyped, seL4_ARM_SmallPageObject, 0);
    bench_check(b,
                kaal_vspace_map(seL4_CapInitThreadVSpace, frame, UART_ADDRESS, seL4_ReadWrite,
                                KAAL_PAGE_REGISTERS, &tables),
                "serial port");
    b->uart = (volatile struct pl011_registers *)UART_ADDRESS; // NOLINT: mapped just now
}

// A budget without end, so that no timer interrupt falls into a measurement.
static void open_own_thread(struct bench *b)
{
    seL4_Time hour = (seL4_Time)1 << HOUR_US_BITS;
    bench_check(b,
                seL4_SchedControl_Configure(b->info->schedcontrol.start, seL4_CapInitThreadSC, hour,
                                            hour, 0, 0),
                "own budget");
    bench_check(b, seL4_TCB_SetPriority(seL4_CapInitThreadTCB, seL4_CapInitThreadTCB, PRIO_ROOT),
                "own priority");
}

void world_open(struct bench *b)
{
    b->slot = b->info->empty.start;
    b->page = PAGES;
    b->memory = find_untyped(b->info, false, 0);
    open_uart(b);
    open_own_thread(b);
    b->memory = world_object(b, seL4_UntypedObject, ROW_BITS);
}

// --- one row -----------------------------------------------------------------------------------

void world_begin(struct bench *b)
{
    b->stamp = 0;
    b->object = seL4_CapNull;
    b->partner = (struct thread){0};
    world_own_fpu(b, true);
    // The first object after a Revoke would pay for the reset of the memory. It is a thread, so
    // that the neighbours in the derivation tree are as in the reference: what a kernel compares
    // them with costs a few instructions more or less.
    (void)world_object(b, seL4_TCBObject, 0);
}

void world_end(struct bench *b)
{
    if (b->irq != seL4_CapNull) {
        bench_check(b, seL4_CNode_Delete(seL4_CapInitThreadCNode, b->irq, seL4_WordBits), "delete");
        b->irq = seL4_CapNull;
    }
    bench_check(b, seL4_CNode_Revoke(seL4_CapInitThreadCNode, b->memory, seL4_WordBits), "revoke");
    b->slot = b->memory + 1;
    b->page = PAGES;
    world_priority(b, seL4_CapInitThreadTCB, PRIO_ROOT);
}

void world_own_fpu(struct bench *b, bool allowed)
{
    seL4_TCB_SetFlags_t result = seL4_TCB_SetFlags(
        seL4_CapInitThreadTCB, allowed ? FPU_DISABLED : 0, allowed ? 0 : FPU_DISABLED);
    bench_check(b, (seL4_Error)result.error, "own flags");
}

// --- threads -----------------------------------------------------------------------------------

void world_priority(struct bench *b, seL4_CPtr tcb, unsigned prio)
{
    bench_check(b, seL4_TCB_SetPriority(tcb, seL4_CapInitThreadTCB, prio), "priority");
}

static void give_buffer(struct bench *b, struct thread *t)
{
    seL4_CPtr frame = world_page(b, &t->buffer);
    bench_check(b, seL4_TCB_SetIPCBuffer(t->tcb, t->buffer, frame), "IPC buffer");
}

static void give_context(struct bench *b, struct thread *t)
{
    seL4_Time hour = (seL4_Time)1 << HOUR_US_BITS;
    t->sc = world_object(b, seL4_SchedContextObject, seL4_MinSchedContextBits);
    bench_check(b,
                seL4_SchedControl_Configure(b->info->schedcontrol.start, t->sc, hour, hour, 0, 0),
                "budget");
    bench_check(
        b,
        seL4_TCB_SetSchedParams(t->tcb, seL4_CapInitThreadTCB, 0, PRIO_HIGH, t->sc, seL4_CapNull),
        "scheduling");
}

void world_thread(struct bench *b, struct thread *out, unsigned flags, void (*entry)(void),
                  seL4_UserContext *registers)
{
    struct thread t = {.tcb = world_object(b, seL4_TCBObject, 0)};
    bench_check(b,
                seL4_TCB_Configure(t.tcb, seL4_CapInitThreadCNode, 0, seL4_CapInitThreadVSpace, 0,
                                   0, seL4_CapNull),
                "configure");
    if ((flags & THREAD_BUFFER) != 0) {
        give_buffer(b, &t);
    }
    if ((flags & THREAD_FPU) == 0) {
        bench_check(b, (seL4_Error)seL4_TCB_SetFlags(t.tcb, 0, FPU_DISABLED).error, "flags");
    }
    give_context(b, &t);
    registers->pc = (seL4_Word)entry;
    bench_check(
        b,
        seL4_TCB_WriteRegisters(t.tcb, true, 0, sizeof(*registers) / sizeof(seL4_Word), registers),
        "registers");
    if ((flags & THREAD_PASSIVE) != 0) {
        bench_check(b, seL4_SchedContext_Unbind(t.sc), "unbind");
    }
    *out = t;
}
