// SPDX-License-Identifier: BSD-2-Clause
//
// Has the adder add two numbers, one of which is another in each run, and reports what it answers.
// The host computes the same (expect.toml).

#include <kaal/component.h>

void init(void)
{
    kaal_print("Hello from @NAME@.");
    const struct kaal_start_entry *adder = kaal_need(KAAL_START_CALL, "adder");
    seL4_Word words[KAAL_CALL_WORDS] = {kaal_start->seed & 0xffff, 2};
    if (kaal_call_words(adder, 0, words, 2, 1) != KAAL_OK) {
        kaal_stop("the adder did not answer");
    }
    struct kaal_report report;
    kaal_report_begin(&report, "sum");
    kaal_report_u64(&report, "value", words[0]);
    kaal_report_end(&report);
}
