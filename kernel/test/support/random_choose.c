// SPDX-License-Identifier: BSD-2-Clause
#include "random_parts.h"

#include "fresh.h"
#include "random.h"

#include "kernel/cspace.h"
#include "kernel/tcb.h"

#include "lib/prng.h"

// --- numbers -------------------------------------------------------------------------------------

static struct {
    struct prng stream;
    bool given;        // bytes instead of the stream
    const uint8_t *at; // what is left of them
    const uint8_t *end;
    bool exhausted;
} source;

void random_seed(uint64_t seed)
{
    source.stream.state = seed;
    source.given = false;
    source.exhausted = false;
}

void random_bytes(const uint8_t *data, size_t size)
{
    source.given = true;
    source.at = data;
    source.end = data + size;
    source.exhausted = false;
}

bool random_is_exhausted(void)
{
    return source.exhausted;
}

static uint64_t take_bytes(unsigned count)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < count; i++) {
        source.exhausted = source.at == source.end;
        value = value << 8 | (source.exhausted ? 0 : *source.at++);
    }
    return value;
}

uint64_t below(uint64_t limit)
{
    if (!source.given) {
        return prng_next(&source.stream) % limit;
    }
    // As few bytes as do: each is a choice that a fuzzer can turn.
    return take_bytes(limit <= 256 ? 1 : limit <= 65536 ? 2 : 8) % limit;
}

bool chance(unsigned percent)
{
    return below(100) < percent;
}

uint64_t anything(void)
{
    static const uint64_t words[] = {
        0,
        1,
        4096,
        INT64_MAX,
        UINT64_MAX,
        UINT64_MAX - 4095,
        UINT64_C(1) << 63,
        UINT32_MAX,
        UINT64_C(1) << 47,
        UINT64_C(0xffffff8040000000),
        FRESH_IMAGE,
        FRESH_RAM_BASE + FRESH_RAM_SIZE - 4096,
    };
    switch (below(6)) {
    case 0:
        return below(UINT64_MAX);
    case 1:
        return UINT64_C(1) << below(64);
    case 2:
        return FRESH_RAM_BASE + below(FRESH_RAM_SIZE);
    case 3:
        return words[below(sizeof(words) / sizeof(words[0]))];
    default:
        return below(256);
    }
}

// --- capabilities --------------------------------------------------------------------------------

// The current thread's CSpace, false if it has none.
static bool space(struct cap *cnode)
{
    *cnode = kernel.current->slots[TCB_SLOT_CSPACE].cap;
    return cap_type(*cnode) == CAP_CNODE;
}

uint64_t any_slot(void)
{
    struct cap cnode;
    return below(space(&cnode) ? cnode_slot_count(cnode) : UINT64_C(1) << SPACE_BITS);
}

uint64_t empty_slot(void)
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

uint64_t pick(enum cap_type type)
{
    struct cap cnode;
    if (!space(&cnode) || chance(3)) {
        return any_slot();
    }
    const uint64_t count = cnode_slot_count(cnode);
    const struct slot *slots = cnode_slots(cnode);
    const uint64_t start = below(count);
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t slot = (start + i) & (count - 1);
        if (cap_type(slots[slot].cap) == type) {
            return slot;
        }
    }
    return start;
}

enum cap_type any_type(void)
{
    static const enum cap_type types[] = {
        CAP_FRAME,        CAP_UNTYPED,       CAP_PAGE_TABLE,    CAP_ENDPOINT, CAP_NOTIFICATION,
        CAP_REPLY,        CAP_VSPACE,        CAP_CNODE,         CAP_TCB,      CAP_ASID_POOL,
        CAP_IRQ_HANDLER,  CAP_SCHED_CONTEXT, CAP_SCHED_CONTROL, CAP_ENDPOINT, CAP_ENDPOINT,
        CAP_NOTIFICATION, CAP_SGI,           CAP_ZOMBIE,        CAP_SMC,
    };
    return types[below(sizeof(types) / sizeof(types[0]))];
}

uint64_t self(void)
{
    struct cap cnode;
    for (uint64_t i = SELF; space(&cnode) && i < cnode_slot_count(cnode); i++) {
        const struct cap cap = cnode_slots(cnode)[i].cap;
        if (cap.word[0] == cnode.word[0] && cap.word[1] == cnode.word[1]) {
            return i;
        }
    }
    return SELF;
}

struct cap cap_at(uint64_t slot)
{
    struct cap cnode;
    if (!space(&cnode) || slot >= cnode_slot_count(cnode)) {
        return cap_null();
    }
    return cnode_slots(cnode)[slot].cap;
}
