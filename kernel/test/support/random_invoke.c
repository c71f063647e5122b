// SPDX-License-Identifier: BSD-2-Clause
#include "random_parts.h"

#include "fresh.h"

#include "kernel/arch.h"
#include "kernel/ipc.h"
#include "kernel/kernel.h"

#include <sel4/arch/invocation.h>
#include <sel4/arch/objecttype.h>
#include <sel4/reserved.h>
#include <sel4/syscall.h>

// --- messages ------------------------------------------------------------------------------------

static void set_words(struct step *step, const char *name, uint64_t target, uint64_t label,
                      unsigned count, const uint64_t *words)
{
    const struct message_info info = {.label = label, .length = count};
    step->kind = STEP_SYSCALL;
    step->name = name;
    step->number = seL4_SysCall;
    step->x[0] = target;
    step->x[1] = message_info_pack(info);
    for (unsigned i = 0; i < count; i++) {
        if (i < ARCH_MESSAGE_REGISTERS) {
            step->x[2 + i] = words[i];
        } else {
            step_word(step, BUFFER_MESSAGE + i, words[i]);
        }
    }
}

// The invocation `label` of `target` with these words; without words, plain.
#define INVOKE(step, name, target, label, ...)                                                     \
    set_words((step), (name), (target), (label),                                                   \
              sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t),                          \
              (const uint64_t[]){__VA_ARGS__})

static void plain(struct step *step, const char *name, uint64_t target, uint64_t label)
{
    set_words(step, name, target, label, 0, NULL);
}

// One more capability goes along.
static void with_cap(struct step *step, uint64_t cap)
{
    struct message_info info = message_info_unpack(step->x[1]);
    step_word(step, BUFFER_CAPS + info.extra_caps, cap);
    info.extra_caps++;
    step->x[1] = message_info_pack(info);
}

// --- memory and capability spaces ----------------------------------------------------------------

static void retype(struct step *step)
{
    static const uint64_t types[] = {
        seL4_UntypedObject,      seL4_TCBObject,           seL4_EndpointObject,
        seL4_NotificationObject, seL4_CapTableObject,      seL4_SchedContextObject,
        seL4_ReplyObject,        seL4_ARM_SmallPageObject, seL4_ARM_PageTableObject,
        seL4_ARM_VSpaceObject,   seL4_ARM_LargePageObject,
    };
    const uint64_t type = types[below(sizeof(types) / sizeof(types[0]))];
    uint64_t size = chance(50) ? 12 : below(14);
    if (type == seL4_CapTableObject) {
        size = 1 + below(8);
    } else if (type == seL4_SchedContextObject) {
        size = 7 + below(3);
    }
    const uint64_t count = chance(90) ? 1 + below(2) : below(300);
    INVOKE(step, "Retype", pick(CAP_UNTYPED), UntypedRetype, type, size, 0, 0, empty_slot(), count);
    with_cap(step, chance(90) ? self() : pick(CAP_CNODE));
}

// A badge, or a guard that makes a small CNode a whole CSpace.
static uint64_t cap_data(void)
{
    return chance(50) ? below(4) : 64 - (1 + below(SPACE_BITS));
}

static void copy(struct step *step)
{
    static const char *const names[] = {"Copy", "Mint", "Move", "Mutate"};
    const uint64_t which = below(4);
    const uint64_t source = pick(any_type());
    const uint64_t rights = chance(70) ? 15 : below(16);
    const uint64_t data = cap_data();
    INVOKE(step, names[which], chance(90) ? self() : pick(CAP_CNODE), CNodeCopy + which,
           empty_slot(), DEPTH, source, DEPTH, which == 3 ? data : rights, data);
    with_cap(step, self());
}

static void rotate(struct step *step)
{
    const uint64_t source = any_slot();
    const uint64_t dest = chance(50) ? source : empty_slot();
    const uint64_t pivot = chance(60) ? pick(any_type()) : any_slot();
    INVOKE(step, "Rotate", self(), CNodeRotate, dest, DEPTH, cap_data(), pivot, DEPTH, cap_data(),
           source, DEPTH);
    with_cap(step, self());
    with_cap(step, self());
}

// Bits that select a slot of the CNode.
static uint64_t radix_of(uint64_t slot)
{
    const struct cap cap = cap_at(slot);
    return cap_type(cap) == CAP_CNODE ? cap_get(cap, CAP_GUARD_SIZE) + cap_size_bits(cap) : 4;
}

