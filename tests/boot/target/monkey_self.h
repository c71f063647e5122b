// SPDX-License-Identifier: BSD-2-Clause
//
// The monkey's own files (monkey.c says what it is):
//
//    monkey_words.c  what registers and the IPC buffer hold
//    monkey_begin.c  objects and threads, at the beginning of a slice
//    monkey.c        the system calls, and the life of a thread
#pragma once

#include "monkey.h"

#include <kaal/component.h>

#include <lib/prng.h>

enum {
    WORD_BITS = 64,
    WILD_ADDRESS_COUNT = 12,
    MESSAGE = 1, // words of the IPC buffer
    CAPS = 122,
    RECEIVE = 125,
    LABEL_MAX = 80,
    PRIORITY_MAX = 130, // above what we may give
    BUDGET_US = 1000,
    CODE_WORDS = 16,
    DATA_PAGES = 8,
};

// Where the program's own page table has room, and where nothing of the component lies.
#define CODE_ADDRESS 0x3f0000
#define DATA_ADDRESS 0x3f1000

enum kind {
    ANY,
    TCB,
    CONTEXT,
    ENDPOINT,
    NOTIFICATION,
    REPLY,
    CNODE,
    VSPACE,
    TABLE,
    FRAME,
    LARGE,
    SMALL_UNTYPED,
    FAULTS, // the nurse's endpoint, badged with the number of a thread, from 1 up
    UNTYPED,
    IRQ,
    SGI,
    SCHED_CONTROL,
    ASID_CONTROL,
    ASID_POOL,
    GIVEN,
    NONE,
    KIND_COUNT,
};

// Kinds that lie in one piece of memory take each other's place; kinds that refer to each other lie
// in different ones.
enum supply { NEVER, SUPPLY_1, SUPPLY_2, SUPPLY_3 };

// The slots of each kind; of what memory they are filled again, and with what.
struct kind_slots {
    uint8_t first;
    uint8_t count;
    uint8_t supply;
    uint8_t type;
    uint8_t size_bits;
};
extern const struct kind_slots kinds[KIND_COUNT];

struct monkey {
    struct prng words;
    const struct kaal_start *start;
    struct board *board;
    uint64_t *buffer;
    uint64_t play;
    unsigned index; // of the thread
};

enum { NURSE = MONKEY_THREADS - 1 };

struct trap {
    struct kaal_trap_regs regs;
    uint64_t x6;
    uint64_t x7;
    uint64_t x8;
};

// --- monkey_words.c ------------------------------------------------------------------------------

// A number below `limit`; whether it is 0.
uint64_t below(struct monkey *m, uint64_t limit);
bool one_in(struct monkey *m, uint64_t n);

// A hostile word.
uint64_t anything(struct monkey *m);

// Words that may be right.
uint64_t slot_of(struct monkey *m, enum kind kind);
uint64_t depth(struct monkey *m);
uint64_t code_address(struct monkey *m);
uint64_t microseconds(struct monkey *m);

// Our capability of this kind of start page entry with this name, in the cage; 0 if there is none.
seL4_CPtr given(const struct monkey *m, uint32_t kind, const char *name);

// Arguments of an invocation, one letter each:
//
//    a mapping attributes   b badge or guard   c code address   d depth
//    e slot of endpoint     f flags            g cage's guard   i IPC buffer address
//    k slot of CNode        l length           n count          o slot in use
//    p priority             r rights           s slot to fill   t object type
//    u microseconds         v address          w anything       z size in bits
//    0 zero                 1 one
uint64_t argument(struct monkey *m, char letter);

// --- monkey_begin.c ------------------------------------------------------------------------------

// Everything, or the objects of one piece of memory and the threads that may need them.
void begin(struct monkey *m, bool all);

// A thread may have lost its spaces; it starts in monkey_run(), or anywhere.
void set_spaces(struct monkey *m, unsigned index);
void start_thread(struct monkey *m, unsigned index);

// --- monkey.c ------------------------------------------------------------------------------------

// First instruction of each thread.
_Noreturn void monkey_run(uint64_t seed, const struct kaal_start *start, unsigned how);

// --- system calls --------------------------------------------------------------------------------

static inline void call_kernel(struct monkey *m, struct trap *trap)
{
    m->board->calls[m->index]++;
    kaal_trap_send_recv(trap->x7, &trap->regs, trap->x6, trap->x8);
}

static inline void set_word(struct monkey *m, struct trap *trap, unsigned index, uint64_t value)
{
    if (index < 4) {
        trap->regs.mr[index] = value;
    } else {
        m->buffer[MESSAGE + index] = value;
    }
}

// The kernel's answer to an invocation with arguments that are what they should be.
static inline seL4_Word invoke(struct monkey *m, seL4_Word label, seL4_CPtr target, unsigned caps,
                               unsigned words, struct trap *trap)
{
    trap->regs.x0 = target;
    trap->regs.x1 = seL4_MessageInfo_new(label, 0, caps, words).words[0];
    trap->x7 = (uint64_t)seL4_SysCall;
    call_kernel(m, trap);
    return trap->regs.x1 >> 12;
}
