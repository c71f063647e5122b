// SPDX-License-Identifier: BSD-2-Clause
#include "random.h"

#include "random_parts.h"

#include "fresh.h"
#include "sim.h"

#include "kernel/arch.h"
#include "kernel/cspace.h"
#include "kernel/ipc.h"
#include "kernel/plat_host.h"
#include "kernel/sched_context.h"
#include "kernel/schedule.h"
#include "kernel/syscall.h"
#include "kernel/tcb.h"

#include "lib/prng.h"

static struct prng state;

void random_seed(uint64_t seed)
{
    state.state = seed;
}

uint64_t below(uint64_t limit)
{
    return prng_next(&state) % limit;
}

bool chance(unsigned percent)
{
    return below(100) < percent;
}

// --- choosing capabilities -----------------------------------------------------------------------

// The slots of the current thread's CSpace, false if it has none.
static bool space(struct cap *cnode)
{
    *cnode = kernel.current->slots[TCB_SLOT_CSPACE].cap;
    return cap_type(*cnode) == CAP_CNODE;
}

static uint64_t any_slot(void)
{
    struct cap cnode;
    return below(space(&cnode) ? cnode_slot_count(cnode) : UINT64_C(1) << SPACE_BITS);
}

// A slot that holds nothing, most of the time.
static uint64_t empty_slot(void)
{
    struct cap cnode;
    for (unsigned tries = 0; tries < 8 && space(&cnode); tries++) {
        const uint64_t slot = below(cnode_slot_count(cnode));
        if (slot_is_empty(cnode_slots(cnode) + slot)) {
            return slot;
        }
    }
    return any_slot();
}

// The address of a capability of `type` if there is one, most of the time.
static uint64_t pick(enum cap_type type)
{
    struct cap cnode;
    if (!space(&cnode) || chance(3)) {
        return any_slot();
    }
    const uint64_t count = cnode_slot_count(cnode);
    const uint64_t start = below(count);
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t slot = (start + i) % count;
        if (cap_type(cnode_slots(cnode)[slot].cap) == type) {
            return slot;
        }
    }
    return any_slot();
}

// A capability of the CSpace's own CNode, to name slots by, if there is one that is whole.
static uint64_t self(void)
{
    struct cap cnode;
    for (uint64_t i = 0; space(&cnode) && i < cnode_slot_count(cnode); i++) {
        const struct cap cap = cnode_slots(cnode)[i].cap;
        if (cap.word[0] == cnode.word[0] && cap.word[1] == cnode.word[1]) {
            return i;
        }
    }
    return SELF;
}

// --- invocations ---------------------------------------------------------------------------------

// What is executed next: a call unless said otherwise.
struct request {
    const char *name;
    int64_t number;
    uint64_t target;
    struct sim_message message;
};

static struct request request(const char *name, uint64_t target, struct sim_message message)
{
    return (struct request){
        .name = name, .number = seL4_SysCall, .target = target, .message = message};
}

static struct request retype(void)
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
    return request(
        "Retype", pick(CAP_UNTYPED),
        sim_with_cap(SIM_MESSAGE(UntypedRetype, type, size, 0, 0, empty_slot(), 1 + below(2)),
                     chance(90) ? self() : pick(CAP_CNODE)));
}

// The kinds of capability that there are, so that rare ones get copied as often as common ones.
static enum cap_type any_type(void)
{
    static const enum cap_type types[] = {
        CAP_FRAME,        CAP_UNTYPED,       CAP_PAGE_TABLE,    CAP_ENDPOINT, CAP_NOTIFICATION,
        CAP_REPLY,        CAP_VSPACE,        CAP_CNODE,         CAP_TCB,      CAP_ASID_POOL,
        CAP_IRQ_HANDLER,  CAP_SCHED_CONTEXT, CAP_SCHED_CONTROL, CAP_ENDPOINT, CAP_ENDPOINT,
        CAP_NOTIFICATION, CAP_SGI,           CAP_ZOMBIE,
    };
    return types[below(sizeof(types) / sizeof(types[0]))];
}

