// SPDX-License-Identifier: BSD-2-Clause

#include "broker_test.h"

static struct {
    const char *name;
    uint64_t checks;
    uint64_t failed;
    struct kaal_totals before;
    struct kaal_totals marked;
} current;

// --- cases ---------------------------------------------------------------------------------------

void same(const char *what, uint64_t got, uint64_t wanted)
{
    current.checks++;
    if (got == wanted) {
        return;
    }
    current.failed++;
    struct kaal_report report;
    kaal_report_begin(&report, "error");
    kaal_report_str(&report, "case", current.name);
    kaal_report_str(&report, "what", what);
    kaal_report_hex(&report, "got", got);
    kaal_report_hex(&report, "wanted", wanted);
    kaal_report_end(&report);
}

// With the page tables that wait for our next grant (docs/broker.md), whether or not there were
// any.
static struct kaal_totals totals(void)
{
    struct kaal_totals now = {0};
    struct kaal_memory_grant memory;
    if (kaal_memory_get(1, KAAL_RIGHT_READ, &memory) == KAAL_OK) {
        same("settle", kaal_memory_release(&memory), KAAL_OK);
    }
    same("totals", kaal_totals_get(&now), KAAL_OK);
    return now;
}

void mark(void)
{
    current.marked = totals();
}

void unchanged(const char *what)
{
    const struct kaal_totals now = totals();
    const uint64_t failed = current.failed;
    same("memory_free", now.memory_free, current.marked.memory_free);
    same("largest", now.largest, current.marked.largest);
    same("slots_free", now.slots_free, current.marked.slots_free);
    same("components", now.components, current.marked.components);
    same("grants", now.grants, current.marked.grants);
    if (current.failed != failed) {
        same(what, 1, 0);
        current.marked = now;
    }
}

void case_begin(const char *name)
{
    current.name = name;
    current.checks = 0;
    current.failed = 0;
    current.before = totals();
    current.marked = current.before;
}

void case_end(void)
{
    current.marked = current.before;
    unchanged("left_behind");
    struct kaal_report report;
    kaal_report_begin(&report, "case");
    kaal_report_str(&report, "name", current.name);
    kaal_report_u64(&report, "checks", current.checks);
    kaal_report_u64(&report, "failed", current.failed);
    kaal_report_end(&report);
}

// --- puppets -------------------------------------------------------------------------------------

struct kaal_spawn puppet_options(const char *name, const char *args)
{
    struct kaal_spawn options = kaal_spawn_options(name, "puppet.elf");
    options.flags = 0;
    options.policy.quota_memory = 1 << 18;
    options.policy.quota_slots = 512;
    kaal_spawn_text(options.args, sizeof(options.args), args);
    return options;
}

struct puppet puppet_open(const char *name, uint32_t allow)
{
    struct puppet p = {0};
    struct kaal_spawn options = puppet_options(name, "");
    options.policy.allow = allow;
    same("puppet", kaal_component_spawn(&options, &p.id), KAAL_OK);
    same("connect", kaal_connect(p.id, KAAL_CONNECT_CALL, &p.call), KAAL_OK);
    return p;
}

void puppet_close(struct puppet *p)
{
    enum kaal_err err = kaal_component_kill(p->id);
    same("kill", err == KAAL_ERR_STALE ? KAAL_OK : err, KAAL_OK);
    same("release", kaal_grant_release(p->call.grant), KAAL_OK);
}

enum kaal_err puppet_tell(const struct puppet *p, enum puppet_command command, uint64_t first,
                          uint64_t second, uint64_t *result)
{
    seL4_SetMR(0, first);
    seL4_SetMR(1, second);
    seL4_MessageInfo_t info = seL4_Call(p->call.slot, seL4_MessageInfo_new(command, 0, 0, 2));
    if (result != NULL) {
        *result = seL4_GetMR(0);
    }
    return (enum kaal_err)seL4_MessageInfo_get_label(info);
}

enum kaal_err puppet_ask(const struct puppet *p, enum kaal_broker_request request, unsigned words,
                         uint64_t first, uint64_t second, uint64_t third)
{
    const uint64_t message[] = {request, words, first, second, third};
    for (int i = 0; i < 5; i++) {
        seL4_SetMR(i, message[i]);
    }
    seL4_MessageInfo_t info = seL4_Call(p->call.slot, seL4_MessageInfo_new(PUPPET_ASK, 0, 0, 5));
    enum kaal_err err = (enum kaal_err)seL4_MessageInfo_get_label(info);
    return err == KAAL_OK ? (enum kaal_err)seL4_GetMR(0) : err;
}

uint64_t own_id(void)
{
    struct kaal_component_info info = {0};
    while (kaal_component_next(&info) == KAAL_OK &&
           strncmp(info.name, kaal_start->name, KAAL_NAME_SIZE) != 0) {
    }
    return info.id;
}

void init(void)
{
    test_requests();
    test_grants();
    test_life();
    test_programs();
    test_devices();
    kaal_print("@end");
    (void)kaal_console_flush();
    kaal_halt();
}
