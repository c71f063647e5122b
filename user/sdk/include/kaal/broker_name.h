// SPDX-License-Identifier: BSD-2-Clause
//
// Words for the numbers of the broker's protocol: one word each, never NULL, "unknown" for what
// came later.
#pragma once

#include <kaal/broker.h>

#include <stdint.h>

const char *kaal_broker_request_name(uint32_t request); // enum kaal_broker_request: "memory"
const char *kaal_rule_name(uint32_t rule);              // enum kaal_rule: "quota_memory"
const char *kaal_grant_kind_name(uint32_t kind);        // enum kaal_grant_kind: "device"
const char *kaal_state_name(uint32_t state);            // enum kaal_component_state: "running"
const char *kaal_end_name(uint32_t end);                // enum kaal_end: "killed"
const char *kaal_audit_event_name(uint32_t event);      // enum kaal_audit_event: "revoke"
