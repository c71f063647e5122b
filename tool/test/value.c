// SPDX-License-Identifier: BSD-2-Clause
#include "tool/value.h"

#include "tool/arena.h"
#include "tool/toml.h"

#include "lib/prng.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    EXPRESSION_DEPTH_MAX = 16,
    STREAM_LENGTH_MAX = 16 * 1024 * 1024,
    LABEL_MAX = 32,
};

// --- streams -----------------------------------------------------------------------------------

static uint64_t stream(uint64_t seed, const char *label)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *label != '\0'; label++) {
        hash = (hash ^ (unsigned char)*label) * 0x100000001b3u;
    }
    return seed ^ hash;
}

static uint64_t stream_sum(uint64_t from, uint64_t count, bool weighted)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < count; i++) {
        sum += prng_at(from, i) * (weighted ? i + 1 : 1);
    }
    return sum;
}

// Message n has n words; the server answers each with word ^ (n + 1) * golden ratio.
static uint64_t ipc_replies(uint64_t from, uint64_t longest)
{
    uint64_t sum = 0;
    uint64_t next = 0;
    for (uint64_t n = 0; n <= longest; n++) {
        for (uint64_t i = 0; i < n; i++) {
            sum += prng_at(from, next++) ^ (n + 1) * 0x9e3779b97f4a7c15u;
        }
    }
    return sum;
}

// --- expressions -------------------------------------------------------------------------------

struct parser {
    const char *at;
    uint64_t seed;
    unsigned depth;
    const char *cause; // NULL: no error so far
};

static uint64_t fail(struct parser *p, const char *cause)
{
    if (p->cause == NULL) {
        p->cause = cause;
    }
    return 0;
}

static void blanks(struct parser *p)
{
    p->at += strspn(p->at, " ");
}

static bool accept(struct parser *p, char c)
{
    blanks(p);
    if (*p->at != c) {
        return false;
    }
    p->at++;
    return true;
}

static uint64_t expression(struct parser *p);

static size_t word(struct parser *p, char out[LABEL_MAX])
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    blanks(p);
    size_t length = strspn(p->at, letters);
    if (length >= LABEL_MAX) {
        fail(p, "a name is too long");
        length = LABEL_MAX - 1;
    }
    memcpy(out, p->at, length);
    out[length] = '\0';
    p->at += length;
    return length;
}

static uint64_t count_argument(struct parser *p)
{
    if (!accept(p, ',')) {
        return fail(p, "a second argument is missing");
    }
    uint64_t count = expression(p);
    return count > STREAM_LENGTH_MAX ? fail(p, "a count is too large") : count;
}

static uint64_t function(struct parser *p, const char *name)
{
    char label[LABEL_MAX];
    if (word(p, label) == 0) {
        return fail(p, "the name of a stream is missing");
    }
    uint64_t from = stream(p->seed, label);
    uint64_t result;
    if (strcmp(name, "first") == 0) {
        result = prng_at(from, 0);
    } else if (strcmp(name, "at") == 0) {
        result = prng_at(from, count_argument(p));
    } else if (strcmp(name, "sum") == 0) {
        result = stream_sum(from, count_argument(p), false);
    } else if (strcmp(name, "weighted") == 0) {
        result = stream_sum(from, count_argument(p), true);
    } else if (strcmp(name, "ipc_replies") == 0) {
        uint64_t longest = count_argument(p);
        result = longest > 1024 ? fail(p, "a count is too large") : ipc_replies(from, longest);
    } else {
        return fail(p, "unknown function; known are first, at, sum, weighted, ipc_replies");
    }
    return accept(p, ')') ? result : fail(p, "`)` is missing");
}

static uint64_t number(struct parser *p)
{
    char *end;
    errno = 0;
    uint64_t value = strtoull(p->at, &end, *p->at == '0' && p->at[1] == 'x' ? 16 : 10);
    if (errno != 0) {
        return fail(p, "a number does not fit 64 bits");
    }
    p->at = end;
    return value;
}

static uint64_t term(struct parser *p)
{
    blanks(p);
    if (*p->at >= '0' && *p->at <= '9') {
        return number(p);
    }
    if (accept(p, '(')) {
        uint64_t value = expression(p);
        return accept(p, ')') ? value : fail(p, "`)` is missing");
    }
    char name[LABEL_MAX];
    if (word(p, name) == 0) {
        return fail(p, "a number, a function or `(` is missing");
    }
    if (accept(p, '(')) {
        return function(p, name);
    }
    return strcmp(name, "seed") == 0 ? p->seed : fail(p, "unknown name; known is `seed`");
}

static uint64_t apply(char operator, uint64_t a, uint64_t b)
{
    switch (operator) {
    case '+':
        return a + b;
    case '-':
        return a - b;
    case '*':
        return a * b;
    case '^':
        return a ^ b;
    case '&':
        return a & b;
    default:
        return a | b;
    }
}

