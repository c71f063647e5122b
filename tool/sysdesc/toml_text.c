// SPDX-License-Identifier: BSD-2-Clause
#include "toml_parser.h"

#include "tool/utf8.h"

#include <string.h>

struct place toml_here(struct toml_parser *p)
{
    for (const char *c = p->mark; c < p->at; c++) {
        p->mark_column += ((unsigned char)*c & 0xc0) != 0x80;
    }
    p->mark = p->at;
    return (struct place){.file = p->file, .line = p->line, .column = p->mark_column};
}

bool toml_fail(struct toml_parser *p, struct place at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    diag_error(p->diag, at, "%s", arena_vprintf(p->arena, format, args));
    va_end(args);
    return false;
}

const char *toml_describe(struct toml_parser *p)
{
    if (p->at >= p->end) {
        return "the end of the file";
    }
    if (toml_at_newline(p)) {
        return "the end of the line";
    }
    size_t length = 1;
    while (p->at + length < p->end && ((unsigned char)p->at[length] & 0xc0) == 0x80) {
        length++;
    }
    return arena_printf(p->arena, "`%.*s`", (int)length, p->at);
}

// --- the text as a whole -----------------------------------------------------------------------

// But for tab; line ends are not looked at here.
static bool is_control(const char *c)
{
    unsigned char x = (unsigned char)*c;
    return (x < 0x20 && x != '\t') || x == 0x7f;
}

static bool check_char(struct toml_parser *p, size_t *length)
{
    *length = utf8_length((const unsigned char *)p->at, (size_t)(p->end - p->at));
    if (*length == 0) {
        return toml_fail(p, toml_here(p), "byte 0x%02x is not UTF-8 here; save the file as UTF-8",
                         (unsigned char)*p->at);
    }
    if (*p->at == '\r') {
        return toml_fail(p, toml_here(p),
                         "a carriage return without its line feed; save the file "
                         "with LF or CRLF at the ends of lines");
    }
    if (is_control(p->at)) {
        return toml_fail(p, toml_here(p),
                         "control character 0x%02x; remove it, or write it as \\u%04X in a string",
                         (unsigned char)*p->at, (unsigned char)*p->at);
    }
    return true;
}

bool toml_check_text(struct toml_parser *p)
{
    const char *start = p->at;
    if (p->end - p->at >= 3 && memcmp(p->at, "\xef\xbb\xbf", 3) == 0) {
        return toml_fail(p, toml_here(p),
                         "the file starts with a byte order mark; save it as UTF-8 without one");
    }
    while (p->at < p->end) {
        size_t length;
        if (toml_at_newline(p)) {
            toml_newline(p);
            continue;
        }
        if (!check_char(p, &length)) {
            return false;
        }
        p->at += length;
    }
    p->at = start;
    p->mark = start;
    p->mark_column = 1;
    p->line = 1;
    return true;
}

// --- blanks ------------------------------------------------------------------------------------

bool toml_at_newline(const struct toml_parser *p)
{
    return p->at < p->end && (*p->at == '\n' || (*p->at == '\r' && p->at[1] == '\n'));
}

void toml_newline(struct toml_parser *p)
{
    p->at += *p->at == '\r' ? 2 : 1;
    p->mark = p->at;
    p->mark_column = 1;
    p->line++;
}

void toml_blanks(struct toml_parser *p)
{
    while (p->at < p->end && (*p->at == ' ' || *p->at == '\t')) {
        p->at++;
    }
}

static void skip_comment(struct toml_parser *p)
{
    if (p->at < p->end && *p->at == '#') {
        while (p->at < p->end && !toml_at_newline(p)) {
            p->at++;
        }
    }
}

bool toml_rest_of_line(struct toml_parser *p)
{
    toml_blanks(p);
    skip_comment(p);
    if (p->at >= p->end) {
        return true;
    }
    if (!toml_at_newline(p)) {
        return toml_fail(p, toml_here(p), "%s after the end of the statement; start a new line",
                         toml_describe(p));
    }
    toml_newline(p);
    return true;
}

