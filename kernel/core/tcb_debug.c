// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/tcb_debug.h"

#include "kernel/benchmark.h"
#include "kernel/ipc.h"
#include "kernel/kernel.h"
#include "kernel/schedule.h"
#include "kernel/tcb.h"

#include <sel4/arch/constants.h>
#include <sel4/reserved.h>
#include <sel4/sel4_arch/constants.h>

enum { RANGE_ERROR_MAX = ARCH_CODE_BREAKPOINTS - 1 };

// --- requests ----------------------------------------------------------------------------------

// The words of an invocation here count whatever the length of the message is.
static uint64_t any_word(const struct syscall *sys, unsigned index)
{
    uint64_t *buffer = NULL;
    if (index >= ARCH_MESSAGE_REGISTERS && !thread_buffer(sys->caller, false, &buffer)) {
        return 0;
    }
    return message_word(sys->caller, buffer, index);
}

// Numbers have 16 bits.
static unsigned breakpoint_number(const struct syscall *sys)
{
    return (uint16_t)any_word(sys, 0);
}

static seL4_Error check_number(struct syscall *sys)
{
    return breakpoint_number(sys) < ARCH_BREAKPOINTS ? seL4_NoError
                                                     : syscall_range(sys, 0, ARCH_BREAKPOINTS - 1);
}

// --- breakpoints -------------------------------------------------------------------------------

// Positions of the words, which errors name.
enum { WORD_NUMBER, WORD_ADDRESS, WORD_TYPE, WORD_SIZE, WORD_ACCESS };

static seL4_Error check_code(struct syscall *sys)
{
    if (any_word(sys, WORD_SIZE) != 0) {
        return syscall_invalid_argument(sys, WORD_SIZE);
    }
    if (any_word(sys, WORD_ACCESS) != KAAL_DEBUG_ACCESS_READ) {
        return syscall_invalid_argument(sys, WORD_ACCESS);
    }
    // Also for a number, wherever it is wrong: the type is said not to fit.
    return breakpoint_number(sys) < ARCH_CODE_BREAKPOINTS
               ? seL4_NoError
               : syscall_invalid_argument(sys, WORD_TYPE);
}

static seL4_Error check_data(struct syscall *sys)
{
    const unsigned number = breakpoint_number(sys);
    const uint64_t size = any_word(sys, WORD_SIZE);
    if (size == 0) {
        return syscall_invalid_argument(sys, WORD_SIZE);
    }
    if (number < ARCH_CODE_BREAKPOINTS) {
        return syscall_invalid_argument(sys, WORD_TYPE);
    }
    if (any_word(sys, WORD_ACCESS) > KAAL_DEBUG_ACCESS_READ_WRITE ||
        (size != 1 && size != 2 && size != 4 && size != 8)) {
        return syscall_invalid_argument(sys, WORD_SIZE);
    }
    if ((any_word(sys, WORD_ADDRESS) & (size - 1)) != 0) {
        return seL4_AlignmentError;
    }
    // seL4's own limits, though they are those of the other kind.
    return number < ARCH_BREAKPOINTS ? seL4_NoError : syscall_range(sys, 0, RANGE_ERROR_MAX);
}

static void set_breakpoint_commit(struct syscall *sys, struct tcb *tcb, bool data)
{
    const uint64_t access = any_word(sys, WORD_ACCESS);
    tcb->debug.breakpoints[breakpoint_number(sys)] = (struct arch_breakpoint){
        .address = vaddr(any_word(sys, WORD_ADDRESS)),
        .enabled = true,
        .read = data && access != KAAL_DEBUG_ACCESS_WRITE,
        .write = data && access != KAAL_DEBUG_ACCESS_READ,
        .size = (uint8_t)any_word(sys, WORD_SIZE),
    };
    arch_debug_changed(&tcb->debug, tcb == kernel.current);
}

static seL4_Error set_breakpoint(struct syscall *sys, struct tcb *tcb)
{
    if (any_word(sys, WORD_ADDRESS) >= seL4_UserTop) {
        return syscall_invalid_argument(sys, WORD_ADDRESS);
    }
    const uint64_t type = any_word(sys, WORD_TYPE);
    seL4_Error error;
    if (type == KAAL_DEBUG_REASON_INSTRUCTION) {
        error = check_code(sys);
    } else if (type == KAAL_DEBUG_REASON_DATA) {
        error = check_data(sys);
    } else {
        error = syscall_invalid_argument(sys, WORD_TYPE);
    }
    if (error == seL4_NoError) {
        set_breakpoint_commit(sys, tcb, type == KAAL_DEBUG_REASON_DATA);
    }
    return error;
}

