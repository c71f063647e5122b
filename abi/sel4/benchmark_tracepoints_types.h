// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// An entry of the trace point log. No configuration here has trace points; sources include the
// header all the same.

#include <sel4/config.h>
#include <sel4/simple_types.h>

#if CONFIG_MAX_NUM_TRACE_POINTS > 0
typedef struct benchmark_tracepoint_log_entry {
    seL4_Word id;
    seL4_Word duration;
} benchmark_tracepoint_log_entry_t;
#endif
