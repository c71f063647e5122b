// SPDX-License-Identifier: BSD-2-Clause
//
// Who calls, and what for.

#include "life.h"
#include "serve.h"

#include <kaal/protocol.h>

#include <lib/mem.h>

struct broker broker;

static seL4_MessageInfo_t answer(enum kaal_err err, seL4_Word words)
{
    return seL4_MessageInfo_new(err, 0, 0, words);
}

static enum kaal_err serve_log(struct request *r)
{
    if (component_number(r->caller) != broker.console) {
        return denied(KAAL_RULE_CONSOLE);
    }
    unsigned length = log_take(1);
    seL4_SetMR(0, length);
    r->results = 1 + (length + 7) / 8;
    return KAAL_OK;
}

static enum kaal_err serve_started(struct request *r)
{
    start_finished(r->caller);
    return KAAL_OK;
}

static enum kaal_err serve_passive(struct request *r)
{
    start_passive(r->caller);
    return KAAL_OK;
}

// What a request must have for its handler to look at it.
static const struct handler {
    enum kaal_err (*serve)(struct request *r);
    uint32_t words; // of the message, at least
    uint32_t allow; // enum kaal_allow, one of these; 0: nothing
    enum kaal_rule rule;
} handlers[] = {
    [KAAL_BROKER_MEMORY] = {serve_memory, 3, KAAL_ALLOW_MEMORY, KAAL_RULE_ALLOW_MEMORY},
    [KAAL_BROKER_CHANNEL] = {serve_channel, 2, KAAL_ALLOW_CHANNEL, KAAL_RULE_ALLOW_CHANNEL},
    [KAAL_BROKER_STARTED] = {serve_started, 1, 0, KAAL_RULE_NONE},
    [KAAL_BROKER_PASSIVE] = {serve_passive, 1, 0, KAAL_RULE_NONE},
    [KAAL_BROKER_STOP] = {serve_stop, 3, 0, KAAL_RULE_NONE},
    [KAAL_BROKER_LOG] = {serve_log, 1, 0, KAAL_RULE_NONE},
    [KAAL_BROKER_RELEASE] = {serve_release, 2, 0, KAAL_RULE_NONE},
    [KAAL_BROKER_DEVICE] = {serve_device, 3, KAAL_ALLOW_DEVICE, KAAL_RULE_ALLOW_DEVICE},
    [KAAL_BROKER_GIVE] = {serve_give, 4, KAAL_ALLOW_GIVE, KAAL_RULE_ALLOW_GIVE},
    [KAAL_BROKER_REVOKE] = {serve_revoke, 2, 0, KAAL_RULE_NONE},
    [KAAL_BROKER_CONNECT] = {serve_connect, 3, KAAL_ALLOW_CHANNEL, KAAL_RULE_ALLOW_CHANNEL},
    [KAAL_BROKER_SPAWN] = {serve_spawn, 2, KAAL_ALLOW_SPAWN, KAAL_RULE_ALLOW_SPAWN},
    [KAAL_BROKER_KILL] = {serve_control, 2, 0, KAAL_RULE_NONE},
    [KAAL_BROKER_SUSPEND] = {serve_control, 2, 0, KAAL_RULE_NONE},
    [KAAL_BROKER_RESUME] = {serve_control, 2, 0, KAAL_RULE_NONE},
    [KAAL_BROKER_RESTART] = {serve_control, 2, 0, KAAL_RULE_NONE},
    [KAAL_BROKER_WAIT] = {serve_control, 2, 0, KAAL_RULE_NONE},
    [KAAL_BROKER_LIST] = {serve_list, 2, KAAL_ALLOW_SEE | KAAL_ALLOW_SPAWN, KAAL_RULE_ALLOW_SEE},
    [KAAL_BROKER_GRANTS] = {serve_grants, 3, 0, KAAL_RULE_NONE},
    [KAAL_BROKER_PUBLISH] = {serve_publish, 2, KAAL_ALLOW_PUBLISH, KAAL_RULE_ALLOW_PUBLISH},
    [KAAL_BROKER_LOOKUP] = {serve_lookup, 3, KAAL_ALLOW_CHANNEL, KAAL_RULE_ALLOW_CHANNEL},
    [KAAL_BROKER_AUDIT] = {serve_audit, 2, KAAL_ALLOW_SEE, KAAL_RULE_ALLOW_SEE},
    [KAAL_BROKER_TOTALS] = {serve_totals, 1, KAAL_ALLOW_SEE, KAAL_RULE_ALLOW_SEE},
    [KAAL_BROKER_ALIVE] = {serve_alive, 1, 0, KAAL_RULE_NONE},
    [KAAL_BROKER_DEVICES] = {serve_devices, 2, KAAL_ALLOW_SEE, KAAL_RULE_ALLOW_SEE},
    [KAAL_BROKER_CAPS] = {serve_caps, 1, 0, KAAL_RULE_NONE},
};

