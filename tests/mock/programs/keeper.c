// SPDX-License-Identifier: BSD-2-Clause
//
// Mends what its pupil does wrong: maps the page that it misses, and otherwise begins it anew.

#include "life.h"

#include <demo.h>

#include <kaal/component.h>
#include <kaal/layout.h>

static uint64_t faults;

static void report_fault(const struct kaal_fault *fault)
{
    struct kaal_report report;
    kaal_report_begin(&report, "mended");
    kaal_report_u64(&report, "n", faults);
    kaal_report_str(&report, "kind", kaal_fault_kind(fault));
    kaal_report_hex(&report, "addr", fault->addr);
    if (fault->type == seL4_Fault_VMFault) {
        kaal_report_str(&report, "access", kaal_fault_access_name(fault));
    }
    kaal_report_str(&report, "cause", kaal_fault_cause(fault));
    kaal_report_hex(&report, "code", fault->code);
    kaal_report_end(&report);
}

static bool map_page(void)
{
    seL4_CPtr frame = kaal_need(KAAL_START_FRAME, "page")->slot;
    seL4_CPtr vspace = kaal_need(KAAL_START_VSPACE, "pupil")->slot;
    return seL4_ARM_Page_Map(frame, vspace, LIFE_PAGE, seL4_CanRead,
                             seL4_ARM_PageCacheable | seL4_ARM_ExecuteNever) == seL4_NoError;
}

static bool begin_anew(void)
{
    seL4_UserContext context = {
        .pc = LIFE_ENTRY,
        .sp = KAAL_LAYOUT_STACK_TOP,
        .x0 = KAAL_LAYOUT_START_PAGE,
    };
    return seL4_TCB_WriteRegisters(kaal_need(KAAL_START_TCB, "pupil")->slot, 0, 0,
                                   sizeof(context) / sizeof(seL4_Word), &context) == seL4_NoError;
}

bool fault(seL4_Word badge, seL4_MessageInfo_t info, seL4_MessageInfo_t *reply)
{
    (void)badge; // one child
    struct kaal_fault what;
    if (!kaal_fault_read(info, &what)) {
        return false;
    }
    faults++;
    report_fault(&what);
    *reply = seL4_MessageInfo_new(0, 0, 0, 0);
    return what.addr == LIFE_PAGE ? map_page() : begin_anew();
}

void init(void)
{
    const struct kaal_start_entry *page = kaal_need(KAAL_START_MEMORY, "page");
    *(volatile uint64_t *)page->address = demo_value("page"); // NOLINT: start page
}
