// SPDX-License-Identifier: BSD-2-Clause
//
// Components that are not in the description. What a component may have in all, it has out of its
// parent's quota, so that however deep the tree, all share what the first was
// allowed:
//
//    parent's quota   |used|#### quota of a child ####|#### of another ####|.. free ..|
//                          |its own memory| granted |

#include "serve.h"

#include "grant.h"
#include "life.h"

#include <kaal/layout.h>
#include <kaal/name.h>

#include <lib/bits.h>

enum {
    CSPACE_BITS = 6,
    PROGRAM_MAX = 4 << 20, // bytes of a program out of memory

    // Slots of a spawned component.
    SLOT_ENDPOINT = 1,
    SLOT_NOTIFICATION,
    SLOT_REPLY,
    SLOT_BROKER,
    SLOT_FIRST_FREE,
};

// --- what is asked for ---------------------------------------------------------------------------

// A restart is work of the broker's that nobody pays, so there is at most one in a period.
static bool policy_ok(const struct kaal_policy *policy, uint64_t period_us)
{
    return (policy->window_us == 0 || policy->window_us >= policy->restart_max * period_us) &&
           policy->restart <= KAAL_RESTART_ALWAYS && policy->restart_max <= KAAL_RESTARTS_MAX &&
           policy->window_us <= KAAL_PERIOD_MAX_US && policy->backoff_us <= KAAL_PERIOD_MAX_US &&
           policy->heartbeat_us <= KAAL_PERIOD_MAX_US;
}

// What the log calls by this name is somebody else.
static bool is_reserved(const char *name)
{
    static const char *const others[] = {"kernel", "loader", "kaal"};
    uint32_t i = 0;
    while (i < sizeof(others) / sizeof(others[0]) && strcmp(others[i], name) != 0) {
        i++;
    }
    return i < sizeof(others) / sizeof(others[0]) || plan_find_pd(&broker.plan, name) != KAAL_NONE;
}

static enum kaal_err check_numbers(struct request *r, const struct kaal_spawn *spawn)
{
    bool stack = spawn->stack_size >= KAAL_STACK_MIN && spawn->stack_size <= KAAL_STACK_MAX &&
                 is_aligned(spawn->stack_size, PAGE_SIZE);
    bool time = spawn->budget_us >= KAAL_BUDGET_MIN_US && spawn->budget_us <= spawn->period_us &&
                spawn->period_us <= KAAL_PERIOD_MAX_US;
    bool text = kaal_name_ok(spawn->name) && memchr(spawn->program, '\0', KAAL_NAME_SIZE) != NULL &&
                memchr(spawn->args, '\0', KAAL_ARGS_SIZE) != NULL;
    const uint32_t flags = KAAL_SPAWN_HELD | KAAL_SPAWN_KEEP | KAAL_SPAWN_CONSOLE | KAAL_SPAWN_FPU;
    if (!stack || !time || !text || (spawn->flags & ~flags) != 0 ||
        !policy_ok(&spawn->policy, spawn->period_us)) {
        return wrong_argument(r, 1);
    }
    if (is_reserved(spawn->name)) {
        return KAAL_ERR_EXISTS;
    }
    return spawn->priority > r->caller->spec.priority ? denied(KAAL_RULE_PRIORITY) : KAAL_OK;
}

// Nobody gives what he has not.
static struct kaal_policy inherit(const struct kaal_policy *wanted, const struct kaal_policy *own)
{
    struct kaal_policy policy = *wanted;
    policy.quota_memory = policy.quota_memory == 0 ? KAAL_BROKER_MEMORY_QUOTA : policy.quota_memory;
    policy.quota_slots = policy.quota_slots == 0 ? KAAL_BROKER_SLOT_QUOTA : policy.quota_slots;
    policy.quota_components = policy.quota_components < own->quota_components
                                  ? policy.quota_components
                                  : own->quota_components;
    policy.quota_cpu = policy.quota_cpu < own->quota_cpu ? policy.quota_cpu : own->quota_cpu;
    policy.allow = (policy.allow == 0 ? KAAL_ALLOW_DEFAULT : policy.allow) & own->allow;
    return policy;
}

