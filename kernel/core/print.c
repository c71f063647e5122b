// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/print.h"

#include "kernel/assert.h"
#include "kernel/plat.h"
#include "lib/fmt.h"

void kernel_print(const char *text)
{
    if (!KCFG_PRINTING) {
        return;
    }
    for (; *text != '\0'; text++) {
        plat_putc(*text);
    }
}

void kernel_panic(const char *file, int line, const char *what)
{
    char buffer[160];
    struct fmt text;
    fmt_init(&text, buffer, sizeof(buffer));
    fmt_str(&text, "[kernel] @panic at=");
    fmt_str(&text, file);
    fmt_char(&text, ':');
    fmt_i64(&text, line);
    fmt_str(&text, " what=\"");
    fmt_str(&text, what);
    fmt_str(&text, "\"");
    kernel_print(buffer);
    kernel_print("\n");
    plat_halt();
}
