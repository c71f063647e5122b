// SPDX-License-Identifier: BSD-2-Clause
#include "toml_parser.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// A value that is neither string, array nor table is one word of these characters; a blank between
// date and time is the one exception.
static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '+' || c == '.' || c == ':';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// --- dates -------------------------------------------------------------------------------------

// `count` digits as a number, -1 if they are not all digits.
static int digits(const char *s, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++) {
        if (!is_digit(s[i])) {
            return -1;
        }
        value = value * 10 + (s[i] - '0');
    }
    return value;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

// These return how many characters they take, 0 if the text is not one. Terminated texts.
static size_t scan_date(const char *s)
{
    if (strlen(s) < 10 || s[4] != '-' || s[7] != '-') {
        return 0;
    }
    int year = digits(s, 4);
    int month = digits(s + 5, 2);
    int day = digits(s + 8, 2);
    bool ok =
        year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(year, month);
    return ok ? 10 : 0;
}

static size_t scan_time(const char *s)
{
    if (strlen(s) < 8 || s[2] != ':' || s[5] != ':') {
        return 0;
    }
    int hour = digits(s, 2);
    int minute = digits(s + 3, 2);
    int second = digits(s + 6, 2);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
        return 0;
    }
    size_t length = 8;
    if (s[length] == '.') {
        size_t fraction = strspn(s + length + 1, "0123456789");
        length += fraction == 0 ? 0 : 1 + fraction;
    }
    return length;
}

static size_t scan_offset(const char *s)
{
    if (*s == 'Z' || *s == 'z') {
        return 1;
    }
    if ((*s != '+' && *s != '-') || strlen(s) < 6 || s[3] != ':') {
        return 0;
    }
    int hour = digits(s + 1, 2);
    int minute = digits(s + 4, 2);
    return hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 ? 6 : 0;
}

static bool date_or_time(const char *word, enum toml_type *type)
{
    size_t date = scan_date(word);
    if (date == 0) {
        *type = TOML_LOCAL_TIME;
        size_t time = scan_time(word);
        return time != 0 && word[time] == '\0';
    }
    const char *rest = word + date;
    *type = TOML_LOCAL_DATE;
    if (*rest == '\0') {
        return true;
    }
    size_t time = strchr("Tt ", *rest) != NULL ? scan_time(rest + 1) : 0;
    if (time == 0) {
        return false;
    }
    rest += 1 + time;
    *type = *rest == '\0' ? TOML_LOCAL_DATETIME : TOML_OFFSET_DATETIME;
    return *rest == '\0' || (scan_offset(rest) != 0 && rest[scan_offset(rest)] == '\0');
}

static bool looks_like_date(const char *word)
{
    size_t n = strspn(word, "0123456789");
    return (n == 4 && word[n] == '-') || (n == 2 && word[n] == ':');
}

// --- numbers -----------------------------------------------------------------------------------

// Digits of `base` with single underscores between them, up to the end of the word or to a
// character of `stop`. Returns where it stopped, NULL if it is not such a number.
static const char *scan_digits(const char *s, int base, const char *stop)
{
    static const char all[] = "0123456789abcdefABCDEF";
    size_t known = base == 16 ? 22 : (size_t)base;
    bool digit_before = false;
    for (; *s != '\0' && strchr(stop, *s) == NULL; s++) {
        if (*s == '_') {
            if (!digit_before || s[1] == '_') {
                return NULL;
            }
            digit_before = false;
        } else if (memchr(all, *s, known) != NULL) {
            digit_before = true;
        } else {
            return NULL;
        }
    }
    return digit_before ? s : NULL;
}

static char *without_underscores(struct toml_parser *p, const char *word)
{
    char *plain = arena_alloc(p->arena, strlen(word) + 1);
    char *to = plain;
    for (const char *c = word; *c != '\0'; c++) {
        if (*c != '_') {
            *to++ = *c;
        }
    }
    return plain;
}

