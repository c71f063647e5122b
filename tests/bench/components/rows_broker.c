// SPDX-License-Identifier: BSD-2-Clause
//
// What the broker does: memory, components that are born, die and are restarted.

#include "rows.h"

#include <kaal/broker.h>

#include <lib/mem.h>

enum {
    PAGE = 4096,
    STACK = 0x2000,
};

static seL4_Word request(seL4_Word label, seL4_Word words)
{
    static seL4_CPtr broker;
    if (broker == 0) {
        broker = kaal_need(KAAL_START_BROKER, NULL)->slot;
    }
    seL4_SetMR(0, KAAL_BROKER_WORD);
    return seL4_MessageInfo_get_label(seL4_Call(broker, seL4_MessageInfo_new(label, 0, 0, words)));
}

static void must(seL4_Word err, const char *what)
{
    if (err != KAAL_OK) {
        kaal_stop(what);
    }
}

// --- memory --------------------------------------------------------------------------------------

static uint32_t memory_page(void)
{
    uint32_t before = counter();
    seL4_SetMR(1, PAGE);
    seL4_SetMR(2, KAAL_RIGHT_READ | KAAL_RIGHT_WRITE);
    must(request(KAAL_BROKER_MEMORY, 3), "no memory");
    seL4_SetMR(1, seL4_GetMR(2));
    must(request(KAAL_BROKER_RELEASE, 2), "memory not taken back");
    return counter() - before;
}

// --- birth and death -----------------------------------------------------------------------------

static uint64_t spawn(uint32_t flags)
{
    struct kaal_spawn spawn = {
        .name = "spawned",
        .program = "bench_spawned.elf",
        .budget_us = 1000,
        .period_us = 1000,
        .stack_size = STACK,
        .priority = 100,
        .flags = flags,
    };
    memcpy(&seL4_GetIPCBuffer()->msg[1], &spawn, sizeof(spawn));
    must(request(KAAL_BROKER_SPAWN, 1 + sizeof(spawn) / sizeof(seL4_Word)), "not spawned");
    return seL4_GetMR(0);
}

// The component's exit status is its reading of the counter.
static uint32_t spawned(void)
{
    struct kaal_exit end;
    uint32_t before = counter();
    uint64_t component = spawn(0);
    seL4_Yield(); // it has our priority
    seL4_SetMR(1, component);
    must(request(KAAL_BROKER_WAIT, 2), "not waited for");
    memcpy(&end, &seL4_GetIPCBuffer()->msg[0], sizeof(end));
    return (uint32_t)end.status - before;
}

static uint32_t killed(void)
{
    uint64_t component = spawn(KAAL_SPAWN_HELD);
    uint32_t before = counter();
    seL4_SetMR(1, component);
    must(request(KAAL_BROKER_KILL, 2), "not killed");
    return counter() - before;
}

// --- crashes -------------------------------------------------------------------------------------

static uint32_t crash(const char *name)
{
    kaal_signal(kaal_need(KAAL_START_SIGNAL, name));
    return (uint32_t)(marks->reached - marks->left);
}

static uint32_t crash_keep(void)
{
    return crash("crash_keep");
}

static uint32_t crash_clean(void)
{
    return crash("crash_clean");
}

const struct row rows_broker[] = {
    {"memory.page", memory_page},
    {"spawn", spawned},
    {"kill", killed},
    {"restart.keep", crash_keep},
    {"restart.clean", crash_clean},
    {NULL, NULL},
};