// Into a CNode of its own, and back: for containers in containers.
static void move_deep(struct step *step)
{
    const uint64_t cnode = pick(CAP_CNODE);
    const uint64_t radix = radix_of(cnode);
    const uint64_t inner = below(chance(50) ? 4 : 256);
    if (chance(80)) {
        const uint64_t source =
            chance(60) ? pick(chance(50) ? CAP_CNODE : CAP_TCB) : pick(any_type());
        INVOKE(step, "MoveIn", cnode, CNodeMove, inner, radix, source, DEPTH);
        with_cap(step, self());
    } else {
        INVOKE(step, "MoveOut", self(), CNodeMove, empty_slot(), DEPTH, inner, radix);
        with_cap(step, cnode);
    }
}

static void delete_slot(struct step *step)
{
    uint64_t slot = pick(chance(30) ? CAP_CNODE : any_type());
    if (slot == self() || slot == MEMORY) {
        slot = any_slot(); // seldom: it ends the story
    }
    INVOKE(step, "Delete", self(), CNodeDelete, slot, DEPTH);
}

static void revoke(struct step *step)
{
    INVOKE(step, "Revoke", self(), CNodeRevoke, pick(any_type()), DEPTH);
}

static void cancel(struct step *step)
{
    INVOKE(step, "CancelBadgedSends", self(), CNodeCancelBadgedSends, pick(CAP_ENDPOINT), DEPTH);
}

// --- threads -------------------------------------------------------------------------------------

static void tcb_registers(struct step *step)
{
    const uint64_t tcb = pick(CAP_TCB);
    switch (below(5)) {
    case 0:
        INVOKE(step, "ReadRegisters", tcb, TCBReadRegisters, below(2), 1 + below(36));
        break;
    case 1:
        INVOKE(step, "WriteRegisters", tcb, TCBWriteRegisters, below(2), 3, 0x1000, 0x2000, 0);
        break;
    case 2:
        INVOKE(step, "CopyRegisters", tcb, TCBCopyRegisters, below(16));
        with_cap(step, pick(CAP_TCB));
        break;
    case 3:
        INVOKE(step, "SetTLSBase", tcb, TCBSetTLSBase, below(100));
        break;
    default:
        INVOKE(step, "SetFlags", tcb, TCBSetFlags, below(2), below(4));
        break;
    }
}

static void tcb_debug(struct step *step)
{
    const uint64_t tcb = pick(CAP_TCB);
    const uint64_t number = chance(80) ? below(2) : below(12); // few, to meet again
    switch (below(4)) {
    case 0:
        INVOKE(step, "SetBreakpoint", tcb, KAAL_LABEL_TCB_SET_BREAKPOINT, number,
               FRESH_IMAGE + 4 * below(16), below(2), chance(50) ? 0 : below(9), below(3));
        break;
    case 1:
        INVOKE(step, "GetBreakpoint", tcb, KAAL_LABEL_TCB_GET_BREAKPOINT, number);
        break;
    case 2:
        INVOKE(step, "UnsetBreakpoint", tcb, KAAL_LABEL_TCB_UNSET_BREAKPOINT, number);
        break;
    default:
        INVOKE(step, "SingleStepping", tcb, KAAL_LABEL_TCB_CONFIGURE_SINGLE_STEPPING, number,
               below(3));
        break;
    }
}

static void tcb_spaces(struct step *step)
{
    const uint64_t tcb = pick(CAP_TCB);
    const uint64_t guard = chance(80) ? 0 : 64 - SPACE_BITS;
    const uint64_t cnode = chance(80) ? self() : pick(CAP_CNODE);
    switch (below(4)) {
    case 0:
        INVOKE(step, "Configure", tcb, TCBConfigure, guard, 0, below(4) * 1024);
        with_cap(step, cnode);
        with_cap(step, pick(CAP_VSPACE));
        with_cap(step, pick(CAP_FRAME));
        break;
    case 1:
        INVOKE(step, "SetSpace", tcb, TCBSetSpace, guard, 0);
        with_cap(step, pick(CAP_ENDPOINT));
        with_cap(step, cnode);
        with_cap(step, pick(CAP_VSPACE));
        break;
    case 2:
        INVOKE(step, "SetIPCBuffer", tcb, TCBSetIPCBuffer, below(4) * 1024);
        with_cap(step, pick(CAP_FRAME));
        break;
    default:
        plain(step, "SetTimeoutEndpoint", tcb, TCBSetTimeoutEndpoint);
        with_cap(step, pick(CAP_ENDPOINT));
        break;
    }
}

static uint64_t priority(void)
{
    return chance(95) ? FIRST_PRIORITY + below(PRIORITIES) : below(256);
}