static uint64_t access_of(const struct arch_breakpoint *breakpoint)
{
    if (!breakpoint->write) {
        return KAAL_DEBUG_ACCESS_READ;
    }
    return breakpoint->read ? KAAL_DEBUG_ACCESS_READ_WRITE : KAAL_DEBUG_ACCESS_WRITE;
}

static seL4_Error get_breakpoint(struct syscall *sys, const struct tcb *tcb)
{
    const seL4_Error error = check_number(sys);
    if (error != seL4_NoError) {
        return error;
    }
    const unsigned number = breakpoint_number(sys);
    const struct arch_breakpoint *breakpoint = &tcb->debug.breakpoints[number];
    sys->result[0] = breakpoint->address.raw;
    sys->result[1] =
        number < ARCH_CODE_BREAKPOINTS ? KAAL_DEBUG_REASON_INSTRUCTION : KAAL_DEBUG_REASON_DATA;
    sys->result[2] = breakpoint->size;
    sys->result[3] = access_of(breakpoint);
    sys->result[4] = breakpoint->enabled;
    sys->result_count = 5;
    return seL4_NoError;
}

static seL4_Error unset_breakpoint(struct syscall *sys, struct tcb *tcb)
{
    const seL4_Error error = check_number(sys);
    if (error == seL4_NoError) {
        tcb->debug.breakpoints[breakpoint_number(sys)] = (struct arch_breakpoint){.enabled = false};
        arch_debug_changed(&tcb->debug, tcb == kernel.current);
    }
    return error;
}

// --- single steps ------------------------------------------------------------------------------

static void set_steps(struct tcb *tcb, uint64_t steps)
{
    tcb->steps = steps;
    tcb->debug.step = steps != 0;
    arch_debug_changed(&tcb->debug, tcb == kernel.current);
}

// Needs no breakpoint of the processor; the number is not looked at. It is told as used all the
// same, as seL4 does.
static seL4_Error configure_single_stepping(struct syscall *sys, struct tcb *tcb)
{
    set_steps(tcb, any_word(sys, 1));
    sys->result[0] = tcb->debug.step;
    sys->result_count = 1;
    return seL4_NoError;
}

void tcb_debug_answer(struct tcb *tcb, unsigned length, uint64_t word)
{
    if (tcb->fault.code != KAAL_DEBUG_REASON_SINGLE_STEP) {
        return;
    }
    if (length > 0) {
        set_steps(tcb, word);
    } else if (tcb->debug.step) {
        set_steps(tcb, 1);
    }
}

// --- exceptions --------------------------------------------------------------------------------

struct tcb *entry_step(bool done)
{
    struct tcb *tcb = kernel.current;
    if (done && tcb->steps > 0) {
        tcb->steps--;
    }
    if (tcb->steps > 0) {
        return NULL;
    }
    benchmark_entry();
    if (schedule_enter()) {
        const struct fault step = {.kind = FAULT_DEBUG, .code = KAAL_DEBUG_REASON_SINGLE_STEP};
        tcb->steps = 1; // unless the handler says otherwise
        fault_raise(tcb, &step);
    } else {
        arch_restart(&tcb->context); // due again, with no instruction done
    }
    struct tcb *next = schedule();
    benchmark_exit();
    return next;
}

// --- dispatch ----------------------------------------------------------------------------------

seL4_Error tcb_debug_decode(struct syscall *sys, struct tcb *tcb)
{
    if (!KCFG_HARDWARE_DEBUG) {
        return seL4_IllegalOperation;
    }
    switch (sys->label) {
    case KAAL_LABEL_TCB_SET_BREAKPOINT:
        return set_breakpoint(sys, tcb);
    case KAAL_LABEL_TCB_GET_BREAKPOINT:
        return get_breakpoint(sys, tcb);
    case KAAL_LABEL_TCB_UNSET_BREAKPOINT:
        return unset_breakpoint(sys, tcb);
    case KAAL_LABEL_TCB_CONFIGURE_SINGLE_STEPPING:
        return configure_single_stepping(sys, tcb);
    default:
        return seL4_IllegalOperation;
    }
}
