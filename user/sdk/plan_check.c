// SPDX-License-Identifier: BSD-2-Clause
//
// The entries of the tables, one after another, and what they say about each other. Beyond indices
// and ranges: nobody but the broker gets what is the broker's, and no badge says what it is not.

#include "plan_check.h"

#include <kaal/layout.h>
#include <kaal/microkit.h>

#include <lib/bits.h>
#include <lib/mem.h>

enum {
    PAGE_SIZE = 4096,
    SMALL_PAGE_BITS = 12,
    LARGE_PAGE_BITS = 21,
    REGION_PAGES_MAX = 1 << 18,
    NAME_PLACES = 2 * KAAL_PD_MAX, // at most half of them taken
    IRQ_END = 1024,                // of the interrupt controller
    IPC_BUFFER_SIZE = 1024,
};

#define PHYSICAL_END (UINT64_C(1) << 48)

bool plan_name_ok(const char *name)
{
    return name[0] != '\0' && name[KAAL_NAME_SIZE - 1] == '\0';
}

// --- protection domains --------------------------------------------------------------------------

// NULL if all is well, else the cause.
static const char *policy_cause(const struct kaal_policy *policy)
{
    const uint32_t allow = (KAAL_ALLOW_MANAGE << 1) - 1;
    if (policy->restart > KAAL_RESTART_ALWAYS || policy->restart_max > KAAL_RESTARTS_MAX) {
        return "unknown restart policy, or too many restarts";
    }
    if (policy->window_us > KAAL_PERIOD_MAX_US || policy->backoff_us > KAAL_PERIOD_MAX_US ||
        policy->heartbeat_us > KAAL_PERIOD_MAX_US) {
        return "a time of the policy that is too long";
    }
    if ((policy->allow & ~allow) != 0 || policy->quota_cpu > KAAL_CPU_WHOLE) {
        return "unknown permission, or more than the whole processor";
    }
    return NULL;
}

static const char *pd_numbers(const struct kaal_plan_pd *pd)
{
    const uint32_t flags = KAAL_PD_PASSIVE | KAAL_PD_INBOX | KAAL_PD_FPU | KAAL_PD_AWAITED |
                           KAAL_PD_TIMEOUT | KAAL_PD_KEEP_MEMORY | KAAL_PD_GROUPS;
    if (!plan_name_ok(pd->name) || memchr(pd->args, '\0', KAAL_ARGS_SIZE) == NULL) {
        return "name or arguments without their end";
    }
    if (pd->role > KAAL_ROLE_BROKER || (pd->flags & ~flags) != 0) {
        return "unknown role or flag";
    }
    if (pd->priority > KAAL_PRIORITY_MAX || pd->max_priority > KAAL_PRIORITY_MAX) {
        return "priority above the highest that a component may have";
    }
    if (pd->budget_us < KAAL_BUDGET_MIN_US || pd->budget_us > pd->period_us) {
        return "budget below the least, or above the period";
    }
    if (pd->stack_size < KAAL_STACK_MIN || pd->stack_size > KAAL_STACK_MAX ||
        !is_aligned(pd->stack_size, PAGE_SIZE)) {
        return "stack size out of range or not in pages";
    }
    if (pd->cspace_bits < KAAL_CSPACE_BITS_MIN || pd->cspace_bits > KAAL_CSPACE_BITS_MAX) {
        return "size of the capability space out of range";
    }
    if (pd->domain >= KAAL_DOMAIN_MAX || (pd->role != KAAL_ROLE_COMPONENT && pd->domain != 0)) {
        return "domain of the kernel out of range";
    }
    return policy_cause(&pd->policy);
}

static uint64_t stack_bottom(const struct kaal_plan_pd *pd)
{
    return pd->stack_top - pd->stack_size;
}

static bool kaal_layout_ok(const struct kaal_plan_pd *pd)
{
    return pd->stack_top == KAAL_LAYOUT_STACK_TOP && pd->ipc_buffer == KAAL_LAYOUT_IPC_BUFFER;
}

