// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/channel.h>
#include <kaal/console_protocol.h>
#include <kaal/terminal.h>

#include <lib/mem.h>

#include "internal.h"

enum kaal_err kaal_terminal_open(struct kaal_terminal *terminal)
{
    const struct kaal_start_entry *signal =
        kaal_start_find(kaal_start, KAAL_START_SIGNALED, "console");
    terminal->console = kaal_start_find(kaal_start, KAAL_START_CALL, "console");
    if (signal == NULL || terminal->console == NULL) {
        return KAAL_ERR_NOTFOUND;
    }
    terminal->bit = signal->value;
    return KAAL_OK;
}

// A request of `words` words, the protocol word included; *words is then that of the answer.
static enum kaal_err request(const struct kaal_terminal *terminal, enum kaal_console_request number,
                             unsigned *words)
{
    seL4_SetMR(0, KAAL_CONSOLE_WORD);
    seL4_MessageInfo_t info =
        kaal_call(terminal->console, seL4_MessageInfo_new(number, 0, 0, *words));
    *words = (unsigned)seL4_MessageInfo_get_length(info);
    return kaal_result(info);
}

// Bytes of the answer, whose number is in message register at - 1; at most `room`.
static enum kaal_err take_bytes(unsigned words, unsigned at, char *bytes, uint32_t room,
                                uint32_t *count)
{
    seL4_Word sent = words < at ? SIZE_MAX : seL4_GetMR((int)at - 1);
    if (sent > (seL4_Word)(words < at ? 0 : words - at) * sizeof(seL4_Word)) {
        return KAAL_ERR_PROTOCOL;
    }
    *count = sent < room ? (uint32_t)sent : room;
    memcpy(bytes, &seL4_GetIPCBuffer()->msg[at], *count);
    return KAAL_OK;
}

enum kaal_err kaal_terminal_read(const struct kaal_terminal *terminal, char *bytes, uint32_t room,
                                 uint32_t *count)
{
    unsigned words = 2;
    seL4_SetMR(1, room);
    enum kaal_err err = request(terminal, KAAL_CONSOLE_READ, &words);
    return err == KAAL_OK ? take_bytes(words, 1, bytes, room, count) : err;
}

enum kaal_err kaal_terminal_write(const struct kaal_terminal *terminal, const char *bytes,
                                  uint32_t count)
{
    enum kaal_err err = KAAL_OK;
    while (count > 0 && err == KAAL_OK) {
        uint32_t part = count < KAAL_CONSOLE_LINE_MAX ? count : KAAL_CONSOLE_LINE_MAX;
        unsigned words = KAAL_CONSOLE_TEXT_AT + kaal_text_words(part);
        seL4_SetMR(1, part);
        kaal_message_put_text(KAAL_CONSOLE_TEXT_AT, bytes, part);
        err = request(terminal, KAAL_CONSOLE_PUT, &words);
        bytes += part;
        count -= part;
    }
    return err;
}

enum kaal_err kaal_terminal_shown(const struct kaal_terminal *terminal, uint64_t *number,
                                  uint64_t *newest, char *line, uint32_t room)
{
    unsigned words = 2;
    uint32_t length = 0;
    seL4_SetMR(1, *number);
    enum kaal_err err = request(terminal, KAAL_CONSOLE_SHOWN, &words);
    if (err != KAAL_OK) {
        return err;
    }
    err = take_bytes(words, 3, line, room - 1, &length);
    if (err == KAAL_OK) {
        line[length] = '\0';
        *number = seL4_GetMR(0);
        *newest = seL4_GetMR(1);
    }
    return err;
}
