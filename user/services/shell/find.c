// SPDX-License-Identifier: BSD-2-Clause

#include "shell.h"

#include <lib/mem.h>

bool shell_component(uint64_t id, struct kaal_component_info *info)
{
    memset(info, 0, sizeof(*info));
    while (kaal_component_next(info) == KAAL_OK) {
        if (info->id == id) {
            return true;
        }
    }
    return false;
}

bool shell_find(const struct words *words, const char *name, struct kaal_component_info *info)
{
    uint64_t number = 0;
    bool by_number = word_number(name, UINT32_MAX, &number);
    uint32_t found = 0;
    struct kaal_component_info next = {0};
    while (kaal_component_next(&next) == KAAL_OK) {
        bool named = strncmp(next.name, name, KAAL_NAME_SIZE) == 0;
        if (by_number ? kaal_id_index(next.id) == number : named) {
            *info = next;
            found++;
        }
    }
    if (found == 1) {
        return true;
    }
    struct fmt f;
    char text[144];
    fmt_init(&f, text, sizeof(text));
    fmt_str(&f, found == 0 ? "no component " : "several components are called ");
    fmt_strn(&f, name, KAAL_NAME_SIZE);
    fmt_str(&f, found == 0 ? "; `ps` tells all" : "; give the number of one, as `ps` has it");
    (void)shell_failed(words, text);
    return false;
}

const char *shell_name(uint64_t id, char *text, uint32_t room)
{
    struct kaal_component_info info;
    struct fmt f;
    fmt_init(&f, text, room);
    if (id == 0) {
        fmt_str(&f, "broker");
    } else if (shell_component(id, &info)) {
        fmt_strn(&f, info.name, KAAL_NAME_SIZE);
    } else {
        fmt_char(&f, '#');
        fmt_u64(&f, kaal_id_index(id));
    }
    return text;
}
