// SPDX-License-Identifier: BSD-2-Clause

#include "words.h"

#include <lib/mem.h>

#define DAY_US UINT64_C(86400000000)

bool words_next(const char **line, struct words *words)
{
    const char *from = *line;
    uint32_t length = 0;
    words->count = 0;
    if (*from == '\0') {
        return false;
    }
    while (from[length] != '\0' && from[length] != ';' && length < EDIT_LINE_SIZE - 1) {
        words->text[length] = (char)(from[length] == ' ' ? '\0' : from[length]);
        bool begins = length == 0 || words->text[length - 1] == '\0';
        if (words->text[length] != '\0' && begins && words->count < WORDS_MAX) {
            words->word[words->count++] = &words->text[length];
        }
        length++;
    }
    words->text[length] = '\0';
    *line = from + length + (from[length] == ';' ? 1 : 0);
    return true;
}

bool words_join(const struct words *words, uint32_t first, char *text, uint32_t room)
{
    uint32_t length = 0;
    for (uint32_t i = first; i < words->count; i++) {
        uint32_t size = (uint32_t)strlen(words->word[i]);
        uint32_t blank = i == first ? 0 : 1;
        if (size + blank >= room - length) {
            return false;
        }
        text[length] = ' ';
        memcpy(&text[length + blank], words->word[i], size);
        length += size + blank;
    }
    text[length] = '\0';
    return true;
}

// Digits from *at on; *at is then behind them.
static bool digits(const char **at, uint64_t max, uint64_t *number)
{
    const char *from = *at;
    *number = 0;
    for (; **at >= '0' && **at <= '9'; (*at)++) {
        uint64_t digit = (uint64_t)(**at - '0');
        if (*number > (max - digit) / 10 || digit > max) {
            return false;
        }
        *number = *number * 10 + digit;
    }
    return *at != from;
}

bool word_number(const char *word, uint64_t max, uint64_t *number)
{
    uint64_t found = 0;
    bool ok = digits(&word, max, &found) && *word == '\0';
    *number = ok ? found : *number;
    return ok;
}

// Behind the point of seconds: up to six digits.
static bool fraction(const char **at, uint64_t *us)
{
    uint64_t unit = 1000000;
    *us = 0;
    for (; **at >= '0' && **at <= '9' && unit > 1; (*at)++) {
        unit /= 10;
        *us += unit * (uint64_t)(**at - '0');
    }
    return unit != 1000000;
}

bool word_time(const char *word, uint64_t *us)
{
    uint64_t whole = 0;
    uint64_t part = 0;
    uint64_t unit = 1000000;
    if (!digits(&word, DAY_US, &whole)) {
        return false;
    }
    if (*word == '.') {
        word++;
        if (!fraction(&word, &part)) {
            return false;
        }
    } else if (strcmp(word, "ms") == 0 || strcmp(word, "us") == 0) {
        unit = *word == 'm' ? 1000 : 1;
        word += 2;
    }
    word += *word == 's' ? 1 : 0;
    if (*word != '\0' || whole > DAY_US / unit) {
        return false;
    }
    *us = whole * unit + part;
    return true;
}

bool word_size(const char *word, uint64_t *bytes)
{
    if (!digits(&word, UINT32_MAX, bytes)) {
        return false;
    }
    if (*word == 'K' || *word == 'k') {
        *bytes <<= 10;
        word++;
    } else if (*word == 'M' || *word == 'm') {
        *bytes <<= 20;
        word++;
    }
    return *word == '\0';
}
