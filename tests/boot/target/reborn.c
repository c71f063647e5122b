// SPDX-License-Identifier: BSD-2-Clause
//
// Counts at each start what is not as it was in the file, and how many capabilities its inbox can
// take; spoils all that it may write; and dies when it is called with the label DIE.

#include <kaal/component.h>

#include <lib/mem.h>

enum {
    GIVE = 1,
    DIE = 2,
    WORDS = 500,
    ZEROES = 8192,
    USED_STACK = 1024, // what lies below init()'s frame by the time it looks
};

static volatile uint64_t numbers[WORDS] = {1, 2, 3, [WORDS - 1] = WORDS};
static volatile uint64_t zeroes[ZEROES];
static uint64_t received;

static volatile uint64_t *stack_bottom(void)
{
    return (volatile uint64_t *)(kaal_start->stack_top - kaal_start->stack_size); // NOLINT
}

static size_t stack_words(void)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0) - USED_STACK;
    return (here - (uintptr_t)stack_bottom()) / sizeof(uint64_t);
}

// Of the words, those that are wrong; and makes them so.
static uint64_t spoil(volatile uint64_t *words, size_t count)
{
    uint64_t wrong = 0;
    for (size_t i = 0; i < count; i++) {
        wrong += words[i] != 0;
        words[i] = UINT64_MAX;
    }
    return wrong;
}

static uint64_t spoil_numbers(void)
{
    uint64_t wrong = 0;
    for (size_t i = 0; i < WORDS; i++) {
        wrong += numbers[i] != (i < 3 || i == WORDS - 1 ? i + 1 : 0);
        numbers[i] = UINT64_MAX;
    }
    return wrong;
}

void init(void)
{
    uint64_t stack = spoil(stack_bottom(), stack_words());
    struct kaal_report report;
    kaal_report_begin(&report, "life");
    kaal_report_u64(&report, "generation", kaal_start->generation);
    kaal_report_u64(&report, "data", spoil_numbers());
    kaal_report_u64(&report, "bss", spoil(zeroes, ZEROES));
    kaal_report_u64(&report, "stack", stack);
    kaal_report_end(&report);
}

seL4_MessageInfo_t protected(seL4_Word badge, seL4_MessageInfo_t info)
{
    (void)badge;
    if (seL4_MessageInfo_get_label(info) == DIE) {
        kaal_exit(3, "told to");
    }
    received += kaal_inbox_keep();
    seL4_SetMR(0, received);
    return seL4_MessageInfo_new(KAAL_OK, 0, 0, 1);
}
