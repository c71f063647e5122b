/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The interface of Microkit 2.3 for AArch64 without virtual machines: what a program sees of it.
 *
 *    the system ──► init()                    once
 *                   notified(channel)         a signal or an interrupt has come
 *                   protected(channel, info)  somebody calls and waits for the answer
 *                   fault(child, info, reply) a child has stopped
 *
 * A program is these functions and what they use. All its channels, interrupts and children have
 * the numbers of the system description; a number that is not in it is told on the debug console
 * and does nothing.
 *
 * Names, numbers and texts are Microkit's, so that programs written for it need no change.
 */

#include <sel4/sel4.h>

typedef unsigned int microkit_channel;
typedef unsigned int microkit_child;
typedef unsigned int microkit_ioport;
typedef seL4_MessageInfo_t microkit_msginfo;

/* --- where capabilities are ------------------------------------------------------------------ */

#define MONITOR_EP                   5 /* of a passive program */
#define TCB_CAP                      6 /* where the kernel has benchmark system calls */
#define ARM_SMC_CAP                  7 /* of a program that may make secure monitor calls */
#define BASE_OUTPUT_NOTIFICATION_CAP 10
#define BASE_ENDPOINT_CAP            74
#define BASE_IRQ_CAP                 138
#define BASE_TCB_CAP                 202
#define BASE_VM_TCB_CAP              266
#define BASE_VCPU_CAP                330
#define BASE_IOPORT_CAP              394
#define BASE_USER_CAPS               458

/* Above them is a CNode of so many slots, of which the description may fill all but the first. */
#define PD_ROOT_CAP_BITS 6
#define PD_ROOT_CAP_SIZE (1ULL << PD_ROOT_CAP_BITS)

#define MICROKIT_MAX_USER_CAPS  128
#define MICROKIT_MAX_CHANNELS   62
#define MICROKIT_MAX_CHANNEL_ID (MICROKIT_MAX_CHANNELS - 1)
#define MICROKIT_MAX_IOPORT_ID  MICROKIT_MAX_CHANNELS
#define MICROKIT_PD_NAME_LENGTH 64

/* --- what the program defines ---------------------------------------------------------------- */

void init(void);
void notified(microkit_channel ch);

/* These two are there if the program has none; they then tell so and crash. */
microkit_msginfo protected(microkit_channel ch, microkit_msginfo msginfo);

/* True: the child goes on, with the answer *reply_msginfo to its fault. */
seL4_Bool fault(microkit_child child, microkit_msginfo msginfo, microkit_msginfo *reply_msginfo);

/* --- what the description says, filled in when the system is packed -------------------------- */

extern char microkit_name[MICROKIT_PD_NAME_LENGTH];

/* A bit for each number that is one of an interrupt, of a channel to notify, of one to call. */
extern seL4_Word microkit_irqs;
extern seL4_Word microkit_notifications;
extern seL4_Word microkit_pps;
extern seL4_Word microkit_ioports;

/* --- debug console: nothing where the kernel does not print ---------------------------------- */

void microkit_dbg_putc(int c);
void microkit_dbg_puts(const char *s);
void microkit_dbg_put8(seL4_Uint8 x); /* in decimal digits */
void microkit_dbg_put32(seL4_Uint32 x);

/* Stops the program with a fault at address `err`, which who reads the report can tell. */
void microkit_internal_crash(seL4_Error err);

/* Is `ch` one of `valid`? If not, says that `function` was given it. */
seL4_Bool microkit_internal_check(const char *function, seL4_Word valid, microkit_channel ch);

/* Tells of a kernel call that failed, and crashes. */
void microkit_internal_fail(const char *what, seL4_Error err);

/* --- channels -------------------------------------------------------------------------------- */

static inline void microkit_notify(microkit_channel ch)
{
    if (microkit_internal_check("microkit_notify", microkit_notifications, ch)) {
        seL4_Signal(BASE_OUTPUT_NOTIFICATION_CAP + ch);
    }
}

