// SPDX-License-Identifier: BSD-2-Clause
//
// Capabilities: two words that name an object and say what the holder may do with it. This file
// alone knows the bits. Type numbers are those that DebugCapIdentify returns (seL4 ABI).
//
//   word 0     63..59  58..53        52      51..48   47..44      43..0
//              type    bits/radix    device, -        -           object address >> 4
//                                    direct
//   frame      type    size,R,W      device  asid (51..36)        base >> 12 (35..0)
//   table      type    level         -       asid (51..36)        base >> 12 (35..0)
//
//   word 1     endpoint, notification, smc: badge            untyped: free mark >> 4
//              cnode: guard size (63..58), guard (57..0)     frame, table: vaddr >> 12
//              irq handler: number                           sgi: number (7..0), target (15..8)
//              asid pool: index of the pool                  zombie: slots that remain
//
// Rights lie in 58..55: write, read, grant, grant-reply.
#pragma once

#include "kernel/addr.h"
#include "kernel/assert.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cap_type {
    CAP_NULL = 0,
    CAP_FRAME = 1,
    CAP_UNTYPED = 2,
    CAP_PAGE_TABLE = 3,
    CAP_ENDPOINT = 4,
    CAP_NOTIFICATION = 6,
    CAP_REPLY = 8,
    CAP_VSPACE = 9,
    CAP_CNODE = 10,
    CAP_ASID_CONTROL = 11,
    CAP_TCB = 12,
    CAP_ASID_POOL = 13,
    CAP_IRQ_CONTROL = 14,
    CAP_IRQ_HANDLER = 16,
    CAP_ZOMBIE = 18,
    CAP_DOMAIN = 20,
    CAP_SCHED_CONTEXT = 22,
    CAP_SCHED_CONTROL = 24,
    CAP_SMC = 25,
    CAP_SGI = 27,
};

struct cap {
    uint64_t word[2];
};

// The field that occupies bits hi..lo of a word.
struct cap_field {
    unsigned word, hi, lo;
};

// Fields are constants: inline, an access is one or two instructions; as a call it is a dozen.
#define CAP_INLINE __attribute__((always_inline)) static inline

CAP_INLINE uint64_t cap_get(struct cap cap, struct cap_field f)
{
    const uint64_t mask = ~UINT64_C(0) >> (63 - (f.hi - f.lo));
    return (cap.word[f.word] >> f.lo) & mask;
}

// `value` must fit the field: callers check input before they pack it.
CAP_INLINE struct cap cap_set(struct cap cap, struct cap_field f, uint64_t value)
{
    const uint64_t mask = ~UINT64_C(0) >> (63 - (f.hi - f.lo));
    ASSERT((value & ~mask) == 0);
    cap.word[f.word] = (cap.word[f.word] & ~(mask << f.lo)) | (value << f.lo);
    return cap;
}

#define FIELD(name, word, hi, lo) static const struct cap_field name = {(word), (hi), (lo)}