static enum kaal_err check_quotas(struct component *parent, const struct component *c)
{
    const struct kaal_policy *policy = &c->spec.policy;
    const struct kaal_policy *own = &parent->spec.policy;
    // No quota comes near 2^31: the tool and inherit() see to that.
    if (parent->components + parent->promised + 1 + policy->quota_components >
        own->quota_components) {
        return denied(KAAL_RULE_QUOTA_COMPONENTS);
    }
    if (parent->cpu + component_cpu(c) + policy->quota_cpu > own->quota_cpu) {
        return denied(KAAL_RULE_QUOTA_CPU);
    }
    return within_quota(parent, policy->quota_memory, policy->quota_slots);
}

// --- the program ---------------------------------------------------------------------------------

static uint32_t pages_of(const struct kaal_spawn *spawn)
{
    return (uint32_t)(align_up(spawn->program_size, PAGE_SIZE) >> PAGE_BITS);
}

// A program out of memory that the caller holds. While it is read and copied nobody else may write
// it: it is taken out of the caller's address space, and nobody has a copy of it.
static enum kaal_err borrow(struct request *r, const struct kaal_spawn *spawn, struct grant **out)
{
    struct grant *g = NULL;
    enum kaal_err err = held_grant(r, spawn->program_grant, &g);
    if (err != KAAL_OK) {
        return err;
    }
    if (g->kind != KAAL_GRANT_MEMORY || g->node == (uint32_t)GRANTS_NODE_NONE ||
        g->child != GRANTS_NONE || g->page_bits != PAGE_BITS || !g->cached) {
        return KAAL_ERR_STATE;
    }
    if (spawn->program_size == 0 || spawn->program_size > g->size ||
        spawn->program_size > PROGRAM_MAX) {
        return wrong_argument(r, 1);
    }
    // What lies behind the program nobody reads.
    uint32_t pages = pages_of(spawn);
    for (uint32_t i = 0; i < pages && err == KAAL_OK; i++) {
        (void)seL4_ARM_Page_Unmap(g->slot + i);
        err = memory_map_own(g->slot + i, KAAL_LAYOUT_PROGRAM + ((uint64_t)i << PAGE_BITS),
                             seL4_CanRead, true);
    }
    *out = g;
    return err;
}

static void give_back(struct component *c, const struct kaal_spawn *spawn, const struct grant *g)
{
    seL4_CapRights_t rights = (g->rights & KAAL_RIGHT_WRITE) != 0 ? seL4_ReadWrite : seL4_CanRead;
    for (uint32_t i = 0; i < pages_of(spawn); i++) {
        (void)seL4_ARM_Page_Unmap(g->slot + i);
        (void)build_map(c, g->slot + i, g->address + ((uint64_t)i << PAGE_BITS), rights, g->cached);
    }
}

// Where a program comes from.
struct source {
    const struct kaal_program *program;
    uint32_t file;          // of the image; KAAL_NONE: out of memory
    struct grant *borrowed; // that memory
};

static enum kaal_err open_program(struct request *r, const struct kaal_spawn *spawn,
                                  struct source *source)
{
    static struct kaal_program from_memory;
    *source = (struct source){.program = &from_memory, .file = KAAL_NONE};
    if (spawn->program[0] != '\0') {
        source->file = plan_find_program(&broker.plan, spawn->program);
        if (source->file == KAAL_NONE) {
            return KAAL_ERR_NOTFOUND;
        }
        r->cause = image_program(source->file, &source->program);
        return r->cause == NULL ? KAAL_OK : KAAL_ERR_PROGRAM;
    }
    enum kaal_err err = borrow(r, spawn, &source->borrowed);
    if (err == KAAL_OK) {
        r->cause =
            kaal_program_open(&from_memory, (const void *)KAAL_LAYOUT_PROGRAM, // NOLINT: mapped
                              spawn->program_size, broker.plan.image->config);
        err = r->cause == NULL ? KAAL_OK : KAAL_ERR_PROGRAM;
    }
    return err;
}

