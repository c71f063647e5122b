// SPDX-License-Identifier: BSD-2-Clause

#include "puppet.h"

#include <kaal/args.h>
#include <kaal/broker_client.h>
#include <kaal/component.h>
#include <kaal/io.h>

enum {
    BOMB_MEMORY = 1 << 20, // quota of the first child that is tried
    BOMB_MEMORY_MIN = 1 << 17,
};

static seL4_Word signals;

static seL4_MessageInfo_t answer(seL4_Word words)
{
    return seL4_MessageInfo_new(0, 0, 0, words);
}

static seL4_MessageInfo_t ask(void)
{
    seL4_Word request = seL4_GetMR(0);
    seL4_Word words = seL4_GetMR(1);
    for (int i = 1; i < (int)words; i++) {
        seL4_SetMR(i, seL4_GetMR(i + 1));
    }
    seL4_SetMR(0, KAAL_BROKER_WORD);
    seL4_MessageInfo_t info = seL4_Call(kaal_need(KAAL_START_BROKER, NULL)->slot,
                                        seL4_MessageInfo_new(request, 0, 0, words));
    for (int i = PUPPET_RESULTS; i > 0; i--) {
        seL4_SetMR(i, seL4_GetMR(i - 1));
    }
    seL4_SetMR(0, seL4_MessageInfo_get_label(info));
    return answer(1 + PUPPET_RESULTS);
}

static seL4_MessageInfo_t call(seL4_CPtr slot)
{
    seL4_MessageInfo_t info = seL4_Call(slot, seL4_MessageInfo_new(PUPPET_SAY, 0, 0, 0));
    seL4_Word first = seL4_GetMR(0);
    seL4_SetMR(0, seL4_MessageInfo_get_label(info));
    seL4_SetMR(1, first);
    return answer(2);
}

seL4_MessageInfo_t protected(seL4_Word badge, seL4_MessageInfo_t info)
{
    volatile uint64_t *at = (volatile uint64_t *)seL4_GetMR(0); // NOLINT: as we are told
    (void)badge;
    switch (seL4_MessageInfo_get_label(info)) {
    case PUPPET_ASK:
        return ask();
    case PUPPET_READ:
        seL4_SetMR(0, kaal_io_load(at, sizeof(*at)));
        return answer(1);
    case PUPPET_WRITE:
        kaal_io_store(at, sizeof(*at), seL4_GetMR(1));
        return answer(0);
    case PUPPET_CALL:
        return call(seL4_GetMR(0));
    case PUPPET_SIGNAL:
        seL4_Signal(seL4_GetMR(0));
        return answer(0);
    case PUPPET_SIGNALS:
        seL4_SetMR(0, signals);
        return answer(1);
    case PUPPET_SAY:
        seL4_SetMR(0, PUPPET_SAID);
        return answer(1);
    default:
        kaal_exit((int)seL4_GetMR(0), "told to");
    }
}

void notified(seL4_Word bits)
{
    signals |= bits;
}

static void look_up(void)
{
    struct kaal_peer late = {0};
    if (kaal_lookup("late", KAAL_LOOKUP_WAIT, &late) != KAAL_OK) {
        kaal_exit(-1, kaal_broker_last_cause());
    }
    (void)call(late.slot);
    kaal_exit(seL4_GetMR(1) == PUPPET_SAID ? 1 : 2, "looked up");
}

static void spawn_held(void)
{
    struct kaal_spawn options = kaal_spawn_options("grand", "puppet.elf");
    options.flags = KAAL_SPAWN_HELD;
    options.policy.quota_memory = 1 << 18;
    options.policy.quota_slots = 128;
    kaal_spawn_text(options.args, sizeof(options.args), "exit=9");
    if (kaal_component_spawn(&options, NULL) != KAAL_OK) {
        kaal_exit(-1, kaal_broker_last_cause());
    }
}

// As many children as it gets, each with as much as can be had; they do the same.
static _Noreturn void explode(void)
{
    struct kaal_spawn options = kaal_spawn_options("bomb", "puppet.elf");
    struct kaal_exit exit;
    uint64_t first = 0;
    enum kaal_err err = KAAL_OK;
    options.flags = 0;
    options.budget_us = 100;
    options.policy.quota_memory = BOMB_MEMORY;
    options.policy.allow = KAAL_ALLOW_SPAWN;
    options.policy.quota_cpu = 100;
    options.policy.quota_components = 4;
    kaal_spawn_text(options.args, sizeof(options.args), "bomb");
    while (err == KAAL_OK || options.policy.quota_memory > BOMB_MEMORY_MIN) {
        uint64_t child = 0;
        err = kaal_component_spawn(&options, &child);
        if (err != KAAL_OK) {
            options.policy.quota_memory /= 2;
        }
        first = first == 0 ? child : first;
    }
    int rule = err == KAAL_ERR_DENIED ? (int)kaal_broker_last_detail() : -1;
    if (first != 0) {
        (void)kaal_component_wait(first, &exit);
    }
    kaal_exit(rule, "burst");
}

void init(void)
{
    uint64_t status = 0;
    if (kaal_args_number(kaal_start->args, "exit", &status)) {
        kaal_exit((int)status, NULL);
    }
    if (kaal_args_has(kaal_start->args, "fault")) {
        seL4_SetMR(0, *(volatile uint64_t *)(seL4_Word)kaal_start->reserved); // NOLINT: address 0
    }
    if (kaal_args_has(kaal_start->args, "lookup")) {
        look_up();
    }
    if (kaal_args_has(kaal_start->args, "parent")) {
        spawn_held();
    }
    if (kaal_args_has(kaal_start->args, "bomb")) {
        explode();
    }
}