// The IPC buffer has its page, or is somewhere in the program.
static bool microkit_layout_ok(const struct kaal_plan_pd *pd)
{
    return pd->stack_top == KAAL_MICROKIT_STACK_TOP &&
           pd->cspace_bits == KAAL_MICROKIT_CNODE_BITS &&
           is_aligned(pd->ipc_buffer, IPC_BUFFER_SIZE) &&
           (pd->ipc_buffer == KAAL_MICROKIT_IPC_BUFFER ||
            range_fits(pd->ipc_buffer, PAGE_SIZE, stack_bottom(pd) - PAGE_SIZE));
}

static const char *pd_abi(const struct kaal_plan_pd *pd)
{
    if (pd->abi == KAAL_ABI_KAAL) {
        return kaal_layout_ok(pd) ? NULL : "stack or IPC buffer not where they belong";
    }
    if (pd->abi != KAAL_ABI_MICROKIT || pd->role != KAAL_ROLE_COMPONENT) {
        return "unknown kind of program, or not one that is a component";
    }
    if ((pd->flags & (KAAL_PD_INBOX | KAAL_PD_KEEP_MEMORY | KAAL_PD_GROUPS)) != 0) {
        return "flag that a Microkit program does not know";
    }
    return microkit_layout_ok(pd) ? NULL : "stack or IPC buffer not where they belong";
}

static const char *pd_file(const struct plan *plan, const struct kaal_plan_pd *pd)
{
    if (pd->role == KAAL_ROLE_ROOT) {
        return pd->file == KAAL_NONE ? NULL : "no such file";
    }
    if (pd->file >= plan_count(plan, KAAL_TABLE_FILES)) {
        return "no such file";
    }
    uint32_t kind = pd->abi == KAAL_ABI_MICROKIT ? KAAL_FILE_MICROKIT : KAAL_FILE_PROGRAM;
    return plan_file(plan, pd->file)->kind == kind ? NULL : "file of another kind of program";
}

// What domains have before: their names in a table by hash, and their ranks.
struct seen {
    uint16_t names[NAME_PLACES]; // index of the domain + 1; 0: none
    uint64_t ranks[KAAL_PD_MAX / 64];
};

static uint32_t hash_name(const char *name)
{
    uint32_t hash = 0x811c9dc5; // FNV-1a
    for (unsigned i = 0; i < KAAL_NAME_SIZE && name[i] != '\0'; i++) {
        hash = (hash ^ (uint8_t)name[i]) * 0x01000193;
    }
    return hash;
}

static const char *pd_unique(const struct plan *plan, struct seen *seen, uint32_t index)
{
    const struct kaal_plan_pd *pd = plan_pd(plan, index);
    if (pd->start_rank >= KAAL_PD_MAX) {
        return "start rank out of range";
    }
    if ((seen->ranks[pd->start_rank / 64] >> pd->start_rank % 64 & 1) != 0) {
        return "start rank used twice";
    }
    uint32_t place = hash_name(pd->name) % NAME_PLACES;
    for (; seen->names[place] != 0; place = (place + 1) % NAME_PLACES) {
        if (strncmp(plan_pd(plan, seen->names[place] - 1u)->name, pd->name, KAAL_NAME_SIZE) == 0) {
            return "name used twice";
        }
    }
    seen->names[place] = (uint16_t)(index + 1);
    seen->ranks[pd->start_rank / 64] |= UINT64_C(1) << pd->start_rank % 64;
    return NULL;
}

static const char *pd_references(const struct plan *plan, uint32_t index)
{
    const struct kaal_plan_pd *pd = plan_pd(plan, index);
    const char *cause = pd_file(plan, pd);
    if (cause != NULL) {
        return cause;
    }
    if (pd->parent != KAAL_NONE &&
        (pd->parent >= plan_count(plan, KAAL_TABLE_PDS) || pd->parent == index ||
         plan_pd(plan, pd->parent)->role == KAAL_ROLE_ROOT)) {
        return "no such parent";
    }
    for (uint32_t i = 0; i < index && pd->parent != KAAL_NONE; i++) {
        const struct kaal_plan_pd *other = plan_pd(plan, i);
        if (other->parent == pd->parent && other->id == pd->id) {
            return "two children with the same number";
        }
    }
    return NULL;
}

