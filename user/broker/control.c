// SPDX-License-Identifier: BSD-2-Clause
//
// What one component may do to another: its parent, or who may manage all.

#include "serve.h"

#include "life.h"

// The component that argument 1 names, if the caller may control it.
static enum kaal_err target(struct request *r, struct component **out)
{
    struct component *c = component_find(argument(1));
    if (c == NULL) {
        return KAAL_ERR_STALE;
    }
    uint32_t number = component_number(c);
    if (c == r->caller || number == broker.table->broker || number == broker.console) {
        return wrong_argument(r, 1);
    }
    if (!component_is_child(c, r->caller) &&
        (r->caller->spec.policy.allow & KAAL_ALLOW_MANAGE) == 0) {
        return denied(KAAL_RULE_ALLOW_MANAGE);
    }
    // Nobody ends who he lives on: the caller's own ancestors.
    for (const struct component *up = r->caller; !up->described;) {
        up = component_at(up->parent);
        if (up == c) {
            return denied(KAAL_RULE_RELATION);
        }
    }
    *out = c;
    return KAAL_OK;
}

static enum kaal_err end(struct request *r, struct component *c)
{
    (void)r;
    if (c->described) {
        life_end(c, KAAL_END_KILLED, 0);
    } else {
        life_remove(c);
    }
    return KAAL_OK;
}

static enum kaal_err suspend(struct request *r, struct component *c)
{
    if (c->state != KAAL_STATE_RUNNING) {
        return KAAL_ERR_STATE;
    }
    enum kaal_err err = life_suspend(c);
    if (err == KAAL_OK) {
        later_forget(c); // a call that is interrupted is made again
        c->state = KAAL_STATE_SUSPENDED;
        audit_event(KAAL_AUDIT_SUSPEND, r->caller, c, 0, 0);
    }
    return err;
}

static enum kaal_err resume(struct request *r, struct component *c)
{
    (void)r;
    if (c->state != KAAL_STATE_SUSPENDED && !(c->state == KAAL_STATE_BUILT && !c->described)) {
        return KAAL_ERR_STATE;
    }
    life_begin(c);
    return c->state == KAAL_STATE_RUNNING ? KAAL_OK : KAAL_ERR_KERNEL;
}

static enum kaal_err restart(struct request *r, struct component *c)
{
    if (c->state == KAAL_STATE_BUILT) {
        return KAAL_ERR_STATE; // it has not begun
    }
    enum kaal_err err = life_restart(c);
    if (err == KAAL_OK) {
        supervise_restarted(c);
        result(r, c->generation); // last: what is done to others uses the message registers
    } else if (err != KAAL_ERR_STATE) {
        life_end(c, KAAL_END_GIVEN_UP, 0);
    }
    return err;
}

static enum kaal_err await_end(struct request *r, struct component *c)
{
    if (c->state != KAAL_STATE_ENDED) {
        later_wait(r, c);
        return KAAL_OK;
    }
    result_struct(r, &c->exit, sizeof(c->exit));
    if (component_is_child(c, r->caller)) {
        life_remove(c);
    }
    return KAAL_OK;
}

enum kaal_err serve_control(struct request *r)
{
    static enum kaal_err (*const acts[])(struct request * r, struct component * c) = {
        [KAAL_BROKER_KILL] = end,       [KAAL_BROKER_SUSPEND] = suspend,
        [KAAL_BROKER_RESUME] = resume,  [KAAL_BROKER_RESTART] = restart,
        [KAAL_BROKER_WAIT] = await_end,
    };
    struct component *c = NULL;
    enum kaal_err err = target(r, &c);
    return err == KAAL_OK ? acts[r->label](r, c) : err;
}

// The caller is suspended, so the answer goes nowhere.
enum kaal_err serve_stop(struct request *r)
{
    char reason[128];
    size_t length = argument(1);
    size_t room = sizeof(reason) - 1;
    if (!argument_text(r, 3, length < room ? length : room, reason, sizeof(reason))) {
        return KAAL_ERR_PROTOCOL;
    }
    int64_t status = (int64_t)argument(2);
    struct kaal_report report;
    kaal_report_begin(&report, "stopped");
    kaal_report_str(&report, "component", r->caller->spec.name);
    kaal_report_str(&report, "reason", reason);
    if (status != 0) {
        kaal_report_hex(&report, "status", (uint64_t)status);
    }
    log_report(&report);
    supervise_failure(r->caller, KAAL_END_EXIT, status);
    return KAAL_OK;
}
