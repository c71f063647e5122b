// SPDX-License-Identifier: BSD-2-Clause
//
// Components that come and go, and what they may have.

#include "broker_test.h"

static uint64_t spawn(const struct kaal_spawn *options)
{
    uint64_t id = 0;
    same("spawn", kaal_component_spawn(options, &id), KAAL_OK);
    return id;
}

static void expect_end(const char *args, enum kaal_end end, int64_t status)
{
    struct kaal_exit exit = {0};
    const struct kaal_spawn options = puppet_options("p", args);
    uint64_t id = spawn(&options);
    same("wait", kaal_component_wait(id, &exit), KAAL_OK);
    same("end", exit.end, end);
    same("status", (uint64_t)exit.status, (uint64_t)status);
    same("stale", kaal_component_kill(id), KAAL_ERR_STALE);
}

static void ends(void)
{
    case_begin("ends");
    expect_end("exit=0", KAAL_END_EXIT, 0);
    expect_end("exit=77", KAAL_END_EXIT, 77);
    expect_end("fault", KAAL_END_FAULT, 0);
    case_end();
}

static void states(void)
{
    uint64_t generation = 0;
    struct kaal_component_info info = {0};
    struct kaal_spawn options = puppet_options("held", "");
    case_begin("states");
    options.flags |= KAAL_SPAWN_HELD;
    uint64_t id = spawn(&options);
    while (kaal_component_next(&info) == KAAL_OK && info.id != id) {
    }
    same("built", info.state, KAAL_STATE_BUILT);
    same("restart", kaal_component_restart(id, &generation), KAAL_ERR_STATE);
    same("suspend", kaal_component_suspend(id), KAAL_ERR_STATE);
    same("resume", kaal_component_resume(id), KAAL_OK);
    same("resume", kaal_component_resume(id), KAAL_ERR_STATE);
    same("suspend", kaal_component_suspend(id), KAAL_OK);
    same("suspend", kaal_component_suspend(id), KAAL_ERR_STATE);
    same("resume", kaal_component_resume(id), KAAL_OK);
    same("restart", kaal_component_restart(id, &generation), KAAL_OK);
    same("generation", generation, 2);
    same("kill", kaal_component_kill(id), KAAL_OK);
    same("kill", kaal_component_kill(id), KAAL_ERR_STALE);
    case_end();
}

// It waits for an answer of the broker that will never come.
static void killed_while_it_waits(void)
{
    const struct kaal_spawn options = puppet_options("waits", "lookup");
    case_begin("killed_waiting");
    for (unsigned i = 0; i < 40; i++) {
        uint64_t id = spawn(&options);
        seL4_Yield();
        same("kill", kaal_component_kill(id), KAAL_OK);
    }
    case_end();
}

// Its call is made again when it goes on: the one that it had made is not answered twice.
static void suspended_while_it_waits(void)
{
    const struct kaal_spawn options = puppet_options("waits", "lookup");
    struct kaal_exit exit = {0};
    case_begin("suspended_waiting");
    uint64_t id = spawn(&options);
    seL4_Yield();
    same("suspend", kaal_component_suspend(id), KAAL_OK);
    struct puppet server = puppet_open("server", 0);
    same("publish", puppet_ask(&server, KAAL_BROKER_PUBLISH, 2, 0x6574616c, 0, 0), KAAL_OK);
    same("resume", kaal_component_resume(id), KAAL_OK);
    same("wait", kaal_component_wait(id, &exit), KAAL_OK);
    same("status", (uint64_t)exit.status, 1);
    puppet_close(&server);
    case_end();
}

static uint64_t find(const char *name)
{
    struct kaal_component_info info = {0};
    while (kaal_component_next(&info) == KAAL_OK && strncmp(info.name, name, KAAL_NAME_SIZE) != 0) {
    }
    return info.id;
}

