// SPDX-License-Identifier: BSD-2-Clause
//
// Requests to the capability broker. abi/kaal/broker.h says what each does and docs/broker.md shows
// it by example; here is how it reads in C:
//
//    struct kaal_memory_grant memory;
//    enum kaal_err err = kaal_memory_get(65536, KAAL_RIGHT_READ | KAAL_RIGHT_WRITE, &memory);
//    if (err == KAAL_OK) {
//        err = kaal_grant_give(memory.grant, child, KAAL_RIGHT_READ, NULL);
//    }
//    if (err != KAAL_OK) {
//        kaal_stop(kaal_broker_last_cause());
//    }
//
// Every function returns 0 or an error and leaves its results alone in that case; a last
// out-pointer may be NULL where the result is not needed. Grants and components are named by their
// numbers of 64 bits, which never mean a successor. Not for several threads at a time.
#pragma once

#include <kaal/broker.h>
#include <kaal/error.h>
#include <kaal/image.h>

#include <sel4/sel4.h>

#include <stddef.h>
#include <stdint.h>

// --- errors --------------------------------------------------------------------------------------

// "out of memory"; for messages. Never NULL.
const char *kaal_strerror(enum kaal_err err);

// What belongs to the last error of any of these functions: of KAAL_ERR_DENIED the enum kaal_rule,
// of KAAL_ERR_ARGUMENT the number of the argument in the message, of KAAL_ERR_KERNEL the seL4
// error, of KAAL_ERR_VERSION the protocol word that the broker speaks; else 0.
uint64_t kaal_broker_last_detail(void);

// The same in words, as far as there are any: the name of the rule (kaal/broker_name.h), what is
// wrong with the program of KAAL_ERR_PROGRAM; else kaal_strerror(). Until the next error.
const char *kaal_broker_last_cause(void);

// --- memory and devices --------------------------------------------------------------------------

struct kaal_memory_grant {
    void *address;
    uint64_t size; // whole pages
    uint64_t grant;
    uint64_t paddr; // of DMA memory
};

// Zeroed memory. `how`: KAAL_RIGHT_READ, or with KAAL_RIGHT_WRITE, and enum kaal_memory.
enum kaal_err kaal_memory_get(size_t size, uint32_t how, struct kaal_memory_grant *memory);

// Memory for a device: contiguous, readable and writable, and the device finds it at `paddr`.
enum kaal_err kaal_dma_get(size_t size, struct kaal_memory_grant *memory);

// Gives it back, with all that was handed on of it. Nothing is left in *memory.
enum kaal_err kaal_memory_release(struct kaal_memory_grant *memory);

struct kaal_device_grant {
    uint64_t grant;
    struct kaal_device_info info;
};

// A device that a permit of the description names. `text`: path, compatible string, alias,
// or vendor and device of a PCI function, "1234:11e8".
enum kaal_err kaal_device_get(enum kaal_device_match match, const char *text,
                              struct kaal_device_grant *device);
enum kaal_err kaal_device_release(struct kaal_device_grant *device);

// --- channels ------------------------------------------------------------------------------------

// A notification of one's own: wait on `wait`; `signal` is to be handed on. Whoever signals it
// sends the badge.
struct kaal_channel {
    seL4_CPtr wait;
    seL4_CPtr signal;
    uint64_t grant;
};

enum kaal_err kaal_channel_new(uint64_t badge, struct kaal_channel *channel);
enum kaal_err kaal_channel_release(struct kaal_channel *channel);

// What somebody can be called by, or signalled.
struct kaal_peer {
    seL4_CPtr slot;
    uint64_t grant;
    uint64_t component;
};

// To a component that the caller spawned, or that spawned the caller.
enum kaal_err kaal_connect(uint64_t component, enum kaal_connect how, struct kaal_peer *peer);

