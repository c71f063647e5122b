// SPDX-License-Identifier: BSD-2-Clause
//
// System calls as the suite makes them: words and capabilities in, everything that the kernel wrote
// out. libsel4's stubs hide what matters here, such as the length of an answer.
//
//    struct got g = call(cnode, CNodeDelete, WORDS(slot, 64), NO_CAPS);
//
// Each thread has its own IPC buffer, which trap.c finds from the stack pointer (thread.h).
#pragma once

#include <sel4/sel4.h>

#include <stddef.h>

struct words {
    const seL4_Word *at;
    size_t count;
};

#define NO_WORDS ((struct words){NULL, 0})
#define WORDS(...)                                                                                 \
    ((struct words){(const seL4_Word[]){__VA_ARGS__},                                              \
                    sizeof((const seL4_Word[]){__VA_ARGS__}) / sizeof(seL4_Word)})
#define NO_CAPS   NO_WORDS
#define CAPS(...) WORDS(__VA_ARGS__)

// What a Call or a receive left behind. Words 4 on are in the IPC buffer.
struct got {
    seL4_Word badge; // x0
    seL4_Word info;  // x1, whole
    seL4_Word label;
    seL4_Word length;
    seL4_Word extra_caps;
    seL4_Word unwrapped;
    seL4_Word mr[4]; // x2 to x5
};

seL4_Word got_word(const struct got *g, size_t i);

// The IPC buffer of the running thread.
seL4_IPCBuffer *ipc_buffer(void);

// Puts words 4 on and the capabilities into the IPC buffer; the message info for them.
seL4_Word message(seL4_Word label, struct words words, struct words caps);

// One trap with these words in x2 to x5; x6 and x8 as the call wants them.
struct got trap(seL4_Word number, seL4_CPtr x0, seL4_Word info, struct words words, seL4_CPtr x6,
                seL4_CPtr x8);

struct got call(seL4_CPtr dest, seL4_Word label, struct words words, struct words caps);
void send(seL4_CPtr dest, seL4_Word label, struct words words, struct words caps);
void nbsend(seL4_CPtr dest, seL4_Word label, struct words words, struct words caps);
void signal(seL4_CPtr notification);
struct got recv(seL4_CPtr src, seL4_CPtr reply);
struct got nbrecv(seL4_CPtr src, seL4_CPtr reply);
struct got wait(seL4_CPtr src);
struct got nbwait(seL4_CPtr src);
struct got reply_recv(seL4_CPtr src, seL4_Word label, struct words words, seL4_CPtr reply);
struct got nbsend_recv(seL4_CPtr dest, seL4_Word label, struct words words, seL4_CPtr src,
                       seL4_CPtr reply);
struct got nbsend_wait(seL4_CPtr dest, seL4_Word label, struct words words, seL4_CPtr src);
void yield(void);

// Registers x0 to x30 and NZCV around one svc, which is at trap_registers_svc.
struct registers {
    seL4_Word x[31];
    seL4_Word nzcv;
};
void trap_registers(struct registers *all);
extern const char trap_registers_svc[];