static struct request copy(void)
{
    const uint64_t label = CNodeCopy + below(4); // Copy, Mint, Move, Mutate
    const uint64_t source = pick(any_type());
    const uint64_t rights = chance(70) ? 15 : below(16);
    // A badge, or a guard that makes a small CNode a whole CSpace.
    const uint64_t data = chance(50) ? below(4) : 64 - (1 + below(SPACE_BITS));
    return request("Copy", chance(90) ? self() : pick(CAP_CNODE),
                   sim_with_cap(SIM_MESSAGE(label, empty_slot(), DEPTH, source, DEPTH,
                                            label == CNodeMutate ? data : rights, data),
                                self()));
}

static struct request rotate(void)
{
    const uint64_t source = any_slot();
    const uint64_t dest = chance(50) ? source : empty_slot();
    struct sim_message m =
        SIM_MESSAGE(CNodeRotate, dest, DEPTH, 0, any_slot(), DEPTH, 0, source, DEPTH);
    return request("Rotate", self(), sim_with_cap(sim_with_cap(m, self()), self()));
}

// What is in a slot of the CSpace, null if there is none.
static struct cap cap_at(uint64_t slot)
{
    struct cap cnode;
    if (!space(&cnode) || slot >= cnode_slot_count(cnode)) {
        return cap_null();
    }
    return cnode_slots(cnode)[slot].cap;
}

// Bits that select a slot of the CNode.
static uint64_t radix_of(uint64_t slot)
{
    const struct cap cap = cap_at(slot);
    return cap_type(cap) == CAP_CNODE ? cap_get(cap, CAP_GUARD_SIZE) + cap_size_bits(cap) : 4;
}

// Into a CNode of its own, and back: for containers in containers.
static struct request move_deep(void)
{
    const uint64_t cnode = pick(CAP_CNODE);
    const uint64_t radix = radix_of(cnode);
    const uint64_t inner = below(chance(50) ? 4 : 256);
    const uint64_t source = chance(60) ? pick(chance(50) ? CAP_CNODE : CAP_TCB) : pick(any_type());
    if (chance(80)) {
        return request("MoveIn", cnode,
                       sim_with_cap(SIM_MESSAGE(CNodeMove, inner, radix, source, DEPTH), self()));
    }
    return request("MoveOut", self(),
                   sim_with_cap(SIM_MESSAGE(CNodeMove, empty_slot(), DEPTH, inner, radix), cnode));
}

static struct request delete (void)
{
    uint64_t slot = pick(chance(30) ? CAP_CNODE : any_type());
    if (slot == self() || slot == MEMORY) {
        slot = any_slot(); // seldom: it ends the story
    }
    return request("Delete", self(), SIM_MESSAGE(CNodeDelete, slot, DEPTH));
}

static struct request revoke(void)
{
    const uint64_t slot = pick(any_type());
    return request("Revoke", self(), SIM_MESSAGE(CNodeRevoke, slot, DEPTH));
}

static struct request cancel(void)
{
    return request("Cancel", self(),
                   SIM_MESSAGE(CNodeCancelBadgedSends, pick(CAP_ENDPOINT), DEPTH));
}

static struct request tcb_registers(void)
{
    switch (below(5)) {
    case 3:
        return request("SetTLSBase", pick(CAP_TCB), SIM_MESSAGE(TCBSetTLSBase, below(100)));
    case 4:
        return request("SetFlags", pick(CAP_TCB), SIM_MESSAGE(TCBSetFlags, below(2), below(4)));
    case 0:
        return request("ReadRegisters", pick(CAP_TCB),
                       SIM_MESSAGE(TCBReadRegisters, below(2), 1 + below(36)));
    case 1:
        return request("WriteRegisters", pick(CAP_TCB),
                       SIM_MESSAGE(TCBWriteRegisters, below(2), 3, 0x1000, 0x2000, 0));
    default:
        return request("CopyRegisters", pick(CAP_TCB),
                       sim_with_cap(SIM_MESSAGE(TCBCopyRegisters, below(16)), pick(CAP_TCB)));
    }
}

