// SPDX-License-Identifier: BSD-2-Clause
//
// Lines on the console, by the call channel that the description names "console". Without such a
// channel output is dropped: a component does not depend on being heard.
//
//    kaal_print("ready");                       [client] ready
//
//    struct kaal_report r;
//    kaal_report_begin(&r, "ipc");
//    kaal_report_u64(&r, "calls", 121);
//    kaal_report_end(&r);                       [client] @ipc calls=121
//
// Lines that begin with '@' are reports: event name, then key=value words, for programs to read.
#pragma once

#include <lib/fmt.h>

#include <stdbool.h>
#include <stdint.h>

enum { KAAL_REPORT_SIZE = 544 };

// One line; '\n' begins another. Longer ones than KAAL_CONSOLE_LINE_MAX are cut. False if the
// console did not take it.
bool kaal_print(const char *text);

// Returns when everything printed so far has left the machine.
bool kaal_console_flush(void);

// Line and formatter in one; fields may also be added to `fmt` directly.
struct kaal_report {
    struct fmt fmt;
    char text[KAAL_REPORT_SIZE];
};

void kaal_report_begin(struct kaal_report *report, const char *event);
void kaal_report_u64(struct kaal_report *report, const char *key, uint64_t value);
void kaal_report_hex(struct kaal_report *report, const char *key, uint64_t value);

// Spaces and control characters in the value come out as '_': a value is one word.
void kaal_report_str(struct kaal_report *report, const char *key, const char *value);

// In double quotes, with its spaces; double quotes in it and control characters come out as '_'.
void kaal_report_text(struct kaal_report *report, const char *key, const char *value);

// enum kaal_rights as letters, "rw"; "-" for none.
void kaal_report_rights(struct kaal_report *report, const char *key, uint32_t rights);

// "@error what=.. name=.. cause=.."; `name` may be NULL.
void kaal_report_error(struct kaal_report *report, const char *what, const char *name,
                       const char *cause);
void kaal_report_end(struct kaal_report *report);
