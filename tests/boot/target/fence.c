// SPDX-License-Identifier: BSD-2-Clause
//
// Peek's parent: counts its faults, which must all be accesses to the kernel's half of the
// addresses, and lets it go on behind each.

#include "peek.h"

#include <kaal/component.h>

enum { INSTRUCTION_SIZE = 4, FRAME_REGISTERS = 17 };

static uint64_t faults[3]; // by access

// Behind the instruction; after a jump, back to where it came from.
static bool skip(seL4_CPtr tcb, const struct kaal_fault *fault)
{
    seL4_UserContext context;
    if (seL4_TCB_ReadRegisters(tcb, 0, 0, FRAME_REGISTERS, &context) != seL4_NoError) {
        return false;
    }
    context.pc = fault->access == KAAL_ACCESS_EXECUTE ? context.x30 : fault->ip + INSTRUCTION_SIZE;
    return seL4_TCB_WriteRegisters(tcb, 0, 0, 1, &context) == seL4_NoError;
}

bool fault(seL4_Word badge, seL4_MessageInfo_t info, seL4_MessageInfo_t *reply)
{
    (void)badge; // one child
    struct kaal_fault what;
    if (!kaal_fault_read(info, &what) || what.type != seL4_Fault_VMFault ||
        what.addr < PEEK_UPPER_HALF) {
        return false;
    }
    faults[what.access]++;
    *reply = seL4_MessageInfo_new(0, 0, 0, 0);
    return skip(kaal_need(KAAL_START_TCB, "peek")->slot, &what);
}

void notified(seL4_Word bits)
{
    (void)bits; // peek is done
    struct kaal_report report;
    kaal_report_begin(&report, "faults");
    kaal_report_u64(&report, "reads", faults[KAAL_ACCESS_READ]);
    kaal_report_u64(&report, "writes", faults[KAAL_ACCESS_WRITE]);
    kaal_report_u64(&report, "jumps", faults[KAAL_ACCESS_EXECUTE]);
    kaal_report_end(&report);
    kaal_report_begin(&report, "end");
    kaal_report_end(&report);
    (void)kaal_console_flush();
    kaal_halt();
}
