// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/broker_client.h>

#include <lib/mem.h>

#include "broker_call.h"
#include "internal.h"

enum kaal_err kaal_component_spawn(const struct kaal_spawn *options, uint64_t *component)
{
    unsigned words = kaal_broker_put(1, options, sizeof(*options));
    enum kaal_err err = kaal_broker_call(KAAL_BROKER_SPAWN, words, 1);
    if (err == KAAL_OK && component != NULL) {
        *component = seL4_GetMR(0);
    }
    return err;
}

enum kaal_err kaal_component_kill(uint64_t component)
{
    return kaal_broker_call_word(KAAL_BROKER_KILL, component);
}

enum kaal_err kaal_component_suspend(uint64_t component)
{
    return kaal_broker_call_word(KAAL_BROKER_SUSPEND, component);
}

enum kaal_err kaal_component_resume(uint64_t component)
{
    return kaal_broker_call_word(KAAL_BROKER_RESUME, component);
}

enum kaal_err kaal_component_restart(uint64_t component, uint64_t *generation)
{
    seL4_SetMR(1, component);
    enum kaal_err err = kaal_broker_call(KAAL_BROKER_RESTART, 2, 1);
    if (err == KAAL_OK && generation != NULL) {
        *generation = seL4_GetMR(0);
    }
    return err;
}

enum kaal_err kaal_component_wait(uint64_t component, struct kaal_exit *exit)
{
    seL4_SetMR(1, component);
    enum kaal_err err = kaal_broker_call(KAAL_BROKER_WAIT, 2, kaal_broker_words(sizeof(*exit)));
    if (err == KAAL_OK && exit != NULL) {
        kaal_broker_take(0, exit, sizeof(*exit));
    }
    return err;
}

enum kaal_err kaal_broker_started(void)
{
    return kaal_broker_call(KAAL_BROKER_STARTED, 1, 0);
}

enum kaal_err kaal_alive(void)
{
    return kaal_broker_call(KAAL_BROKER_ALIVE, 1, 0);
}

void kaal_broker_stop(int64_t status, const char *reason)
{
    size_t length = strnlen(reason, KAAL_BROKER_TEXT_MAX);
    seL4_SetMR(1, length);
    seL4_SetMR(2, (seL4_Word)status);
    (void)kaal_broker_call(KAAL_BROKER_STOP, kaal_broker_put(3, reason, length), 0);
}
