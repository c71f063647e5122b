// SPDX-License-Identifier: BSD-2-Clause
//
// Restarts a child that crashes in init() over and over, answers the fault of another, stops and
// resumes a third.

#include "say.h"

enum {
    CRASHES = 5,
    SKIPS = 60,
    COUNTS = 0,
    ALARM = 1, // channel of the one that counts
    RESTARTS = 200,
    ENTRY = 0x200000,
};

static seL4_Word restarts;
static seL4_Word strange;
static seL4_Word counted;

void init(void)
{
    say("init");
}

void notified(microkit_channel ch)
{
    if (ch != ALARM) {
        return;
    }
    counted++;
    if (counted == 3) {
        microkit_pd_stop(COUNTS);
        say_number("stopped", "after", counted);
        microkit_pd_resume(COUNTS);
    } else if (counted == 6) {
        microkit_pd_stop(COUNTS);
        say_number("stopped_again", "after", counted);
    }
}

static void crashed(microkit_msginfo msginfo)
{
    strange += microkit_msginfo_get_label(msginfo) != seL4_Fault_VMFault;
    strange += microkit_mr_get(seL4_VMFault_Addr) != 0x100;
    if (restarts < RESTARTS) {
        restarts++;
        microkit_pd_restart(CRASHES, ENTRY);
        return;
    }
    microkit_pd_stop(CRASHES);
    struct line l;
    line_begin(&l, "restarted");
    line_number(&l, "times", restarts);
    line_number(&l, "strange", strange);
    line_end(&l);
}

seL4_Bool fault(microkit_child child, microkit_msginfo msginfo, microkit_msginfo *reply_msginfo)
{
    if (child == CRASHES) {
        crashed(msginfo);
        return seL4_False;
    }
    // It goes on behind the instruction that is none.
    enum { INSTRUCTION = 4 };
    say_number("skips", "child", child);
    microkit_mr_set(seL4_UserException_FaultIP,
                    microkit_mr_get(seL4_UserException_FaultIP) + INSTRUCTION);
    *reply_msginfo = microkit_msginfo_new(0, 1);
    return seL4_True;
}