static enum kaal_err serve(struct request *r)
{
    const size_t count = sizeof(handlers) / sizeof(handlers[0]);
    const struct handler *handler = r->label < count ? &handlers[r->label] : NULL;
    if (handler == NULL || handler->serve == NULL) {
        return KAAL_ERR_REQUEST;
    }
    if (r->words < handler->words) {
        return KAAL_ERR_PROTOCOL;
    }
    if (handler->allow != 0 && (r->caller->spec.policy.allow & handler->allow) == 0) {
        return denied(handler->rule);
    }
    return handler->serve(r);
}

void add_detail(struct request *r, enum kaal_err err)
{
    r->results = 0;
    if (err == KAAL_ERR_DENIED) {
        result(r, broker.rule);
    } else if (err == KAAL_ERR_KERNEL) {
        result(r, broker.refusal);
    } else if (err == KAAL_ERR_ARGUMENT) {
        result(r, r->wrong);
    } else if (err == KAAL_ERR_PROGRAM && r->cause != NULL) {
        size_t length = strnlen(r->cause, KAAL_BROKER_TEXT_MAX);
        result(r, length);
        result_struct(r, r->cause, length);
    }
}

// What tells that a list has no more elements is not a refusal.
static bool is_end_of_list(const struct request *r, enum kaal_err err)
{
    return err == KAAL_ERR_NOTFOUND &&
           (r->label == KAAL_BROKER_LIST || r->label == KAAL_BROKER_GRANTS ||
            r->label == KAAL_BROKER_AUDIT || r->label == KAAL_BROKER_DEVICES);
}

// A call. False: it is answered later, or not at all: a Microkit program has one thing to say, that
// it is about to wait for the first time.
static bool called(struct component *caller, seL4_MessageInfo_t *info)
{
    if (caller != NULL && caller->spec.abi == KAAL_ABI_MICROKIT) {
        start_passive(caller);
        return false;
    }
    seL4_Word words = seL4_MessageInfo_get_length(*info);
    uint64_t protocol = seL4_GetMR(0);
    if (words < 1 || kaal_protocol_id(protocol) != KAAL_PROTOCOL_BROKER || broker.table == NULL) {
        *info = answer(KAAL_ERR_PROTOCOL, 0);
        return true;
    }
    if (kaal_protocol_major(protocol) != KAAL_BROKER_MAJOR) {
        seL4_SetMR(0, KAAL_BROKER_WORD);
        *info = answer(KAAL_ERR_VERSION, 1);
        return true;
    }
    // Somebody may hold the capability of a component that is no more.
    struct request r = {
        .caller = caller, .label = seL4_MessageInfo_get_label(*info), .words = words};
    enum kaal_err err = r.caller == NULL ? KAAL_ERR_STALE : serve(&r);
    if (r.later) {
        return false;
    }
    if (err != KAAL_OK) {
        if (r.caller != NULL && !is_end_of_list(&r, err)) {
            audit_refusal(&r, err);
        }
        add_detail(&r, err);
    }
    *info = answer(err, r.results);
    return true;
}

// --- the loop ------------------------------------------------------------------------------------

// One message. True if *info is now an answer to be sent.
static bool dispatch(seL4_Word badge, seL4_MessageInfo_t *info)
{
    if (badge == KAAL_HANDOVER_BADGE) {
        if (handover_take() && system_build()) {
            start_continue();
        }
        return false; // the root task is no more
    }
    if ((badge & KAAL_BADGE_CALL) != 0) {
        return called(component_of_badge(badge), info);
    }
    if ((badge & KAAL_BADGE_FAULT) != 0) {
        fault_taken(component_of_badge(badge), *info);
        return false;
    }
    if ((badge & KAAL_BADGE_DEAD) != 0) {
        seL4_SetMR(0, 0); // who is to come back is called itself
        *info = answer(KAAL_ERR_DEAD, 1);
        return true;
    }
    broker.signals |= badge;
    return false;
}

int main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    const seL4_CPtr endpoint = kaal_need(KAAL_START_ENDPOINT, NULL)->slot;
    broker.reply = kaal_need(KAAL_START_REPLY, NULL)->slot;
    log_open();
    struct kaal_report report;
    kaal_report_begin(&report, "ready");
    kaal_report_u64(&report, "protocol", KAAL_BROKER_MAJOR);
    log_report(&report);

    seL4_Word badge = 0;
    seL4_MessageInfo_t info = seL4_Recv(endpoint, &badge, broker.reply);
    for (;;) {
        const seL4_CPtr reply = broker.reply;
        bool answers = dispatch(badge, &info);
        if (answers && broker.signals != 0) {
            // What signals lead to uses the message registers.
            seL4_Send(reply, info);
            answers = false;
        }
        if (broker.signals != 0) {
            broker.signals = 0;
            supervise_tick();
        }
        if (answers) {
            info = seL4_ReplyRecv(endpoint, info, &badge, broker.reply);
        } else {
            info = seL4_Recv(endpoint, &badge, broker.reply);
        }
    }
}
