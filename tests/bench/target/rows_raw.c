// SPDX-License-Identifier: BSD-2-Clause
//
// What requests to the broker need of the kernel: the same invocations in the same order on the
// same objects, by one thread that holds everything itself. No books, no policy, no message to
// anybody: what a row of `bench components` takes beyond this (and its own message) is the
// broker's.
//
//    untyped 128 KiB   |root|TCB|CNode|SC|..|#### frames ####|tables|     as the broker's arena of
//    spawn             objects, mappings, capabilities, thread             bench_spawned.elf
//    kill              Revoke, and what lies outside of it
//    restart           fault ──► TCB_WriteRegisters ──► first instruction
//
// Each is measured once more with a counter of the kernel's instructions alone; bench_test.py
// compares them with those of the broker's row, so that neither goes its own way.

#include "bench.h"

#include <kaal/layout.h>

enum {
    ARENA_BITS = 17,
    CSPACE_BITS = 6,
    SCHED_CONTEXT_BITS = 8,

    // Pages of the program.
    SHARED = 2, // text, constants: out of the image
    PRIVATE = 16,
    STACK = 2,
    FRAMES = PRIVATE + STACK + 2, // IPC buffer, start page
    PAGE = 4096,

    TABLES = KAAL_TABLE_LEVELS + KAAL_TABLE_LEVELS_GIB,
    ENTRY_REGISTERS = 4, // pc, sp, spsr, x0

    // Slots of the component.
    SLOT_ENDPOINT = 1,
    SLOT_NOTIFICATION,
    SLOT_REPLY,
    SLOT_REPORT,
};

#define PROGRAM 0x500000ULL   // what is not text; in the table of the text
#define OWN     0x38000000ULL // where the root task sees the start page

struct raw {
    seL4_CPtr arena;   // untyped
    seL4_CPtr objects; // slots by enum object
    seL4_CPtr copies;  // by enum copy: what outlives the arena
    seL4_CPtr spare_reply;
    seL4_CPtr report; // endpoint of the root task
};

enum object {
    VSPACE,
    TCB,
    CNODE,
    SCHED_CONTEXT,
    NOTIFICATION,
    REPLY,
    ENDPOINT,
    FRAME,
    TABLE = FRAME + FRAMES,
    OBJECTS = TABLE + TABLES,
};

enum copy {
    COPY_SHARED,
    COPY_START = COPY_SHARED + SHARED,
    COPY_HANDLER,
    COPIES,
};

static struct raw raw;

// --- birth ---------------------------------------------------------------------------------------

static void retype(struct bench *b, seL4_Word type, seL4_Word bits, seL4_CPtr first,
                   seL4_Word count)
{
    bench_check(
        b, seL4_Untyped_Retype(raw.arena, type, bits, seL4_CapInitThreadCNode, 0, 0, first, count),
        "retype");
}

static void make_objects(struct bench *b)
{
    static const struct {
        seL4_Word type;
        seL4_Word bits;
    } objects[] = {
        [VSPACE] = {seL4_ARM_VSpaceObject, 0},
        [TCB] = {seL4_TCBObject, 0},
        [CNODE] = {seL4_CapTableObject, CSPACE_BITS},
        [SCHED_CONTEXT] = {seL4_SchedContextObject, SCHED_CONTEXT_BITS},
        [NOTIFICATION] = {seL4_NotificationObject, 0},
        [REPLY] = {seL4_ReplyObject, 0},
        [ENDPOINT] = {seL4_EndpointObject, 0},
    };
    for (seL4_Word i = 0; i < FRAME; i++) {
        retype(b, objects[i].type, objects[i].bits, raw.objects + i, 1);
    }
    bench_check(b, seL4_ARM_ASIDPool_Assign(seL4_CapInitThreadASIDPool, raw.objects + VSPACE),
                "assign");
    world_budget(b, raw.objects + SCHED_CONTEXT, WORLD_FOREVER, WORLD_FOREVER);
    retype(b, seL4_ARM_SmallPageObject, 0, raw.objects + FRAME, FRAMES);
}

static void make_tables(struct bench *b, seL4_CPtr first, seL4_Word count, seL4_Word vaddr)
{
    retype(b, seL4_ARM_PageTableObject, 0, first, count);
    for (seL4_Word i = 0; i < count; i++) {
        bench_check(b,
                    seL4_ARM_PageTable_Map(first + i, raw.objects + VSPACE, vaddr,
                                           seL4_ARM_Default_VMAttributes),
                    "table");
    }
}

static void map(struct bench *b, seL4_CPtr vspace, seL4_CPtr frame, seL4_Word vaddr,
                seL4_CapRights_t rights, bool code)
{
    bench_check(b,
                seL4_ARM_Page_Map(frame, vspace, vaddr, rights,
                                  seL4_ARM_PageCacheable | (code ? 0 : seL4_ARM_ExecuteNever)),
                "map");
}

static void copy(struct bench *b, seL4_CPtr to, seL4_CPtr from)
{
    bench_check(b,
                seL4_CNode_Copy(seL4_CapInitThreadCNode, to, seL4_WordBits, seL4_CapInitThreadCNode,
                                from, seL4_WordBits, seL4_CanRead),
                "copy");
}

