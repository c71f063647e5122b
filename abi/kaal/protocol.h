// SPDX-License-Identifier: BSD-2-Clause
//
// What all KaaL protocols share. A request is a call:
//
//    label   the request's number
//    MR0     protocol word: which protocol, and which version of it the caller speaks
//    MR1..   arguments
//
// and its answer:
//
//    label   enum kaal_err
//    MR0..   results; after KAAL_ERR_VERSION the protocol word that the server speaks, after
//            KAAL_ERR_ARGUMENT the number of the argument, after KAAL_ERR_KERNEL the seL4 error
//
// A server answers every minor version of a major that it knows: structures grow at their end.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// Numbers of protocols are ABI: never renumber, add at the end.
enum kaal_protocol {
    KAAL_PROTOCOL_BROKER = 1,
    KAAL_PROTOCOL_CONSOLE = 2,
    KAAL_PROTOCOL_TIMER = 3,
    KAAL_PROTOCOL_BLOCK = 4,
    KAAL_PROTOCOL_RTC = 5,
};

static inline uint64_t kaal_protocol_word(uint32_t protocol, uint16_t major, uint16_t minor)
{
    return (uint64_t)protocol << 32 | (uint64_t)major << 16 | minor;
}

static inline uint32_t kaal_protocol_id(uint64_t word)
{
    return (uint32_t)(word >> 32);
}

static inline uint16_t kaal_protocol_major(uint64_t word)
{
    return (uint16_t)(word >> 16);
}

static inline uint16_t kaal_protocol_minor(uint64_t word)
{
    return (uint16_t)word;
}
