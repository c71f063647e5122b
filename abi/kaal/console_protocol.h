// SPDX-License-Identifier: BSD-2-Clause
//
// The console's protocol (see protocol.h for the frame of a message).
//
// Text travels in the message itself, eight characters a word, the first in the lowest byte. The
// console puts the caller's name in front and never mixes two lines: "[client] hello".
#pragma once

#include <kaal/protocol.h>

enum {
    KAAL_CONSOLE_MAJOR = 1,
    KAAL_CONSOLE_MINOR = 0,

    // Words in front of the text: protocol word, length in bytes.
    KAAL_CONSOLE_TEXT_AT = 2,

    // The longest line. What leaves a component longer is cut there by its own library.
    KAAL_CONSOLE_LINE_MAX = 512,
};

enum kaal_console_request {
    // MR1: length in bytes, at most KAAL_CONSOLE_LINE_MAX; MR2..: one line without its end.
    // Characters that are not printable ASCII come out as '?'. Answered when the line is queued.
    KAAL_CONSOLE_WRITE = 1,

    // Answered when every character so far has left the machine.
    KAAL_CONSOLE_FLUSH = 2,
};

#define KAAL_CONSOLE_WORD                                                                          \
    kaal_protocol_word(KAAL_PROTOCOL_CONSOLE, KAAL_CONSOLE_MAJOR, KAAL_CONSOLE_MINOR)
