// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/object.h"

#include "kernel/arch.h"
#include "kernel/asid.h"
#include "kernel/endpoint.h"
#include "kernel/irq.h"
#include "kernel/notification.h"
#include "kernel/reply.h"
#include "kernel/sched_context.h"
#include "kernel/tcb.h"
#include "kernel/untyped.h"
#include "kernel/vspace.h"

unsigned object_bits(uint64_t type, uint64_t size_bits)
{
    ASSERT(type < seL4_ObjectTypeCount && size_bits < seL4_WordBits);
    static const uint8_t fixed[seL4_ObjectTypeCount] = {
        [seL4_TCBObject] = seL4_TCBBits,
        [seL4_EndpointObject] = seL4_EndpointBits,
        [seL4_NotificationObject] = seL4_NotificationBits,
        [seL4_ReplyObject] = seL4_ReplyBits,
        [seL4_ARM_HugePageObject] = seL4_HugePageBits,
        [seL4_ARM_VSpaceObject] = seL4_VSpaceBits,
        [seL4_ARM_SmallPageObject] = seL4_PageBits,
        [seL4_ARM_LargePageObject] = seL4_LargePageBits,
        [seL4_ARM_PageTableObject] = seL4_PageTableBits,
    };
    if (type == seL4_CapTableObject) {
        return (unsigned)size_bits + seL4_SlotBits;
    }
    return fixed[type] != 0 ? fixed[type] : (unsigned)size_bits;
}

static struct cap frame_create(enum frame_size size, paddr_t base, bool device)
{
    struct cap cap = cap_new_paged(CAP_FRAME, base);
    cap = cap_set(cap, CAP_FRAME_SIZE, size);
    cap = cap_set(cap, CAP_DEVICE, device);
    cap = cap_set(cap, CAP_READ, 1);
    return cap_set(cap, CAP_WRITE, 1);
}

static struct cap table_create(enum cap_type type, paddr_t base, unsigned bits)
{
    arch_clean_table(base, UINT64_C(1) << bits);
    return cap_new_paged(type, base);
}

static struct cap sized_create(enum cap_type type, paddr_t base, uint64_t size_bits)
{
    return cap_set(cap_new(type, base), CAP_SIZE_BITS, size_bits);
}

static struct cap notification_create(paddr_t base)
{
    return cap_set(cap_set(cap_new(CAP_NOTIFICATION, base), CAP_WRITE, 1), CAP_READ, 1);
}

struct cap object_create(uint64_t type, uint64_t size_bits, paddr_t base, bool device)
{
    switch (type) {
    case seL4_UntypedObject:
        return untyped_cap(base, (unsigned)size_bits, device, 0);
    case seL4_TCBObject:
        tcb_init(arch_ptr(base));
        return cap_new(CAP_TCB, base);
    case seL4_EndpointObject:
        return cap_set(cap_new(CAP_ENDPOINT, base), CAP_RIGHTS, 15);
    case seL4_NotificationObject:
        return notification_create(base);
    case seL4_CapTableObject:
        return sized_create(CAP_CNODE, base, size_bits);
    case seL4_SchedContextObject:
        sched_context_init(arch_ptr(base), (unsigned)size_bits);
        return sized_create(CAP_SCHED_CONTEXT, base, size_bits);
    case seL4_ReplyObject:
        return cap_set(cap_new(CAP_REPLY, base), CAP_GRANT, 1);
    case seL4_ARM_SmallPageObject:
        return frame_create(FRAME_SMALL, base, device);
    case seL4_ARM_LargePageObject:
        return frame_create(FRAME_LARGE, base, device);
    case seL4_ARM_HugePageObject:
        return frame_create(FRAME_HUGE, base, device);
    case seL4_ARM_VSpaceObject:
        return table_create(CAP_VSPACE, base, seL4_VSpaceBits);
    default:
        ASSERT(type == seL4_ARM_PageTableObject);
        return table_create(CAP_PAGE_TABLE, base, seL4_PageTableBits);
    }
}

// The last capability of the object is about to go.
static void destroy_object(struct cap cap)
{
    switch ((int)cap_type(cap)) {
    case CAP_NOTIFICATION:
        notification_release(notification_of(cap));
        break;
    case CAP_REPLY:
        reply_destroy(reply_of(cap));
        break;
    case CAP_SCHED_CONTEXT:
        sched_context_destroy(sched_context_of(cap));
        break;
    case CAP_PAGE_TABLE:
        page_table_unmap(cap);
        break;
    case CAP_VSPACE:
        vspace_destroy(cap);
        break;
    case CAP_ASID_POOL:
        asid_pool_destroy(cap);
        break;
    case CAP_IRQ_HANDLER:
        irq_handler_destroy(cap);
        break;
    default: // nothing but the capability
        break;
    }
}

void object_destroy(struct cap cap, bool final)
{
    if (cap_type(cap) == CAP_FRAME) {
        frame_unmap(cap); // a mapping belongs to one capability
    } else if (final) {
        destroy_object(cap);
    }
}

const char *object_name(struct cap cap)
{
    static const char *const names[] = {
        [CAP_NULL] = "null",
        [CAP_FRAME] = "frame",
        [CAP_UNTYPED] = "untyped",
        [CAP_PAGE_TABLE] = "page table",
        [CAP_ENDPOINT] = "endpoint",
        [CAP_NOTIFICATION] = "notification",
        [CAP_REPLY] = "reply",
        [CAP_VSPACE] = "vspace",
        [CAP_CNODE] = "cnode",
        [CAP_ASID_CONTROL] = "asid control",
        [CAP_TCB] = "tcb",
        [CAP_ASID_POOL] = "asid pool",
        [CAP_IRQ_CONTROL] = "irq control",
        [CAP_IRQ_HANDLER] = "irq handler",
        [CAP_ZOMBIE] = "zombie",
        [CAP_DOMAIN] = "domain",
        [CAP_SCHED_CONTEXT] = "scheduling context",
        [CAP_SCHED_CONTROL] = "sched control",
        [CAP_SMC] = "smc",
        [CAP_SGI] = "sgi",
    };
    return names[cap_type(cap)];
}
