// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// System calls of AArch64: the svc instruction and nothing else.
//
//   x0   capability address           x6   reply object, or destination of NBSendWait
//   x1   message info                 x7   system call number
//   x2.. message registers 0 to 3     x8   destination of NBSendRecv
//
// The kernel changes x0 to x5 at most; flags and all other registers survive. Each function names
// exactly the registers that its system calls read, so that a call costs no needless move.

#include <sel4/arch/trap_regs.h>
#include <sel4/simple_types.h>

// Send and NBSend: nothing comes back, not even in the registers of the message.
static inline void kaal_trap_send(seL4_Word number, const struct kaal_trap_regs *regs)
{
    register seL4_Word x0 __asm__("x0") = regs->x0;
    register seL4_Word x1 __asm__("x1") = regs->x1;
    register seL4_Word x2 __asm__("x2") = regs->mr[0];
    register seL4_Word x3 __asm__("x3") = regs->mr[1];
    register seL4_Word x4 __asm__("x4") = regs->mr[2];
    register seL4_Word x5 __asm__("x5") = regs->mr[3];
    register seL4_Word x7 __asm__("x7") = number;

    __asm__ volatile("svc #0"
                     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5)
                     : "r"(x7)
                     : "memory");
}

// A send without message registers: a signal.
static inline void kaal_trap_send_empty(seL4_Word number, seL4_Word dest, seL4_Word info)
{
    register seL4_Word x0 __asm__("x0") = dest;
    register seL4_Word x1 __asm__("x1") = info;
    register seL4_Word x7 __asm__("x7") = number;

    __asm__ volatile("svc #0" : "+r"(x0), "+r"(x1) : "r"(x7) : "memory");
}

// Call, Wait and NBWait.
static inline void kaal_trap_call(seL4_Word number, struct kaal_trap_regs *regs)
{
    register seL4_Word x0 __asm__("x0") = regs->x0;
    register seL4_Word x1 __asm__("x1") = regs->x1;
    register seL4_Word x2 __asm__("x2") = regs->mr[0];
    register seL4_Word x3 __asm__("x3") = regs->mr[1];
    register seL4_Word x4 __asm__("x4") = regs->mr[2];
    register seL4_Word x5 __asm__("x5") = regs->mr[3];
    register seL4_Word x7 __asm__("x7") = number;

    __asm__ volatile("svc #0"
                     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5)
                     : "r"(x7)
                     : "memory");
    *regs = (struct kaal_trap_regs){x0, x1, {x2, x3, x4, x5}};
}

// Recv, NBRecv and ReplyRecv, `object` being the reply object; NBSendWait, its destination.
static inline void kaal_trap_recv(seL4_Word number, struct kaal_trap_regs *regs, seL4_Word object)
{
    register seL4_Word x0 __asm__("x0") = regs->x0;
    register seL4_Word x1 __asm__("x1") = regs->x1;
    register seL4_Word x2 __asm__("x2") = regs->mr[0];
    register seL4_Word x3 __asm__("x3") = regs->mr[1];
    register seL4_Word x4 __asm__("x4") = regs->mr[2];
    register seL4_Word x5 __asm__("x5") = regs->mr[3];
    register seL4_Word x6 __asm__("x6") = object;
    register seL4_Word x7 __asm__("x7") = number;

    __asm__ volatile("svc #0"
                     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5)
                     : "r"(x6), "r"(x7)
                     : "memory");
    *regs = (struct kaal_trap_regs){x0, x1, {x2, x3, x4, x5}};
}

// NBSendRecv.
static inline void kaal_trap_send_recv(seL4_Word number, struct kaal_trap_regs *regs,
                                       seL4_Word reply, seL4_Word dest)
{
    register seL4_Word x0 __asm__("x0") = regs->x0;
    register seL4_Word x1 __asm__("x1") = regs->x1;
    register seL4_Word x2 __asm__("x2") = regs->mr[0];
    register seL4_Word x3 __asm__("x3") = regs->mr[1];
    register seL4_Word x4 __asm__("x4") = regs->mr[2];
    register seL4_Word x5 __asm__("x5") = regs->mr[3];
    register seL4_Word x6 __asm__("x6") = reply;
    register seL4_Word x7 __asm__("x7") = number;
    register seL4_Word x8 __asm__("x8") = dest;

    __asm__ volatile("svc #0"
                     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5)
                     : "r"(x6), "r"(x7), "r"(x8)
                     : "memory");
    *regs = (struct kaal_trap_regs){x0, x1, {x2, x3, x4, x5}};
}

// Yield, debug and benchmark calls: up to two words in, one out.
static inline seL4_Word kaal_trap_words(seL4_Word number, seL4_Word first, seL4_Word second)
{
    register seL4_Word x0 __asm__("x0") = first;
    register seL4_Word x1 __asm__("x1") = second;
    register seL4_Word x7 __asm__("x7") = number;

    __asm__ volatile("svc #0" : "+r"(x0), "+r"(x1) : "r"(x7) : "memory");
    return x0;
}