// A passive component tells the broker that it waits with a message that is lost unless the broker
// is waiting too (abi/kaal/broker.h, PASSIVE). So the broker must never stand still with work left
// while such a component runs: it is above it, and always has budget.
static bool check_passive(const struct plan *plan, struct plan_error *error)
{
    const struct kaal_plan_pd *broker = plan_pd(plan, plan->broker);
    for (uint32_t i = 0; i < plan_count(plan, KAAL_TABLE_PDS); i++) {
        const struct kaal_plan_pd *pd = plan_pd(plan, i);
        if ((pd->flags & KAAL_PD_PASSIVE) != 0 &&
            (pd->priority >= broker->priority || broker->budget_us != broker->period_us)) {
            return plan_fail(error, "pd", i,
                             "passive, but the broker is not above it or has less budget than its "
                             "period");
        }
    }
    return true;
}

static bool check_pds(struct plan *plan, struct plan_error *error)
{
    static struct seen seen;
    uint32_t roots = 0;
    uint32_t brokers = 0;
    memset(&seen, 0, sizeof(seen));
    for (uint32_t i = 0; i < plan_count(plan, KAAL_TABLE_PDS); i++) {
        const char *cause = pd_numbers(plan_pd(plan, i));
        cause = cause == NULL ? pd_abi(plan_pd(plan, i)) : cause;
        cause = cause == NULL ? pd_references(plan, i) : cause;
        cause = cause == NULL ? pd_unique(plan, &seen, i) : cause;
        if (cause != NULL) {
            return plan_fail(error, "pd", i, cause);
        }
        if (plan_pd(plan, i)->role == KAAL_ROLE_BROKER) {
            plan->broker = i;
            brokers++;
        }
        roots += plan_pd(plan, i)->role == KAAL_ROLE_ROOT;
    }
    if (brokers != 1 || roots > 1) {
        return plan_fail(error, "pd", KAAL_NONE,
                         "a system has one broker and at most one root task");
    }
    return check_passive(plan, error);
}

// A PD that gets objects: any but the root task.
static bool pd_built(const struct plan *plan, uint32_t pd)
{
    return pd < plan_count(plan, KAAL_TABLE_PDS) && plan_pd(plan, pd)->role != KAAL_ROLE_ROOT;
}

// A PD that is looked after: neither the root task nor the broker.
static bool component_ok(const struct plan *plan, uint32_t pd)
{
    return pd_built(plan, pd) && plan_pd(plan, pd)->role == KAAL_ROLE_COMPONENT;
}

// --- memory and devices --------------------------------------------------------------------------

static const char *region_size(const struct kaal_plan_region *region)
{
    const uint32_t flags =
        KAAL_REGION_CONTIGUOUS | KAAL_REGION_FIXED | KAAL_REGION_TREE | KAAL_REGION_WORDS;
    if (!plan_name_ok(region->name)) {
        return "name without its end";
    }
    if (region->page_bits != SMALL_PAGE_BITS && region->page_bits != LARGE_PAGE_BITS) {
        return "page size is neither 4 KiB nor 2 MiB";
    }
    if ((region->flags & ~flags) != 0) {
        return "unknown flag";
    }
    if (region->size == 0 || !is_aligned(region->size, UINT64_C(1) << region->page_bits) ||
        region->size >> region->page_bits > REGION_PAGES_MAX) {
        return "size out of range or not in pages";
    }
    return NULL;
}

static const char *region_content(const struct plan *plan, const struct kaal_plan_region *region)
{
    if (region->file == KAAL_NONE) {
        return NULL;
    }
    if (region->file >= plan_count(plan, KAAL_TABLE_FILES) ||
        plan_file(plan, region->file)->kind != KAAL_FILE_DATA) {
        return "no such file, or a program";
    }
    bool fits = plan_file(plan, region->file)->size <= region->size;
    return fits && (region->flags & KAAL_REGION_TREE) == 0 ? NULL : "more than it can hold";
}

