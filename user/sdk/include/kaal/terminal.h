// SPDX-License-Identifier: BSD-2-Clause
//
// The terminal behind the console (abi/kaal/console_protocol.h), for the one component that the
// description gives it: a channel "console" to call, as others have, and a notify channel back,
// from the domain "console", with the component's own name.
//
//    struct kaal_terminal terminal;
//    if (kaal_terminal_open(&terminal) == KAAL_OK) {
//        kaal_terminal_write(&terminal, "name? ", 6);
//        kaal_wait_for(terminal.bit);
//        kaal_terminal_read(&terminal, bytes, sizeof(bytes), &count);
//    }
#pragma once

#include <kaal/error.h>
#include <kaal/start_page.h>

#include <stdint.h>

struct kaal_terminal {
    const struct kaal_start_entry *console;
    uint64_t bit; // of its signals: something was typed
};

// KAAL_ERR_NOTFOUND if the description lacks one of the two channels.
enum kaal_err kaal_terminal_open(struct kaal_terminal *terminal);

// What was typed, up to `room` bytes; *count is 0 if that is nothing. Does not wait.
enum kaal_err kaal_terminal_read(const struct kaal_terminal *terminal, char *bytes, uint32_t room,
                                 uint32_t *count);

// Bytes as they are, any number of them.
enum kaal_err kaal_terminal_write(const struct kaal_terminal *terminal, const char *bytes,
                                  uint32_t count);

// A line that the console has shown, of anyone: *number, or the oldest one that it still has, whose
// number *number is then. *newest: the last one's. KAAL_ERR_NOTFOUND: none so new yet. The line is
// cut to `room` bytes, its NUL included.
enum kaal_err kaal_terminal_shown(const struct kaal_terminal *terminal, uint64_t *number,
                                  uint64_t *newest, char *line, uint32_t room);
