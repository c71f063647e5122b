// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/audit_name.h>

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
    return event < KAAL_AUDIT_COUNT ? names[event] : "unknown";
}
