// SPDX-License-Identifier: BSD-2-Clause
//
// A parent that hears of its child's fault, or does not: by its arguments it ends in its first life
// ("again"), so that it is built anew, or for good ("ends").

#include <kaal/args.h>
#include <kaal/component.h>

enum {
    INSTRUCTION_SIZE = 4,
    FRAME_REGISTERS = 17, // of seL4_UserContext, up to x30
};

// Behind the instruction.
static bool skip(seL4_CPtr tcb)
{
    seL4_UserContext context;
    if (seL4_TCB_ReadRegisters(tcb, 0, 0, FRAME_REGISTERS, &context) != seL4_NoError) {
        return false;
    }
    context.pc += INSTRUCTION_SIZE;
    return seL4_TCB_WriteRegisters(tcb, 0, 0, 1, &context) == seL4_NoError;
}

bool fault(seL4_Word badge, seL4_MessageInfo_t info, seL4_MessageInfo_t *reply)
{
    (void)badge; // one child
    struct kaal_fault what;
    if (!kaal_fault_read(info, &what)) {
        return false;
    }
    *reply = seL4_MessageInfo_new(0, 0, 0, 0);
    bool skipped = skip(kaal_need(KAAL_START_TCB, NULL)->slot);
    struct kaal_report report;
    kaal_report_begin(&report, "guarded");
    kaal_report_u64(&report, "generation", kaal_start->generation);
    kaal_report_hex(&report, "addr", what.addr);
    kaal_report_u64(&report, "skipped", skipped);
    kaal_report_end(&report);
    return skipped;
}

void init(void)
{
    if (kaal_args_has(kaal_start->args, "ends")) {
        kaal_exit(0, "has better to do");
    }
    if (kaal_args_has(kaal_start->args, "again") && kaal_start->generation == 1) {
        kaal_exit(1, "once more");
    }
}