// Offers the caller's endpoint by name; gets a channel to who offers it.
enum kaal_err kaal_publish(const char *name);
enum kaal_err kaal_lookup(const char *name, enum kaal_lookup how, struct kaal_peer *peer);

// --- grants --------------------------------------------------------------------------------------

struct kaal_gift {
    uint64_t grant; // for REVOKE
    uint64_t at;    // address or CPtr at the receiver
};

// Hands on. `rights`: of memory, KAAL_RIGHT_READ or with KAAL_RIGHT_WRITE; 0: as they are.
enum kaal_err kaal_grant_give(uint64_t grant, uint64_t component, uint32_t rights,
                              struct kaal_gift *gift);

// Takes a gift back, or all that the caller gave. *taken: how many grants that were.
enum kaal_err kaal_grant_revoke(uint64_t grant, uint64_t *taken);
enum kaal_err kaal_grant_revoke_all(uint64_t *taken);

enum kaal_err kaal_grant_release(uint64_t grant);

// --- components ----------------------------------------------------------------------------------

enum {
    KAAL_SPAWN_PRIORITY = 50,
    KAAL_SPAWN_BUDGET_US = 1000,
    KAAL_SPAWN_PERIOD_US = 10000,
    KAAL_SPAWN_STACK_SIZE = 0x4000,
};

// Name and program of the options, up to their sizes.
static inline void kaal_spawn_text(char *to, size_t size, const char *from)
{
    size_t i = 0;
    for (; i + 1 < size && from[i] != '\0'; i++) {
        to[i] = from[i];
    }
    to[i] = '\0';
}

// What is to be spawned, to be changed before kaal_component_spawn(): low priority, a tenth of the
// processor, output by the caller's console, the broker's defaults for quotas, no restart.
// `program`: a file of the image; "" with `program_grant` and `program_size` set afterwards.
static inline struct kaal_spawn kaal_spawn_options(const char *name, const char *program)
{
    struct kaal_spawn options = {
        .budget_us = KAAL_SPAWN_BUDGET_US,
        .period_us = KAAL_SPAWN_PERIOD_US,
        .stack_size = KAAL_SPAWN_STACK_SIZE,
        .priority = KAAL_SPAWN_PRIORITY,
        .flags = KAAL_SPAWN_CONSOLE,
    };
    kaal_spawn_text(options.name, sizeof(options.name), name);
    kaal_spawn_text(options.program, sizeof(options.program), program);
    return options;
}

enum kaal_err kaal_component_spawn(const struct kaal_spawn *options, uint64_t *component);
enum kaal_err kaal_component_kill(uint64_t component);
enum kaal_err kaal_component_suspend(uint64_t component);
enum kaal_err kaal_component_resume(uint64_t component);
enum kaal_err kaal_component_restart(uint64_t component, uint64_t *generation);

// Returns when it has ended for good.
enum kaal_err kaal_component_wait(uint64_t component, struct kaal_exit *exit);

// Tells the broker that init() is done: the next component of the start order begins.
enum kaal_err kaal_broker_started(void);

// The sign of life that a heartbeat in the description asks for.
enum kaal_err kaal_alive(void);

// --- what there is -------------------------------------------------------------------------------

// One after another: begin with {0}, go on with what the last call left.
//
//    struct kaal_component_info c = {0};
//    while (kaal_component_next(&c) == KAAL_OK) { .. }
//
// KAAL_ERR_NOTFOUND: that was the last one.
enum kaal_err kaal_component_next(struct kaal_component_info *info);
enum kaal_err kaal_grant_next(uint64_t holder, struct kaal_grant_info *info);
enum kaal_err kaal_audit_next(struct kaal_audit_info *event);
enum kaal_err kaal_device_next(struct kaal_device_node *info);

// The first device of the device tree from this number on.
enum kaal_err kaal_device_find(uint32_t number, struct kaal_device_node *node);

enum kaal_err kaal_totals_get(struct kaal_totals *totals);
