/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parent of a program that is not reliable: restarts it when it faults, and shows that it can hold
 * it.
 */
#include "station.h"

enum { WORKS = 2, ENTRY = 0x200000 };

seL4_Word flaky; /* what it is called */
static seL4_Word restarts;

void init(void)
{
    print_number("guard: child ", flaky, "\n");
}

void notified(microkit_channel ch)
{
    if (ch != WORKS) {
        return;
    }
    print_number("guard: works after ", restarts, " restarts\n");
    microkit_pd_stop((microkit_child)flaky);
    print("guard: stopped\n");
    microkit_pd_resume((microkit_child)flaky);
}

seL4_Bool fault(microkit_child child, microkit_msginfo msginfo, microkit_msginfo *reply_msginfo)
{
    if (child != flaky) {
        return seL4_False;
    }
    if (microkit_msginfo_get_label(msginfo) == seL4_Fault_VMFault) {
        restarts++;
        print_number("guard: fault at ", microkit_mr_get(seL4_VMFault_Addr), "\n");
        microkit_pd_restart(child, ENTRY);
        return seL4_False;
    }
    /* An instruction that does not exist: it is skipped. */
    microkit_mr_set(0, microkit_mr_get(0) + 4);
    *reply_msginfo = microkit_msginfo_new(0, 1);
    print("guard: skipped an instruction\n");
    return seL4_True;
}
