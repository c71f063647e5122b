// SPDX-License-Identifier: BSD-2-Clause
//
// What a file of cases is written with:
//
//    CASE(retype_refuses_a_type_that_does_not_exist)
//    {
//        seL4_CPtr untyped = untyped_new(12);
//        EXPECT_INVALID_ARGUMENT(retype(untyped, seL4_ObjectTypeCount, 0, slot_new(), 1), 0);
//    }
//
// A case's name is a sentence, told as "<file>: <sentence>". Each case runs in a thread of its own,
// with memory and slots that are taken back afterwards (objects.h). The first expectation that does
// not hold ends it.
#pragma once

#include "objects.h"
#include "thread.h"
#include "trap.h"

#include "kernel/config.h"

#include <stdbool.h>
#include <stddef.h>

enum suite_use {
    USE_ALWAYS,
    USE_BY_NAME,
    USE_NEVER,
};

struct suite_case {
    const char *file;
    const char *name;
    void (*run)(void);
    unsigned line;
    enum suite_use use;
};

#define CASE(sentence) SUITE_CASE(USE_ALWAYS, sentence)

// A case of kernels of which the condition, made of constants of kernel/config.h, holds.
#define CASE_IF(condition, sentence) SUITE_CASE((condition) ? USE_ALWAYS : USE_NEVER, sentence)

// A case that only its name on the command line runs.
#define CASE_BY_NAME(sentence) SUITE_CASE(USE_BY_NAME, sentence)

#define SUITE_CASE(use, sentence)                                                                  \
    static void sentence(void);                                                                    \
    static const struct suite_case sentence##_case = {__FILE__, #sentence, sentence, __LINE__,     \
                                                      (use)};                                      \
    __attribute__((section(".cases"),                                                              \
                   used)) static const struct suite_case *const sentence##_entry =                 \
        &sentence##_case;                                                                          \
    static void sentence(void)

// Where an expectation stands in the source.
struct here {
    const char *file;
    unsigned line;
};
#define HERE ((struct here){__FILE__, __LINE__})

// Ends the case, whichever of its threads calls.
_Noreturn void fail(struct here here, const char *why);

void expect(struct here here, bool holds, const char *what);
void expect_equal(struct here here, seL4_Word seen, seL4_Word expected, const char *what);
void expect_answer(struct here here, struct got g, seL4_Word label, struct words words);
seL4_CPtr expect_made(struct here here, struct got g, seL4_CPtr made);

#define EXPECT(condition)            expect(HERE, (condition), #condition)
#define EXPECT_EQUAL(seen, expected) expect_equal(HERE, (seen), (expected), #seen)

// The answer to a Call or what was received: label, length and all words.
#define EXPECT_ANSWER(g, label, words) expect_answer(HERE, (g), (label), (words))
#define EXPECT_SUCCESS(g)              EXPECT_ANSWER(g, seL4_NoError, NO_WORDS)
#define EXPECT_RESULT(g, words)        EXPECT_ANSWER(g, seL4_NoError, words)

#define EXPECT_INVALID_ARGUMENT(g, number)   EXPECT_ANSWER(g, seL4_InvalidArgument, WORDS(number))
#define EXPECT_INVALID_CAPABILITY(g, number) EXPECT_ANSWER(g, seL4_InvalidCapability, WORDS(number))
#define EXPECT_ILLEGAL(g)                    EXPECT_ANSWER(g, seL4_IllegalOperation, NO_WORDS)
#define EXPECT_RANGE(g, low, high)           EXPECT_ANSWER(g, seL4_RangeError, WORDS(low, high))
#define EXPECT_ALIGNMENT(g)                  EXPECT_ANSWER(g, seL4_AlignmentError, NO_WORDS)
#define EXPECT_TRUNCATED(g)                  EXPECT_ANSWER(g, seL4_TruncatedMessage, NO_WORDS)
#define EXPECT_DELETE_FIRST(g)               EXPECT_ANSWER(g, seL4_DeleteFirst, NO_WORDS)
#define EXPECT_REVOKE_FIRST(g)               EXPECT_ANSWER(g, seL4_RevokeFirst, NO_WORDS)
#define EXPECT_NO_MEMORY(g, bytes)           EXPECT_ANSWER(g, seL4_NotEnoughMemory, WORDS(bytes))

// Failed lookups: 1 for a source, 0 for a destination; then what went wrong (errors.h).
#define EXPECT_NO_ROOT(g, source)                                                                  \
    EXPECT_ANSWER(g, seL4_FailedLookup, WORDS(source, seL4_InvalidRoot))
#define EXPECT_MISSING(g, source, bits_left)                                                       \
    EXPECT_ANSWER(g, seL4_FailedLookup, WORDS(source, seL4_MissingCapability, bits_left))
#define EXPECT_DEPTH_MISMATCH(g, source, bits_left, bits_found)                                    \
    EXPECT_ANSWER(g, seL4_FailedLookup, WORDS(source, seL4_DepthMismatch, bits_left, bits_found))
#define EXPECT_GUARD_MISMATCH(g, source, bits_left, guard, bits_found)                             \
    EXPECT_ANSWER(g, seL4_FailedLookup,                                                            \
                  WORDS(source, seL4_GuardMismatch, bits_left, guard, bits_found))
