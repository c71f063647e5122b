// SPDX-License-Identifier: BSD-2-Clause
//
// The terminal, as commands use it: text goes out in pieces of a line or more, keys come in one by
// one, and time passes in between if there is a timer.
#pragma once

#include <lib/fmt.h>

#include <stdbool.h>
#include <stdint.h>

// Stops the component if it has no terminal.
void term_open(void);

// Text as it is; a line with its end, "\r\n".
void term_put(const char *text, uint32_t length);
void term_text(const char *text);
void term_line(const char *text);

// Everything put so far is on its way.
void term_flush(void);

// A row of a table: columns on the left edge, or numbers on the right of theirs.
struct row {
    struct fmt fmt;
    char text[256];
    uint32_t column; // where the next one begins
};

void row_begin(struct row *row);
void row_text(struct row *row, const char *text, uint32_t width);
void row_number(struct row *row, uint64_t number, uint32_t width);
void row_end(struct row *row);

// The next key; waits for it.
uint8_t term_key(void);

// Is there a key? It is not taken.
bool term_has_key(void);

// Is there a timer?
bool term_has_time(void);
uint64_t term_now_us(void);

enum term_wait {
    TERM_TIME_UP,
    TERM_KEY,
};

// Waits so long, or until a key is pressed.
enum term_wait term_wait(uint64_t us);

// A line that was shown: see kaal_terminal_shown().
bool term_shown(uint64_t *number, uint64_t *newest, char *line, uint32_t room);
