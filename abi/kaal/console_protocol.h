// SPDX-License-Identifier: BSD-2-Clause
//
// The console's protocol (see protocol.h for the frame of a message).
//
// Text travels in the message itself, eight characters a word, the first in the lowest byte. The
// console puts the caller's name in front and never mixes two lines: "[client] hello".
//
// One component may be the terminal: the one that the description gives a notify channel from the
// console, of the component's own name. It gets what is typed, and writes bytes as they are. Lines
// of others appear above the row that it is writing on:
//
//    [client] hello              a line of another
//    kaal> spawn hello           what the terminal has written since the last \r or \n
#pragma once

#include <kaal/protocol.h>

enum {
    KAAL_CONSOLE_MAJOR = 1,
    KAAL_CONSOLE_MINOR = 1,

    // Words in front of the text: protocol word, length in bytes.
    KAAL_CONSOLE_TEXT_AT = 2,

    // The longest line. What leaves a component longer is cut there by its own library.
    KAAL_CONSOLE_LINE_MAX = 576,

    // The row of the terminal that is shown again below the lines of others. One that is longer is
    // not.
    KAAL_CONSOLE_ROW_MAX = 256,

    // Ctrl-T, typed at any time: the broker lists who holds what, as reports, for `kaal caps`.
    KAAL_CONSOLE_CAPS_KEY = 0x14,
};

enum kaal_console_request {
    // MR1: length in bytes, at most KAAL_CONSOLE_LINE_MAX; MR2..: one line without its end.
    // Characters that are not printable ASCII come out as '?'. Answered when the line is queued.
    KAAL_CONSOLE_WRITE = 1,

    // Answered when every character so far has left the machine.
    KAAL_CONSOLE_FLUSH = 2,

    // The rest is for the terminal alone; others get KAAL_ERR_DENIED.

    // MR1: how many bytes the caller has room for. Answer: MR0: how many were typed, MR1..: they.
    // 0: none for now; the console signals when there are.
    KAAL_CONSOLE_READ = 3,

    // MR1: length in bytes, at most KAAL_CONSOLE_LINE_MAX; MR2..: bytes, sent as they are.
    KAAL_CONSOLE_PUT = 4,

    // MR1: number of a line that was shown; the first one was 1. Answer: MR0: its number, or that
    // of
    // the oldest line that is kept; MR1: number of the newest; MR2: length, MR3..: the line, with
    // the name in front. KAAL_ERR_NOTFOUND: not shown yet.
    KAAL_CONSOLE_SHOWN = 5,
};

#define KAAL_CONSOLE_WORD                                                                          \
    kaal_protocol_word(KAAL_PROTOCOL_CONSOLE, KAAL_CONSOLE_MAJOR, KAAL_CONSOLE_MINOR)
