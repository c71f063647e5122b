// SPDX-License-Identifier: BSD-2-Clause
//
// A component that lives three times: it spoils all that it may write, puts a copy of its start
// page with the next generation where the start-up code does not reach, and jumps to its entry with
// nothing but x0 right. Each life counts what is not as it was in the file.
#include <kaal/component.h>

#include <lib/mem.h>

enum {
    LIVES = 3,
    WORDS = 500,
    ZEROES = 8192,
    USED_STACK = 1024, // what lies below this function's frame by the time it looks
};

static volatile uint64_t numbers[WORDS] = {1, 2, 3, [WORDS - 1] = WORDS};
static volatile uint64_t zeroes[ZEROES];
static _Thread_local volatile uint64_t own = 7;
static _Thread_local volatile uint64_t own_zero;

// again_jump.S
_Noreturn void again_jump(const struct kaal_start *start);

// The stack below what is in use, from the lowest word on.
static volatile uint64_t *stack_bottom(void)
{
    return (volatile uint64_t *)(kaal_start->stack_top - kaal_start->stack_size); // NOLINT
}

static size_t stack_words(void)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0) - USED_STACK;
    return (here - (uintptr_t)stack_bottom()) / sizeof(uint64_t);
}

static uint64_t wrong_numbers(void)
{
    uint64_t wrong = 0;
    for (size_t i = 0; i < WORDS; i++) {
        wrong += numbers[i] != (i < 3 || i == WORDS - 1 ? i + 1 : 0);
    }
    return wrong;
}

static uint64_t not_zero(const volatile uint64_t *words, size_t count)
{
    uint64_t wrong = 0;
    for (size_t i = 0; i < count; i++) {
        wrong += words[i] != 0;
    }
    return wrong;
}

static void spoil(volatile uint64_t *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        words[i] = UINT64_MAX;
    }
}

static _Noreturn void live_again(void)
{
    const struct kaal_start_entry *safe = kaal_need(KAAL_START_MEMORY, "safe");
    struct kaal_start *next = (struct kaal_start *)safe->address; // NOLINT: from the start page
    memmove(next, kaal_start, kaal_start->size);
    next->generation++;
    spoil(stack_bottom(), stack_words());
    spoil(numbers, WORDS);
    spoil(zeroes, ZEROES);
    own = 0;
    own_zero = 1;
    seL4_SetCapReceivePath(1, 1, 1);
    again_jump(next);
}

static bool can_receive(void)
{
    seL4_CPtr cnode;
    seL4_CPtr index;
    seL4_Word depth;
    seL4_GetCapReceivePath(&cnode, &index, &depth);
    return cnode != 0 || index != 0 || depth != 0;
}

void init(void)
{
    uint64_t stack = not_zero(stack_bottom(), stack_words());
    struct kaal_report report;
    kaal_report_begin(&report, "life");
    kaal_report_u64(&report, "generation", kaal_start->generation);
    kaal_report_u64(&report, "data", wrong_numbers());
    kaal_report_u64(&report, "bss", not_zero(zeroes, ZEROES));
    kaal_report_u64(&report, "tls", (uint64_t)(own != 7) + (own_zero != 0));
    kaal_report_u64(&report, "stack", stack);
    kaal_report_u64(&report, "ipc", can_receive());
    kaal_report_end(&report);
    if (kaal_start->generation < LIVES) {
        live_again();
    }
    kaal_report_begin(&report, "end");
    kaal_report_u64(&report, "lives", LIVES);
    kaal_report_end(&report);
}