static uint64_t expression(struct parser *p)
{
    if (p->depth++ >= EXPRESSION_DEPTH_MAX) {
        return fail(p, "it is nested too deeply");
    }
    uint64_t value = term(p);
    for (blanks(p); p->cause == NULL && *p->at != '\0' && strchr("+-*^&|", *p->at) != NULL;
         blanks(p)) {
        char operator= * p->at++;
        value = apply(operator, value, term(p));
    }
    p->depth--;
    return value;
}

bool value_compute(const char *text, uint64_t seed, uint64_t *out, const char **cause)
{
    struct parser p = {.at = text, .seed = seed};
    *out = expression(&p);
    blanks(&p);
    if (p.cause == NULL && *p.at != '\0') {
        p.cause = "something follows its end";
    }
    *cause = p.cause;
    return p.cause == NULL;
}

// --- values ------------------------------------------------------------------------------------

// A whole word as a number, decimal or 0x hexadecimal.
static bool parse_number(const char *text, size_t length, uint64_t *out)
{
    bool hex = length > 2 && text[0] == '0' && text[1] == 'x';
    const char *digits = hex ? "0123456789abcdefABCDEF" : "0123456789";
    const char *first = text + (hex ? 2 : 0);
    if (length == 0 || strspn(first, digits) != length - (hex ? 2 : 0)) {
        return false;
    }
    errno = 0;
    *out = strtoull(first, NULL, hex ? 16 : 10);
    return errno == 0;
}

static bool parse_range(struct arena *a, const char *text, struct value *out)
{
    const char *dots = strstr(text, "..");
    if (dots == NULL) {
        return false;
    }
    const char *low = arena_copy(a, text, (size_t)(dots - text));
    out->kind = VALUE_RANGE;
    return parse_number(low, strlen(low), &out->min) &&
           parse_number(dots + 2, strlen(dots + 2), &out->max) && out->min <= out->max;
}

static bool read_expression(const struct toml_value *from, struct value *out, struct diag *d)
{
    const char *text = from->string.text + 1;
    out->kind = VALUE_EXPRESSION;
    if (strncmp(text, "hex ", 4) == 0) {
        out->kind = VALUE_HEX;
        text += 4;
    }
    out->text = text;
    uint64_t ignored;
    const char *cause;
    if (!value_compute(text, 0, &ignored, &cause)) {
        diag_error(d, from->at, "`%s`: %s; see docs/system.md on expectations", from->string.text,
                   cause);
        return false;
    }
    return true;
}

bool value_read(struct arena *a, const struct toml_value *from, struct value *out, struct diag *d)
{
    *out = (struct value){0};
    if (from->type == TOML_INTEGER && from->integer >= 0) {
        out->kind = VALUE_NUMBER;
        out->min = (uint64_t)from->integer;
        out->max = out->min;
        return true;
    }
    if (from->type != TOML_STRING || strlen(from->string.text) != from->string.length) {
        diag_error(d, from->at, "a value is %s; give a string or an integer from 0",
                   toml_type_name(from->type));
        return false;
    }
    const char *text = from->string.text;
    if (text[0] == '$') {
        return read_expression(from, out, d);
    }
    if (strcmp(text, "*") == 0 || parse_range(a, text, out)) {
        return true; // VALUE_ANY is 0
    }
    *out = (struct value){.kind = VALUE_TEXT, .text = text};
    return true;
}

const char *value_text(struct arena *a, const struct value *v, uint64_t seed)
{
    uint64_t number = v->min;
    const char *cause;
    if (v->kind == VALUE_TEXT) {
        return v->text;
    }
    if (v->kind == VALUE_EXPRESSION || v->kind == VALUE_HEX) {
        value_compute(v->text, seed, &number, &cause);
    }
    return v->kind == VALUE_HEX ? arena_printf(a, "%016" PRIx64, number)
                                : arena_printf(a, "0x%" PRIx64, number);
}

const char *value_expected(struct arena *a, const struct value *v, uint64_t seed)
{
    switch (v->kind) {
    case VALUE_ANY:
        return "anything";
    case VALUE_NUMBER:
        return arena_printf(a, "%" PRIu64, v->min);
    case VALUE_RANGE:
        return arena_printf(a, "%" PRIu64 " to %" PRIu64, v->min, v->max);
    case VALUE_TEXT:
    case VALUE_EXPRESSION:
    case VALUE_HEX:
        break;
    }
    return value_text(a, v, seed);
}

bool value_matches(const struct value *v, uint64_t seed, const char *actual)
{
    uint64_t number = 0;
    uint64_t wanted;
    const char *cause;
    bool is_number = parse_number(actual, strlen(actual), &number);
    switch (v->kind) {
    case VALUE_ANY:
        return true;
    case VALUE_TEXT:
        return strcmp(v->text, actual) == 0;
    case VALUE_NUMBER:
    case VALUE_RANGE:
        return is_number && number >= v->min && number <= v->max;
    case VALUE_EXPRESSION:
        return is_number && value_compute(v->text, seed, &wanted, &cause) && number == wanted;
    case VALUE_HEX:
        return value_compute(v->text, seed, &wanted, &cause) && strlen(actual) == 16 &&
               strspn(actual, "0123456789abcdef") == 16 && strtoull(actual, NULL, 16) == wanted;
    }
    return false;
}