FIELD(CAP_TYPE, 0, 63, 59);
FIELD(CAP_RIGHTS, 0, 58, 55);
FIELD(CAP_WRITE, 0, 58, 58);
FIELD(CAP_READ, 0, 57, 57);
FIELD(CAP_GRANT, 0, 56, 56);
FIELD(CAP_GRANT_REPLY, 0, 55, 55);
FIELD(CAP_TYPE_WRITE, 0, 63, 58); // the type, and write below it
FIELD(CAP_GRANTS, 0, 56, 55);     // either
FIELD(CAP_ADDRESS, 0, 43, 0);     // >> 4
FIELD(CAP_BADGE, 1, 63, 0);       // endpoint, notification, smc
FIELD(CAP_SIZE_BITS, 0, 58, 53);  // untyped, sched context: log2 bytes; cnode, zombie: log2 slots
FIELD(CAP_DEVICE, 0, 52, 52);     // untyped, frame
FIELD(CAP_FREE, 1, 43, 0);        // untyped: >> 4
FIELD(CAP_DIRECT, 0, 52, 52);     // cnode: resolves 64 bits at once, those of the guard zero
FIELD(CAP_GUARD_SIZE, 1, 63, 58);
FIELD(CAP_GUARD, 1, 57, 0);
FIELD(CAP_FRAME_SIZE, 0, 54, 53); // enum frame_size
FIELD(CAP_LEVEL, 0, 58, 57);      // page table: where it is mapped, 1..3
FIELD(CAP_ASID, 0, 51, 36);       // frame, table, vspace: 0 is "not mapped" / "not assigned"
FIELD(CAP_BASE, 0, 35, 0);        // frame, table, vspace, asid pool: >> 12
FIELD(CAP_VADDR, 1, 35, 0);       // frame, table: >> 12
FIELD(CAP_POOL, 1, 15, 0);
FIELD(CAP_IRQ, 1, 15, 0);
FIELD(CAP_SGI_NUMBER, 1, 7, 0);
FIELD(CAP_SGI_TARGET, 1, 15, 8);
FIELD(CAP_CORE, 1, 15, 0);
FIELD(CAP_ZOMBIE_KIND, 0, 52, 51); // enum zombie_kind
FIELD(CAP_ZOMBIE_LEFT, 1, 63, 0);  // slots that may still hold something, counted from the first

// What a zombie was.
enum zombie_kind {
    ZOMBIE_CNODE,
    ZOMBIE_TCB,
    ZOMBIE_ENDPOINT,
    ZOMBIE_NOTIFICATION,
};

enum frame_size {
    FRAME_SMALL, // 4 KiB
    FRAME_LARGE, // 2 MiB
    FRAME_HUGE,  // 1 GiB
};

static inline enum cap_type cap_type(struct cap cap)
{
    return (enum cap_type)cap_get(cap, CAP_TYPE);
}

static inline struct cap cap_null(void)
{
    return (struct cap){{0, 0}};
}

static inline bool cap_is_null(struct cap cap)
{
    return cap_type(cap) == CAP_NULL;
}

// A capability of `type` to the object at `address` (16-byte aligned), every other field zero.
static inline struct cap cap_new(enum cap_type type, paddr_t address)
{
    ASSERT((address.raw & 15) == 0);
    struct cap cap = cap_set(cap_null(), CAP_TYPE, type);
    return cap_set(cap, CAP_ADDRESS, address.raw >> 4);
}

// A capability of one of the types that are addressed by page: frame, page table, vspace, asid
// pool.
static inline struct cap cap_new_paged(enum cap_type type, paddr_t base)
{
    ASSERT((base.raw & 4095) == 0);
    struct cap cap = cap_set(cap_null(), CAP_TYPE, type);
    return cap_set(cap, CAP_BASE, base.raw >> 12);
}

// The address of the object of a capability made by cap_new.
static inline paddr_t cap_address(struct cap cap)
{
    return paddr(cap_get(cap, CAP_ADDRESS) << 4);
}

// The base of the object of a capability made by cap_new_paged.
static inline paddr_t cap_base(struct cap cap)
{
    return paddr(cap_get(cap, CAP_BASE) << 12);
}

static inline unsigned cap_size_bits(struct cap cap)
{
    return (unsigned)cap_get(cap, CAP_SIZE_BITS);
}

static inline uint64_t cap_badge(struct cap cap)
{
    return cap_get(cap, CAP_BADGE);
}

// A CNode capability with this guard.
static inline struct cap cnode_set_guard(struct cap cnode, uint64_t size, uint64_t guard)
{
    const bool direct = guard == 0 && size + cap_size_bits(cnode) == 64;
    cnode = cap_set(cap_set(cnode, CAP_GUARD_SIZE, size), CAP_GUARD, guard);
    return cap_set(cnode, CAP_DIRECT, direct);
}

// Bytes (log2) of a frame.
static inline unsigned frame_bits(enum frame_size size)
{
    return 12u + 9u * (unsigned)size;
}
