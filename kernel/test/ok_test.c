// SPDX-License-Identifier: BSD-2-Clause
//
// The invariants of capabilities, memory, address spaces and interrupts, each broken by hand
// (support/scene.h): the checker must name it. At least one test for each number of
// docs/invariants.md, and one for each of the checker's messages (invariants.py).
#include "fresh.h"
#include "scene.h"

#include "kernel/arch.h"
#include "kernel/asid.h"
#include "kernel/cspace.h"
#include "kernel/kernel.h"
#include "kernel/notification.h"
#include "kernel/plat_host.h"
#include "kernel/untyped.h"
#include "kernel/vspace.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

// --- what breaks ---------------------------------------------------------------------------------

static void set_link(struct slot *slot, unsigned link, const struct slot *to)
{
    slot->link[link] = (uint64_t)(uintptr_t)to >> 5 << 21 | (slot->link[link] & 0x1fffff);
}

static void d1_prev(void)
{
    set_link(scene_at(ENDPOINT), 0, scene_at(MEMORY));
}

static void d1_cycle(void)
{
    struct slot *first = slot_next(scene_at(MEMORY));
    set_link(slot_prev(scene_at(MEMORY)) != NULL ? slot_prev(scene_at(MEMORY)) : scene_at(MEMORY),
             1, first);
    set_link(first, 1, scene_at(MEMORY));
    set_link(scene_at(MEMORY), 0, first);
}

static void d1_empty(void)
{
    scene_at(SPARE)->link[0] = 1;
}

static void d2(void)
{
    scene_at(ENDPOINT)->link[0] |= 0x1fffff;
    scene_at(ENDPOINT)->link[1] |= 0x1ffffe;
}

static void d3(void)
{
    scene_at(MEMORY)->link[1] &= ~UINT64_C(1); // no original any more: its children are nobody's
}

static void d3_copy(void)
{
    slot_insert_derived(scene_at(ENDPOINT), scene_at(SPARE), scene_at(ENDPOINT)->cap);
    scene_at(SPARE)->link[0]--; // as deep as its original
}

static void d4(void)
{
    slot_insert_root(scene_at(SPARE), scene_at(ENDPOINT)->cap);
}

static void o1_inside(void)
{
    const paddr_t inside = paddr(cap_address(scene_at(RUNNER)->cap).raw + 512);
    slot_insert_child(scene_at(MEMORY), scene_at(SPARE), cap_new(CAP_ENDPOINT, inside), true);
}

static void o1_overlap(void)
{
    const paddr_t last = paddr(cap_address(scene_at(MEMORY)->cap).raw + (1 << 18) - 16);
    slot_insert_root(scene_at(SPARE), cap_new(CAP_NOTIFICATION, last));
}

static void o2(void)
{
    slot_clear(scene_at(CNODE)); // with something in it
}

static void u1(void)
{
    scene_at(MEMORY)->cap = cap_set(scene_at(MEMORY)->cap, CAP_FREE, (1 << 18 >> 4) + 1);
}

static void u2(void)
{
    scene_at(MEMORY)->cap = untyped_set_free(scene_at(MEMORY)->cap, 16);
}

static void u3(void)
{
    const uint64_t last = cap_address(scene_at(MEMORY)->cap).raw + (1 << 18) - 16;
    *(uint64_t *)arch_ptr(paddr(last)) = 1;
}

static struct cap zombie(uint64_t left)
{
    struct cap cap = cap_new(CAP_ZOMBIE, cap_address(scene_at(CNODE)->cap));
    cap = cap_set(cap, CAP_SIZE_BITS, cap_size_bits(scene_at(CNODE)->cap));
    return cap_set(cap, CAP_ZOMBIE_LEFT, left);
}

static void z1(void)
{
    slot_insert_derived(scene_at(CNODE), scene_at(SPARE), scene_at(CNODE)->cap);
    scene_at(SPARE)->cap = zombie(4);
}

static void z2(void)
{
    scene_at(CNODE)->cap = zombie(3);
}

static uint64_t *pool_entry(uint64_t index)
{
    return kernel.asid_pools[0] + index;
}

static void a1(void)
{
    *pool_entry(9) = cap_base(scene_at(FRAME)->cap).raw;
}

