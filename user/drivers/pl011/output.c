// SPDX-License-Identifier: BSD-2-Clause

#include "output.h"

#include "row.h"
#include "shown.h"

#include <kaal/broker.h>
#include <kaal/console_protocol.h>
#include <kaal/start_page.h>

#include <lib/mem.h>

enum {
    NAME_FRAME = 3,                                                  // characters of "[", "] "
    LINE_SIZE = KAAL_CONSOLE_LINE_MAX + KAAL_NAME_SIZE + NAME_FRAME, // the longest
    ROW_FRAME = 8,                                                   // around a line above a row
};

struct pl011 port;

static struct row row;
static struct shown shown;

_Static_assert((int)LINE_SIZE + (int)ROW_SIZE + (int)ROW_FRAME <= (int)PL011_OUT_SIZE,
               "a line always fits");
_Static_assert((int)KAAL_BROKER_TEXT_MAX <= (int)LINE_SIZE, "and so does one of the broker");

static void wait_for_room(uint32_t length)
{
    while (pl011_room(&port) < length) {
        output_wait();
    }
}

// Room is waited for as a whole, so that no line is mixed into another.
void put_raw_line(const char *text, uint32_t length)
{
    uint32_t before = 0;
    const char *leave = row_leave(&row, &before);
    wait_for_room(length + row.length + ROW_FRAME);
    pl011_put(&port, leave, before);
    pl011_put(&port, text, length);
    pl011_put(&port, "\r\n", 2);
    pl011_put(&port, row.text, row.length);
    shown_add(&shown, text, length);
}

void put_line(const char *name, const char *text, uint32_t length)
{
    static char line[LINE_SIZE];
    struct fmt f;
    fmt_init(&f, line, sizeof(line));
    fmt_char(&f, '[');
    fmt_strn(&f, name, KAAL_NAME_SIZE);
    fmt_str(&f, "] ");
    fmt_strn(&f, text, length);
    put_raw_line(line, (uint32_t)f.len);
}

void put_report(struct kaal_report *report)
{
    put_line(kaal_start->name, report->text, (uint32_t)report->fmt.len);
}

void put_terminal(const char *text, uint32_t length)
{
    wait_for_room(length);
    pl011_put(&port, text, length);
    row_put(&row, text, length);
}

void output_flush(void)
{
    wait_for_room(PL011_OUT_SIZE);
    for (uint32_t polls = 0; !pl011_idle(&port) && polls < PL011_POLLS_MAX; polls++) {
    }
}

bool output_shown(uint64_t *number, uint64_t *newest, char *line, uint32_t room, uint32_t *length)
{
    *newest = shown.count;
    return shown_read(&shown, number, line, room, length);
}
