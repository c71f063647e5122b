// SPDX-License-Identifier: BSD-2-Clause
//
// What is said when a program is wrong.

#include <microkit.h>

seL4_Bool microkit_internal_check(const char *function, seL4_Word valid, microkit_channel ch)
{
    if (ch <= MICROKIT_MAX_CHANNEL_ID && (valid >> ch & 1) != 0) {
        return seL4_True;
    }
    microkit_dbg_puts(microkit_name);
    microkit_dbg_puts(" ");
    microkit_dbg_puts(function);
    microkit_dbg_puts(": invalid channel given '");
    microkit_dbg_put32(ch);
    microkit_dbg_puts("'\n");
    return seL4_False;
}

void microkit_internal_crash(seL4_Error err)
{
    volatile seL4_Word where = (seL4_Word)err; // so that the compiler does not know that it is 0
    *(volatile int *)where = 0;
}

void microkit_internal_fail(const char *what, seL4_Error err)
{
    microkit_dbg_puts(what);
    microkit_dbg_puts("\n");
    microkit_internal_crash(err);
}