static void a2(void)
{
    *pool_entry(0) = *pool_entry(1);
}

static void a3(void)
{
    kernel.asid_pools[5] = arch_ptr(cap_base(scene_at(FRAME)->cap));
}

// Two ASIDs of one root: what A1 says of the second.
static void v1(void)
{
    *pool_entry(9) = *pool_entry(1);
}

static arch_pte_t *root_entry(unsigned index)
{
    return (arch_pte_t *)arch_ptr(asid_root(1)) + index;
}

static void v2(void)
{
    scene_at(TABLE)->cap = cap_set(scene_at(TABLE)->cap, CAP_VADDR, 0);
}

static void v3(void)
{
    const struct arch_mapping mapping = {.read = true};
    *root_entry(300) = arch_pte_page(cap_base(scene_at(FRAME)->cap), 0, mapping);
}

static void v4(void)
{
    scene_at(FRAME)->cap = cap_set(scene_at(FRAME)->cap, CAP_ASID, 0);
}

// An entry changes, or its address space goes, and the processor is not told.
static void v5(void)
{
    const struct walk walk = vspace_walk(asid_root(1), vaddr(FRESH_IMAGE));
    host_cpu.asid = 1;
    host_tlb_fill(FRESH_IMAGE, walk.level, *walk.entry ^ HOST_PTE_WRITE);
}

static void v5_gone(void)
{
    host_cpu.asid = 9;
    host_tlb_fill(FRESH_IMAGE, ARCH_LEVELS - 1, 0);
}

static void i1(void)
{
    kernel.irq_state[SCENE_IRQ + 1] = IRQ_HANDLER;
}

static void i2(void)
{
    slot_insert_derived(scene_at(NOTIFICATION), &kernel.irq_notification[SCENE_IRQ + 1],
                        scene_at(NOTIFICATION)->cap);
}

static void i3(void)
{
    host_machine.masked[SCENE_IRQ + 1] = false;
}

static void d1_again(void)
{
    scene_at(SPARE)->cap = scene_at(ENDPOINT)->cap;
    set_link(scene_at(SPARE), 0, scene_at(MEMORY));
}

static void d1_emptied(void)
{
    scene_at(ENDPOINT)->cap = cap_null();
}

// The first that the checker looks at.
static void d1_apart(void)
{
    struct slot *slot = &kernel.irq_notification[0];
    slot->cap = scene_at(ENDPOINT)->cap;
    set_link(slot, 0, scene_at(ENDPOINT));
}

static void d3_original(void)
{
    slot_insert_derived(scene_at(ENDPOINT), scene_at(SPARE), scene_at(ENDPOINT)->cap);
    scene_at(SPARE)->link[1] |= 1;
}

static void z1_twice(void)
{
    slot_insert_derived(scene_at(CNODE), scene_at(SPARE), scene_at(CNODE)->cap);
    scene_at(CNODE)->cap = zombie(4);
    scene_at(SPARE)->cap = zombie(4);
}

// --- all -----------------------------------------------------------------------------------------

static void the_scene_is_whole(void **state)
{
    (void)state;
    assert_true(scene_make());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_scene_is_whole),
        BREACH("D1", d1_prev),
        BREACH("D1", d1_cycle),
        BREACH("D1", d1_empty),
        BREACH("D2", d2),
        BREACH("D3", d3),
        BREACH("D3", d3_copy),
        BREACH("D4", d4),
        BREACH("O1", o1_inside),
        BREACH("O1", o1_overlap),
        BREACH("O2", o2),
        BREACH("U1", u1),
        BREACH("U2", u2),
        BREACH("U3", u3),
        BREACH("Z1", z1),
        BREACH("Z2", z2),
        BREACH("A1", a1),
        BREACH("A2", a2),
        BREACH("A3", a3),
        BREACH("A1", v1),
        BREACH("V2", v2),
        BREACH("V3", v3),
        BREACH("V4", v4),
        BREACH("V5", v5),
        BREACH("V5", v5_gone),
        BREACH("I1", i1),
        BREACH("I2", i2),
        BREACH("I3", i3),
        BREACH("D1", d1_again),
        BREACH("D1", d1_emptied),
        BREACH("D1", d1_apart),
        BREACH("D3", d3_original),
        BREACH("Z1", z1_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
