// SPDX-License-Identifier: BSD-2-Clause
//
// A line of arguments, split into words as a shell would split it, without its variables:
//
//    --log=2 'a b' "c \"d\"" e\ f ''     ──►   --log=2 | a b | c "d" | e f | (empty)
//
// Blanks (space, tab, newline) separate words. In '...' every character stands for itself. In "..."
// a backslash takes the meaning of a following " or \ away; elsewhere, of any character. Quoted and
// unquoted parts that touch are one word.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// Replaces `line`, a string, by its words, each with its NUL, and sets words[0 .. count - 1] to
// them. Never makes it longer. A string of n bytes with its NUL has at most n / 2 words; words
// beyond `max` are left out. False if a quote is not closed, which then ends with the line, or if
// the last character is a lone backslash, which then stands for itself.
bool args_split(char *line, char **words, size_t max, size_t *count);