static const char *region_place(const struct plan *plan, uint32_t index)
{
    const struct kaal_plan_region *region = plan_region(plan, index);
    if ((region->flags & KAAL_REGION_FIXED) == 0) {
        return region->paddr == 0 ? NULL : "an address that it need not have";
    }
    if (!is_aligned(region->paddr, UINT64_C(1) << region->page_bits) ||
        !range_fits(region->paddr, region->size, PHYSICAL_END)) {
        return "no such physical address";
    }
    for (uint32_t i = 0; i < index; i++) {
        const struct kaal_plan_region *other = plan_region(plan, i);
        if ((other->flags & KAAL_REGION_FIXED) != 0 &&
            ranges_overlap(region->paddr, region->size, other->paddr, other->size)) {
            return "memory of another region";
        }
    }
    return NULL;
}

static bool check_regions(const struct plan *plan, struct plan_error *error)
{
    for (uint32_t i = 0; i < plan_count(plan, KAAL_TABLE_REGIONS); i++) {
        const struct kaal_plan_region *region = plan_region(plan, i);
        const char *cause = region_size(region);
        cause = cause == NULL ? region_content(plan, region) : cause;
        cause = cause == NULL ? region_place(plan, i) : cause;
        if (cause != NULL) {
            return plan_fail(error, "region", i, cause);
        }
    }
    return true;
}

static bool check_devices(const struct plan *plan, struct plan_error *error)
{
    for (uint32_t i = 0; i < plan_count(plan, KAAL_TABLE_DEVICES); i++) {
        const struct kaal_plan_device *device = plan_device(plan, i);
        if (!plan_name_ok(device->name) ||
            memchr(device->match_text, '\0', sizeof(device->match_text)) == NULL) {
            return plan_fail(error, "device", i, "name or match without its end");
        }
        if (device->match >= KAAL_DEVICE_MATCH_COUNT || !pd_built(plan, device->pd)) {
            return plan_fail(error, "device", i, "unknown kind of match, or no such holder");
        }
    }
    return true;
}

// Rights of a mapping: readable, and not writable and executable at once; Microkit allows that.
static bool map_rights_ok(const struct kaal_plan_pd *pd, uint32_t rights)
{
    const uint32_t both = KAAL_RIGHT_WRITE | KAAL_RIGHT_EXECUTE;
    return (rights & KAAL_RIGHT_READ) != 0 && rights < KAAL_RIGHT_GRANT &&
           (pd->abi == KAAL_ABI_MICROKIT || (rights & both) != both);
}

// Does [vaddr, vaddr + size) lie where mappings may lie? A Microkit program has them anywhere below
// its stack, and a page that is never mapped in between.
static bool map_fits(const struct kaal_plan_pd *pd, uint64_t vaddr, uint64_t size)
{
    if (pd->abi == KAAL_ABI_MICROKIT) {
        return range_fits(vaddr, size, stack_bottom(pd));
    }
    return vaddr >= KAAL_LAYOUT_MAP_START && range_fits(vaddr, size, KAAL_LAYOUT_MAP_END);
}

static const char *map_cause(const struct plan *plan, const struct kaal_plan_map *map)
{
    if (!plan_name_ok(map->name) || !pd_built(plan, map->pd)) {
        return "name without its end, or no such holder";
    }
    bool device = map->source == KAAL_MAP_DEVICE;
    if (!map_rights_ok(plan_pd(plan, map->pd), map->rights) ||
        (device && (map->rights & KAAL_RIGHT_EXECUTE) != 0)) {
        return "rights that a mapping cannot have";
    }
    if (device && map->cached != 0) {
        return "registers cannot be cached";
    }
    if (device && map->window == KAAL_WINDOW_CONFIG && map->rights != KAAL_RIGHT_READ) {
        return "configuration space can only be read";
    }
    uint64_t size = PAGE_SIZE;
    uint64_t align = PAGE_SIZE;
    if (map->source == KAAL_MAP_REGION && map->object < plan_count(plan, KAAL_TABLE_REGIONS)) {
        size = plan_region(plan, map->object)->size;
        align = UINT64_C(1) << plan_region(plan, map->object)->page_bits;
    } else if (!device || map->object >= plan_count(plan, KAAL_TABLE_DEVICES) ||
               plan_device(plan, map->object)->pd != map->pd) {
        return "no such region or device";
    }
    if (!is_aligned(map->vaddr, align) || !map_fits(plan_pd(plan, map->pd), map->vaddr, size)) {
        return "address not aligned, or outside the range for mappings";
    }
    return NULL;
}