static void tcb_scheduling(struct step *step)
{
    const uint64_t tcb = pick(CAP_TCB);
    switch (below(7)) {
    case 0:
        INVOKE(step, "SetPriority", tcb, TCBSetPriority, priority());
        with_cap(step, pick(CAP_TCB));
        break;
    case 1:
        INVOKE(step, "SetSchedParams", tcb, TCBSetSchedParams, 255, priority());
        with_cap(step, pick(CAP_TCB));
        with_cap(step, pick(CAP_SCHED_CONTEXT));
        with_cap(step, pick(CAP_ENDPOINT));
        break;
    case 2:
        plain(step, "Suspend", tcb, TCBSuspend);
        break;
    case 3:
        plain(step, "Resume", tcb, TCBResume);
        break;
    case 4:
        plain(step, "BindNotification", tcb, TCBBindNotification);
        with_cap(step, pick(CAP_NOTIFICATION));
        break;
    case 5:
        INVOKE(step, "SetMCPriority", tcb, TCBSetMCPriority, 104 + below(2));
        with_cap(step, pick(CAP_TCB));
        break;
    default:
        plain(step, "UnbindNotification", tcb, TCBUnbindNotification);
        break;
    }
}

// --- time ----------------------------------------------------------------------------------------

static void configure(struct step *step, uint64_t context)
{
    const uint64_t period = chance(95) ? 20 + below(5000) : anything();
    const uint64_t budget = chance(30) ? period : 20 + below(chance(50) ? 40 : period | 1);
    INVOKE(step, "ConfigureFlags", pick(CAP_SCHED_CONTROL), SchedControlConfigureFlags, budget,
           period, below(5), below(100), below(2));
    with_cap(step, context);
}

static void sched_context(struct step *step)
{
    const uint64_t context = pick(CAP_SCHED_CONTEXT);
    const uint64_t object = pick(chance(70) ? CAP_TCB : CAP_NOTIFICATION);
    switch (below(7)) {
    case 0:
    case 1:
        configure(step, context);
        break;
    case 2:
        plain(step, "Bind", context, SchedContextBind);
        with_cap(step, object);
        break;
    case 3:
        plain(step, "UnbindObject", context, SchedContextUnbindObject);
        with_cap(step, object);
        break;
    case 4:
        plain(step, "Unbind", context, SchedContextUnbind);
        break;
    case 5:
        plain(step, "Consumed", context, SchedContextConsumed);
        break;
    default:
        plain(step, "YieldTo", context, SchedContextYieldTo);
        break;
    }
}

static void domain(struct step *step)
{
    const uint64_t cap = pick(CAP_DOMAIN);
    switch (below(3)) {
    case 0:
        INVOKE(step, "DomainSet", cap, DomainSetSet, below(KCFG_DOMAIN_COUNT + 1));
        with_cap(step, pick(CAP_TCB));
        break;
    case 1:
        INVOKE(step, "DomainScheduleConfigure", cap, DomainScheduleConfigure,
               below(KCFG_DOMAIN_SCHEDULE_COUNT + 1), below(KCFG_DOMAIN_COUNT), below(100000));
        break;
    default:
        INVOKE(step, "DomainScheduleSetStart", cap, DomainScheduleSetStart, below(4));
        break;
    }
}

// --- address spaces ------------------------------------------------------------------------------

// A frame that is mapped, as far as it knows, if one is found soon.
static uint64_t mapped_frame(void)
{
    uint64_t slot = pick(CAP_FRAME);
    for (unsigned tries = 0; tries < 4; tries++) {
        const struct cap cap = cap_at(slot);
        if (cap_type(cap) == CAP_FRAME && cap_get(cap, CAP_ASID) != 0) {
            break;
        }
        slot = pick(CAP_FRAME);
    }
    return slot;
}

static void map_page(struct step *step, uint64_t address, uint64_t vspace)
{
    INVOKE(step, "PageMap", pick(CAP_FRAME), ARMPageMap, address, below(4), below(8));
    with_cap(step, vspace);
}

static void page(struct step *step, uint64_t address, uint64_t vspace)
{
    static const char *const names[] = {"PageClean", "PageInvalidate", "PageCleanInvalidate",
                                        "PageUnify", "PageGetAddress"};
    const uint64_t which = below(8);
    if (which < 5) {
        const uint64_t start = below(3) * 64;
        INVOKE(step, names[which], mapped_frame(), ARMPageClean_Data + which, start,
               start + (chance(90) ? 64 : 0));
    } else if (which < 7) {
        map_page(step, address, vspace);
    } else {
        plain(step, "PageUnmap", mapped_frame(), ARMPageUnmap);
    }
}