static struct request tcb_spaces(void)
{
    const uint64_t tcb = pick(CAP_TCB);
    const uint64_t guard = chance(80) ? 0 : 64 - SPACE_BITS;
    const uint64_t cnode = chance(80) ? self() : pick(CAP_CNODE);
    struct sim_message m;
    switch (below(4)) {
    case 0:
        m = SIM_MESSAGE(TCBConfigure, guard, 0, below(4) * 1024);
        m = sim_with_cap(sim_with_cap(m, cnode), pick(CAP_VSPACE));
        return request("Configure", tcb, sim_with_cap(m, pick(CAP_FRAME)));
    case 1:
        m = SIM_MESSAGE(TCBSetSpace, guard, 0);
        m = sim_with_cap(sim_with_cap(m, pick(CAP_ENDPOINT)), cnode);
        return request("SetSpace", tcb, sim_with_cap(m, pick(CAP_VSPACE)));
    case 2:
        return request(
            "SetIPCBuffer", tcb,
            sim_with_cap(SIM_MESSAGE(TCBSetIPCBuffer, below(4) * 1024), pick(CAP_FRAME)));
    default:
        return request("SetTimeoutEndpoint", tcb,
                       sim_with_cap(sim_empty(TCBSetTimeoutEndpoint), pick(CAP_ENDPOINT)));
    }
}

static struct request tcb_scheduling(void)
{
    const uint64_t tcb = pick(CAP_TCB);
    struct sim_message m;
    switch (below(6)) {
    case 0:
        return request("SetPriority", tcb,
                       sim_with_cap(SIM_MESSAGE(TCBSetPriority, 100 + below(4)), pick(CAP_TCB)));
    case 1:
        m = SIM_MESSAGE(TCBSetSchedParams, 255, 100 + below(4));
        m = sim_with_cap(sim_with_cap(m, pick(CAP_TCB)), pick(CAP_SCHED_CONTEXT));
        return request("SetSchedParams", tcb, sim_with_cap(m, pick(CAP_ENDPOINT)));
    case 2:
        return request("Suspend", tcb, sim_empty(TCBSuspend));
    case 3:
        return request("Resume", tcb, sim_empty(TCBResume));
    case 4:
        return request("BindNotification", tcb,
                       sim_with_cap(sim_empty(TCBBindNotification), pick(CAP_NOTIFICATION)));
    default:
        return request("UnbindNotification", tcb, sim_empty(TCBUnbindNotification));
    }
}

static struct request context(void)
{
    const uint64_t sc = pick(CAP_SCHED_CONTEXT);
    const uint64_t period = 20 + below(5000);
    const uint64_t budget = chance(30) ? period : 20 + below(period);
    const uint64_t object = pick(chance(70) ? CAP_TCB : CAP_NOTIFICATION);
    switch (below(7)) {
    case 0:
    case 1:
        return request("ConfigureFlags", pick(CAP_SCHED_CONTROL),
                       sim_with_cap(SIM_MESSAGE(SchedControlConfigureFlags, budget, period,
                                                below(5), below(100), below(2)),
                                    sc));
    case 2:
        return request("SchedContextBind", sc, sim_with_cap(sim_empty(SchedContextBind), object));
    case 3:
        return request("SchedContextUnbindObject", sc,
                       sim_with_cap(sim_empty(SchedContextUnbindObject), object));
    case 4:
        return request("SchedContextUnbind", sc, sim_empty(SchedContextUnbind));
    case 5:
        return request("SchedContextConsumed", sc, sim_empty(SchedContextConsumed));
    default:
        return request("SchedContextYieldTo", sc, sim_empty(SchedContextYieldTo));
    }
}

static struct request mapping(void)
{
    // Where the initial task's image has its tables, or where 1, 2 or 3 of them are missing.
    static const uint64_t places[] = {FRESH_IMAGE, FRESH_IMAGE, 0x600000, 0x40000000, 0x8000000000};
    const uint64_t address = places[below(5)] + below(8) * 0x1000;
    const uint64_t vspace = pick(CAP_VSPACE);
    switch (below(9)) {
    case 0:
    case 1:
        return request("PageTableMap", pick(CAP_PAGE_TABLE),
                       sim_with_cap(SIM_MESSAGE(ARMPageTableMap, address, 0), vspace));
    case 2:
        return request("PageTableUnmap", pick(CAP_PAGE_TABLE), sim_empty(ARMPageTableUnmap));
    case 3:
        return request("PageMap", pick(CAP_FRAME),
                       sim_with_cap(SIM_MESSAGE(ARMPageMap, address, below(4), below(8)), vspace));
    case 4:
        return request("PageUnmap", pick(CAP_FRAME), sim_empty(ARMPageUnmap));
    case 5:
        return request("PageOther", pick(CAP_FRAME),
                       SIM_MESSAGE(ARMPageClean_Data + below(5), below(3) * 64, below(3) * 64));
    case 6:
        return request("VSpaceOther", vspace,
                       SIM_MESSAGE(ARMVSpaceClean_Data + below(4), address, address + below(64)));
    case 7:
        return request("AsidPoolAssign", pick(CAP_ASID_POOL),
                       sim_with_cap(sim_empty(ARMASIDPoolAssign), vspace));
    default:
        return request(
            "MakePool", pick(CAP_ASID_CONTROL),
            sim_with_cap(sim_with_cap(SIM_MESSAGE(ARMASIDControlMakePool, empty_slot(), DEPTH),
                                      pick(CAP_UNTYPED)),
                         self()));
    }
}

