// SPDX-License-Identifier: BSD-2-Clause
//
// Spawns and kills, as often as its argument says, in all the ways that a component can end; then
// there is what there was.

#include <kaal/args.h>
#include <kaal/broker_client.h>
#include <kaal/component.h>

enum {
    WAYS = 5,
    WARM = 2 * WAYS, // before the first count: what stays is there then
};

static struct kaal_memory_grant memory;
static uint64_t failed;

static void must(enum kaal_err err)
{
    failed += err != KAAL_OK;
}

static void cycle(uint64_t way)
{
    struct kaal_spawn options = kaal_spawn_options("cycle", "puppet.elf");
    struct kaal_exit exit = {0};
    uint64_t id = 0;
    options.flags = way == 0 ? KAAL_SPAWN_HELD : 0;
    options.policy.quota_memory = 1 << 18;
    if (way == 1) {
        kaal_spawn_text(options.args, sizeof(options.args), "exit=3");
    } else if (way == 2) {
        kaal_spawn_text(options.args, sizeof(options.args), "lookup");
    }
    options.give[0] = way == 3 ? memory.grant : 0;
    must(kaal_component_spawn(&options, &id));
    if (way == 1) {
        must(kaal_component_wait(id, &exit));
        failed += exit.end != KAAL_END_EXIT || exit.status != 3;
        return;
    }
    if (way == 4) {
        must(kaal_component_restart(id, NULL));
    }
    must(kaal_component_kill(id));
}

static void report(uint64_t cycles, const struct kaal_totals *before,
                   const struct kaal_totals *after)
{
    struct kaal_report line;
    kaal_report_begin(&line, "cycles");
    kaal_report_u64(&line, "count", cycles);
    kaal_report_u64(&line, "failed", failed);
    kaal_report_u64(&line, "bytes_lost", before->memory_free - after->memory_free);
    kaal_report_u64(&line, "largest_lost", before->largest - after->largest);
    kaal_report_u64(&line, "slots_lost", before->slots_free - after->slots_free);
    kaal_report_u64(&line, "components_more", after->components - before->components);
    kaal_report_u64(&line, "grants_more", after->grants - before->grants);
    kaal_report_end(&line);
}

void init(void)
{
    struct kaal_totals before = {0};
    struct kaal_totals after = {0};
    uint64_t cycles = 0;
    (void)kaal_args_number(kaal_start->args, "cycles", &cycles);
    must(kaal_memory_get(1, KAAL_RIGHT_READ, &memory));
    for (uint64_t i = 0; i < WARM; i++) {
        cycle(i % WAYS);
    }
    must(kaal_totals_get(&before));
    for (uint64_t i = 0; i < cycles; i++) {
        cycle(i % WAYS);
    }
    must(kaal_totals_get(&after));
    report(cycles, &before, &after);
    kaal_print("@end");
    (void)kaal_console_flush();
    kaal_halt();
}
