// SPDX-License-Identifier: BSD-2-Clause
//
// Dies in the way that its arguments say; ../faults/system.toml has one component for each. Each
// way is a function of its own, and the lines that ../faults.py looks for end in a comment with its
// name.

#include <kaal/component.h>
#include <kaal/fault_text.h>
#include <kaal/layout.h>

#include <lib/mem.h>

#define NOINLINE __attribute__((noinline))

enum {
    EMPTY_SLOT = 9,
    OUTSIDE_SLOT = 0x100000,
    NO_SYSTEM_CALL = 99,
    FRAME_SIZE = 0x6000, // more than the stack and its guard page
};

extern const char _start[]; // our first instruction

static volatile uint64_t sink;

struct record {
    uint64_t words[3];
    uint64_t field;
};

NOINLINE static uint64_t read_field(const volatile struct record *record)
{
    return record->field; // null
}

static struct record *volatile nobody;

NOINLINE static void die_null(void)
{
    sink = read_field(nobody) + 1; // null caller
}

static volatile bool never_ends = true;

NOINLINE static uint64_t descend(uint64_t depth)
{
    volatile uint64_t here[16] = {depth};
    return never_ends ? descend(depth + 1) + here[0] : 0; // overflow caller
}

NOINLINE static void die_overflow(void)
{
    sink = descend(0);
}

// A frame that never touches the guard page.
NOINLINE static void die_wide(void)
{
    uint64_t size = FRAME_SIZE;
    __asm__ volatile("sub sp, sp, %0; str xzr, [sp]; add sp, sp, %0" : : "r"(size)); // wide
}

NOINLINE static void die_readonly(void)
{
    const struct kaal_start_entry *ring = kaal_need(KAAL_START_MEMORY, "ring0");
    *(volatile uint64_t *)ring->address = 1; // readonly NOLINT: the point of it
}

NOINLINE static void die_beyond(void)
{
    const struct kaal_start_entry *ring = kaal_need(KAAL_START_MEMORY, "ring0");
    sink = *(volatile uint64_t *)(ring->address + ring->size + 8); // beyond NOLINT: the point of it
}

NOINLINE static void die_text(void)
{
    __asm__ volatile("str xzr, [%0]" : : "r"(_start) : "memory"); // text
}

NOINLINE static void die_jump(void)
{
    static uint32_t code[4];
    __asm__ volatile("blr %0" : : "r"(code) : "x30", "memory"); // jump caller
}

NOINLINE static void die_undefined(void)
{
    __asm__ volatile("udf #0"); // undefined
}

NOINLINE static void die_fpu(void)
{
    __asm__ volatile(".inst 0x9e660000" : : : "x0"); // fpu: fmov x0, d0
}

NOINLINE static void die_breakpoint(void)
{
    __asm__ volatile("brk #0"); // breakpoint
}

// Exclusive accesses must be aligned on every memory.
NOINLINE static void die_unaligned(void)
{
    static uint64_t words[2];
    uint64_t word;
    __asm__ volatile("ldxr %0, [%1]" : "=r"(word) : "r"((char *)words + 1)); // unaligned
    sink = word;
}

NOINLINE static void die_syscall(void)
{
    sink = kaal_trap_words(NO_SYSTEM_CALL, 0, 0); // syscall
}

NOINLINE static void die_slot(void)
{
    seL4_Wait(EMPTY_SLOT, NULL); // slot
}

NOINLINE static void die_outside(void)
{
    seL4_Wait(OUTSIDE_SLOT, NULL); // outside
}

// --- one that lives, and tells who called it -----------------------------------------------------

NOINLINE static void walk(void)
{
    uint64_t here = (uint64_t)__builtin_frame_address(0);
    const struct kaal_fault_stack stack = {
        .bytes = (const void *)here, // NOLINT: our own stack
        .address = here,
        .size = kaal_start->stack_top - here,
    };
    const struct kaal_fault_place nothing = {0};
    static struct kaal_fault_record record;
    struct kaal_report report;
    kaal_fault_take(&record, kaal_start->name, NULL,
                    &(struct kaal_fault){.type = seL4_Fault_NullFault});
    record.context.x29 = here;
    kaal_fault_take_registers(&record);
    kaal_backtrace(&record, &stack, &nothing);
    if (record.return_count > 0 && kaal_fault_line(&record, 1, &report)) {
        kaal_report_end(&report);
    }
}

NOINLINE static void middle(void)
{
    walk();
    sink = sink + 1; // walk caller
}

NOINLINE static void live(void)
{
    middle();
    sink = sink + 1; // middle caller
    kaal_print("@walked");
}

static const struct {
    const char *name;
    void (*function)(void);
} ways[] = {
    {"null", die_null},
    {"overflow", die_overflow},
    {"wide", die_wide},
    {"readonly", die_readonly},
    {"beyond", die_beyond},
    {"text", die_text},
    {"jump", die_jump},
    {"undefined", die_undefined},
    {"fpu", die_fpu},
    {"breakpoint", die_breakpoint},
    {"unaligned", die_unaligned},
    {"syscall", die_syscall},
    {"slot", die_slot},
    {"outside", die_outside},
    {"live", live},
};

void init(void)
{
    for (unsigned i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        if (strcmp(kaal_start->args, ways[i].name) == 0) {
            ways[i].function();
        }
    }
}
