// SPDX-License-Identifier: BSD-2-Clause
//
// Begin and end of components.
//
// Who waits for an answer of a component that ends gets KAAL_ERR_DEAD through the reply object that
// the broker has a capability to. With the answer, a scheduling context that was lent to it goes
// back:
//
//    A ──call──► B ──call──► C faults        C's reply object: the error to B, with A's time
//
// If instead A or B ends while C works for it, C keeps A's time, which the kernel no longer knows
// to be A's: it is taken from C and given back to A. C, and B if it waits for C, go on with their
// own, until their loops see `attention` in the start page and become passive again.

#include "life.h"

#include "grant.h"
#include "serve.h"

static bool is_passive(const struct component *c)
{
    return component_built(c) && (c->spec.flags & KAAL_PD_PASSIVE) != 0;
}

// --- scheduling contexts -------------------------------------------------------------------------

// A passive component that may be running, or may be about to run, without a scheduling context
// gets its own. Nothing happens if it has one.
static void lend_own(struct component *c)
{
    if (!c->passive) {
        return;
    }
    (void)seL4_SchedContext_Unbind(c->sched_context);
    if (seL4_SchedContext_Bind(c->sched_context, c->tcb) == seL4_NoError) {
        c->passive = false;
        c->start->attention = 1;
    } else if (c->notified) {
        (void)seL4_SchedContext_Bind(c->sched_context, c->notification);
    }
}

// Whoever's scheduling context `holder` runs on gets it back.
static bool take_lent(const struct component *holder)
{
    for (uint32_t i = 0; i < broker.component_count; i++) {
        const struct component *owner = component_at(i);
        if (owner == holder || !component_built(owner) || owner->sched_context == 0) {
            continue;
        }
        if (seL4_SchedContext_UnbindObject(owner->sched_context, holder->tcb) == seL4_NoError) {
            (void)seL4_SchedContext_Bind(owner->sched_context, owner->tcb);
            return true;
        }
    }
    return false;
}

// Is there a channel by which `from` may call `to`?
static bool may_call(const struct component *from, const struct component *to)
{
    struct grant_walk walk = grants_of_peer(&broker.grants, component_number(to));
    for (const struct grant *g; (g = grant_next(&broker.grants, &walk)) != NULL;) {
        if (g->kind == KAAL_GRANT_CALL && g->holder == component_number(from)) {
            return true;
        }
    }
    return wire_reaches(component_number(from), component_number(to), true);
}

enum direction { CALLEES, CALLERS };

static bool may_follow(const struct component *c, const struct component *other,
                       enum direction direction)
{
    return direction == CALLEES ? may_call(c, other) : may_call(other, c);
}

// Passive components to which time may have come through `c`, or through which it may have come to
// `c`: over one call, or over several through others of them.
static const bool *find_chain(const struct component *c, enum direction direction)
{
    static bool found[KAAL_COMPONENT_MAX];
    memset(found, 0, broker.component_count * sizeof(found[0]));
    for (bool more = true; more;) {
        more = false;
        for (uint32_t i = 0; i < broker.component_count; i++) {
            const struct component *other = component_at(i);
            if (other == c || found[i] || !is_passive(other)) {
                continue;
            }
            found[i] = may_follow(c, other, direction);
            for (uint32_t j = 0; j < broker.component_count && !found[i]; j++) {
                found[i] = found[j] && may_follow(component_at(j), other, direction);
            }
            more = more || found[i];
        }
    }
    return found;
}

// The answers that they wait for bring no time any more.
static void lend_chain(const struct component *c, enum direction direction)
{
    const bool *found = find_chain(c, direction);
    for (uint32_t i = 0; i < broker.component_count; i++) {
        if (found[i]) {
            lend_own(component_at(i));
        }
    }
}

// `c` has been suspended. Whoever works for it goes on with time of its own; so do those who wait
// for an answer between there and the owner of that time.
static void release_callees(struct component *c)
{
    bool cut = false;
    const bool *found = find_chain(c, CALLEES);
    for (uint32_t i = 0; i < broker.component_count; i++) {
        if (found[i] && component_at(i)->passive && take_lent(component_at(i))) {
            lend_own(component_at(i));
            cut = true;
        }
    }
    if (cut) {
        lend_chain(c, CALLEES);
        lend_chain(c, CALLERS);
    }
}

// `c`, which is passive, does not run on anybody's time from now on but on its own. The time that
// it still had is fetched where a chain had been cut, and then its callers may be left without any.
static void take_own(struct component *c)
{
    (void)seL4_SchedContext_Unbind(c->sched_context);
    c->passive = false;
    if (seL4_SchedContext_Bind(c->sched_context, c->tcb) == seL4_NoError) {
        return;
    }
    if (take_lent(c)) {
        lend_chain(c, CALLERS);
    }
    (void)seL4_SchedContext_Bind(c->sched_context, c->tcb);
}

static void answer_dead(seL4_CPtr reply, uint32_t generation)
{
    seL4_SetMR(0, generation);
    seL4_Send(reply, seL4_MessageInfo_new(KAAL_ERR_DEAD, 0, 0, 1));
}