// --- the component -------------------------------------------------------------------------------

static void describe(struct component *c, const struct kaal_spawn *spawn,
                     const struct component *parent)
{
    c->spec = (struct kaal_plan_pd){
        .role = KAAL_ROLE_COMPONENT,
        .flags = (spawn->flags & KAAL_SPAWN_FPU) != 0 ? KAAL_PD_FPU : 0,
        .file = KAAL_NONE,
        .parent = KAAL_NONE,
        .priority = spawn->priority,
        .budget_us = spawn->budget_us,
        .period_us = spawn->period_us,
        .stack_size = spawn->stack_size,
        .cspace_bits = CSPACE_BITS,
        .stack_top = KAAL_LAYOUT_STACK_TOP,
        .ipc_buffer = KAAL_LAYOUT_IPC_BUFFER,
        .policy = inherit(&spawn->policy, &parent->spec.policy),
    };
    memcpy(c->spec.name, spawn->name, sizeof(c->spec.name));
    memcpy(c->spec.args, spawn->args, sizeof(c->spec.args));
    c->parent = component_number(parent);
    c->keep = (spawn->flags & KAAL_SPAWN_KEEP) != 0;
    c->generation = 1;
    c->serves = true;
    c->notified = true;
}

enum kaal_err spawn_wire(struct component *c)
{
    const struct {
        uint32_t slot;
        enum kaal_start_kind kind;
        const char *name;
        uint32_t object;
        seL4_CapRights_t rights;
        uint64_t badge;
    } caps[] = {
        {SLOT_ENDPOINT, KAAL_START_ENDPOINT, "endpoint", c->endpoint, seL4_CanRead, 0},
        {SLOT_NOTIFICATION, KAAL_START_NOTIFICATION, "notification", c->notification, seL4_CanRead,
         0},
        {SLOT_REPLY, KAAL_START_REPLY, "reply", c->reply, seL4_AllRights, 0},
        {SLOT_BROKER, KAAL_START_BROKER, "broker", (uint32_t)own_cap(KAAL_HANDOVER_BROKER_ENDPOINT),
         seL4_CapRights_new(1, 0, 0, 1), broker_badge(c, KAAL_BADGE_CALL)},
    };
    uint16_t entry = 0;
    enum kaal_err err = KAAL_OK;
    c->first_free = SLOT_FIRST_FREE;
    c->slots_taken = 0;
    for (unsigned i = 0; i < sizeof(caps) / sizeof(caps[0]) && err == KAAL_OK; i++) {
        struct kaal_start_entry from = {.kind = caps[i].kind, .slot = caps[i].slot};
        err = cspace_put(c, caps[i].slot, caps[i].object, caps[i].rights, caps[i].badge);
        if (err == KAAL_OK) {
            err = entry_add(c, &entry, &from, caps[i].name);
        }
    }
    return err;
}

// The parent's channel to the console, once more, so that the child's lines have its own name.
static enum kaal_err wire_console(struct component *c, const struct component *parent)
{
    struct grant *g = NULL;
    const struct kaal_start_entry *entry =
        kaal_start_find(parent->start, KAAL_START_CALL, "console");
    if (entry == NULL || broker.console == NO_COMPONENT) {
        return KAAL_ERR_NOTFOUND;
    }
    return connect(KAAL_GRANT_CALL, c, component_at(broker.console), "console",
                   broker.table->broker, NULL, &g);
}

