// SPDX-License-Identifier: BSD-2-Clause

#include "edit.h"

#include <lib/mem.h>

enum {
    CTRL_A = 1,
    CTRL_B = 2,
    CTRL_C = 3,
    CTRL_D = 4,
    CTRL_E = 5,
    CTRL_F = 6,
    BELL = 7,
    CTRL_H = 8,
    TAB = 9,
    NEWLINE = 10,
    CTRL_K = 11,
    CTRL_L = 12,
    RETURN = 13,
    CTRL_N = 14,
    CTRL_P = 16,
    CTRL_U = 21,
    CTRL_W = 23,
    ESCAPE = 27,
    DELETE = 127,

    NUMBER_MAX = 999,
};

// --- output --------------------------------------------------------------------------------------

static void put(struct edit *e, const char *text, uint32_t length)
{
    for (uint32_t i = 0; i < length && e->out_length < EDIT_OUT_SIZE; i++) {
        e->out[e->out_length++] = text[i];
    }
}

static void put_text(struct edit *e, const char *text)
{
    put(e, text, (uint32_t)strlen(text));
}

static void bell(struct edit *e)
{
    put_text(e, "\a");
}

// The cursor goes so far to the left.
static void put_left(struct edit *e, uint32_t columns)
{
    char digits[3];
    uint32_t count = 0;
    for (uint32_t n = columns; n > 0 && count < sizeof(digits); n /= 10) {
        digits[count++] = (char)('0' + n % 10);
    }
    if (count > 0) {
        put_text(e, "\x1b[");
        while (count > 0) {
            put(e, &digits[--count], 1);
        }
        put_text(e, "D");
    }
}

static void adjust_view(struct edit *e)
{
    if (e->cursor < e->view) {
        e->view = e->cursor;
    }
    if (e->cursor - e->view >= EDIT_COLUMNS) {
        e->view = e->cursor - EDIT_COLUMNS + 1;
    }
}

// The whole of the screen's line. It begins with the carriage return by which the console knows
// that what was there before does not count any more.
static void show(struct edit *e)
{
    adjust_view(e);
    uint32_t shown = e->length - e->view;
    shown = shown < EDIT_COLUMNS ? shown : EDIT_COLUMNS;
    put_text(e, "\r");
    put_text(e, e->prompt);
    put(e, &e->line[e->view], shown);
    put_text(e, "\x1b[K");
    put_left(e, e->view + shown - e->cursor);
}

_Static_assert((int)EDIT_OUT_SIZE >= (int)EDIT_PROMPT_SIZE + (int)EDIT_COLUMNS + 32,
               "the line, and what a key may show in front of it and behind, fit");

void edit_redraw(struct edit *e)
{
    e->out_length = 0;
    show(e);
}

// --- the line ------------------------------------------------------------------------------------

static void set_line(struct edit *e, const char *text)
{
    e->length = (uint32_t)strnlen(text, EDIT_LINE_SIZE - 1);
    memmove(e->line, text, e->length);
    e->line[e->length] = '\0';
    e->cursor = e->length;
    e->view = 0;
}

static bool is_printable(char c)
{
    return c >= ' ' && c <= '~';
}

static bool insert(struct edit *e, char c)
{
    if (!is_printable(c) || e->length == EDIT_LINE_SIZE - 1) {
        return false;
    }
    memmove(&e->line[e->cursor + 1], &e->line[e->cursor], e->length - e->cursor + 1);
    e->line[e->cursor] = c;
    e->cursor++;
    e->length++;
    return true;
}

void edit_insert(struct edit *e, const char *text, uint32_t length)
{
    e->out_length = 0;
    for (uint32_t i = 0; i < length; i++) {
        (void)insert(e, text[i]);
    }
    show(e);
}

// At the end of what is shown, the character alone is enough.
static void type(struct edit *e, char c)
{
    if (!insert(e, c)) {
        bell(e);
    } else if (e->cursor == e->length && e->cursor - e->view < EDIT_COLUMNS) {
        put(e, &c, 1);
    } else {
        show(e);
    }
}

