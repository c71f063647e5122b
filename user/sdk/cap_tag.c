// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/cap_tag.h>

int kaal_cap_tag(enum kaal_cap_kind kind)
{
    static const int tags[KAAL_CAP_KIND_COUNT] = {
        [KAAL_CAP_ENDPOINT] = KAAL_CAP_TAG_ENDPOINT,
        [KAAL_CAP_NOTIFICATION] = KAAL_CAP_TAG_NOTIFICATION,
        [KAAL_CAP_REPLY] = KAAL_CAP_TAG_REPLY,
        [KAAL_CAP_IRQ_HANDLER] = KAAL_CAP_TAG_IRQ_HANDLER,
        [KAAL_CAP_CNODE] = KAAL_CAP_TAG_CNODE,
        [KAAL_CAP_VSPACE] = KAAL_CAP_TAG_VSPACE,
        [KAAL_CAP_TCB] = KAAL_CAP_TAG_THREAD,
        [KAAL_CAP_SCHED_CONTEXT] = KAAL_CAP_TAG_SCHED_CONTEXT,
        [KAAL_CAP_FRAME] = KAAL_CAP_TAG_FRAME,
        [KAAL_CAP_INBOX] = KAAL_CAP_TAG_CNODE,
        [KAAL_CAP_IRQ_NUMBER] = KAAL_CAP_TAG_IRQ_HANDLER,
        [KAAL_CAP_SMC] = KAAL_CAP_TAG_SMC,
    };
    return tags[kind];
}

const char *kaal_cap_tag_name(int tag)
{
    static const char *const names[] = {
        [KAAL_CAP_TAG_NULL] = "none",
        [KAAL_CAP_TAG_FRAME] = "frame",
        [KAAL_CAP_TAG_UNTYPED] = "untyped",
        [KAAL_CAP_TAG_PAGE_TABLE] = "page_table",
        [KAAL_CAP_TAG_ENDPOINT] = "endpoint",
        [KAAL_CAP_TAG_NOTIFICATION] = "notification",
        [KAAL_CAP_TAG_REPLY] = "reply",
        [KAAL_CAP_TAG_VSPACE] = "vspace",
        [KAAL_CAP_TAG_CNODE] = "cnode",
        [KAAL_CAP_TAG_ASID_CONTROL] = "asid_control",
        [KAAL_CAP_TAG_THREAD] = "tcb",
        [KAAL_CAP_TAG_ASID_POOL] = "asid_pool",
        [KAAL_CAP_TAG_IRQ_CONTROL] = "irq_control",
        [KAAL_CAP_TAG_IRQ_HANDLER] = "irq_handler",
        [KAAL_CAP_TAG_SCHED_CONTEXT] = "sched_context",
        [KAAL_CAP_TAG_SCHED_CONTROL] = "sched_control",
        [KAAL_CAP_TAG_SMC] = "smc",
    };
    bool known = tag >= 0 && tag < (int)(sizeof(names) / sizeof(names[0])) && names[tag] != NULL;
    return known ? names[tag] : "something";
}