// First byte of the image; from the root task's linker script.
extern const uint8_t root_image_start[];

// The frames of the image from the one on in which `born` lies.
static void map_shared(struct bench *b)
{
    seL4_Word text = (seL4_Word)&born & ~(seL4_Word)(PAGE - 1);
    seL4_CPtr frame =
        b->info->userImageFrames.start + ((text - (seL4_Word)root_image_start) >> seL4_PageBits);
    for (seL4_Word i = 0; i < SHARED; i++) {
        copy(b, raw.copies + COPY_SHARED + i, frame + i);
        map(b, raw.objects + VSPACE, raw.copies + COPY_SHARED + i, text + i * PAGE, seL4_CanRead,
            i == 0);
    }
}

static seL4_CPtr map_private(struct bench *b, seL4_CPtr frame, seL4_Word vaddr, seL4_Word count)
{
    for (seL4_Word i = 0; i < count; i++) {
        map(b, raw.objects + VSPACE, frame + i, vaddr + i * PAGE, seL4_ReadWrite, false);
    }
    return frame + count;
}

static void map_start(struct bench *b, seL4_CPtr frame)
{
    map(b, seL4_CapInitThreadVSpace, frame, OWN, seL4_ReadWrite, false);
    copy(b, raw.copies + COPY_START, frame);
    map(b, raw.objects + VSPACE, raw.copies + COPY_START, KAAL_LAYOUT_START_PAGE, seL4_CanRead,
        false);
}

static void make_space(struct bench *b)
{
    make_tables(b, raw.objects + TABLE, KAAL_TABLE_LEVELS, (seL4_Word)&born);
    make_tables(b, raw.objects + TABLE + KAAL_TABLE_LEVELS, KAAL_TABLE_LEVELS_GIB,
                KAAL_LAYOUT_IPC_BUFFER);
    map_shared(b);
    seL4_CPtr frame = map_private(b, raw.objects + FRAME, PROGRAM, PRIVATE);
    frame = map_private(b, frame, KAAL_LAYOUT_STACK_TOP - (seL4_Word)STACK * PAGE, STACK);
    frame = map_private(b, frame, KAAL_LAYOUT_IPC_BUFFER, 1);
    map_start(b, frame);
}

static void put(struct bench *b, seL4_Word slot, seL4_CPtr from, seL4_CapRights_t rights)
{
    bench_check(b,
                seL4_CNode_Copy(raw.objects + CNODE, slot, CSPACE_BITS, seL4_CapInitThreadCNode,
                                from, seL4_WordBits, rights),
                "put");
}

static void put_own(struct bench *b)
{
    put(b, SLOT_ENDPOINT, raw.objects + ENDPOINT, seL4_CanRead);
    put(b, SLOT_NOTIFICATION, raw.objects + NOTIFICATION, seL4_CanRead);
    put(b, SLOT_REPLY, raw.objects + REPLY, seL4_AllRights);
    bench_check(b,
                seL4_CNode_Mint(raw.objects + CNODE, SLOT_REPORT, CSPACE_BITS,
                                seL4_CapInitThreadCNode, raw.report, seL4_WordBits,
                                seL4_CapRights_new(1, 0, 0, 1), 1),
                "badge");
    bench_check(b,
                seL4_CNode_Mint(seL4_CapInitThreadCNode, raw.copies + COPY_HANDLER, seL4_WordBits,
                                seL4_CapInitThreadCNode, raw.report, seL4_WordBits,
                                seL4_CapRights_new(1, 0, 0, 1), 2),
                "badge of faults");
}

static void enter(struct bench *b, void (*entry)(void), bool start)
{
    seL4_UserContext context = {
        .pc = (seL4_Word)entry, .sp = KAAL_LAYOUT_STACK_TOP, .x0 = SLOT_REPORT};
    bench_check(
        b, seL4_TCB_WriteRegisters(raw.objects + TCB, start ? 1 : 0, 0, ENTRY_REGISTERS, &context),
        "registers");
}

static void make_thread(struct bench *b)
{
    enum { FPU_DISABLED = 1 };
    seL4_CPtr tcb = raw.objects + TCB;
    bench_check(b,
                seL4_TCB_Configure(tcb, raw.objects + CNODE,
                                   seL4_CNode_CapData_new(0, seL4_WordBits - CSPACE_BITS).words[0],
                                   raw.objects + VSPACE, 0, KAAL_LAYOUT_IPC_BUFFER,
                                   raw.objects + FRAME + PRIVATE + STACK),
                "configure");
    bench_check(b,
                seL4_TCB_SetSchedParams(tcb, seL4_CapInitThreadTCB, 0, PRIO_ROOT,
                                        raw.objects + SCHED_CONTEXT, raw.copies + COPY_HANDLER),
                "scheduling");
    bench_check(b, (seL4_Error)seL4_TCB_SetFlags(tcb, 0, FPU_DISABLED).error, "flags");
    bench_check(b, seL4_TCB_BindNotification(tcb, raw.objects + NOTIFICATION), "bind");
    enter(b, born, false);
}

