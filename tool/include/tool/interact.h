// SPDX-License-Identifier: BSD-2-Clause
//
// The terminal that the tool was started from, as the machine's:
//
//    keyboard ──► pending ──► machine's serial line         Ctrl-] leaves
//    screen   ◄── filter  ◄──
//
// Keys go as they are, Ctrl-C included. Of what the machine sends, text and the sequences that move
// the cursor within the screen and erase come through; others are shown as text, so that a guest
// does not reprogram the terminal.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

struct interact {
    struct termios before;
    bool raw;  // `before` is to be set again
    bool left; // Ctrl-] was pressed
    bool over; // there are no more keys
    char pending[256];
    size_t pending_first;
    size_t pending_end;
    char held[16]; // the beginning of a sequence of the machine
    size_t held_length;
};

// Sets the terminal up, if standard input is one.
void interact_open(struct interact *t);
void interact_close(struct interact *t);

// Reads keys, if all before are written, and writes them to `to`.
void interact_keys(struct interact *t, int to);

// Are there keys to be written still?
bool interact_pends(const struct interact *t);

// Shows a character of the machine.
void interact_show(struct interact *t, char c);