// How a child ended is its parent's to hear, whoever else asks.
static void heard_by_the_parent(void)
{
    struct kaal_spawn options = puppet_options("parent", "parent");
    struct puppet p = {0};
    struct kaal_exit exit = {0};
    case_begin("heard");
    options.policy.quota_memory = 1 << 19;
    options.policy.quota_components = 1;
    options.policy.quota_cpu = 100;
    options.policy.allow = KAAL_ALLOW_SPAWN;
    p.id = spawn(&options);
    same("connect", kaal_connect(p.id, KAAL_CONNECT_CALL, &p.call), KAAL_OK);
    same("say", puppet_tell(&p, PUPPET_SAY, 0, 0, NULL), KAAL_OK);
    const uint64_t grand = find("grand");
    same("resume", kaal_component_resume(grand), KAAL_OK);
    for (unsigned i = 0; i < 2; i++) {
        same("wait", kaal_component_wait(grand, &exit), KAAL_OK);
        same("status", (uint64_t)exit.status, 9);
    }
    same("parent", puppet_ask(&p, KAAL_BROKER_WAIT, 2, grand, 0, 0), KAAL_OK);
    same("parent", seL4_GetMR(2), 9);
    same("again", puppet_ask(&p, KAAL_BROKER_WAIT, 2, grand, 0, 0), KAAL_ERR_STALE);
    puppet_close(&p);
    case_end();
}

// Many who wait for what never comes leave others their answers.
static void a_crowd_that_waits(void)
{
    enum { CROWD = 36 };
    static uint64_t ids[CROWD];
    struct kaal_spawn options = puppet_options("waits", "lookup");
    case_begin("crowd");
    options.budget_us = 100;
    options.policy.quota_slots = 128;
    for (unsigned i = 0; i < CROWD; i++) {
        ids[i] = spawn(&options);
    }
    for (unsigned i = 0; i < 8; i++) {
        seL4_Yield();
    }
    expect_end("exit=3", KAAL_END_EXIT, 3);
    for (unsigned i = 0; i < CROWD; i++) {
        same("kill", kaal_component_kill(ids[i]), KAAL_OK);
    }
    case_end();
}

// What a component has of its own goes with it: children, memory, what it gave.
static void child_of_a_child(void)
{
    case_begin("child_of_a_child");
    struct kaal_spawn options = puppet_options("parent", "bomb");
    options.policy.quota_memory = 1 << 21;
    options.policy.quota_slots = 2048;
    options.policy.quota_components = 8;
    options.policy.quota_cpu = 300;
    options.policy.allow = KAAL_ALLOW_SPAWN;
    uint64_t id = spawn(&options);
    for (unsigned i = 0; i < 8; i++) {
        seL4_Yield();
    }
    same("kill", kaal_component_kill(id), KAAL_OK);
    case_end();
}

static void fork_bomb(void)
{
    struct kaal_exit exit = {0};
    case_begin("fork_bomb");
    struct kaal_spawn options = puppet_options("bomb", "bomb");
    options.policy.quota_memory = 1 << 23;
    options.policy.quota_slots = 8192;
    options.policy.quota_components = 16;
    options.policy.quota_cpu = 300;
    options.policy.allow = KAAL_ALLOW_SPAWN;
    uint64_t id = spawn(&options);
    same("wait", kaal_component_wait(id, &exit), KAAL_OK);
    same("end", exit.end, KAAL_END_EXIT);
    same("rule", exit.status >= KAAL_RULE_QUOTA_MEMORY && exit.status <= KAAL_RULE_QUOTA_CPU, 1);
    case_end();
}

static void refused(const char *what, const struct kaal_spawn *options, enum kaal_rule rule)
{
    same(what, kaal_component_spawn(options, NULL), KAAL_ERR_DENIED);
    same(what, kaal_broker_last_detail(), rule);
    unchanged(what);
}

static void beyond_memory_and_slots(void)
{
    struct kaal_spawn options = puppet_options("p", "");
    options.policy.quota_memory = 1 << 14;
    refused("too_little_memory", &options, KAAL_RULE_QUOTA_MEMORY);
    options.policy.quota_memory = UINT64_C(1) << 40;
    refused("memory", &options, KAAL_RULE_QUOTA_MEMORY);
    options.policy.quota_memory = 1 << 18;
    options.policy.quota_slots = 10;
    refused("too_few_slots", &options, KAAL_RULE_QUOTA_SLOTS);
    options.policy.quota_slots = 1 << 20;
    refused("slots", &options, KAAL_RULE_QUOTA_SLOTS);
}

