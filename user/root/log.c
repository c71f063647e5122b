// SPDX-License-Identifier: BSD-2-Clause

#include "root.h"

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

static const char *error_text(seL4_Error err)
{
    static const char *const texts[] = {
        [seL4_InvalidArgument] = "kernel: invalid argument",
        [seL4_InvalidCapability] = "kernel: invalid capability",
        [seL4_IllegalOperation] = "kernel: illegal operation",
        [seL4_RangeError] = "kernel: out of range",
        [seL4_AlignmentError] = "kernel: not aligned",
        [seL4_FailedLookup] = "kernel: failed lookup",
        [seL4_TruncatedMessage] = "kernel: truncated message",
        [seL4_DeleteFirst] = "kernel: slot or place occupied",
        [seL4_RevokeFirst] = "kernel: in use",
        [seL4_NotEnoughMemory] = "out of memory",
    };
    bool known = (size_t)err < sizeof(texts) / sizeof(texts[0]) && texts[err] != NULL;
    return known ? texts[err] : "kernel: unknown error";
}

void root_check(const struct root *root, seL4_Error err, const char *what, const char *name)
{
    if (err != seL4_NoError) {
        root_fail(root, what, name, error_text(err));
    }
}