// The caller of `c`, if there is one, gets an error, and with it its time.
static inline void release_caller(struct component *c, uint32_t generation)
{
    if (c->serves) {
        answer_dead(c->reply, generation);
    }
    if (c->passive) {
        take_own(c);
    }
}

enum kaal_err life_suspend(struct component *c)
{
    enum kaal_err err = refused(seL4_TCB_Suspend(c->tcb));
    if (err == KAAL_OK) {
        release_callees(c);
    }
    return err;
}

void life_pause(struct component *c)
{
    later_forget(c);
    (void)life_suspend(c);
    release_caller(c, c->generation + 1);
}

// Whose fault it is that a message with this badge tells to `parent`; NULL: nobody's.
static struct component *faulted_child(const struct component *parent, seL4_Word badge)
{
    uint64_t number = badge & KAAL_BADGE_ID;
    if ((badge & KAAL_BADGE_FAULT) == 0 || number >= plan_count(&broker.plan, KAAL_TABLE_PDS)) {
        return NULL;
    }
    struct component *c = component_at((uint32_t)number);
    return component_built(c) && c->spec.parent == component_number(parent) ? c : NULL;
}

// Those who wait at its endpoint get the same; a child's fault that it has not heard of is the
// broker's affair now.
static void drain(struct component *c)
{
    while (c->serves) {
        seL4_Word badge = 0;
        seL4_MessageInfo_t info = seL4_NBRecv(c->endpoint, &badge, broker.spare_reply);
        struct component *child = faulted_child(c, badge);
        if (child != NULL) {
            fault_taken(child, info);
            continue;
        }
        if (badge != 0 && (badge & (KAAL_BADGE_CALL | KAAL_BADGE_FAULT)) == 0) {
            broker.signals |= badge; // it was for the broker itself
            continue;
        }
        answer_dead(broker.spare_reply, 0);
        if (badge == 0) {
            return; // nobody, or one who calls without a badge; the others find it gone themselves
        }
    }
}

// --- begin ---------------------------------------------------------------------------------------

void life_begin(struct component *c)
{
    if (c->devices) {
        devices_start(c);
    }
    if (seL4_TCB_Resume(c->tcb) == seL4_NoError) {
        c->state = KAAL_STATE_RUNNING;
        supervise_begun(c);
        audit_event(KAAL_AUDIT_BEGIN, NULL, c, 0, 0);
    }
}

// --- children ------------------------------------------------------------------------------------

static struct component *child_of(const struct component *parent, bool keep)
{
    for (uint32_t i = plan_count(&broker.plan, KAAL_TABLE_PDS);
         parent->components > 0 && i < broker.component_count; i++) {
        struct component *c = component_at(i);
        if (c->state != KAAL_STATE_NONE && component_is_child(c, parent) && !(keep && c->keep)) {
            return c;
        }
    }
    return NULL;
}

// The youngest of each line first, so that none is left without a parent.
static void remove_children(struct component *parent, bool keep)
{
    for (struct component *c = child_of(parent, keep); c != NULL; c = child_of(parent, keep)) {
        for (struct component *young = child_of(c, false); young != NULL;
             young = child_of(c, false)) {
            c = young;
        }
        life_remove(c);
    }
}

// --- restart -------------------------------------------------------------------------------------

static bool keeps_objects(const struct component *c)
{
    return c->starts_clean && !c->holds_own_space;
}

static bool has_belongings(const struct component *c)
{
    const uint32_t number = component_number(c);
    return c->devices || c->components > 0 || c->tables.piece_count > 0 ||
           !grants_are_none(&broker.grants, GRANT_BY_GIVER, number) ||
           !grants_are_none(&broker.grants, GRANT_BY_HOLDER, number);
}

static void take_belongings(struct component *c, bool all)
{
    if (c->devices) {
        devices_quiet(c);
    }
    remove_children(c, true);
    take_back_list(c, GRANT_BY_GIVER, true);
    take_back_list(c, GRANT_BY_HOLDER, all);
    (void)take_back_tables(c);
}

// What it got in its last life, it does not know of any more; what it was born with, it keeps as
// long as it is not built anew.
static void forget(struct component *c, bool all)
{
    later_forget(c);
    if (has_belongings(c)) {
        take_belongings(c, all);
    }
}

static void empty_inbox(const struct component *c)
{
    if ((c->spec.flags & KAAL_PD_INBOX) == 0) {
        return;
    }
    for (seL4_Word i = 0; i < LIBSEL4_BIT(KAAL_INBOX_BITS); i++) {
        (void)seL4_CNode_Delete(c->inbox, i, KAAL_INBOX_BITS);
    }
}

// Channels to it lead to the broker from now on.
static void cut_off(struct component *c)
{
    struct grant_walk walk = grants_of_peer(&broker.grants, component_number(c));
    wire_dead(c);
    for (const struct grant *g; (g = grant_next(&broker.grants, &walk)) != NULL;) {
        wire_redirect(component_at(g->holder), (uint32_t)g->cptr, g->kind == KAAL_GRANT_CALL,
                      component_number(c));
    }
    wire_generation(c, 0);
    c->cut_off = true;
    build_fault_handlers(c);
}