static bool check_maps(const struct plan *plan, struct plan_error *error)
{
    for (uint32_t i = 0; i < plan_count(plan, KAAL_TABLE_MAPS); i++) {
        const char *cause = map_cause(plan, plan_map(plan, i));
        if (cause == NULL && i > 0 && plan_map(plan, i - 1)->pd > plan_map(plan, i)->pd) {
            cause = "not in the order of domains";
        }
        if (cause != NULL) {
            return plan_fail(error, "map", i, cause);
        }
    }
    return true;
}

// --- capabilities --------------------------------------------------------------------------------

static bool cap_object_ok(const struct plan *plan, const struct kaal_plan_cap *cap)
{
    switch ((enum kaal_cap_kind)cap->kind) {
    case KAAL_CAP_ENDPOINT:
    case KAAL_CAP_NOTIFICATION:
    case KAAL_CAP_CNODE:
    case KAAL_CAP_VSPACE:
    case KAAL_CAP_TCB:
    case KAAL_CAP_SCHED_CONTEXT:
        return pd_built(plan, cap->object);
    case KAAL_CAP_REPLY:
        return cap->object == cap->pd;
    case KAAL_CAP_INBOX:
        return cap->object == cap->pd && cap->slot == plan_pd(plan, cap->pd)->inbox_slot &&
               (plan_pd(plan, cap->pd)->flags & KAAL_PD_INBOX) != 0;
    case KAAL_CAP_IRQ_HANDLER:
        return cap->object < plan_count(plan, KAAL_TABLE_DEVICES) &&
               plan_device(plan, cap->object)->pd == cap->pd && is_pow2(cap->badge) &&
               cap->badge < UINT64_C(1) << KAAL_NOTIFY_BITS;
    case KAAL_CAP_FRAME:
        return cap->object < plan_count(plan, KAAL_TABLE_REGIONS) &&
               cap->window < plan_region(plan, cap->object)->size >>
                   plan_region(plan, cap->object)->page_bits;
    case KAAL_CAP_IRQ_NUMBER:
        return cap->object < IRQ_END && cap->window <= 1 && is_pow2(cap->badge) &&
               cap->badge < UINT64_C(1) << KAAL_NOTIFY_BITS;
    case KAAL_CAP_SMC:
        return plan_pd(plan, cap->pd)->abi == KAAL_ABI_MICROKIT;
    case KAAL_CAP_KIND_COUNT:
        break;
    }
    return false;
}

// Is this a capability to an object of the broker that somebody else holds, and neither the one to
// call the broker in his own name nor one to signal it, as its alarm does?
static bool cap_takes_broker(const struct plan *plan, const struct kaal_plan_cap *cap)
{
    if (!plan_cap_is_of_pd(cap) || cap->object != plan->broker || cap->pd == plan->broker) {
        return false;
    }
    bool calls = cap->kind == KAAL_CAP_ENDPOINT && cap->badge == (KAAL_BADGE_CALL | cap->pd);
    bool signals = cap->kind == KAAL_CAP_NOTIFICATION;
    return cap->rights != KAAL_RIGHT_WRITE || !(calls || signals);
}

// Receivers believe badges: faults come from the kernel, a signal is one bit.
static bool cap_badge_ok(const struct kaal_plan_cap *cap)
{
    bool sends = (cap->rights & KAAL_RIGHT_WRITE) != 0;
    switch (cap->kind) {
    case KAAL_CAP_ENDPOINT:
        return (cap->badge & KAAL_BADGE_FAULT) == 0;
    case KAAL_CAP_NOTIFICATION:
        return !sends || (is_pow2(cap->badge) && cap->badge < UINT64_C(1) << KAAL_NOTIFY_BITS);
    default:
        return true;
    }
}