static struct request domain(void)
{
    switch (below(3)) {
    case 0:
        return request(
            "DomainSet", pick(CAP_DOMAIN),
            sim_with_cap(SIM_MESSAGE(DomainSetSet, below(KCFG_DOMAIN_COUNT + 1)), pick(CAP_TCB)));
    case 1:
        return request("ScheduleConfigure", pick(CAP_DOMAIN),
                       SIM_MESSAGE(DomainScheduleConfigure, below(4), below(KCFG_DOMAIN_COUNT),
                                   below(100000)));
    default:
        return request("ScheduleSetStart", pick(CAP_DOMAIN),
                       SIM_MESSAGE(DomainScheduleSetStart, below(4)));
    }
}

static struct request interrupt(void)
{
    const uint64_t irq = FIRST_IRQ + below(IRQS);
    switch (below(5)) {
    case 0:
        return request(
            "IRQControlGet", pick(CAP_IRQ_CONTROL),
            sim_with_cap(SIM_MESSAGE(IRQIssueIRQHandler, irq, empty_slot(), DEPTH), self()));
    case 1:
        return request("IRQAck", pick(CAP_IRQ_HANDLER), sim_empty(IRQAckIRQ));
    case 2:
        return request("IRQSetNotification", pick(CAP_IRQ_HANDLER),
                       sim_with_cap(sim_empty(IRQSetIRQHandler), pick(CAP_NOTIFICATION)));
    case 3:
        return request("IRQClear", pick(CAP_IRQ_HANDLER), sim_empty(IRQClearIRQHandler));
    default:
        return request("IssueSGI", pick(CAP_IRQ_CONTROL),
                       sim_with_cap(SIM_MESSAGE(ARMIRQIssueSGISignal, below(16), below(8),
                                                empty_slot(), DEPTH),
                                    self()));
    }
}

// --- IPC -----------------------------------------------------------------------------------------

static struct sim_message message(void)
{
    struct sim_message m = sim_empty(below(8));
    m.length = (unsigned)(chance(80) ? below(8) : below(SIM_WORDS + 1));
    for (unsigned i = 0; i < m.length; i++) {
        m.word[i] = below(64);
    }
    for (unsigned caps = (unsigned)below(4); caps > 0; caps--) {
        m = sim_with_cap(m, pick(any_type()));
    }
    return m;
}

static uint64_t ipc_target(void)
{
    static const enum cap_type types[] = {CAP_ENDPOINT, CAP_ENDPOINT, CAP_ENDPOINT,
                                          CAP_NOTIFICATION, CAP_REPLY};
    return pick(types[below(5)]);
}

static struct request ipc(void)
{
    static const struct {
        const char *name;
        int64_t number;
    } calls[] = {
        {"Call", seL4_SysCall},     {"ReplyRecv", seL4_SysReplyRecv},
        {"Recv", seL4_SysRecv},     {"NBSendRecv", seL4_SysNBSendRecv},
        {"Send", seL4_SysSend},     {"NBSendWait", seL4_SysNBSendWait},
        {"NBSend", seL4_SysNBSend}, {"Wait", seL4_SysWait},
        {"NBRecv", seL4_SysNBRecv}, {"NBWait", seL4_SysNBWait},
        {"Yield", seL4_SysYield},
    };
    const size_t which = chance(40) ? below(2) : below(sizeof(calls) / sizeof(calls[0]));
    struct request r = request(calls[which].name, ipc_target(), message());
    r.number = calls[which].number;
    return r;
}

