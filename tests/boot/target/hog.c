// SPDX-License-Identifier: BSD-2-Clause
//
// In the monkey's place, for tests that the watcher would notice: writes into the watcher's diary
// if a wrong description lets it, and takes all the time there is.

#include "monkey.h"

#include <kaal/component.h>

static volatile uint64_t *diary;

static _Noreturn void take_all(void)
{
    for (uint64_t i = 0;; i++) {
        if (diary != NULL) {
            diary[i % (MONKEY_PAGE / sizeof(*diary))] = i;
        }
    }
}

void init(void)
{
    struct board *board = (struct board *)kaal_need(KAAL_START_MEMORY, "board")->address; // NOLINT
    const struct kaal_start_entry *memory = kaal_start_find(kaal_start, KAAL_START_MEMORY, "diary");
    diary = memory == NULL ? NULL : (volatile uint64_t *)memory->address; // NOLINT
    board->play = kaal_need(KAAL_START_MEMORY, "play")->address;
    board->start = (uint64_t)(uintptr_t)kaal_start;
    *(volatile uint64_t *)&board->entry = (uint64_t)(uintptr_t)&take_all;
    for (;;) {
        seL4_Yield();
    }
}