// A receiving end, or the bit of a component that is watched.
static bool note_ok(const struct plan *plan, const struct kaal_plan_cap *cap)
{
    if (cap->object == cap->pd) {
        return cap->kind == KAAL_CAP_ENDPOINT || cap->kind == KAAL_CAP_NOTIFICATION;
    }
    return cap->kind == KAAL_CAP_NOTIFICATION && component_ok(plan, cap->object) &&
           is_pow2(cap->badge) && cap->badge >> KAAL_NOTIFY_BITS == 0;
}

// Only ends of channels have words, and only a start page tells where one lies.
static bool word_ok(const struct plan *plan, const struct kaal_plan_cap *cap)
{
    if (cap->kind != KAAL_CAP_NOTIFICATION || cap->window == 0) {
        return true;
    }
    bool receives = plan_cap_is_note(cap) && cap->object == cap->pd && is_pow2(cap->badge) &&
                    cap->badge >> KAAL_NOTIFY_BITS == 0;
    bool sends = !plan_cap_is_note(cap) && cap->rights == KAAL_RIGHT_WRITE;
    return plan_pd(plan, cap->pd)->abi == KAAL_ABI_KAAL && (receives || sends);
}

// The first slot of a root CNode holds the CNode below it.
static bool slot_ok(const struct kaal_plan_pd *pd, uint32_t slot)
{
    if ((slot & KAAL_SLOT_ROOT) == 0) {
        return slot >> pd->cspace_bits == 0;
    }
    slot &= ~KAAL_SLOT_ROOT;
    return pd->abi == KAAL_ABI_MICROKIT && slot != 0 && slot >> KAAL_MICROKIT_ROOT_BITS == 0;
}

static const char *cap_cause(const struct plan *plan, const struct kaal_plan_cap *cap)
{
    if (!plan_name_ok(cap->name) || !pd_built(plan, cap->pd)) {
        return "name without its end, or no such holder";
    }
    if (!cap_object_ok(plan, cap)) {
        return "unknown kind, or no such object";
    }
    if (cap->rights >= KAAL_RIGHT_GRANT << 1) {
        return "unknown right";
    }
    if (!word_ok(plan, cap)) {
        return "a word that is no channel's";
    }
    if (plan_cap_is_note(cap)) {
        return note_ok(plan, cap) ? NULL : "no slot";
    }
    if (!slot_ok(plan_pd(plan, cap->pd), cap->slot)) {
        return "slot outside the holder's capability space";
    }
    if (cap_takes_broker(plan, cap)) {
        return "what is the broker's stays the broker's";
    }
    if (!cap_badge_ok(cap)) {
        return "badge that says what it is not";
    }
    return NULL;
}

// Those of its domain that come before it.
static bool slot_used(const struct plan *plan, uint32_t index)
{
    const struct kaal_plan_cap *cap = plan_cap(plan, index);
    bool used = false;
    while (index-- > 0 && cap->slot != 0 && plan_cap(plan, index)->pd == cap->pd) {
        used = used || plan_cap(plan, index)->slot == cap->slot;
    }
    return used;
}

static bool check_caps(const struct plan *plan, struct plan_error *error)
{
    for (uint32_t i = 0; i < plan_count(plan, KAAL_TABLE_CAPS); i++) {
        const struct kaal_plan_cap *cap = plan_cap(plan, i);
        const char *cause = cap_cause(plan, cap);
        if (cause == NULL && i > 0 && plan_cap(plan, i - 1)->pd > cap->pd) {
            cause = "not in the order of domains";
        }
        if (cause == NULL && slot_used(plan, i)) {
            cause = "slot used twice";
        }
        if (cause != NULL) {
            return plan_fail(error, "cap", i, cause);
        }
    }
    return true;
}

// --- links and permits ---------------------------------------------------------------------------

