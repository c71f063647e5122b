// SPDX-License-Identifier: BSD-2-Clause
//
// Where lines, and bytes of the terminal, become one stream:
//
//    put_line ──► [name] text\r\n ──┬─► shown (the last of them)
//    put_raw_line                   ├─► port
//    put_terminal ──► row ──────────┘        a line in the middle of a row goes above it
//
// All wait until the port has room; interrupts are handled meanwhile.
#pragma once

#include "pl011.h"

#include <kaal/console.h>

#include <stdint.h>

extern struct pl011 port;

// Waits for interrupts and signals, and handles them: the component's own.
void output_wait(void);

void put_line(const char *name, const char *text, uint32_t length);
void put_raw_line(const char *text, uint32_t length); // it has its name already
void put_report(struct kaal_report *report);
void put_terminal(const char *text, uint32_t length);

// Waits until the queue is empty, and everything has left the machine.
void output_flush(void);

// shown_read(), and the number of the newest line.
bool output_shown(uint64_t *number, uint64_t *newest, char *line, uint32_t room, uint32_t *length);