static enum kaal_err give_all(struct request *r, const struct kaal_spawn *spawn,
                              struct component *c)
{
    enum kaal_err err = KAAL_OK;
    for (unsigned i = 0; i < KAAL_SPAWN_GIVE_MAX && err == KAAL_OK; i++) {
        struct grant *g = NULL;
        if (spawn->give[i] != 0) {
            err = give_grant(r, spawn->give[i], c, 0, &g);
        }
    }
    return err;
}

static void mark_initial(const struct component *c)
{
    struct grant_walk walk = grants_of_holder(&broker.grants, component_number(c));
    for (struct grant *g; (g = grant_next(&broker.grants, &walk)) != NULL;) {
        g->initial = true;
    }
}

// After an error there is nothing of it.
static enum kaal_err build(struct request *r, const struct kaal_spawn *spawn, struct component *c,
                           const struct source *source)
{
    // Before anything is built that will not be paid.
    uint64_t least = kaal_program_private(source->program, source->file != KAAL_NONE);
    least += c->spec.stack_size;
    enum kaal_err err = KAAL_OK;
    if (least > c->spec.policy.quota_memory) {
        err = denied(KAAL_RULE_QUOTA_MEMORY);
    } else if (least >> PAGE_BITS > c->spec.policy.quota_slots) {
        err = denied(KAAL_RULE_QUOTA_SLOTS);
    } else {
        err = build_program(c, source->program, source->file != KAAL_NONE);
    }
    if (err != KAAL_OK) {
        c->state = KAAL_STATE_NONE;
        return err;
    }
    c->granted = arena_bytes(&c->arena);
    c->granted_slots = arena_slots(&c->arena);
    err = within_quota(c, 0, 0);
    if (err == KAAL_OK) {
        err = spawn_wire(c);
    }
    if (err == KAAL_OK && (spawn->flags & KAAL_SPAWN_CONSOLE) != 0) {
        err = wire_console(c, r->caller);
    }
    if (err == KAAL_OK) {
        err = give_all(r, spawn, c);
    }
    mark_initial(c);
    if (err == KAAL_OK) {
        err = build_thread(c);
    }
    return err;
}

static enum kaal_err spawn_component(struct request *r, const struct kaal_spawn *spawn,
                                     const struct source *source, struct component **out)
{
    struct component *parent = r->caller;
    struct component *c = component_new();
    if (c == NULL) {
        return KAAL_ERR_AGAIN;
    }
    describe(c, spawn, parent);
    c->spec.file = source->file;
    enum kaal_err err = check_quotas(parent, c);
    if (err != KAAL_OK) {
        return err;
    }
    parent->granted += c->spec.policy.quota_memory;
    parent->granted_slots += c->spec.policy.quota_slots;
    parent->components++;
    parent->promised += c->spec.policy.quota_components;
    parent->cpu += component_cpu(c) + c->spec.policy.quota_cpu;
    c->charged = true;
    err = build(r, spawn, c, source);
    if (err != KAAL_OK) {
        life_remove(c);
        return err;
    }
    *out = c;
    return KAAL_OK;
}

enum kaal_err serve_spawn(struct request *r)
{
    struct kaal_spawn spawn;
    struct source source = {0};
    struct component *c = NULL;
    argument_struct(r, 1, &spawn, sizeof(spawn));
    enum kaal_err err = check_numbers(r, &spawn);
    if (err == KAAL_OK) {
        err = open_program(r, &spawn, &source);
    }
    if (err == KAAL_OK) {
        err = spawn_component(r, &spawn, &source, &c);
    }
    if (source.borrowed != NULL) {
        give_back(r->caller, &spawn, source.borrowed);
    }
    if (err != KAAL_OK) {
        return err;
    }
    audit_event(KAAL_AUDIT_SPAWN, r->caller, c, 0, 0);
    if ((spawn.flags & KAAL_SPAWN_HELD) == 0) {
        life_begin(c);
    }
    result(r, component_id(c));
    return KAAL_OK;
}