static bool check_links(const struct plan *plan, struct plan_error *error)
{
    for (uint32_t i = 0; i < plan_count(plan, KAAL_TABLE_LINKS); i++) {
        const struct kaal_plan_link *link = plan_link(plan, i);
        if (!component_ok(plan, link->pd) || !component_ok(plan, link->on) ||
            link->pd == link->on || link->kind > KAAL_LINK_ESCALATE) {
            return plan_fail(error, "link", i, "unknown kind, or no such components");
        }
        bool told = link->kind == KAAL_LINK_WATCHES;
        if (told ? !is_pow2(link->badge) || link->badge >> KAAL_NOTIFY_BITS != 0
                 : link->badge != 0) {
            return plan_fail(error, "link", i, "badge that is no bit of a notification");
        }
    }
    return true;
}

static bool check_permits(const struct plan *plan, struct plan_error *error)
{
    for (uint32_t i = 0; i < plan_count(plan, KAAL_TABLE_PERMITS); i++) {
        const struct kaal_plan_permit *permit = plan_permit(plan, i);
        if (!component_ok(plan, permit->pd) || permit->match >= KAAL_DEVICE_MATCH_COUNT ||
            memchr(permit->match_text, '\0', sizeof(permit->match_text)) == NULL) {
            return plan_fail(error, "permit", i, "no such holder, or unknown kind of match");
        }
    }
    return true;
}

// --- the kernel's domains ------------------------------------------------------------------------

static bool turn_ok(const struct kaal_plan_turn *turn)
{
    return turn->index < KAAL_TURN_MAX && turn->domain < KAAL_DOMAIN_MAX && turn->ticks != 0 &&
           turn->ticks <= KAAL_TURN_TICKS_MAX && turn->first <= 1;
}

static bool check_turns(const struct plan *plan, struct plan_error *error)
{
    uint32_t count = plan_count(plan, KAAL_TABLE_TURNS);
    uint32_t first = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct kaal_plan_turn *turn = plan_turn(plan, i);
        if (!turn_ok(turn) || (i > 0 && turn->index <= plan_turn(plan, i - 1)->index)) {
            return plan_fail(error, "turn", i, "number out of range, or not in order");
        }
        first += turn->first;
    }
    return first == (count == 0 ? 0 : 1) ||
           plan_fail(error, "turn", KAAL_NONE, "a schedule has one first turn");
}

// --- files ---------------------------------------------------------------------------------------

static bool check_files(const struct plan *plan, struct plan_error *error)
{
    for (uint32_t i = 0; i < plan_count(plan, KAAL_TABLE_FILES); i++) {
        const struct kaal_plan_file *file = plan_file(plan, i);
        if (!plan_name_ok(file->name) || !is_aligned(file->offset, PAGE_SIZE) ||
            file->offset < plan->image->header_size ||
            !range_fits(file->offset, file->size, plan->image->size)) {
            return plan_fail(error, "file", i, "outside the image, or not page-aligned");
        }
        if (file->kind > KAAL_FILE_DATA) {
            return plan_fail(error, "file", i, "unknown kind");
        }
    }
    return true;
}

// --- where those of a domain begin ---------------------------------------------------------------

// The tables are known to be in the order of domains.
static bool check_first(const struct plan *plan, struct plan_error *error)
{
    uint32_t caps = 0;
    uint32_t maps = 0;
    for (uint32_t pd = 0; pd < plan_count(plan, KAAL_TABLE_PDS); pd++) {
        if (plan_pd(plan, pd)->first_cap != caps || plan_pd(plan, pd)->first_map != maps) {
            return plan_fail(error, "pd", pd, "capabilities or maps that are not its own");
        }
        while (caps < plan_count(plan, KAAL_TABLE_CAPS) && plan_cap(plan, caps)->pd == pd) {
            caps++;
        }
        while (maps < plan_count(plan, KAAL_TABLE_MAPS) && plan_map(plan, maps)->pd == pd) {
            maps++;
        }
    }
    return true;
}

bool plan_check(struct plan *plan, struct plan_error *error)
{
    return check_pds(plan, error) && check_regions(plan, error) && check_devices(plan, error) &&
           check_maps(plan, error) && check_caps(plan, error) && check_first(plan, error) &&
           check_links(plan, error) && check_permits(plan, error) && check_turns(plan, error) &&
           check_files(plan, error);
}