static void identifiers(struct step *step, uint64_t vspace)
{
    if (chance(50)) {
        plain(step, "AsidPoolAssign", pick(CAP_ASID_POOL), ARMASIDPoolAssign);
        with_cap(step, vspace);
    } else {
        INVOKE(step, "MakePool", pick(CAP_ASID_CONTROL), ARMASIDControlMakePool, empty_slot(),
               DEPTH);
        with_cap(step, pick(CAP_UNTYPED));
        with_cap(step, self());
    }
}

uint64_t any_place(void)
{
    // Where the initial task's image has its tables, or where 1, 2 or 3 of them are missing.
    static const uint64_t places[] = {FRESH_IMAGE, FRESH_IMAGE, 0x600000, 0x40000000, 0x8000000000};
    const uint64_t place = places[below(5)];
    return place + below(8) * 0x1000;
}

static void mapping(struct step *step)
{
    static const char *const names[] = {"VSpaceClean", "VSpaceInvalidate", "VSpaceCleanInvalidate",
                                        "VSpaceUnify"};
    const uint64_t address = any_place();
    const uint64_t vspace = pick(CAP_VSPACE);
    const uint64_t which = below(4);
    switch (below(8)) {
    case 0:
    case 1:
        INVOKE(step, "PageTableMap", pick(CAP_PAGE_TABLE), ARMPageTableMap, address, 0);
        with_cap(step, vspace);
        break;
    case 2:
        plain(step, "PageTableUnmap", pick(CAP_PAGE_TABLE), ARMPageTableUnmap);
        break;
    case 3:
        INVOKE(step, names[which], vspace, ARMVSpaceClean_Data + which, address,
               address + below(64));
        break;
    case 4:
    case 5:
        identifiers(step, vspace);
        break;
    default:
        page(step, address, vspace);
        break;
    }
}

// --- interrupts ----------------------------------------------------------------------------------

static void get_handler(struct step *step, uint64_t irq)
{
    if (chance(50)) {
        INVOKE(step, "IRQControlGet", pick(CAP_IRQ_CONTROL), IRQIssueIRQHandler, irq, empty_slot(),
               DEPTH);
    } else {
        INVOKE(step, "IRQControlGetTrigger", pick(CAP_IRQ_CONTROL), ARMIRQIssueIRQHandlerTrigger,
               irq, below(2), empty_slot(), DEPTH);
    }
    with_cap(step, self());
}

static void interrupt(struct step *step)
{
    const uint64_t handler = pick(CAP_IRQ_HANDLER);
    switch (below(6)) {
    case 0:
        get_handler(step, FIRST_IRQ + below(IRQS));
        break;
    case 1:
        plain(step, "IRQAck", handler, IRQAckIRQ);
        break;
    case 2:
        plain(step, "IRQSetNotification", handler, IRQSetIRQHandler);
        with_cap(step, pick(CAP_NOTIFICATION));
        break;
    case 3:
        plain(step, "IRQClear", handler, IRQClearIRQHandler);
        break;
    case 4:
        plain(step, "SGI", pick(CAP_SGI), below(2));
        break;
    default:
        INVOKE(step, "IssueSGI", pick(CAP_IRQ_CONTROL), ARMIRQIssueSGISignal, below(16), below(8),
               empty_slot(), DEPTH);
        with_cap(step, self());
        break;
    }
}

static void monitor(struct step *step)
{
    INVOKE(step, "SMC", pick(CAP_SMC), 1, below(4), below(64), 0, 0, 0, 0, 0, 0);
}

// --- all -----------------------------------------------------------------------------------------

void any_invocation(struct step *step)
{
    static void (*const choices[])(struct step *) = {
        retype,         retype,         retype,        copy,       copy,          copy,
        rotate,         delete_slot,    delete_slot,   move_deep,  move_deep,     sched_context,
        tcb_scheduling, tcb_scheduling, sched_context, tcb_spaces, tcb_registers, mapping,
        mapping,        interrupt,      cancel,        domain,     monitor,       tcb_debug,
    };
    // Without these in the configuration, they are invocations of nothing.
    const size_t count = sizeof(choices) / sizeof(choices[0]) - (KCFG_HARDWARE_DEBUG != 0 ? 0 : 1) -
                         (KCFG_HARDWARE_DEBUG != 0 || KCFG_ALLOW_SMC != 0 ? 0 : 1);
    if (chance(2)) {
        revoke(step);
    } else {
        choices[below(count)](step);
    }
}
