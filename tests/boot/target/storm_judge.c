// SPDX-License-Identifier: BSD-2-Clause
//
// Makes the storm (storm.h). Its own period is its clock: once in each it strikes one of the parts,
// wherever that is just then, and does not wait for its end. Argument: `faults=`. At the end each
// must have begun as many lives as it was struck, and one; everybody must get on with its work; and
// the broker must have what it had at the beginning.

#include "demo.h"
#include "storm.h"

#include <kaal/args.h>
#include <kaal/broker_client.h>
#include <kaal/component.h>

#include <lib/mem.h>

enum {
    CALM = 2000, // periods in which everybody must get on, or at last have ended
    ABSENT = 8,  // periods for which one is gone for good
    SPIN_MAX = 1 << 13,
    NOWHERE = 4096,
};

static const char *const parts[] = {"server", "front",   "back", "client", "client2",
                                    "source", "source2", "sink", "sink2",  "tenant"};

enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

static volatile struct storm_board *board;
static uint64_t ids[PARTS];
static seL4_CPtr threads[PARTS];
static uint64_t lives[PARTS]; // that must have begun
static uint64_t failed;       // requests that must not
static uint64_t late;         // lives that did not begin in time
static struct kaal_totals before;

static void open(void)
{
    static struct kaal_component_info info;
    board = (struct storm_board *)kaal_need(KAAL_START_MEMORY, "board")->address; // NOLINT
    for (uint32_t i = 0; i < PARTS; i++) {
        threads[i] = kaal_need(KAAL_START_TCB, parts[i])->slot;
        lives[i] = 1;
        info = (struct kaal_component_info){0};
        while (kaal_component_next(&info) == KAAL_OK) {
            ids[i] = strncmp(info.name, parts[i], KAAL_NAME_SIZE) == 0 ? info.id : ids[i];
        }
    }
}

static void periods(uint32_t count)
{
    for (; count > 0; count--) {
        seL4_Yield();
    }
}

// So that it does not strike at the same moment of each period.
static void spin(uint64_t turns)
{
    for (volatile uint64_t i = 0; i < turns; i = i + 1) {
    }
}

// Its last end is behind it.
static void settle(uint32_t part)
{
    for (uint32_t i = 0; i < CALM && board->parts[part].lives < lives[part]; i++) {
        seL4_Yield();
    }
    late += board->parts[part].lives < lives[part];
}

// Where it goes on there is nothing; one that waits finds that when it is woken.
static void derail(uint32_t part)
{
    seL4_UserContext context = {.pc = NOWHERE};
    failed += seL4_TCB_WriteRegisters(threads[part], 0, 0, 1, &context) != seL4_NoError;
}

static bool poison(uint32_t part, enum storm_end end)
{
    board->parts[part].poisoned = end;
    return end != STORM_EXIT;
}

// True if that is a fault.
static bool strike(uint32_t part, uint64_t random)
{
    uint64_t how = random % 16;
    settle(part);
    lives[part]++;
    if (how == 0) {
        failed += kaal_component_kill(ids[part]) != KAAL_OK;
        periods(ABSENT);
    }
    if (how < 3) {
        failed += kaal_component_restart(ids[part], NULL) != KAAL_OK;
        return false;
    }
    if (how < 10) {
        return poison(part, STORM_EXIT + random / 16 % (STORM_END_COUNT - STORM_EXIT));
    }
    derail(part);
    return true;
}

static void settle_all(void)
{
    for (uint32_t i = 0; i < PARTS; i++) {
        settle(i);
    }
}

// While there is none of them. (Where they lie when they live decides in how many pieces the rest
// is, and each piece takes a slot.)
static void get_totals(struct kaal_totals *totals)
{
    settle_all();
    for (uint32_t i = 0; i < PARTS; i++) {
        failed += kaal_component_kill(ids[i]) != KAAL_OK;
    }
    failed += kaal_totals_get(totals) != KAAL_OK;
    for (uint32_t i = 0; i < PARTS; i++) {
        failed += kaal_component_restart(ids[i], NULL) != KAAL_OK;
        lives[i]++;
    }
    settle_all();
}

static uint64_t count_hung(void)
{
    uint64_t work[PARTS];
    uint64_t hung = 0;
    periods(CALM);
    for (uint32_t i = 0; i < PARTS; i++) {
        work[i] = board->parts[i].work;
    }
    periods(CALM);
    for (uint32_t i = 0; i < PARTS; i++) {
        hung += board->parts[i].work == work[i];
    }
    return hung;
}

static uint64_t sum_of(size_t offset)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < PARTS; i++) {
        sum += *(volatile uint64_t *)((uintptr_t)&board->parts[i] + offset); // NOLINT: a field
    }
    return sum;
}

static void report(uint64_t faults, uint64_t hung)
{
    static struct kaal_totals now;
    get_totals(&now);
    uint64_t begun = 0;
    for (uint32_t i = 0; i < PARTS; i++) {
        begun += lives[i];
    }
    struct kaal_report report;
    kaal_report_begin(&report, "storm");
    kaal_report_u64(&report, "faults", faults);
    kaal_report_u64(&report, "lives", begun);
    kaal_report_u64(&report, "unexpected", sum_of(offsetof(struct storm_part, lives)) - begun);
    kaal_report_u64(&report, "late", late);
    kaal_report_u64(&report, "failed", failed);
    kaal_report_u64(&report, "hung", hung);
    kaal_report_u64(&report, "wrong", sum_of(offsetof(struct storm_part, wrong)));
    kaal_report_u64(&report, "memory", before.memory_free - now.memory_free);
    kaal_report_u64(&report, "slots", before.slots_free - now.slots_free);
    kaal_report_u64(&report, "grants", now.grants - before.grants);
    kaal_report_u64(&report, "work", sum_of(offsetof(struct storm_part, work)));
    kaal_report_u64(&report, "deaths", sum_of(offsetof(struct storm_part, deaths)));
    kaal_report_end(&report);
}

int main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    uint64_t faults = 0;
    struct prng stream = demo_stream("storm");
    (void)kaal_args_number(kaal_start->args, "faults", &faults);
    open();
    periods(CALM);
    get_totals(&before);
    for (uint64_t i = 0; i < faults;) {
        uint64_t random = prng_next(&stream);
        seL4_Yield();
        spin(random >> 32 & (SPIN_MAX - 1));
        i += strike((uint32_t)(random & 0xffff) % PARTS, random >> 48);
    }
    settle_all();
    uint64_t hung = count_hung();
    report(faults, hung);
    return 0;
}
