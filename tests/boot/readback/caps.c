// SPDX-License-Identifier: BSD-2-Clause
//
// Capabilities in words: reads lines of two hexadecimal words from standard input, prints for each
// what the kernel's own accessors (kernel/cap.h) find in them:
//
//    endpoint address=0x.. rights=wr badge=0x..
#include "kernel/cap.h"

#include <inttypes.h>
#include <stdio.h>

static const char *type_name(enum cap_type type)
{
    static const char *const names[] = {
        [CAP_NULL] = "none",
        [CAP_FRAME] = "frame",
        [CAP_UNTYPED] = "untyped",
        [CAP_PAGE_TABLE] = "page_table",
        [CAP_ENDPOINT] = "endpoint",
        [CAP_NOTIFICATION] = "notification",
        [CAP_REPLY] = "reply",
        [CAP_VSPACE] = "vspace",
        [CAP_CNODE] = "cnode",
        [CAP_ASID_CONTROL] = "asid_control",
        [CAP_TCB] = "tcb",
        [CAP_ASID_POOL] = "asid_pool",
        [CAP_IRQ_CONTROL] = "irq_control",
        [CAP_IRQ_HANDLER] = "irq_handler",
        [CAP_ZOMBIE] = "zombie",
        [CAP_DOMAIN] = "domain",
        [CAP_SCHED_CONTEXT] = "sched_context",
        [CAP_SCHED_CONTROL] = "sched_control",
        [CAP_SMC] = "smc",
        [CAP_SGI] = "sgi",
    };
    size_t count = sizeof(names) / sizeof(names[0]);
    return type < count && names[type] != NULL ? names[type] : "unknown";
}

static void print_rights(struct cap cap)
{
    printf(" rights=%s%s%s%s", cap_get(cap, CAP_READ) ? "r" : "",
           cap_get(cap, CAP_WRITE) ? "w" : "", cap_get(cap, CAP_GRANT) ? "g" : "",
           cap_get(cap, CAP_GRANT_REPLY) ? "p" : "");
}

static void print_paged(struct cap cap)
{
    printf(" address=0x%" PRIx64 " asid=%" PRIu64, cap_base(cap).raw, cap_get(cap, CAP_ASID));
}

static void print_frame(struct cap cap)
{
    print_paged(cap);
    printf(" rights=%s%s bits=%u vaddr=0x%" PRIx64, cap_get(cap, CAP_READ) ? "r" : "",
           cap_get(cap, CAP_WRITE) ? "w" : "",
           frame_bits((enum frame_size)cap_get(cap, CAP_FRAME_SIZE)),
           cap_get(cap, CAP_VADDR) << 12);
}

static void print_cap(struct cap cap)
{
    fputs(type_name(cap_type(cap)), stdout);
    switch ((int)cap_type(cap)) {
    case CAP_FRAME:
        print_frame(cap);
        break;
    case CAP_VSPACE:
    case CAP_PAGE_TABLE:
        print_paged(cap);
        break;
    case CAP_ENDPOINT:
    case CAP_NOTIFICATION:
        printf(" address=0x%" PRIx64 " badge=0x%" PRIx64, cap_address(cap).raw, cap_badge(cap));
        print_rights(cap);
        break;
    case CAP_CNODE:
        printf(" address=0x%" PRIx64 " bits=%u guard=%" PRIu64 " guard_size=%" PRIu64,
               cap_address(cap).raw, cap_size_bits(cap), cap_get(cap, CAP_GUARD),
               cap_get(cap, CAP_GUARD_SIZE));
        break;
    case CAP_REPLY:
    case CAP_TCB:
    case CAP_SCHED_CONTEXT:
        printf(" address=0x%" PRIx64, cap_address(cap).raw);
        break;
    case CAP_IRQ_HANDLER:
        printf(" irq=%" PRIu64, cap_get(cap, CAP_IRQ));
        break;
    default:
        break;
    }
    putchar('\n');
}

int main(void)
{
    struct cap cap;
    // NOLINTNEXTLINE(cert-err34-c): the numbers are the test's own
    while (scanf("%" SCNx64 " %" SCNx64, &cap.word[0], &cap.word[1]) == 2) {
        print_cap(cap);
    }
    return 0;
}