static void make(struct bench *b)
{
    make_objects(b);
    make_space(b);
    put_own(b);
    make_thread(b);
}

// --- death ---------------------------------------------------------------------------------------

// An answer to whoever waits for one.
static void answer(seL4_CPtr reply)
{
    seL4_SetMR(0, 0);
    seL4_Send(reply, seL4_MessageInfo_new(0, 0, 0, 1));
}

static void suspend(struct bench *b)
{
    seL4_Word badge = 0;
    bench_check(b, seL4_TCB_Suspend(raw.objects + TCB), "suspend");
    answer(raw.objects + REPLY);
    (void)seL4_NBRecv(raw.objects + ENDPOINT, &badge, raw.spare_reply);
    answer(raw.spare_reply);
}

static void revoke(struct bench *b)
{
    bench_check(b, seL4_CNode_Revoke(seL4_CapInitThreadCNode, raw.arena, seL4_WordBits), "revoke");
}

static void destroy(struct bench *b)
{
    suspend(b);
    revoke(b);
    for (seL4_Word i = 0; i < COPIES; i++) {
        bench_check(b, seL4_CNode_Delete(seL4_CapInitThreadCNode, raw.copies + i, seL4_WordBits),
                    "delete");
    }
}

// --- rows ----------------------------------------------------------------------------------------

static seL4_CPtr slots(struct bench *b, seL4_Word count)
{
    seL4_CPtr first = world_slot(b);
    for (seL4_Word i = 1; i < count; i++) {
        (void)world_slot(b);
    }
    return first;
}

// Tables for OWN stay; they are not the component's.
static void setup(struct bench *b, const struct row *row)
{
    (void)row;
    measure_prepare(b, (seL4_Word)seL4_SysYield, 0, seL4_MessageInfo_new(0, 0, 0, 0));
    seL4_CPtr frame = world_object(b, seL4_ARM_SmallPageObject, 0);
    world_map(b, seL4_CapInitThreadVSpace, frame, OWN, KAAL_PAGE_DATA);
    bench_check(b, seL4_ARM_Page_Unmap(frame), "unmap");
    raw = (struct raw){
        .arena = world_object(b, seL4_UntypedObject, ARENA_BITS),
        .report = world_object(b, seL4_EndpointObject, 0),
        .spare_reply = world_object(b, seL4_ReplyObject, 0),
        .objects = slots(b, OBJECTS),
        .copies = slots(b, COPIES),
    };
}

// It tells its reading in a message.
static uint32_t run_spawn(struct bench *b)
{
    uint32_t before = measure_now(b);
    make(b);
    bench_check(b, seL4_TCB_Resume(raw.objects + TCB), "resume");
    seL4_Yield();
    (void)seL4_Recv(raw.report, NULL, raw.spare_reply);
    return (uint32_t)seL4_GetMR(0) - before - b->overhead;
}

static uint32_t run_kill(struct bench *b)
{
    make(b);
    uint32_t before = measure_now(b);
    destroy(b);
    return measure_now(b) - before - b->overhead;
}

// It faults when it is next let run, is set back to its entry, and tells both readings.
static uint32_t restart(struct bench *b, void (*entry)(void))
{
    (void)seL4_Recv(raw.report, NULL, raw.spare_reply);
    enter(b, entry, true);
    (void)seL4_Recv(raw.report, NULL, raw.spare_reply);
    return (uint32_t)seL4_GetMR(0) - (uint32_t)seL4_GetMR(1) - b->overhead;
}

static uint32_t run_restart(struct bench *b)
{
    return restart(b, reborn);
}

static uint32_t run_restart_clean(struct bench *b)
{
    return restart(b, reborn_clean);
}

// Of lower priority than who looks after it.
static void setup_restart(struct bench *b, const struct row *row)
{
    setup(b, row);
    make(b);
    b->copies = raw.copies; // no undo ends them
    b->copy_count = COPIES;
    world_priority(b, raw.objects + TCB, PRIO_LOW);
    enter(b, reborn, true);
    (void)seL4_Recv(raw.report, NULL, raw.spare_reply);
}

static uint32_t run_page(struct bench *b)
{
    uint32_t before = measure_now(b);
    retype(b, seL4_ARM_SmallPageObject, 0, raw.objects, 1);
    map(b, seL4_CapInitThreadVSpace, raw.objects, OWN, seL4_ReadWrite, false);
    revoke(b);
    return measure_now(b) - before - b->overhead;
}

static void setup_page(struct bench *b, const struct row *row)
{
    setup(b, row);
    raw.arena = world_object(b, seL4_UntypedObject, seL4_PageBits);
}

const struct row rows_raw[] = {
    {"raw.memory.page", setup_page, run_page, NULL, 0},
    {"raw.spawn", setup, run_spawn, destroy, 0},
    {"raw.kill", setup, run_kill, NULL, 0},
    {"raw.restart.keep", setup_restart, run_restart, NULL, 0},
    {"raw.restart.clean", setup_restart, run_restart_clean, NULL, 0},
    {0},
};
