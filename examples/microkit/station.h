/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the programs of the station have in common: how they print, and what the log is asked.
 */
#pragma once

#include <microkit.h>

enum log_request {
    LOG_APPEND, /* a number; the answer is how many there are */
    LOG_SUM,    /* the answer is their sum, and the number of the last one */
};

static inline void print(const char *text)
{
    microkit_dbg_puts(text);
}

static inline void print_number(const char *before, seL4_Word number, const char *after)
{
    microkit_dbg_puts(before);
    microkit_dbg_put32((seL4_Uint32)number);
    microkit_dbg_puts(after);
}