static bool parse_digits(const char *plain, int base, bool negative, int64_t *out)
{
    uint64_t limit = (uint64_t)INT64_MAX + (negative ? 1 : 0);
    uint64_t value = 0;
    for (const char *c = plain; *c != '\0'; c++) {
        unsigned digit = is_digit(*c) ? (unsigned)(*c - '0') : ((unsigned)*c | 32u) - 'a' + 10u;
        if (value > (limit - digit) / (unsigned)base) {
            return false;
        }
        value = value * (unsigned)base + digit;
    }
    *out = negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

static bool integer_value(struct toml_parser *p, const char *word, const char *text, int base,
                          struct toml_value *out)
{
    out->type = TOML_INTEGER;
    if (!parse_digits(without_underscores(p, text), base, word[0] == '-', &out->integer)) {
        return toml_fail(p, out->at, "%s does not fit 64 bits; use a number from -2^63 to 2^63-1",
                         word);
    }
    return true;
}

// A decimal number behind its sign: NULL if it is none; *real if it has a fraction or exponent.
static const char *scan_decimal(const char *s, bool *real)
{
    if (s[0] == '0' && (is_digit(s[1]) || s[1] == '_')) {
        return NULL;
    }
    s = scan_digits(s, 10, ".eE");
    if (s != NULL && *s == '.') {
        *real = true;
        s = scan_digits(s + 1, 10, "eE");
    }
    if (s != NULL && (*s == 'e' || *s == 'E')) {
        *real = true;
        s++;
        s += *s == '+' || *s == '-';
        s = scan_digits(s, 10, "");
    }
    return s;
}

static bool number(struct toml_parser *p, const char *word, struct toml_value *out)
{
    bool sign = word[0] == '+' || word[0] == '-';
    const char *text = word + (sign ? 1 : 0);
    if (!sign && text[0] == '0' && text[1] != '\0' && strchr("xob", text[1]) != NULL) {
        int base = text[1] == 'x' ? 16 : text[1] == 'o' ? 8 : 2;
        if (scan_digits(text + 2, base, "") != NULL) {
            return integer_value(p, word, text + 2, base, out);
        }
    }
    if (strcmp(text, "inf") == 0 || strcmp(text, "nan") == 0) {
        out->type = TOML_FLOAT;
        out->number = text[0] == 'i' ? HUGE_VAL : NAN;
        out->number = word[0] == '-' ? -out->number : out->number;
        return true;
    }
    bool real = false;
    if (scan_decimal(text, &real) == NULL) {
        return toml_fail(p, out->at,
                         "`%.40s` is not a value; a text stands in quotes, numbers "
                         "have no leading zeros, booleans are true and false",
                         word);
    }
    if (!real) {
        return integer_value(p, word, text, 10, out);
    }
    out->type = TOML_FLOAT;
    out->number = strtod(without_underscores(p, word), NULL);
    return true;
}

// --- words -------------------------------------------------------------------------------------

static const char *take_word(struct toml_parser *p)
{
    const char *start = p->at;
    while (p->at < p->end && is_word(*p->at)) {
        p->at++;
    }
    bool date = p->at - start == 10 && start[4] == '-' && start[7] == '-';
    if (date && p->end - p->at >= 2 && *p->at == ' ' && is_digit(p->at[1])) {
        p->at++;
        while (p->at < p->end && is_word(*p->at)) {
            p->at++;
        }
    }
    return arena_copy(p->arena, start, (size_t)(p->at - start));
}

bool toml_scalar(struct toml_parser *p, struct toml_value *out)
{
    const char *word = take_word(p);
    if (word[0] == '\0') {
        return toml_fail(p, out->at,
                         "a value is expected instead of %s; write one, a text in quotes",
                         toml_describe(p));
    }
    if (strcmp(word, "true") == 0 || strcmp(word, "false") == 0) {
        out->type = TOML_BOOLEAN;
        out->boolean = word[0] == 't';
        return true;
    }
    if (looks_like_date(word)) {
        out->string = (struct toml_string){.text = word, .length = strlen(word)};
        if (!date_or_time(word, &out->type)) {
            return toml_fail(p, out->at,
                             "`%.40s` is no date or time; write 2026-01-31, 12:30:00 or "
                             "2026-01-31T12:30:00Z",
                             word);
        }
        return true;
    }
    return number(p, word, out);
}
