// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/console.h>
#include <kaal/console_protocol.h>
#include <kaal/start_page.h>

#include <lib/mem.h>

#include <sel4/sel4.h>

#include "internal.h"

static bool console_call(enum kaal_console_request number, unsigned words)
{
    const struct kaal_start_entry *console =
        kaal_start_find(kaal_start, KAAL_START_CALL, "console");
    if (console == NULL) {
        return false;
    }
    seL4_SetMR(0, KAAL_CONSOLE_WORD);
    seL4_MessageInfo_t info = seL4_Call(console->slot, seL4_MessageInfo_new(number, 0, 0, words));
    return seL4_MessageInfo_get_label(info) == 0;
}

bool kaal_print_line(const char *text, size_t length)
{
    length = length < KAAL_CONSOLE_LINE_MAX ? length : KAAL_CONSOLE_LINE_MAX;
    seL4_SetMR(1, length);
    kaal_message_put_text(KAAL_CONSOLE_TEXT_AT, text, length);
    return console_call(KAAL_CONSOLE_WRITE, KAAL_CONSOLE_TEXT_AT + kaal_text_words(length));
}

bool kaal_print(const char *text)
{
    const char *end = strchr(text, '\n');
    while (end != NULL) {
        if (!kaal_print_line(text, (size_t)(end - text))) {
            return false;
        }
        text = end + 1;
        end = strchr(text, '\n');
    }
    return *text == '\0' || kaal_print_line(text, strlen(text));
}

bool kaal_console_flush(void)
{
    return console_call(KAAL_CONSOLE_FLUSH, 1);
}

void kaal_report_end(struct kaal_report *report)
{
    (void)kaal_print(report->text);
}
