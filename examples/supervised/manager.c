// SPDX-License-Identifier: BSD-2-Clause
//
// Whom the crasher's failure escalates to: what it answers in its first life makes the crasher
// crash, so a restart of the crasher alone does not help.

#include "supervised.h"

#include <kaal/component.h>

static uint64_t answers;

void init(void)
{
    struct kaal_report report;
    kaal_report_begin(&report, "life");
    kaal_report_u64(&report, "generation", kaal_start->generation);
    kaal_report_end(&report);
}

seL4_MessageInfo_t protected(seL4_Word badge, seL4_MessageInfo_t info)
{
    (void)badge;
    (void)info; // there is one question
    answers++;
    seL4_SetMR(0, kaal_start->generation == 1 ? nowhere("crasher", 0x10 + answers) : 0);
    return seL4_MessageInfo_new(KAAL_OK, 0, 0, 1);
}