// Removes what lies from `from` to before `to`; the cursor is then there.
static void cut(struct edit *e, uint32_t from, uint32_t to)
{
    memmove(&e->line[from], &e->line[to], e->length - to + 1);
    e->length -= to - from;
    e->cursor = from;
    show(e);
}

static void move(struct edit *e, uint32_t to)
{
    e->cursor = to;
    show(e);
}

static uint32_t word_before(const struct edit *e)
{
    uint32_t at = e->cursor;
    while (at > 0 && e->line[at - 1] == ' ') {
        at--;
    }
    while (at > 0 && e->line[at - 1] != ' ') {
        at--;
    }
    return at;
}

static uint32_t word_after(const struct edit *e)
{
    uint32_t at = e->cursor;
    while (at < e->length && e->line[at] == ' ') {
        at++;
    }
    while (at < e->length && e->line[at] != ' ') {
        at++;
    }
    return at;
}

uint32_t edit_word(const struct edit *e)
{
    uint32_t at = e->cursor;
    while (at > 0 && e->line[at - 1] != ' ') {
        at--;
    }
    return at;
}

// --- history -------------------------------------------------------------------------------------

static char *history(struct edit *e, uint32_t back)
{
    return e->history[(e->lines - back) % EDIT_HISTORY];
}

// Neither empty lines nor the same one twice in a row.
static void remember(struct edit *e)
{
    if (e->length != 0 && (e->lines == 0 || strcmp(history(e, 1), e->line) != 0)) {
        memcpy(history(e, 0), e->line, EDIT_LINE_SIZE);
        e->lines++;
    }
}

static void go_back(struct edit *e, uint32_t back)
{
    uint32_t kept = e->lines < EDIT_HISTORY ? e->lines : EDIT_HISTORY;
    if (back > kept || back == e->back) {
        bell(e);
        return;
    }
    if (e->back == 0) {
        memcpy(e->draft, e->line, EDIT_LINE_SIZE);
    }
    set_line(e, back == 0 ? e->draft : history(e, back));
    e->back = back;
    show(e);
}

static void history_newer(struct edit *e)
{
    go_back(e, e->back == 0 ? 0 : e->back - 1);
}

// --- keys ----------------------------------------------------------------------------------------

static void backspace(struct edit *e)
{
    if (e->cursor == 0) {
        bell(e);
    } else {
        cut(e, e->cursor - 1, e->cursor);
    }
}

static void erase(struct edit *e)
{
    if (e->cursor == e->length) {
        bell(e);
    } else {
        cut(e, e->cursor, e->cursor + 1);
    }
}

static void left(struct edit *e)
{
    move(e, e->cursor == 0 ? 0 : e->cursor - 1);
}

static void right(struct edit *e)
{
    move(e, e->cursor == e->length ? e->length : e->cursor + 1);
}

// What ends ESC [ and ESC O.
static void control_key(struct edit *e, uint8_t byte)
{
    switch (byte) {
    case 'A':
        go_back(e, e->back + 1);
        break;
    case 'B':
        history_newer(e);
        break;
    case 'C':
        right(e);
        break;
    case 'D':
        left(e);
        break;
    case 'H':
        move(e, 0);
        break;
    case 'F':
        move(e, e->length);
        break;
    default:
        break;
    }
}

static void numbered_key(struct edit *e)
{
    switch (e->number) {
    case 1:
    case 7:
        move(e, 0);
        break;
    case 3:
        erase(e);
        break;
    case 4:
    case 8:
        move(e, e->length);
        break;
    default:
        break;
    }
}

static void escaped_key(struct edit *e, uint8_t byte)
{
    switch (byte) {
    case '[':
        e->state = EDIT_STATE_CONTROL;
        e->number = 0;
        break;
    case 'O':
        e->state = EDIT_STATE_SHIFT;
        break;
    case 'b':
        move(e, word_before(e));
        break;
    case 'f':
        move(e, word_after(e));
        break;
    default:
        break;
    }
}

// Parameters of a sequence are digits and some signs; any other byte is its end.
static void control_byte(struct edit *e, uint8_t byte)
{
    if (byte >= '0' && byte <= '9') {
        e->number = e->number * 10 + (byte - '0');
        e->number = e->number < NUMBER_MAX ? e->number : NUMBER_MAX;
        return;
    }
    if (byte >= ' ' && byte <= '?') {
        return;
    }
    e->state = EDIT_STATE_TEXT;
    if (byte == '~') {
        numbered_key(e);
    } else {
        control_key(e, byte);
    }
}

