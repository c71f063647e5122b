// SPDX-License-Identifier: BSD-2-Clause
//
// Between the files of the library.
#pragma once

#include <sel4/sel4.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Puts `length` bytes of text into message registers from `at` on, eight to a word.
void kaal_message_put_text(unsigned at, const char *text, size_t length);

// Words that so many bytes of text take.
static inline unsigned kaal_text_words(size_t length)
{
    return (unsigned)((length + 7) / 8);
}

// The event loop, which is main() of a program that has none of its own. NULL: it is not linked.
__attribute__((weak)) int kaal_loop(int argc, char **argv);

// main() has returned. Calls kaal_exit(), unless a C library is there and has things to do before.
_Noreturn void kaal_main_returned(int status);

// One line without its end to the console; of a longer one, KAAL_CONSOLE_LINE_MAX bytes.
bool kaal_print_line(const char *text, size_t length);

// The broker's endpoint, 0 if the component has none.
seL4_CPtr kaal_broker_slot(void);

// STOP. Returns only if the broker does not take it.
void kaal_broker_stop(int64_t status, const char *reason);
