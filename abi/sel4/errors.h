// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Error codes: the label of the reply to an invocation. The words that follow are in the reply's
// message registers.

typedef enum {
    seL4_NoError = 0,
    seL4_InvalidArgument,   // MR0: number of the argument
    seL4_InvalidCapability, // MR0: number of the capability, 0 is the one invoked
    seL4_IllegalOperation,
    seL4_RangeError, // MR0, MR1: smallest and largest value allowed
    seL4_AlignmentError,
    seL4_FailedLookup, // MR0: 1 for a source, else 0; MR1 on: seL4_LookupFailureType and its words
    seL4_TruncatedMessage,
    seL4_DeleteFirst,
    seL4_RevokeFirst,
    seL4_NotEnoughMemory, // MR0: bytes left
    seL4_NumErrors
} seL4_Error;