void toml_blank_lines(struct toml_parser *p)
{
    for (;;) {
        toml_blanks(p);
        skip_comment(p);
        if (!toml_at_newline(p)) {
            return;
        }
        toml_newline(p);
    }
}

// --- strings -----------------------------------------------------------------------------------

struct buffer {
    char *text;
    size_t length;
    size_t capacity;
};

static void put(struct toml_parser *p, struct buffer *b, char c)
{
    // Counting the terminator as well, which arena memory already holds.
    b->text = arena_grow(p->arena, b->text, b->length + 1, &b->capacity, 1);
    b->text[b->length++] = c;
}

static void put_codepoint(struct toml_parser *p, struct buffer *b, uint32_t c)
{
    if (c < 0x80) {
        put(p, b, (char)c);
        return;
    }
    if (c < 0x800) {
        put(p, b, (char)(0xc0 | c >> 6));
    } else if (c < 0x10000) {
        put(p, b, (char)(0xe0 | c >> 12));
        put(p, b, (char)(0x80 | (c >> 6 & 0x3f)));
    } else {
        put(p, b, (char)(0xf0 | c >> 18));
        put(p, b, (char)(0x80 | (c >> 12 & 0x3f)));
        put(p, b, (char)(0x80 | (c >> 6 & 0x3f)));
    }
    put(p, b, (char)(0x80 | (c & 0x3f)));
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// \uXXXX and \UXXXXXXXX; the cursor is on the first digit.
static bool unicode_escape(struct toml_parser *p, struct buffer *b, int digits, struct place at)
{
    uint32_t c = 0;
    for (int i = 0; i < digits; i++) {
        int digit = p->at < p->end ? hex_digit(*p->at) : -1;
        if (digit < 0) {
            return toml_fail(p, at,
                             "a \\%c escape needs %d hexadecimal digits; write \\u00E9 for U+00E9",
                             digits == 4 ? 'u' : 'U', digits);
        }
        c = c << 4 | (uint32_t)digit;
        p->at++;
    }
    if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) {
        return toml_fail(p, at,
                         "U+%04X is no Unicode character; use one below U+D800 or from "
                         "U+E000 to U+10FFFF",
                         c);
    }
    put_codepoint(p, b, c);
    return true;
}

// Behind the backslash.
static bool escape(struct toml_parser *p, struct buffer *b, struct place at)
{
    static const char from[] = "btnfr\"\\";
    static const char to[] = "\b\t\n\f\r\"\\";
    char c = '\n';
    if (p->at < p->end) {
        c = *p->at;
    }
    const char *known = c == '\0' ? NULL : strchr(from, c);
    if (known != NULL) {
        p->at++;
        put(p, b, to[known - from]);
        return true;
    }
    if (c == 'u' || c == 'U') {
        p->at++;
        return unicode_escape(p, b, c == 'u' ? 4 : 8, at);
    }
    return toml_fail(p, at,
                     "unknown escape \\ before %s; write \\\\ for a backslash, or use '...' quotes",
                     toml_describe(p));
}

static bool single_line(struct toml_parser *p, char quote, struct buffer *b)
{
    struct place start = toml_here(p);
    p->at++;
    while (p->at < p->end && !toml_at_newline(p)) {
        char c = *p->at;
        struct place at = c == '\\' ? toml_here(p) : start;
        p->at++;
        if (c == quote) {
            return true;
        }
        if (c == '\\' && quote == '"') {
            if (!escape(p, b, at)) {
                return false;
            }
        } else {
            put(p, b, c);
        }
    }
    return toml_fail(p, start,
                     "string without its closing %c on this line; close it, or use three "
                     "quotes for a text of several lines",
                     quote);
}

