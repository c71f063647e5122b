// SPDX-License-Identifier: BSD-2-Clause
#include "lib/pci_id.h"

#include "lib/fmt.h"

enum { DIGITS = 4, NUMBER_MAX = 255, NO_VENDOR = 0xffff };

static bool digit_of(char c, uint32_t base, uint32_t *out)
{
    if (c >= '0' && c <= '9') {
        *out = (uint32_t)(c - '0');
        return true;
    }
    uint32_t letter = (uint32_t)(c | 0x20) - 'a'; // wraps below 'a'
    *out = letter + 10;
    return base == 16 && letter < 6;
}

static bool take_id(const char **text, uint16_t *out)
{
    uint32_t id = 0;
    for (int i = 0; i < DIGITS; i++) {
        uint32_t digit = 0;
        if (!digit_of(**text, 16, &digit)) {
            return false;
        }
        id = id << 4 | digit;
        (*text)++;
    }
    *out = (uint16_t)id;
    return true;
}

static bool take_number(const char *text, uint32_t *out)
{
    uint32_t digit = 0;
    if (*text == '\0') {
        return false;
    }
    for (*out = 0; *text != '\0'; text++) {
        if (!digit_of(*text, 10, &digit)) {
            return false;
        }
        *out = *out * 10 + digit;
        if (*out > NUMBER_MAX) {
            return false;
        }
    }
    return true;
}

bool pci_id_parse(const char *text, struct pci_id *out)
{
    *out = (struct pci_id){0};
    if (!take_id(&text, &out->vendor) || *text++ != ':' || !take_id(&text, &out->device) ||
        out->vendor == NO_VENDOR) {
        return false;
    }
    out->numbered = *text == ':';
    return out->numbered ? take_number(text + 1, &out->number) : *text == '\0';
}

void pci_id_format(uint16_t vendor, uint16_t device, char *text, uint32_t room)
{
    struct fmt f;
    fmt_init(&f, text, room);
    for (int i = DIGITS - 1; i >= 0; i--) {
        fmt_char(&f, "0123456789abcdef"[vendor >> (4 * i) & 0xf]);
    }
    fmt_char(&f, ':');
    for (int i = DIGITS - 1; i >= 0; i--) {
        fmt_char(&f, "0123456789abcdef"[device >> (4 * i) & 0xf]);
    }
}
