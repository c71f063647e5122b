// SPDX-License-Identifier: BSD-2-Clause
//
// Debug calls never stop the kernel, except DebugHalt, which is for that: a call that makes no
// sense changes nothing and leaves a line on the output.
#include "kernel/debug.h"

#include "kernel/cspace.h"
#include "kernel/endpoint.h"
#include "kernel/ipc.h"
#include "kernel/kernel.h"
#include "kernel/object.h"
#include "kernel/print.h"
#include "kernel/refill.h"
#include "kernel/sched_context.h"
#include "kernel/tcb.h"

#include "lib/fmt.h"
#include "lib/mem.h"

#include <sel4/reserved.h>

enum { LINE_ROOM = 160 };

// --- lines -------------------------------------------------------------------------------------

static const char *state_name(enum thread_state state)
{
    switch (state) {
    case THREAD_INACTIVE:
        return "inactive";
    case THREAD_RUNNING:
        return "running";
    case THREAD_BLOCKED_SEND:
        return "sending";
    case THREAD_BLOCKED_RECEIVE:
        return "receiving";
    case THREAD_BLOCKED_REPLY:
        return "calling";
    case THREAD_BLOCKED_NOTIFICATION:
        return "waiting";
    case THREAD_IDLE:
    default:
        return "idle";
    }
}

static const char *fault_name(enum fault_kind kind)
{
    switch (kind) {
    case FAULT_CAP:
        return "cap";
    case FAULT_UNKNOWN_SYSCALL:
        return "unknown_syscall";
    case FAULT_USER_EXCEPTION:
        return "user_exception";
    case FAULT_DEBUG:
        return "debug";
    case FAULT_TIMEOUT:
        return "timeout";
    case FAULT_VM:
        return "vm";
    case FAULT_NONE:
    default:
        return "none";
    }
}

static void fmt_hex_field(struct fmt *f, const char *name, uint64_t value)
{
    fmt_str(f, name);
    fmt_hex(f, value);
}

static void fmt_number_field(struct fmt *f, const char *name, uint64_t value)
{
    fmt_str(f, name);
    fmt_u64(f, value);
}

static void fmt_thread(struct fmt *f, const struct tcb *tcb)
{
    if (tcb->name[0] == '\0') {
        fmt_hex_field(f, " tcb=", arch_paddr(tcb).raw);
    } else {
        fmt_str(f, " thread=");
        fmt_str(f, tcb->name);
    }
}

static void print_line(struct fmt *f)
{
    kernel_print("[kernel]");
    kernel_print(f->buf);
    kernel_print("\n");
}

static void print_thread(const struct tcb *tcb)
{
    char text[LINE_ROOM];
    struct fmt f;
    fmt_init(&f, text, sizeof(text));
    fmt_thread(&f, tcb);
    fmt_str(&f, " state=");
    fmt_str(&f, state_name(tcb->state));
    fmt_number_field(&f, " priority=", tcb->priority);
    fmt_number_field(&f, " domain=", tcb->domain);
    fmt_hex_field(&f, " pc=", arch_user_register(&tcb->context, 0));
    print_line(&f);
}

static void print_context(const struct tcb *tcb)
{
    struct sched_context *context = tcb->sched_context;
    if (context == NULL || !sched_context_is_active(context)) {
        return;
    }
    char text[LINE_ROOM];
    struct fmt f;
    fmt_init(&f, text, sizeof(text));
    fmt_str(&f, "   context");
    fmt_number_field(&f, " budget_us=", plat_ticks_to_us(context->budget));
    fmt_number_field(&f, " period_us=", plat_ticks_to_us(context->period));
    fmt_number_field(&f, " refills=", context->refill_count);
    fmt_number_field(&f, " head_us=", plat_ticks_to_us(refill_head(context)->amount));
    fmt_str(&f, tcb->in_release ? " waits" : "");
    print_line(&f);
}

static void print_slots(const struct tcb *tcb)
{
    static const char *const NAMES[TCB_SLOT_COUNT] = {
        [TCB_SLOT_CSPACE] = " cspace=",   [TCB_SLOT_VSPACE] = " vspace=",
        [TCB_SLOT_BUFFER] = " buffer=",   [TCB_SLOT_FAULT] = " fault=",
        [TCB_SLOT_TIMEOUT] = " timeout=",
    };
    char text[LINE_ROOM];
    struct fmt f;
    fmt_init(&f, text, sizeof(text));
    fmt_str(&f, "   holds");
    for (unsigned i = 0; i < TCB_SLOT_COUNT; i++) {
        fmt_str(&f, NAMES[i]);
        fmt_str(&f, object_name(tcb->slots[i].cap));
    }
    print_line(&f);
}

