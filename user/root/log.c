// SPDX-License-Identifier: BSD-2-Clause

#include "root.h"

#include <kaal/broker_client.h>
#include <kaal/console.h>
#include <kaal/halt.h>

void root_print(const struct root *root, const struct kaal_report *report)
{
    if (root->uart != NULL) {
        pl011_poll_line(root->uart, "[root] ", report->text);
    }
}

void root_fail(const struct root *root, const char *what, const char *name, const char *cause)
{
    struct kaal_report report;
    kaal_report_error(&report, what, name, cause);
    root_print(root, &report);
    kaal_halt();
    // Nothing else has been started: the system stands still here.
    for (;;) {
        (void)seL4_TCB_Suspend(root->caps[KAAL_HANDOVER_ROOT_TCB] == 0
                                   ? seL4_CapInitThreadTCB
                                   : store_cptr(root->caps[KAAL_HANDOVER_ROOT_TCB]));
    }
}

void root_check(const struct root *root, seL4_Error err, const char *what, const char *name)
{
    if (err != seL4_NoError) {
        root_fail(root, what, name, kaal_kernel_error(err));
    }
}