static void beyond_the_processor(void)
{
    struct kaal_spawn options = puppet_options("p", "");
    options.budget_us = options.period_us;
    refused("cpu", &options, KAAL_RULE_QUOTA_CPU);
    options.budget_us = 1000;
    options.policy.quota_cpu = 650;
    refused("cpu_of_children", &options, KAAL_RULE_QUOTA_CPU);
    options.policy.quota_cpu = 0;
    options.policy.quota_components = 40;
    refused("components_of_children", &options, KAAL_RULE_QUOTA_COMPONENTS);
    options.policy.quota_components = 0;
    options.priority = 200;
    refused("priority", &options, KAAL_RULE_PRIORITY);
}

// The log tells components apart by their names.
static void wrong_names(void)
{
    static const struct {
        const char *name;
        enum kaal_err err;
    } names[] = {
        {"", KAAL_ERR_ARGUMENT},           {"1st", KAAL_ERR_ARGUMENT},
        {"two words", KAAL_ERR_ARGUMENT},  {"line\n[kernel]", KAAL_ERR_ARGUMENT},
        {"\"quoted\"", KAAL_ERR_ARGUMENT}, {"a.b", KAAL_ERR_ARGUMENT},
        {"\xc3\xa4", KAAL_ERR_ARGUMENT},   {"tester", KAAL_ERR_EXISTS},
        {"cap_broker", KAAL_ERR_EXISTS},   {"root", KAAL_ERR_EXISTS},
        {"kernel", KAAL_ERR_EXISTS},
    };
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct kaal_spawn options = puppet_options(names[i].name, "");
        same(names[i].name, kaal_component_spawn(&options, NULL), names[i].err);
        unchanged(names[i].name);
    }
    struct kaal_spawn options = puppet_options("p", "");
    memset(options.name, 'p', sizeof(options.name));
    same("endless", kaal_component_spawn(&options, NULL), KAAL_ERR_ARGUMENT);
}

static void nothing_to_spawn(void)
{
    struct kaal_spawn options = puppet_options("p", "");
    options.period_us = 10;
    same("budget", kaal_component_spawn(&options, NULL), KAAL_ERR_ARGUMENT);
    options.period_us = 10000;
    options.policy.restart = KAAL_RESTART_ALWAYS;
    options.policy.restart_max = 10;
    options.policy.window_us = 10 * 10000 - 1;
    same("restarts", kaal_component_spawn(&options, NULL), KAAL_ERR_ARGUMENT);
    options.policy = puppet_options("p", "").policy;
    options.give[0] = 12345;
    same("gift", kaal_component_spawn(&options, NULL), KAAL_ERR_NOTFOUND);
    options.program[0] = '?';
    same("program", kaal_component_spawn(&options, NULL), KAAL_ERR_NOTFOUND);
    unchanged("nothing");
}

static void quotas(void)
{
    case_begin("quotas");
    beyond_memory_and_slots();
    beyond_the_processor();
    nothing_to_spawn();
    wrong_names();
    case_end();
}

static void a_gift_at_birth(void)
{
    struct kaal_memory_grant memory = {0};
    struct kaal_grant_info gift = {0};
    struct puppet p = {0};
    uint64_t seen = 0;
    case_begin("birth");
    same("get", kaal_memory_get(4096, KAAL_RIGHT_READ | KAAL_RIGHT_WRITE, &memory), KAAL_OK);
    *(volatile uint64_t *)memory.address = PUPPET_SAID;
    struct kaal_spawn options = puppet_options("heir", "");
    options.give[0] = memory.grant;
    p.id = spawn(&options);
    same("connect", kaal_connect(p.id, KAAL_CONNECT_CALL, &p.call), KAAL_OK);
    same("grants", kaal_grant_next(p.id, &gift), KAAL_OK);
    same("kind", gift.kind, KAAL_GRANT_MEMORY);
    same("from", gift.from, memory.grant);
    same("read", puppet_tell(&p, PUPPET_READ, gift.address, 0, &seen), KAAL_OK);
    same("word", seen, PUPPET_SAID);
    puppet_close(&p);
    same("release", kaal_memory_release(&memory), KAAL_OK);
    case_end();
}

void test_life(void)
{
    ends();
    states();
    killed_while_it_waits();
    suspended_while_it_waits();
    heard_by_the_parent();
    a_crowd_that_waits();
    child_of_a_child();
    quotas();
    fork_bomb();
    a_gift_at_birth();
}