// Channels to it lead to it again.
static enum kaal_err join(struct component *c, bool rebuilt)
{
    enum kaal_err err = c->described ? wire_others(c) : KAAL_OK;
    if (err == KAAL_OK) {
        err = reconnect(c, rebuilt);
    }
    c->cut_off = err != KAAL_OK;
    build_fault_handlers(c);
    return err;
}

// In place. Its interrupts may have come without being acknowledged.
static enum kaal_err reset(struct component *c)
{
    release_caller(c, c->generation);
    enum kaal_err err = c->cut_off ? join(c, false) : KAAL_OK;
    if (err != KAAL_OK) {
        return err;
    }
    if (c->devices) {
        devices_start(c);
    }
    wire_acknowledge(c);
    empty_inbox(c);
    c->start->attention = 0;
    c->start->generation = c->generation;
    err = refused(kaal_thread_reset(c->tcb, &c->entry, true));
    c->state = err == KAAL_OK ? KAAL_STATE_RUNNING : c->state;
    return err;
}

static void release_memory(struct component *c)
{
    arena_release(&c->arena);
    c->state = KAAL_STATE_ENDED;
    c->start = NULL;
    cut_off(c);
}

static enum kaal_err rebuild(struct component *c)
{
    const char *cause = NULL;
    if (component_built(c)) {
        release_caller(c, c->generation);
        release_memory(c);
    }
    c->passive = false;
    enum kaal_err err = build_component(c, &cause);
    if (err != KAAL_OK) {
        return err;
    }
    err = c->described ? wire_own(c) : spawn_wire(c);
    if (err == KAAL_OK) {
        err = build_thread(c);
    }
    if (err == KAAL_OK) {
        err = join(c, true);
    }
    if (err == KAAL_OK) {
        life_begin(c);
    } else {
        release_memory(c);
    }
    return err;
}

enum kaal_err life_restart(struct component *c)
{
    bool built = component_built(c);
    bool in_place = built && keeps_objects(c);
    if (!in_place && c->spec.file == KAAL_NONE) {
        return KAAL_ERR_STATE; // it came out of memory that is gone
    }
    if (built && c->state != KAAL_STATE_FAULTED) {
        (void)life_suspend(c);
    }
    forget(c, !in_place);
    c->generation++;
    enum kaal_err err = in_place ? reset(c) : rebuild(c);
    if (err == KAAL_OK) {
        wire_generation(c, c->generation);
        supervise_begun(c);
        audit_event(KAAL_AUDIT_RESTART, NULL, c, 0, c->generation);
    }
    return err;
}

// --- end -----------------------------------------------------------------------------------------

void life_leave(struct component *c)
{
    release_caller(c, 0);
    cut_off(c); // nobody comes after those who wait
    drain(c);
    names_forget(c);
}

// Who waits for a signal of it looks once more: it may have been ended just before it sent one.
static void signal_peers(const struct component *c)
{
    struct grant_walk walk = grants_of_holder(&broker.grants, component_number(c));
    for (const struct grant *g; (g = grant_next(&broker.grants, &walk)) != NULL;) {
        if (g->kind == KAAL_GRANT_SIGNAL && g->peer != GRANTS_NONE) {
            wire_signal(component_at(g->peer), g->badge);
        }
    }
    wire_signal_all(c);
}

void life_end(struct component *c, enum kaal_end end, int64_t status)
{
    c->exit = (struct kaal_exit){.end = end, .generation = c->generation, .status = status};
    if (component_built(c)) {
        (void)life_suspend(c);
        release_caller(c, 0);
        drain(c);
        if (end != KAAL_END_EXIT) {
            signal_peers(c);
        }
        forget(c, true);
        release_memory(c);
        audit_event(KAAL_AUDIT_END, NULL, c, (uint64_t)status, end);
    }
    remove_children(c, false);
    names_forget(c);
    start_finished(c);
    if (later_ended(c) && !c->described) {
        life_remove(c); // its parent knows now
    }
}

void life_remove(struct component *c)
{
    if (c->state != KAAL_STATE_ENDED) {
        life_end(c, KAAL_END_KILLED, 0);
    }
    remove_children(c, false);
    // Channels to it are somebody's still, and lead to the broker; the number may be another's
    // soon.
    struct grant_walk walk = grants_of_peer(&broker.grants, component_number(c));
    for (struct grant *g; (g = grant_next(&broker.grants, &walk)) != NULL;) {
        grant_clear_peer(&broker.grants, g);
    }
    if (c->charged) {
        struct component *parent = component_at(c->parent);
        parent->granted -= c->spec.policy.quota_memory;
        parent->granted_slots -= c->spec.policy.quota_slots;
        parent->components--;
        parent->promised -= c->spec.policy.quota_components;
        parent->cpu -= component_cpu(c) + c->spec.policy.quota_cpu;
        c->charged = false;
    }
    fault_forget(c);
    c->state = KAAL_STATE_NONE;
}
