// SPDX-License-Identifier: BSD-2-Clause

#include "broker.h"

#include <kaal/image.h>

// The order of beginning: what is awaited, by rank; then passive components, which must have given
// their scheduling contexts back before anybody calls them (a call that is there already when one
// first waits would leave it without any); then the rest, by rank.
static uint64_t turn(uint32_t pd)
{
    const struct kaal_handover_pd *component = broker_pd(pd);
    uint64_t group = 2;
    if ((component->flags & KAAL_PD_AWAITED) != 0) {
        group = 0;
    } else if ((component->flags & KAAL_PD_PASSIVE) != 0) {
        group = 1;
    }
    return group << 32 | component->start_rank;
}

// The component that has not begun and whose turn it is; false if all have begun.
static bool next_to_begin(uint32_t *pd)
{
    bool found = false;
    for (uint32_t i = 0; i < broker.table->pd_count; i++) {
        if (broker_pd(i)->tcb == 0 || i == broker.table->broker || broker.components[i].begun) {
            continue;
        }
        if (!found || turn(i) < turn(*pd)) {
            *pd = i;
            found = true;
        }
    }
    return found;
}

// Nobody else begins while one of these is in its init().
static bool held_for(uint32_t pd)
{
    return (broker_pd(pd)->flags & (KAAL_PD_AWAITED | KAAL_PD_PASSIVE)) != 0;
}

static bool somebody_awaited(void)
{
    for (uint32_t i = 0; i < broker.table->pd_count; i++) {
        const struct component *component = &broker.components[i];
        if (component->begun && !component->finished && held_for(i)) {
            return true;
        }
    }
    return false;
}

// A start that comes to no end (init() waits for somebody who has not begun, or faulted and its
// parent leaves it so) cannot be told from a slow one, and the broker has no clock. Whoever reads
// the log can: the last line says who is waited for.
static void report_await(uint32_t pd)
{
    struct kaal_report report;
    kaal_report_begin(&report, "await");
    kaal_report_str(&report, "component", broker_pd(pd)->name);
    log_report(&report);
}

void start_continue(void)
{
    uint32_t pd = 0;
    while (!somebody_awaited() && next_to_begin(&pd)) {
        broker.components[pd].begun = true;
        if (held_for(pd)) {
            report_await(pd);
        }
        if (seL4_TCB_Resume(broker_pd(pd)->tcb) != seL4_NoError) {
            broker.components[pd].finished = true;
        }
    }
}

void start_finished(uint32_t pd)
{
    broker.components[pd].finished = true;
    start_continue();
}

void start_passive(uint32_t pd)
{
    const struct kaal_handover_pd *component = broker_pd(pd);
    if ((component->flags & KAAL_PD_PASSIVE) == 0) {
        return;
    }
    (void)seL4_SchedContext_Unbind(component->sched_context);
    if (component->notification != 0) {
        // So that a signal, which brings no scheduling context of its own, still wakes it.
        (void)seL4_SchedContext_Bind(component->sched_context, component->notification);
    }
    start_finished(pd);
}
