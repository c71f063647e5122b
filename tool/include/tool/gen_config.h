// SPDX-License-Identifier: BSD-2-Clause
//
// gen_config.json: what a kernel, or libsel4, was configured for. A flat object; values are
// booleans or strings.
#pragma once

#include "tool/diag.h"

#include <jansson.h>

struct arena;

struct gen_config {
    const char *path;
    json_t *json; // json_decref() when done
};

// `at` is where an error is reported.
bool gen_config_read(struct arena *a, const char *path, struct place at, struct gen_config *out,
                     struct diag *d);

// A value as text: booleans are "true" or "false". NULL if there is no such key.
const char *gen_config_text(struct arena *a, const struct gen_config *c, const char *key);

bool gen_config_is(struct arena *a, const struct gen_config *c, const char *key, const char *want);

unsigned gen_config_number(struct arena *a, const struct gen_config *c, const char *key,
                           unsigned missing);