void debug_unhandled_fault(const struct tcb *tcb)
{
    if (!KCFG_PRINTING || !KCFG_DEBUG_BUILD) {
        return;
    }
    char text[LINE_ROOM];
    struct fmt f;
    fmt_init(&f, text, sizeof(text));
    fmt_str(&f, " unhandled fault=");
    fmt_str(&f, fault_name(tcb->fault.kind));
    fmt_thread(&f, tcb);
    fmt_hex_field(&f, " ip=", arch_restart_pc(&tcb->context));
    fmt_hex_field(&f, " address=", tcb->fault.address);
    fmt_hex_field(&f, " code=", tcb->fault.code);
    print_line(&f);
}

static void refuse(const char *what)
{
    if (KCFG_PRINTING) {
        kernel_print("[kernel] refused debug call: ");
        kernel_print(what);
        kernel_print("\n");
    }
}

// --- calls -------------------------------------------------------------------------------------

static void dump_scheduler(void)
{
    if (!KCFG_DEBUG_BUILD) {
        return;
    }
    for (const struct tcb *tcb = kernel.all_threads; tcb != NULL; tcb = tcb->all_next) {
        print_thread(tcb);
        print_context(tcb);
    }
}

static void snapshot(void)
{
    if (!KCFG_PRINTING) {
        return;
    }
    for (const struct tcb *tcb = kernel.all_threads; tcb != NULL; tcb = tcb->all_next) {
        print_thread(tcb);
        print_context(tcb);
        print_slots(tcb);
    }
}

static void cap_identify(struct tcb *tcb)
{
    struct slot *slot;
    struct lookup_failure failure;
    const uint64_t address = arch_get(&tcb->context, ARCH_REG_BADGE, 0);
    const bool found = cspace_lookup(tcb, cptr(address), &slot, &failure);
    thread_set_badge(tcb, found ? cap_type(slot->cap) : CAP_NULL);
}

// The name begins in the first message word of the IPC buffer. What does not fit the TCB is cut,
// and what is not printable does not get into the kernel's lines.
static void name_thread(struct tcb *tcb)
{
    struct slot *slot;
    struct lookup_failure failure;
    uint64_t *buffer;
    const uint64_t address = arch_get(&tcb->context, ARCH_REG_BADGE, 0);
    if (!cspace_lookup(tcb, cptr(address), &slot, &failure) || cap_type(slot->cap) != CAP_TCB) {
        refuse("NameThread of something that is not a thread");
        return;
    }
    if (!thread_buffer(tcb, false, &buffer)) {
        refuse("NameThread without an IPC buffer");
        return;
    }
    const char *text = (const char *)&buffer[BUFFER_MESSAGE];
    const size_t room = seL4_MsgMaxLength * sizeof(uint64_t);
    struct fmt f;
    if (memchr(text, '\0', room) == NULL) {
        refuse("NameThread with a name without an end");
        return;
    }
    fmt_init(&f, tcb_of(slot->cap)->name, sizeof(tcb->name));
    for (const char *c = text; *c != '\0'; c++) {
        fmt_char(&f, (char)(*c >= ' ' && *c <= '~' ? *c : '?'));
    }
}

static bool printing_syscall(struct tcb *tcb, int64_t number)
{
    switch (number) {
    case KAAL_SYS_DEBUG_PUT_CHAR:
        plat_putc((char)arch_get(&tcb->context, ARCH_REG_BADGE, 0));
        return true;
    case KAAL_SYS_DEBUG_DUMP_SCHEDULER:
        dump_scheduler();
        return true;
    default:
        return false;
    }
}

static bool debug_build_syscall(struct tcb *tcb, int64_t number)
{
    switch (number) {
    case KAAL_SYS_DEBUG_HALT:
        plat_halt();
    case KAAL_SYS_DEBUG_CAP_IDENTIFY:
        cap_identify(tcb);
        return true;
    case KAAL_SYS_DEBUG_SNAPSHOT:
        snapshot();
        return true;
    case KAAL_SYS_DEBUG_NAME_THREAD:
        name_thread(tcb);
        return true;
    default:
        return false;
    }
}

bool debug_syscall(int64_t number)
{
    struct tcb *tcb = kernel.current;
    return (KCFG_PRINTING && printing_syscall(tcb, number)) ||
           (KCFG_DEBUG_BUILD && debug_build_syscall(tcb, number));
}
