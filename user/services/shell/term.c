// SPDX-License-Identifier: BSD-2-Clause

#include "term.h"

#include <kaal/component.h>
#include <kaal/terminal.h>
#include <kaal/timer.h>

#include <lib/mem.h>

enum {
    OUT_SIZE = 480,
    IN_SIZE = 64,
};

static struct kaal_terminal terminal;
static struct kaal_timer timer;
static bool has_timer;

static char out[OUT_SIZE];
static uint32_t out_length;

static char in[IN_SIZE];
static uint32_t in_first;
static uint32_t in_end;

void term_open(void)
{
    if (kaal_terminal_open(&terminal) != KAAL_OK) {
        kaal_stop("the description gives it no terminal: a call channel `console`, and a notify "
                  "channel from the domain `console` with its own name");
    }
    has_timer = kaal_timer_open(&timer) == KAAL_OK;
}

// --- output --------------------------------------------------------------------------------------

void term_flush(void)
{
    (void)kaal_terminal_write(&terminal, out, out_length);
    out_length = 0;
}

void term_put(const char *text, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++) {
        if (out_length == OUT_SIZE) {
            term_flush();
        }
        out[out_length++] = text[i];
    }
}

void term_text(const char *text)
{
    term_put(text, (uint32_t)strlen(text));
}

void term_line(const char *text)
{
    term_text(text);
    term_text("\r\n");
}

void row_begin(struct row *row)
{
    fmt_init(&row->fmt, row->text, sizeof(row->text));
    row->column = 0;
}

static void fill(struct row *row, uint64_t column)
{
    while (row->fmt.len < column && !row->fmt.cut) {
        fmt_char(&row->fmt, ' ');
    }
}

static void next(struct row *row, uint32_t width)
{
    row->column += width + 1;
    fill(row, row->column - 1);
    fmt_char(&row->fmt, ' ');
}

void row_text(struct row *row, const char *text, uint32_t width)
{
    fmt_str(&row->fmt, text);
    next(row, width);
}

void row_number(struct row *row, uint64_t number, uint32_t width)
{
    fmt_u64_pad(&row->fmt, number, width, ' ');
    next(row, width);
}

void row_end(struct row *row)
{
    while (row->fmt.len > 0 && row->text[row->fmt.len - 1] == ' ') {
        row->text[--row->fmt.len] = '\0';
    }
    term_line(row->text);
}

// --- keys and time -------------------------------------------------------------------------------

bool term_has_key(void)
{
    uint32_t count = 0;
    if (in_first == in_end && kaal_terminal_read(&terminal, in, IN_SIZE, &count) == KAAL_OK) {
        in_first = 0;
        in_end = count;
    }
    return in_first < in_end;
}

uint8_t term_key(void)
{
    term_flush();
    while (!term_has_key()) {
        (void)kaal_wait_for(terminal.bit);
    }
    return (uint8_t)in[in_first++];
}

bool term_has_time(void)
{
    return has_timer;
}

uint64_t term_now_us(void)
{
    uint64_t now_us = 0;
    return has_timer && kaal_timer_now(&timer, &now_us, NULL) == KAAL_OK ? now_us : 0;
}

enum term_wait term_wait(uint64_t us)
{
    term_flush();
    if (term_has_key()) {
        return TERM_KEY;
    }
    uint64_t end_us = term_now_us() + us;
    if (!has_timer || kaal_timer_set(&timer, end_us, 0) != KAAL_OK) {
        return TERM_TIME_UP;
    }
    bool key = false;
    while (!key && term_now_us() < end_us) {
        (void)kaal_wait_for(terminal.bit | timer.bit);
        key = term_has_key();
    }
    (void)kaal_timer_cancel(&timer);
    return key ? TERM_KEY : TERM_TIME_UP;
}

bool term_shown(uint64_t *number, uint64_t *newest, char *line, uint32_t room)
{
    return kaal_terminal_shown(&terminal, number, newest, line, room) == KAAL_OK;
}
