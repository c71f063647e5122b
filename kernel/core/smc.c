// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/smc.h"

#include "kernel/arch.h"

#include <sel4/arch/invocation.h>

enum { SMC_WORDS = 8 };

seL4_Error smc_decode(struct syscall *sys)
{
    if (sys->label != ARMSMCCall) {
        return seL4_IllegalOperation;
    }
    if (sys->length < SMC_WORDS) {
        return seL4_TruncatedMessage;
    }
    const uint64_t badge = cap_badge(sys->cap);
    if (badge != 0 && badge != syscall_word(sys, 0)) {
        return seL4_IllegalOperation;
    }
    for (unsigned i = 0; i < SMC_WORDS; i++) {
        sys->result[i] = syscall_word(sys, i);
    }
    arch_smc(sys->result);
    sys->result_count = SMC_WORDS;
    return seL4_NoError;
}
