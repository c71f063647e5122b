// SPDX-License-Identifier: BSD-2-Clause
//
// The capability broker's protocol (see protocol.h for the frame of a message). Every component
// has the broker's endpoint, badged with KAAL_BADGE_CALL | its number: who asks is never an
// argument.
//
//    request    arguments                        results
//    MEMORY     MR1 bytes, MR2 enum kaal_rights  MR0 address, MR1 bytes
//    CHANNEL    MR1 badge                        MR0 CPtr to wait, MR1 CPtr to signal
//    STARTED    -                                -
//    PASSIVE    - (sent, not called)             none
//    STOP       MR1 bytes of text, MR2.. text    none: the caller is suspended
//    LOG        -                                MR0 bytes of text, MR1.. text
//
// Every grant is accounted to the component and limited by its quota: beyond it, KAAL_ERR_DENIED.
#pragma once

#include <kaal/protocol.h>

enum {
    KAAL_BROKER_MAJOR = 1,
    KAAL_BROKER_MINOR = 0,

    // What a component may hold at a time of what it asked for.
    KAAL_BROKER_MEMORY_QUOTA = 4 << 20, // bytes
    KAAL_BROKER_GRANT_QUOTA = 32,       // grants of memory, of whatever size
    KAAL_BROKER_CHANNEL_QUOTA = 8,      // two slots each: those that the tool leaves free

    // The longest text of STOP and LOG.
    KAAL_BROKER_TEXT_MAX = 512,
};

enum kaal_broker_request {
    // Zeroed memory, mapped into the caller's address space where the broker chooses. The size is
    // rounded up to pages. Rights: READ, or READ and WRITE.
    KAAL_BROKER_MEMORY = 1,

    // A notification: one capability to wait with and one, badged, to signal with, for the caller
    // to pass on over a channel that grants.
    KAAL_BROKER_CHANNEL = 2,

    // The caller has finished its start: the next one in the start order may begin.
    KAAL_BROKER_STARTED = 3,

    // As STARTED, from a passive component that is about to wait: the broker takes back its
    // scheduling context. Sent in the same system call that begins the wait, so not answered.
    KAAL_BROKER_PASSIVE = 4,

    // The caller can or need not go on. The text is reported with its name.
    KAAL_BROKER_STOP = 5,

    // For the console alone: the broker's next output, whole lines with their ends and with the
    // broker's name in front, to be put out as they are; 0 bytes: none left. With the first LOG the
    // console takes over the serial port.
    KAAL_BROKER_LOG = 6,
};

#define KAAL_BROKER_WORD                                                                           \
    kaal_protocol_word(KAAL_PROTOCOL_BROKER, KAAL_BROKER_MAJOR, KAAL_BROKER_MINOR)
