// SPDX-License-Identifier: BSD-2-Clause
//
// The prober's parent. Each fault of the prober comes here as a message: the warden reports it,
// moves the prober's program counter behind what it tried, and lets it go on. In the end it looks
// whether the page that the prober may only read is as it was.

#include "demo.h"

#include <kaal/component.h>

enum {
    INSTRUCTION_SIZE = 4,
    FRAME_REGISTERS = 17, // of seL4_UserContext, up to x30
};

static volatile uint64_t *sealed;
static uint64_t faults;

static void report_fault(const struct kaal_fault *fault)
{
    struct kaal_report report;
    kaal_report_begin(&report, "fault");
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

// Behind the instruction; after a jump to where nothing can be executed, back to where it came
// from.
static bool skip(const struct kaal_start_entry *child, const struct kaal_fault *fault)
{
    seL4_UserContext context;
    if (seL4_TCB_ReadRegisters(child->slot, 0, 0, FRAME_REGISTERS, &context) != seL4_NoError) {
        return false;
    }
    bool jumped = fault->type == seL4_Fault_VMFault && fault->access == KAAL_ACCESS_EXECUTE;
    context.pc = jumped ? context.x30 : context.pc + INSTRUCTION_SIZE;
    return seL4_TCB_WriteRegisters(child->slot, 0, 0, 1, &context) == seL4_NoError;
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
    return skip(kaal_need(KAAL_START_TCB, "prober"), &what);
}

void notified(seL4_Word bits)
{
    (void)bits; // the prober is done
    struct kaal_report report;
    kaal_report_begin(&report, "sealed");
    kaal_report_hex(&report, "word", *sealed);
    kaal_report_u64(&report, "faults", faults);
    kaal_report_end(&report);
    kaal_signal(kaal_need(KAAL_START_SIGNAL, "done"));
}

void init(void)
{
    sealed = (volatile uint64_t *)kaal_need(KAAL_START_MEMORY, "sealed")->address; // NOLINT
    *sealed = demo_value("sealed");

    struct kaal_report report;
    kaal_report_begin(&report, "ready");
    kaal_report_end(&report);
}
