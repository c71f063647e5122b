// SPDX-License-Identifier: BSD-2-Clause
#include "tool/near.h"

#include "tool/arena.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum {
    WORD_MAX = 64,
};

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

static int fold(char c)
{
    return tolower((unsigned char)c);
}

// Edits between two words of at most WORD_MAX letters, by rows of the usual table; the row before
// the last serves the swaps.
static size_t edits(const char *a, size_t alen, const char *b, size_t blen)
{
    unsigned char rows[3][WORD_MAX + 1];
    for (size_t j = 0; j <= blen; j++) {
        rows[0][j] = (unsigned char)j;
    }
    for (size_t i = 1; i <= alen; i++) {
        unsigned char *row = rows[i % 3];
        const unsigned char *above = rows[(i + 2) % 3];
        const unsigned char *above2 = rows[(i + 1) % 3];
        row[0] = (unsigned char)i;
        for (size_t j = 1; j <= blen; j++) {
            size_t cost = fold(a[i - 1]) != fold(b[j - 1]);
            size_t best = min3(above[j] + 1u, row[j - 1] + 1u, above[j - 1] + cost);
            if (i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) &&
                fold(a[i - 2]) == fold(b[j - 1]) && above2[j - 2] + cost < best) {
                best = above2[j - 2] + cost;
            }
            row[j] = (unsigned char)best;
        }
    }
    return rows[alen % 3][blen];
}

const char *near_match(const char *word, const char *const *candidates, size_t count)
{
    size_t length = strlen(word);
    if (length == 0 || length > WORD_MAX) {
        return NULL;
    }
    const char *best = NULL;
    size_t best_edits = (length + 2) / 3 + 1;
    for (size_t i = 0; i < count; i++) {
        size_t other = strlen(candidates[i]);
        if (other == 0 || other > WORD_MAX) {
            continue;
        }
        size_t n = edits(word, length, candidates[i], other);
        if (n < best_edits && n < length) {
            best_edits = n;
            best = candidates[i];
        }
    }
    return best;
}

static bool is_repeated(const char *const *candidates, size_t index)
{
    size_t i = 0;
    while (strcmp(candidates[i], candidates[index]) != 0) {
        i++;
    }
    return i < index;
}

const char *near_fix(struct arena *a, const char *word, const char *const *candidates, size_t count)
{
    enum { LISTED = 16 };
    const char *match = near_match(word, candidates, count);
    if (match != NULL) {
        return arena_printf(a, "did you mean `%s`?", match);
    }
    if (count == 0) {
        return "there is none";
    }
    const char *list = candidates[0];
    for (size_t i = 1; i < count && i < LISTED; i++) {
        if (!is_repeated(candidates, i)) {
            list = arena_printf(a, "%s, %s", list, candidates[i]);
        }
    }
    return arena_printf(a, "known are %s%s", list, count > LISTED ? ", ..." : "");
}
