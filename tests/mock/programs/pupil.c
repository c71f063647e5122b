// SPDX-License-Identifier: BSD-2-Clause
//
// Four lives: the first reads a page that is not there yet, and dies of a wild pointer; the second
// of an instruction, the third of depth; the fourth ends well. Each begins with data as in the
// file.

#include "life.h"

#include <kaal/component.h>

static volatile uint64_t data = 1;

static void report_life(uint64_t number)
{
    struct kaal_report report;
    kaal_report_begin(&report, "life");
    kaal_report_u64(&report, "n", number);
    kaal_report_u64(&report, "data", data);
    kaal_report_end(&report);
}

static void report_page(void)
{
    struct kaal_report report;
    kaal_report_begin(&report, "paged");
    kaal_report_hex(&report, "word", *(volatile uint64_t *)LIFE_PAGE); // NOLINT: the keeper maps it
    kaal_report_end(&report);
}

static uint64_t dive(uint64_t depth)
{
    volatile uint64_t here[16] = {depth};
    return depth == UINT64_MAX ? 0 : dive(depth + 1) + here[0];
}

void init(void)
{
    volatile uint64_t *lives =
        (volatile uint64_t *)kaal_need(KAAL_START_MEMORY, "lives")->address; // NOLINT: start page
    ++*lives;
    report_life(*lives);
    data = 0;
    if (*lives == 1) {
        report_page();
        volatile uint64_t *volatile nowhere = (volatile uint64_t *)LIFE_NOWHERE; // NOLINT
        *nowhere = 0;
    } else if (*lives == 2) {
        __builtin_trap();
    } else if (*lives == 3) {
        data = dive(0);
    }
}