// The registers and buffer words that sim_put() leaves alone.
static void prepare_receive(void)
{
    struct arch_context *registers = &kernel.current->context;
    arch_set(registers, ARCH_REG_REPLY, 0, pick(CAP_REPLY));
    arch_set(registers, ARCH_REG_NBDEST, 0, ipc_target());
    uint64_t *buffer = sim_buffer(kernel.current);
    if (buffer != NULL) {
        buffer[BUFFER_RECEIVE_CNODE] = self();
        buffer[BUFFER_RECEIVE_INDEX] = empty_slot();
        buffer[BUFFER_RECEIVE_DEPTH] = DEPTH;
    }
}

// --- steps ---------------------------------------------------------------------------------------

static struct request any_invocation(void)
{
    static struct request (*const choices[])(void) = {
        retype,         retype,         retype,  copy,       copy,          copy,
        rotate,         delete,         delete,  move_deep,  move_deep,     context,
        tcb_scheduling, tcb_scheduling, context, tcb_spaces, tcb_registers, mapping,
        mapping,        interrupt,      cancel,  domain,
    };
    return chance(2) ? revoke() : choices[below(sizeof(choices) / sizeof(choices[0]))]();
}

static struct request any_request(void)
{
    return chance(60) ? ipc() : any_invocation();
}

static const char *system_call(void)
{
    struct arch_context *registers = &kernel.current->context;
    if (registers->pc == registers->restart_pc && chance(30)) {
        sim_enter((int64_t)arch_get(registers, ARCH_REG_SYSCALL, 0));
        return "again";
    }
    const struct request r = kernel.current == random_supervisor ? any_invocation() : any_request();
    sim_put(r.target, &r.message);
    prepare_receive();
    sim_enter(r.number);
    return r.name;
}

static const char *fault(void)
{
    kernel.current->context.restart_pc = kernel.current->context.pc;
    switch (below(3)) {
    case 0:
        entry_vm_fault(0xdead000, 0x92000006, false);
        return "VMFault";
    case 1:
        entry_user_exception(0x02000000);
        return "UserException";
    default:
        sim_enter(-100);
        return "UnknownSyscall";
    }
}

static const char *take_interrupt(void)
{
    kernel.current->context.restart_pc = kernel.current->context.pc;
    entry_interrupt();
    return "interrupt";
}

// A thread that could run if it were not stopped or waiting.
static struct tcb *idle_thread(void)
{
    struct tcb *chosen = NULL;
    uint64_t seen = 0;
    for (struct tcb *tcb = kernel.all_threads; tcb != NULL; tcb = tcb->all_next) {
        const bool able = tcb->sched_context != NULL &&
                          sched_context_is_active(tcb->sched_context) &&
                          cap_type(tcb->slots[TCB_SLOT_CSPACE].cap) == CAP_CNODE;
        if (able && below(++seen) == 0) {
            chosen = tcb;
        }
    }
    return chosen;
}

// Everybody waits for somebody. Restarts one as TCB_Resume would, or the story would be short.
static const char *rescue(void)
{
    struct tcb *tcb = idle_thread();
    if (tcb == NULL) {
        return NULL;
    }
    (void)schedule_enter();
    thread_restart(tcb);
    schedule();
    return "rescue";
}

// Nobody runs: time passes until somebody does.
static const char *idle(void)
{
    if (kernel.release.first == NULL && chance(80)) {
        return rescue();
    }
    if (host_machine.deadline > host_machine.now) {
        host_advance(host_machine.deadline - host_machine.now);
    }
    host_irq_raise((unsigned)(FIRST_IRQ + below(IRQS)));
    return take_interrupt();
}

const char *random_step(void)
{
    host_machine.drift = chance(50) ? 0 : below(chance(80) ? 500 : 200000);
    // Where in its round of work the last long operation left off is nobody's business: any point
    // will do.
    kernel.work_units = (unsigned)below(KCFG_WORK_UNITS_PER_PREEMPTION);
    if (chance(30)) {
        kernel.work_units = KCFG_WORK_UNITS_PER_PREEMPTION - 1;
    }
    if (chance(4)) {
        host_irq_raise((unsigned)(FIRST_IRQ + below(IRQS)));
    }
    if (kernel.current == &kernel.idle) {
        return idle();
    }
    if (chance(10)) {
        host_advance(below(plat_us_to_ticks(2000)));
    }
    // While an interrupt waits, user level executes nothing; the kernel may find one on its way.
    if (host_irq_waits() && chance(60)) {
        return take_interrupt();
    }
    return chance(3) ? fault() : system_call();
}
