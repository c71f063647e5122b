// SPDX-License-Identifier: BSD-2-Clause
//
// A supervisor that is itself restarted. Its first life begets three children and dies; its second
// finds those that it wanted kept, looks after them, and sees that the other is gone.

#include <kaal/broker_client.h>
#include <kaal/component.h>

#include <lib/mem.h>

static struct kaal_report report;

static uint64_t spawn(const char *name, const char *args, bool keep)
{
    static struct kaal_spawn options;
    uint64_t id = 0;
    options = kaal_spawn_options(name, "child.elf");
    kaal_spawn_text(options.args, sizeof(options.args), args);
    options.priority = 80;
    options.flags = KAAL_SPAWN_CONSOLE | (keep ? KAAL_SPAWN_KEEP : 0);
    options.policy.restart = KAAL_RESTART_ON_FAILURE;
    options.policy.restart_max = 1;
    if (kaal_component_spawn(&options, &id) != KAAL_OK) {
        kaal_stop(kaal_broker_last_cause());
    }
    return id;
}

static uint64_t own_id(void)
{
    struct kaal_component_info info = {0};
    while (kaal_component_next(&info) == KAAL_OK) {
        if (strncmp(info.name, kaal_start->name, KAAL_NAME_SIZE) == 0) {
            return info.id;
        }
    }
    kaal_stop("it does not find itself");
}

// The child of this name; 0: there is none.
static uint64_t find_child(const char *name)
{
    uint64_t self = own_id();
    struct kaal_component_info info = {0};
    while (kaal_component_next(&info) == KAAL_OK) {
        if (info.parent == self && info.id != self &&
            strncmp(info.name, name, KAAL_NAME_SIZE) == 0) {
            return info.id;
        }
    }
    return 0;
}

// Its first restart is the broker's affair; with the second failure it is ours.
static void look_after(const char *name)
{
    struct kaal_exit exit = {0};
    uint64_t id = find_child(name);
    enum kaal_err err = kaal_component_wait(id, &exit);
    kaal_report_begin(&report, "ended");
    kaal_report_str(&report, "child", name);
    kaal_report_u64(&report, "found", id != 0 && err == KAAL_OK);
    kaal_report_str(&report, "end", exit.end == KAAL_END_GIVEN_UP ? "given_up" : "other");
    kaal_report_u64(&report, "generation", exit.generation);
    kaal_report_end(&report);
}

static void report_totals(const char *event, const struct kaal_totals *before)
{
    struct kaal_totals now;
    (void)kaal_totals_get(&now);
    kaal_report_begin(&report, event);
    kaal_report_u64(&report, "memory", before->memory_free - now.memory_free);
    kaal_report_u64(&report, "slots", before->slots_free - now.slots_free);
    kaal_report_u64(&report, "grants", now.grants - before->grants);
    kaal_report_u64(&report, "components", now.components - before->components);
    kaal_report_end(&report);
}

static void die(void)
{
    (void)spawn("one", "status=3 wait=30", true);
    (void)spawn("two", "status=4 wait=40", true);
    (void)spawn("lost", "status=5 wait=1000", false);
    kaal_exit(1, "has children");
}

int main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct kaal_totals *before =
        (struct kaal_totals *)kaal_need(KAAL_START_MEMORY, "notes")->address; // NOLINT
    if (kaal_start->generation == 1) {
        (void)kaal_totals_get(before);
        die();
    }
    kaal_report_begin(&report, "back");
    kaal_report_u64(&report, "generation", kaal_start->generation);
    kaal_report_u64(&report, "one", find_child("one") != 0);
    kaal_report_u64(&report, "two", find_child("two") != 0);
    kaal_report_u64(&report, "lost", find_child("lost") != 0);
    kaal_report_end(&report);
    look_after("one");
    look_after("two");
    (void)kaal_component_kill(spawn("three", "status=0 wait=1000", true));
    report_totals("left", before);
    return 0;
}
