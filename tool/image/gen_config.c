// SPDX-License-Identifier: BSD-2-Clause
#include "tool/gen_config.h"

#include "tool/arena.h"
#include "tool/file.h"

#include <stdlib.h>
#include <string.h>

enum {
    CONFIG_FILE_MAX = 1024 * 1024,
};

bool gen_config_read(struct arena *a, const char *path, struct place at, struct gen_config *out,
                     struct diag *d)
{
    struct bytes text;
    const char *cause;
    json_error_t error;
    if (!file_read(a, path, CONFIG_FILE_MAX, &text, &cause)) {
        diag_error(d, at, "cannot read the kernel's configuration %s: %s; build it again", path,
                   cause);
        return false;
    }
    *out = (struct gen_config){.path = path};
    out->json = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(out->json)) {
        diag_error(d, at, "%s:%d: %s; build the kernel again", path, error.line,
                   out->json == NULL ? error.text : "no JSON object");
        json_decref(out->json);
        return false;
    }
    return true;
}

const char *gen_config_text(struct arena *a, const struct gen_config *c, const char *key)
{
    json_t *value = json_object_get(c->json, key);
    if (json_is_string(value)) {
        return arena_string(a, json_string_value(value));
    }
    if (json_is_integer(value)) {
        return arena_printf(a, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    }
    return json_is_boolean(value) ? (json_is_true(value) ? "true" : "false") : NULL;
}

bool gen_config_is(struct arena *a, const struct gen_config *c, const char *key, const char *want)
{
    const char *value = gen_config_text(a, c, key);
    return value != NULL && strcmp(value, want) == 0;
}

unsigned gen_config_number(struct arena *a, const struct gen_config *c, const char *key,
                           unsigned missing)
{
    const char *value = gen_config_text(a, c, key);
    return value == NULL ? missing : (unsigned)strtoul(value, NULL, 10);
}
