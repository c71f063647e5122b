// SPDX-License-Identifier: BSD-2-Clause
//
// Makes the storm (storm.h). Its own period is its clock: once in each it strikes one of the parts,
// wherever that is just then. Argument: `faults=`. At the end everybody must get on with its work,
// and the broker must have what it had at the beginning.

#include "demo.h"
#include "storm.h"

#include <kaal/args.h>
#include <kaal/broker_client.h>
#include <kaal/component.h>

#include <lib/mem.h>

enum {
    CALM = 2000, // periods in which everybody must get on
    ABSENT = 8,  // periods for which one is gone for good
    SPIN_MAX = 1 << 13,
};

static const char *const parts[] = {"server", "front",   "back", "client", "client2",
                                    "source", "source2", "sink", "sink2"};

enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

static volatile struct storm_board *board;
static uint64_t ids[PARTS];
static uint64_t failed; // requests that must not
static struct kaal_totals before;

static void open(void)
{
    static struct kaal_component_info info;
    board = (struct storm_board *)kaal_need(KAAL_START_MEMORY, "board")->address; // NOLINT
    for (uint32_t i = 0; i < PARTS; i++) {
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

static void strike(uint32_t part, uint64_t how)
{
    if (how == 0) {
        failed += kaal_component_kill(ids[part]) != KAAL_OK;
        periods(ABSENT);
        failed += kaal_component_restart(ids[part], NULL) != KAAL_OK;
    } else if (how < 4) {
        board->parts[part].poisoned = 1;
    } else {
        failed += kaal_component_restart(ids[part], NULL) != KAAL_OK;
    }
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
    failed += kaal_totals_get(&now) != KAAL_OK;
    struct kaal_report report;
    kaal_report_begin(&report, "storm");
    kaal_report_u64(&report, "faults", faults);
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
    failed += kaal_totals_get(&before) != KAAL_OK;
    for (uint64_t i = 0; i < faults; i++) {
        uint64_t random = prng_next(&stream);
        seL4_Yield();
        spin(random >> 32 & (SPIN_MAX - 1));
        strike((uint32_t)(random & 0xffff) % PARTS, random >> 16 & 15);
    }
    uint64_t hung = count_hung();
    report(faults, hung);
    return 0;
}
