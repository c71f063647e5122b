// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/broker_name.h>

#include <stddef.h>

static const char *name_of(const char *const *names, size_t count, uint32_t number)
{
    return number < count && names[number] != NULL ? names[number] : "unknown";
}

#define NAME_OF(names, number) name_of(names, sizeof(names) / sizeof((names)[0]), number)

const char *kaal_broker_request_name(uint32_t request)
{
    static const char *const names[] = {
        [KAAL_BROKER_MEMORY] = "memory",   [KAAL_BROKER_CHANNEL] = "channel",
        [KAAL_BROKER_STARTED] = "started", [KAAL_BROKER_PASSIVE] = "passive",
        [KAAL_BROKER_STOP] = "stop",       [KAAL_BROKER_LOG] = "log",
        [KAAL_BROKER_RELEASE] = "release", [KAAL_BROKER_DEVICE] = "device",
        [KAAL_BROKER_GIVE] = "give",       [KAAL_BROKER_REVOKE] = "revoke",
        [KAAL_BROKER_CONNECT] = "connect", [KAAL_BROKER_SPAWN] = "spawn",
        [KAAL_BROKER_KILL] = "kill",       [KAAL_BROKER_SUSPEND] = "suspend",
        [KAAL_BROKER_RESUME] = "resume",   [KAAL_BROKER_RESTART] = "restart",
        [KAAL_BROKER_WAIT] = "wait",       [KAAL_BROKER_LIST] = "list",
        [KAAL_BROKER_GRANTS] = "grants",   [KAAL_BROKER_PUBLISH] = "publish",
        [KAAL_BROKER_LOOKUP] = "lookup",   [KAAL_BROKER_AUDIT] = "audit",
        [KAAL_BROKER_TOTALS] = "totals",   [KAAL_BROKER_ALIVE] = "alive",
        [KAAL_BROKER_DEVICES] = "devices", [KAAL_BROKER_CAPS] = "caps",
    };
    return NAME_OF(names, request);
}

const char *kaal_rule_name(uint32_t rule)
{
    static const char *const names[KAAL_RULE_COUNT] = {
        [KAAL_RULE_NONE] = "none",
        [KAAL_RULE_ALLOW_MEMORY] = "allow_memory",
        [KAAL_RULE_ALLOW_CHANNEL] = "allow_channel",
        [KAAL_RULE_ALLOW_GIVE] = "allow_give",
        [KAAL_RULE_ALLOW_PUBLISH] = "allow_publish",
        [KAAL_RULE_ALLOW_SPAWN] = "allow_spawn",
        [KAAL_RULE_ALLOW_DEVICE] = "allow_device",
        [KAAL_RULE_ALLOW_SEE] = "allow_see",
        [KAAL_RULE_ALLOW_MANAGE] = "allow_manage",
        [KAAL_RULE_QUOTA_MEMORY] = "quota_memory",
        [KAAL_RULE_QUOTA_SLOTS] = "quota_slots",
        [KAAL_RULE_QUOTA_COMPONENTS] = "quota_components",
        [KAAL_RULE_QUOTA_CPU] = "quota_cpu",
        [KAAL_RULE_PRIORITY] = "priority",
        [KAAL_RULE_PERMIT] = "permit",
        [KAAL_RULE_RIGHTS] = "rights",
        [KAAL_RULE_HOLDER] = "holder",
        [KAAL_RULE_RELATION] = "relation",
        [KAAL_RULE_CONSOLE] = "console",
        [KAAL_RULE_GIFTS] = "gifts",
    };
    return NAME_OF(names, rule);
}

const char *kaal_grant_kind_name(uint32_t kind)
{
    static const char *const names[KAAL_GRANT_KIND_COUNT] = {
        [KAAL_GRANT_NONE] = "none",       [KAAL_GRANT_MEMORY] = "memory",
        [KAAL_GRANT_DEVICE] = "device",   [KAAL_GRANT_IRQ] = "irq",
        [KAAL_GRANT_CALL] = "call",       [KAAL_GRANT_SIGNAL] = "signal",
        [KAAL_GRANT_CHANNEL] = "channel",
    };
    return NAME_OF(names, kind);
}

const char *kaal_state_name(uint32_t state)
{
    static const char *const names[KAAL_STATE_COUNT] = {
        [KAAL_STATE_NONE] = "none",       [KAAL_STATE_BUILT] = "built",
        [KAAL_STATE_RUNNING] = "running", [KAAL_STATE_SUSPENDED] = "suspended",
        [KAAL_STATE_FAULTED] = "faulted", [KAAL_STATE_BACKOFF] = "backoff",
        [KAAL_STATE_ENDED] = "ended",
    };
    return NAME_OF(names, state);
}

const char *kaal_end_name(uint32_t end)
{
    static const char *const names[KAAL_END_COUNT] = {
        [KAAL_END_NONE] = "none",           [KAAL_END_EXIT] = "exit",
        [KAAL_END_FAULT] = "fault",         [KAAL_END_KILLED] = "killed",
        [KAAL_END_HEARTBEAT] = "heartbeat", [KAAL_END_TIMEOUT] = "timeout",
        [KAAL_END_DEPENDS] = "depends",     [KAAL_END_GIVEN_UP] = "given_up",
    };
    return NAME_OF(names, end);
}

const char *kaal_audit_event_name(uint32_t event)
{
    static const char *const names[KAAL_AUDIT_COUNT] = {
        [KAAL_AUDIT_NONE] = "none",       [KAAL_AUDIT_GRANT] = "grant",
        [KAAL_AUDIT_GIVE] = "give",       [KAAL_AUDIT_REVOKE] = "revoke",
        [KAAL_AUDIT_RELEASE] = "release", [KAAL_AUDIT_REFUSE] = "refuse",
        [KAAL_AUDIT_SPAWN] = "spawn",     [KAAL_AUDIT_BEGIN] = "begin",
        [KAAL_AUDIT_SUSPEND] = "suspend", [KAAL_AUDIT_RESTART] = "restart",
        [KAAL_AUDIT_END] = "end",         [KAAL_AUDIT_FAULT] = "fault",
        [KAAL_AUDIT_PUBLISH] = "publish",
    };
    return NAME_OF(names, event);
}
