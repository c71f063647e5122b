// SPDX-License-Identifier: BSD-2-Clause
//
// "did you mean": the candidate that a misspelt word is closest to.
#pragma once

#include <stddef.h>

struct arena;

// The nearest of `count` candidates by edits (insert, delete, replace, swap neighbours; case does
// not count), or NULL if even that one needs more than a third of the word's letters changed, or
// all of them.
const char *near_match(const char *word, const char *const *candidates, size_t count);

// What to do about an unknown word: "did you mean `x`?", or "known are x, y, z" where none is near.
const char *near_fix(struct arena *a, const char *word, const char *const *candidates,
                     size_t count);
