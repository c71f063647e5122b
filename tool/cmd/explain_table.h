// SPDX-License-Identifier: BSD-2-Clause
//
// What `kaal explain` knows: every code that a system or the tool prints, in a word, as a number,
// or as the text that stands for it.
#pragma once

#include <stdint.h>

enum code_kind {
    CODE_ANSWER, // enum kaal_err
    CODE_KERNEL, // seL4_Error
    CODE_LOOKUP, // seL4_LookupFailureType
    CODE_FAULT,  // seL4_Fault_tag, `kind` of @fault
    CODE_CAUSE,  // `cause` of @fault
    CODE_RULE,   // enum kaal_rule
    CODE_END,    // enum kaal_end
    CODE_LINE,   // an event of a report line
    CODE_EXIT,   // exit status of the tool
    CODE_KINDS,
};

enum {
    CODE_NO_NUMBER = -1,
};

struct code {
    const char *name;
    enum code_kind kind;
    int number;
    const char *words; // as it is printed, "|" between several ways; NULL: by its name alone
    const char *means;
    const char *remedy; // what to do
};

// Ends with a row without a name.
extern const struct code explain_codes[];

// What a kind of code is, in a few words.
extern const char *const explain_kinds[CODE_KINDS];
