// SPDX-License-Identifier: BSD-2-Clause
//
// One line, as it is typed on a terminal. Bytes come in one by one and are input: whatever they
// are, what is kept is printable ASCII and stays within its buffers. What the terminal is to show
// comes out; nothing here makes a system call.
//
//    byte ──► keys ──► line   |spawn hello.el|f --name a.............|
//                                      cursor ^              ^ length
//                      view     |awn hello.elf --name a|    what fits the screen
//                      history  newest line first; the line being typed is in front of them
//
// Keys: printable ones insert; Left, Right, Home, End, Ctrl-A, -B, -E, -F move, Alt-B and -F by
// words; Backspace, Delete, Ctrl-D delete; Ctrl-K deletes to the end, Ctrl-U to the beginning,
// Ctrl-W the word before; Up, Down, Ctrl-P, -N go through the history; Ctrl-L clears the screen;
// Ctrl-C gives the line up. Sequences that it does not know do nothing.
//
// Invariant E1: cursor <= length < EDIT_LINE_SIZE, line[length] is 0, before it all is printable.
// Invariant E2: view <= cursor < view + EDIT_COLUMNS.
// Invariant E3: out_length <= EDIT_OUT_SIZE.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
    EDIT_LINE_SIZE = 256,
    EDIT_PROMPT_SIZE = 16,
    EDIT_COLUMNS = 64, // of the line that are shown: with the prompt, fewer than any terminal has
    EDIT_OUT_SIZE = 160,
    EDIT_HISTORY = 16,
};

enum edit_event {
    EDIT_MORE,      // the line is not complete
    EDIT_LINE,      // `line` is; edit_begin() begins the next one
    EDIT_COMPLETE,  // Tab: see edit_word(), edit_insert()
    EDIT_INTERRUPT, // Ctrl-C: the line is empty now
    EDIT_CLOSE,     // Ctrl-D on an empty line
};

// Of a key that is several bytes.
enum edit_state {
    EDIT_STATE_TEXT,
    EDIT_STATE_ESCAPE,  // after ESC
    EDIT_STATE_CONTROL, // after ESC [
    EDIT_STATE_SHIFT,   // after ESC O
};

struct edit {
    char line[EDIT_LINE_SIZE];
    uint32_t length;
    uint32_t cursor;
    uint32_t view; // first character that is shown
    char prompt[EDIT_PROMPT_SIZE];

    char out[EDIT_OUT_SIZE]; // for the terminal, of the last call alone
    uint32_t out_length;

    char history[EDIT_HISTORY][EDIT_LINE_SIZE]; // a ring
    uint32_t lines;                             // that were ever kept in it
    uint32_t back;                              // how many lines back `line` is; 0: it is a new one
    char draft[EDIT_LINE_SIZE];                 // the new one, meanwhile

    enum edit_state state;
    uint32_t number;   // of ESC [ number ~
    bool after_return; // "\r\n" is one end of line
};

void edit_open(struct edit *e);

// An empty line behind this prompt, of which EDIT_PROMPT_SIZE - 1 characters are shown.
void edit_begin(struct edit *e, const char *prompt);

enum edit_event edit_byte(struct edit *e, uint8_t byte);

// Inserts text at the cursor: what fits, and what is printable.
void edit_insert(struct edit *e, const char *text, uint32_t length);

// Prompt and line once more, after something else was written.
void edit_redraw(struct edit *e);

// Where the word begins that ends at the cursor.
uint32_t edit_word(const struct edit *e);

// Do the invariants hold? For tests.
bool edit_ok(const struct edit *e);