/* Waits for the answer of the other end, whose priority is higher. */
static inline microkit_msginfo microkit_ppcall(microkit_channel ch, microkit_msginfo msginfo)
{
    if (!microkit_internal_check("microkit_ppcall", microkit_pps, ch)) {
        return seL4_MessageInfo_new(0, 0, 0, 0);
    }
    return seL4_Call(BASE_ENDPOINT_CAP + ch, msginfo);
}

static inline microkit_msginfo microkit_msginfo_new(seL4_Word label, seL4_Uint16 count)
{
    return seL4_MessageInfo_new(label, 0, 0, count);
}

static inline seL4_Word microkit_msginfo_get_label(microkit_msginfo msginfo)
{
    return seL4_MessageInfo_get_label(msginfo);
}

static inline seL4_Word microkit_msginfo_get_count(microkit_msginfo msginfo)
{
    return seL4_MessageInfo_get_length(msginfo);
}

static inline void microkit_mr_set(seL4_Uint8 mr, seL4_Word value)
{
    seL4_SetMR(mr, value);
}

static inline seL4_Word microkit_mr_get(seL4_Uint8 mr)
{
    return seL4_GetMR(mr);
}

/* --- interrupts ------------------------------------------------------------------------------ */

/* The interrupt can come again from now on. */
static inline void microkit_irq_ack(microkit_channel ch)
{
    if (microkit_internal_check("microkit_irq_ack", microkit_irqs, ch)) {
        seL4_IRQHandler_Ack(BASE_IRQ_CAP + ch);
    }
}

/* --- deferred forms -------------------------------------------------------------------------- */

/*
 * What is sent together with the next wait, in one system call. There is room for one; the last
 * one counts.
 */
extern seL4_Bool microkit_have_signal;
extern seL4_CPtr microkit_signal_cap;
extern seL4_MessageInfo_t microkit_signal_msg;

static inline void microkit_internal_defer(seL4_CPtr cap, seL4_Word label)
{
    microkit_have_signal = seL4_True;
    microkit_signal_cap = cap;
    microkit_signal_msg = seL4_MessageInfo_new(label, 0, 0, 0);
}

static inline void microkit_deferred_notify(microkit_channel ch)
{
    if (microkit_internal_check("microkit_deferred_notify", microkit_notifications, ch)) {
        microkit_internal_defer(BASE_OUTPUT_NOTIFICATION_CAP + ch, 0);
    }
}

static inline void microkit_deferred_irq_ack(microkit_channel ch)
{
    if (microkit_internal_check("microkit_deferred_irq_ack", microkit_irqs, ch)) {
        microkit_internal_defer(BASE_IRQ_CAP + ch, IRQAckIRQ);
    }
}

/* --- children -------------------------------------------------------------------------------- */

/*
 * The child begins again at `entry_point`, with an empty stack. All its memory stays as it is, so
 * a program that is to be restarted sets in init() what it relies on.
 */
void microkit_pd_restart(microkit_child pd, seL4_Word entry_point);
void microkit_pd_stop(microkit_child pd);
void microkit_pd_resume(microkit_child pd);

/* --- other capabilities ---------------------------------------------------------------------- */

#if defined(CONFIG_ALLOW_SMC_CALLS)
static inline void microkit_arm_smc_call(seL4_ARM_SMCContext *args, seL4_ARM_SMCContext *response)
{
    seL4_Error err = seL4_ARM_SMC_Call(ARM_SMC_CAP, args, response);
    if (err != seL4_NoError) {
        microkit_internal_fail("microkit_arm_smc_call: error making SMC call", err);
    }
}
#endif

/* The address of what <cspace> has in `slot`; seL4_CapNull for 0 and for what is not a slot. */
static inline seL4_CPtr microkit_cspace_root_slot_to_cptr(seL4_Word slot)
{
    return slot < PD_ROOT_CAP_SIZE ? slot << (seL4_WordBits - PD_ROOT_CAP_BITS) : seL4_CapNull;
}
