// SPDX-License-Identifier: BSD-2-Clause
//
// One request to the broker and its answer, for the files of the client.
//
//    kaal_broker_put(1, &options, sizeof(options));
//    err = kaal_broker_call(KAAL_BROKER_SPAWN, words, results);       words with the protocol word
#pragma once

#include <kaal/broker.h>
#include <kaal/error.h>

#include <stddef.h>

// The arguments are in their message registers. After KAAL_OK at least `results` words are there to
// be read. After an error its detail is kept.
enum kaal_err kaal_broker_call(enum kaal_broker_request number, unsigned words, unsigned results);

// Bytes into message registers from `at` on, padded; the number of the register behind them.
unsigned kaal_broker_put(unsigned at, const void *from, size_t size);

// A request whose only argument is a word, and which has no result.
enum kaal_err kaal_broker_call_word(enum kaal_broker_request number, uint64_t word);

// A structure out of the answer's registers from `at` on.
void kaal_broker_take(unsigned at, void *to, size_t size);

// Words that so many bytes take.
static inline unsigned kaal_broker_words(size_t size)
{
    return (unsigned)((size + sizeof(uint64_t) - 1) / sizeof(uint64_t));
}