static void sequence_byte(struct edit *e, uint8_t byte)
{
    switch (e->state) {
    case EDIT_STATE_CONTROL:
        control_byte(e, byte);
        break;
    case EDIT_STATE_SHIFT:
        e->state = EDIT_STATE_TEXT;
        control_key(e, byte);
        break;
    case EDIT_STATE_ESCAPE:
    case EDIT_STATE_TEXT:
        e->state = EDIT_STATE_TEXT;
        escaped_key(e, byte);
        break;
    }
}

// Keys that change the line or where one is in it.
static void line_key(struct edit *e, uint8_t byte)
{
    switch (byte) {
    case CTRL_A:
        move(e, 0);
        break;
    case CTRL_B:
        left(e);
        break;
    case CTRL_E:
        move(e, e->length);
        break;
    case CTRL_F:
        right(e);
        break;
    case CTRL_D:
        erase(e);
        break;
    case CTRL_H:
    case DELETE:
        backspace(e);
        break;
    case CTRL_K:
        cut(e, e->cursor, e->length);
        break;
    case CTRL_U:
        cut(e, 0, e->cursor);
        break;
    case CTRL_W:
        cut(e, word_before(e), e->cursor);
        break;
    case CTRL_L:
        put_text(e, "\x1b[H\x1b[2J");
        show(e);
        break;
    case CTRL_N:
        history_newer(e);
        break;
    case CTRL_P:
        go_back(e, e->back + 1);
        break;
    default:
        type(e, (char)byte);
        break;
    }
}

static enum edit_event end_line(struct edit *e, enum edit_event event)
{
    move(e, e->length);
    if (event == EDIT_INTERRUPT) {
        put_text(e, "^C");
        set_line(e, "");
    }
    put_text(e, "\r\n");
    remember(e);
    return event;
}

enum edit_event edit_byte(struct edit *e, uint8_t byte)
{
    bool second = byte == NEWLINE && e->after_return;
    e->out_length = 0;
    e->after_return = byte == RETURN;
    if (second) {
        return EDIT_MORE;
    }
    // A control character ends any sequence that is not complete.
    if (e->state != EDIT_STATE_TEXT && byte >= ' ' && byte < DELETE) {
        sequence_byte(e, byte);
        return EDIT_MORE;
    }
    e->state = byte == ESCAPE ? EDIT_STATE_ESCAPE : EDIT_STATE_TEXT;
    switch (byte) {
    case ESCAPE:
        return EDIT_MORE;
    case RETURN:
    case NEWLINE:
        return end_line(e, EDIT_LINE);
    case TAB:
        return EDIT_COMPLETE;
    case CTRL_C:
        return end_line(e, EDIT_INTERRUPT);
    case CTRL_D:
        if (e->length == 0) {
            return EDIT_CLOSE;
        }
        break;
    default:
        break;
    }
    line_key(e, byte);
    return EDIT_MORE;
}

// --- beginning -----------------------------------------------------------------------------------

void edit_open(struct edit *e)
{
    memset(e, 0, sizeof(*e));
}

void edit_begin(struct edit *e, const char *prompt)
{
    uint32_t length = (uint32_t)strnlen(prompt, EDIT_PROMPT_SIZE - 1);
    memcpy(e->prompt, prompt, length);
    e->prompt[length] = '\0';
    e->back = 0;
    set_line(e, "");
    edit_redraw(e);
}

bool edit_ok(const struct edit *e)
{
    for (uint32_t i = 0; i < e->length && i < EDIT_LINE_SIZE; i++) {
        if (!is_printable(e->line[i])) {
            return false;
        }
    }
    return e->length < EDIT_LINE_SIZE && e->line[e->length] == '\0' && e->cursor <= e->length &&
           e->view <= e->cursor && e->cursor - e->view < EDIT_COLUMNS &&
           e->out_length <= EDIT_OUT_SIZE && e->state <= EDIT_STATE_SHIFT &&
           e->number <= NUMBER_MAX;
}
