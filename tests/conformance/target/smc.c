// SPDX-License-Identifier: BSD-2-Clause
//
// Secure monitor calls, in kernels that have them. What the monitor answers is the machine's: only
// what the kernel refuses is looked at.
#include "case.h"

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

CASE_IF(KCFG_ALLOW_SMC, a_badge_limits_the_function)
{
    seL4_CPtr badged = mint_new(seL4_CapSMC, RIGHTS_ALL, 0x84000000);
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
