// SPDX-License-Identifier: BSD-2-Clause
//
// Reads, writes and executes where the kernel is: its image page by page, its window on physical
// memory, and anywhere in its half of the addresses. The fence, its parent, sees each fault and
// lets it go on behind it; what it had in its register is to be there still.

#include "peek.h"
#include "attempt.h"
#include "demo.h"

#include <kaal/component.h>

static uint64_t kept;

static void count(bool same)
{
    kept += same;
}

static uint64_t address_of(unsigned i, struct prng *words)
{
    if (i < PEEK_IMAGE) {
        return PEEK_IMAGE_START + (uint64_t)i * PEEK_PAGE;
    }
    const uint64_t random = prng_next(words);
    if (i < PEEK_IMAGE + PEEK_WINDOW) {
        return PEEK_WINDOW_START + PEEK_RAM_START + random % PEEK_RAM_SIZE / 8 * 8;
    }
    return (random | PEEK_UPPER_HALF) & ~UINT64_C(7);
}

void init(void)
{
    struct prng words = demo_stream("peek");
    for (unsigned i = 0; i < PEEK_ADDRESSES; i++) {
        const uint64_t address = address_of(i, &words);
        const uint64_t word = prng_next(&words);
        count(try_load(word, address) == word);
        count(try_store(word, address) == word);
        count(try_execute(word, address) == word);
    }
    struct kaal_report report;
    kaal_report_begin(&report, "kept");
    kaal_report_u64(&report, "registers", kept);
    kaal_report_end(&report);
    (void)kaal_console_flush();
    kaal_signal(kaal_need(KAAL_START_SIGNAL, "done"));
}
