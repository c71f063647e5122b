// SPDX-License-Identifier: BSD-2-Clause
//
// Secure monitor calls, in kernels that have them. Only a machine that has a monitor is asked for
// its version: QEMU's, started at EL2.
#include "case.h"
#include "machine.h"

#define PSCI_VERSION 0x84000000UL

CASE_IF(!KCFG_ALLOW_SMC, there_is_no_smc_capability)
{
    EXPECT(slot_is_empty(seL4_CapSMC));
}

CASE_IF(KCFG_ALLOW_SMC, smc_refuses_other_labels)
{
    EXPECT_ILLEGAL(call(seL4_CapSMC, 0, NO_WORDS, NO_CAPS));
    EXPECT_ILLEGAL(call(seL4_CapSMC, ARMSMCCall + 1, WORDS(0, 0, 0, 0, 0, 0, 0, 0), NO_CAPS));
}

CASE_IF(KCFG_ALLOW_SMC, smc_wants_eight_words)
{
    EXPECT_TRUNCATED(call(seL4_CapSMC, ARMSMCCall, WORDS(0, 0, 0, 0, 0, 0, 0), NO_CAPS));
}

// Asks for the version: a number above 0, and the eight registers as the monitor leaves them.
static void expect_version(seL4_CPtr smc)
{
    if (machine_takes_smc()) {
        struct got g = call(smc, ARMSMCCall, WORDS(PSCI_VERSION, 1, 2, 3, 4, 5, 6, 7), NO_CAPS);
        EXPECT_EQUAL(g.label, seL4_NoError);
        EXPECT_EQUAL(g.length, 8);
        EXPECT(g.mr[0] >= 2 && g.mr[0] < 0x20000);
        for (seL4_Word i = 4; i < 8; i++) {
            EXPECT_EQUAL(got_word(&g, i), i);
        }
    }
}

CASE_IF(KCFG_ALLOW_SMC, smc_calls_the_monitor)
{
    expect_version(seL4_CapSMC);
}

CASE_IF(KCFG_ALLOW_SMC, a_badge_limits_the_function)
{
    seL4_CPtr badged = mint_new(seL4_CapSMC, RIGHTS_ALL, PSCI_VERSION);
    expect_version(badged);
    EXPECT_ILLEGAL(call(badged, ARMSMCCall, WORDS(0x84000001, 0, 0, 0, 0, 0, 0, 0), NO_CAPS));
    EXPECT_TRUNCATED(call(badged, ARMSMCCall, WORDS(0x84000001, 0, 0, 0, 0, 0, 0), NO_CAPS));
}

CASE_IF(KCFG_ALLOW_SMC, a_badged_smc_capability_stands_below_the_unbadged_one)
{
    seL4_CPtr badged = mint_new(seL4_CapSMC, RIGHTS_ALL, 0x84000000);
    EXPECT_ILLEGAL(mint(slot_new(), badged, RIGHTS_ALL, 1));
    EXPECT_ILLEGAL(call(ROOT, CNodeMutate, WORDS(slot_new(), DEPTH, badged, DEPTH, 0), CAPS(ROOT)));
    EXPECT_SUCCESS(revoke(seL4_CapSMC));
    EXPECT(slot_is_empty(badged));
    EXPECT(!slot_is_empty(seL4_CapSMC));
}
