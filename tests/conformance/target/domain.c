// SPDX-License-Identifier: BSD-2-Clause
//
// Arguments and errors of the domain capability.
#include "case.h"

enum {
    DOMAINS = KCFG_DOMAIN_COUNT,
    ENTRIES = KCFG_DOMAIN_SCHEDULE_COUNT,
};

static struct got configure(seL4_Word index, seL4_Word domain, seL4_Word duration)
{
    return call(seL4_CapDomain, DomainScheduleConfigure, WORDS(index, domain, duration), NO_CAPS);
}

CASE(labels_of_other_objects_are_refused)
{
    EXPECT_ILLEGAL(call(seL4_CapDomain, 0, NO_WORDS, NO_CAPS));
    EXPECT_ILLEGAL(call(seL4_CapDomain, DomainSetSet - 1, NO_WORDS, NO_CAPS));
    EXPECT_ILLEGAL(call(seL4_CapDomain, DomainScheduleSetStart + 1, NO_WORDS, NO_CAPS));
}

CASE(set_checks_length_domain_capability_and_type)
{
    EXPECT_TRUNCATED(call(seL4_CapDomain, DomainSetSet, NO_WORDS, CAPS(tcb_new())));
    EXPECT_INVALID_ARGUMENT(call(seL4_CapDomain, DomainSetSet, WORDS(DOMAINS), NO_CAPS), 0);
    EXPECT_INVALID_ARGUMENT(call(seL4_CapDomain, DomainSetSet, WORDS(~0UL), NO_CAPS), 0);
    EXPECT_TRUNCATED(call(seL4_CapDomain, DomainSetSet, WORDS(0), NO_CAPS));
    EXPECT_INVALID_ARGUMENT(call(seL4_CapDomain, DomainSetSet, WORDS(0), CAPS(endpoint_new())), 1);
    EXPECT_INVALID_ARGUMENT(call(seL4_CapDomain, DomainSetSet, WORDS(0), CAPS(0)), 1);
}

CASE(set_takes_every_domain)
{
    seL4_CPtr tcb = tcb_new();
    for (seL4_Word domain = 0; domain < DOMAINS; domain++) {
        EXPECT_SUCCESS(call(seL4_CapDomain, DomainSetSet, WORDS(domain), CAPS(tcb)));
    }
}

CASE(schedule_configure_wants_three_words)
{
    EXPECT_TRUNCATED(call(seL4_CapDomain, DomainScheduleConfigure, WORDS(~0UL, 0), NO_CAPS));
}

CASE(schedule_configure_checks_index_domain_and_duration)
{
    EXPECT_RANGE(configure(ENTRIES - 1, DOMAINS, 0), 0, ENTRIES - 2);
    EXPECT_RANGE(configure(~0UL, DOMAINS, 0), 0, ENTRIES - 2);
    EXPECT_RANGE(configure(0, DOMAINS, 1UL << 56), 0, DOMAINS - 1);
    EXPECT_INVALID_ARGUMENT(configure(0, 0, 1UL << 56), 2);
    EXPECT_INVALID_ARGUMENT(configure(0, 0, ~0UL), 2);
    EXPECT_INVALID_ARGUMENT(configure(0, 0, 0), 2);
}

CASE_IF(KCFG_DOMAIN_COUNT > 1, schedule_configure_refuses_an_end_marker_of_another_domain)
{
    EXPECT_INVALID_ARGUMENT(configure(1, 1, 0), 1);
    EXPECT_INVALID_ARGUMENT(configure(0, 1, 0), 1);
}

CASE_IF(KCFG_DOMAIN_COUNT > 1, schedule_configure_sets_and_clears_an_entry)
{
    EXPECT_SUCCESS(configure(ENTRIES - 2, DOMAINS - 1, 1000));
    EXPECT_SUCCESS(configure(ENTRIES - 2, 0, 0));
}

CASE(schedule_configure_takes_the_longest_duration)
{
    EXPECT_SUCCESS(configure(0, 0, (1UL << 56) - 1));
}

CASE(schedule_set_start_checks_length_range_and_end_marker)
{
    EXPECT_TRUNCATED(call(seL4_CapDomain, DomainScheduleSetStart, NO_WORDS, NO_CAPS));
    EXPECT_RANGE(call(seL4_CapDomain, DomainScheduleSetStart, WORDS(ENTRIES), NO_CAPS), 0,
                 ENTRIES - 1);
    EXPECT_RANGE(call(seL4_CapDomain, DomainScheduleSetStart, WORDS(~0UL), NO_CAPS), 0,
                 ENTRIES - 1);
    EXPECT_INVALID_ARGUMENT(
        call(seL4_CapDomain, DomainScheduleSetStart, WORDS(ENTRIES - 1), NO_CAPS), 0);
}

CASE(schedule_set_start_at_the_entry_that_runs)
{
    EXPECT_SUCCESS(call(seL4_CapDomain, DomainScheduleSetStart, WORDS(0), NO_CAPS));
}