// A backslash at the end of a line swallows blanks and line ends up to the next character.
static bool line_ending_backslash(struct toml_parser *p)
{
    const char *c = p->at;
    while (c < p->end && (*c == ' ' || *c == '\t')) {
        c++;
    }
    if (c >= p->end || (*c != '\n' && *c != '\r')) {
        return false;
    }
    for (;;) {
        toml_blanks(p);
        if (!toml_at_newline(p)) {
            return true;
        }
        toml_newline(p);
    }
}

// At a quote in a multi-line string: is this the end? Up to two quotes may stand before the three.
static bool multi_line_end(struct toml_parser *p, char quote, struct buffer *b)
{
    size_t run = 0;
    while (p->at + run < p->end && p->at[run] == quote && run < 5) {
        run++;
    }
    size_t content = run >= 3 ? run - 3 : run;
    for (size_t i = 0; i < content; i++) {
        put(p, b, quote);
    }
    p->at += run;
    return run >= 3;
}

static bool multi_line(struct toml_parser *p, char quote, struct buffer *b)
{
    struct place start = toml_here(p);
    p->at += 3;
    if (toml_at_newline(p)) {
        toml_newline(p);
    }
    while (p->at < p->end) {
        char c = *p->at;
        if (c == quote) {
            if (multi_line_end(p, quote, b)) {
                return true;
            }
        } else if (toml_at_newline(p)) {
            toml_newline(p);
            put(p, b, '\n');
        } else if (c == '\\' && quote == '"') {
            struct place at = toml_here(p);
            p->at++;
            if (!line_ending_backslash(p) && !escape(p, b, at)) {
                return false;
            }
        } else {
            p->at++;
            put(p, b, c);
        }
    }
    return toml_fail(p, start, "string without its closing %c%c%c; close it", quote, quote, quote);
}

bool toml_string(struct toml_parser *p, struct toml_string *out)
{
    char quote = *p->at;
    struct buffer b = {.text = arena_alloc(p->arena, 16), .capacity = 16};
    bool triple = p->end - p->at >= 3 && p->at[1] == quote && p->at[2] == quote;
    if (!(triple ? multi_line(p, quote, &b) : single_line(p, quote, &b))) {
        return false;
    }
    *out = (struct toml_string){.text = b.text, .length = b.length};
    return true;
}

// --- keys --------------------------------------------------------------------------------------

static bool is_bare(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

static bool key_part(struct toml_parser *p, struct toml_key_part *part)
{
    part->at = toml_here(p);
    if (p->at < p->end && (*p->at == '"' || *p->at == '\'')) {
        if (p->end - p->at >= 3 && p->at[1] == *p->at && p->at[2] == *p->at) {
            return toml_fail(p, part->at, "a key cannot have three quotes; use one");
        }
        return toml_string(p, &part->text);
    }
    const char *start = p->at;
    while (p->at < p->end && is_bare(*p->at)) {
        p->at++;
    }
    if (p->at == start) {
        return toml_fail(p, part->at,
                         "a key is expected instead of %s; keys are made of letters, digits, _ and "
                         "-, or stand in quotes",
                         toml_describe(p));
    }
    size_t length = (size_t)(p->at - start);
    part->text = (struct toml_string){
        .text = arena_copy(p->arena, start, length),
        .length = length,
    };
    return true;
}

bool toml_key(struct toml_parser *p, struct toml_key_part **out)
{
    struct toml_key_part **next = out;
    for (unsigned parts = 0; parts < TOML_DEPTH_MAX; parts++) {
        struct toml_key_part *part = arena_alloc(p->arena, sizeof(*part));
        if (!key_part(p, part)) {
            return false;
        }
        *next = part;
        next = &part->next;
        toml_blanks(p);
        if (p->at >= p->end || *p->at != '.') {
            return true;
        }
        p->at++;
        toml_blanks(p);
    }
    return toml_fail(p, (*out)->at, "key with more than %d parts; use fewer", TOML_DEPTH_MAX);
}
