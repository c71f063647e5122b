// SPDX-License-Identifier: BSD-2-Clause
//
// Words for the broker's audit records.
#pragma once

#include <kaal/broker.h>

#include <stdint.h>

// A word for enum kaal_audit_event; "unknown" for what came later.
const char *kaal_audit_event_name(uint32_t event);
