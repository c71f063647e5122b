// SPDX-License-Identifier: BSD-2-Clause
//
// Any bytes as TOML: either there is an error with a position inside the text, or a tree whose
// strings are terminated and whose counts are right.
#include "fuzz.h"
#include "tool/arena.h"
#include "tool/toml.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void must(bool x)
{
    if (!x) {
        abort();
    }
}

static void check_value(const struct toml_value *v);

static void check_table(const struct toml_table *t)
{
    size_t count = 0;
    for (const struct toml_entry *e = t->first; e != NULL; e = e->next) {
        must(e->key.text[e->key.length] == '\0' && e->at.line != 0 && e->at.column != 0);
        check_value(&e->value);
        count++;
    }
    must(count == t->count);
}

static void check_value(const struct toml_value *v)
{
    size_t count = 0;
    must(v->at.line != 0 && v->at.column != 0 && toml_type_name(v->type) != NULL);
    if (v->type == TOML_TABLE) {
        check_table(v->table);
    } else if (v->type == TOML_ARRAY) {
        for (const struct toml_value *i = v->array->first; i != NULL; i = i->next) {
            check_value(i);
            count++;
        }
        must(count == v->array->count);
    } else if (v->type == TOML_STRING) {
        must(v->string.text[v->string.length] == '\0');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct diag diag = {.arena = &arena};
    const struct toml_table *t = toml_parse(&arena, "fuzz", (const char *)data, size, &diag);
    must((t != NULL) == diag_ok(&diag));
    if (t != NULL) {
        check_table(t);
    }
    for (size_t i = 0; i < diag.count; i++) {
        must(diag.items[i].text[0] != '\0');
    }
    arena_free(&arena);
    return 0;
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t room)
{
    static const char *const seeds[] = {
        "a.b = [1, 0x1f, 0o7, 0b1, 1_0.5e-3, inf, nan, true, 1979-05-27T07:32:00Z, 07:32:00]\n",
        ("[t]\n\"k\\u00e9\" = 'l' # c\n[[t.a]]\nx = {y.z = \"\"\"\na\\\n  b\"\"\", w = "
         "'''q'''}\n[[t.a]]\n"),
        "[a.b]\n[a]\nc.d = 1\nc.e = 2\n[a.c.f]\r\ng = [\r\n[], {},\r\n]\r\n",
    };
    if (index >= sizeof(seeds) / sizeof(seeds[0]) || strlen(seeds[index]) > room) {
        return 0;
    }
    memcpy(out, seeds[index], strlen(seeds[index]));
    return strlen(seeds[index]);
}
