// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/args.h>

#include <lib/mem.h>

#include <stddef.h>

// The next word of *at and its length; 0 at the end.
static size_t next_word(const char **at, const char **word)
{
    while (**at == ' ') {
        (*at)++;
    }
    *word = *at;
    while (**at != ' ' && **at != '\0') {
        (*at)++;
    }
    return (size_t)(*at - *word);
}

static bool parse(const char *text, size_t length, uint64_t *value)
{
    uint64_t number = 0;
    for (size_t i = 0; i < length; i++) {
        uint64_t digit = (uint64_t)(text[i] - '0');
        if (text[i] < '0' || text[i] > '9' || number > (UINT64_MAX - digit) / 10) {
            return false;
        }
        number = number * 10 + digit;
    }
    if (length == 0) {
        return false;
    }
    *value = number;
    return true;
}

const char *kaal_args_value(const char *args, const char *key)
{
    const char *word = NULL;
    size_t length = next_word(&args, &word);
    size_t key_length = strlen(key);
    while (length > 0) {
        if (length > key_length && word[key_length] == '=' && strncmp(word, key, key_length) == 0) {
            return &word[key_length + 1];
        }
        length = next_word(&args, &word);
    }
    return NULL;
}

bool kaal_args_number(const char *args, const char *key, uint64_t *value)
{
    const char *text = kaal_args_value(args, key);
    size_t length = 0;
    while (text != NULL && text[length] != ' ' && text[length] != '\0') {
        length++;
    }
    return text != NULL && parse(text, length, value);
}

bool kaal_args_has(const char *args, const char *word)
{
    const char *at = NULL;
    size_t length = next_word(&args, &at);
    while (length > 0) {
        if (length == strlen(word) && strncmp(at, word, length) == 0) {
            return true;
        }
        length = next_word(&args, &at);
    }
    return false;
}
