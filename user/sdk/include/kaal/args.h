// SPDX-License-Identifier: BSD-2-Clause
//
// The argument string of a component: words, of which some are `key=number`.
//
//    args = "tick=1000 quiet"
#pragma once

#include <stdbool.h>
#include <stdint.h>

// What stands behind `key=`, up to a blank or the end. NULL if there is no such word.
const char *kaal_args_value(const char *args, const char *key);

// The decimal number behind `key`. False if there is no such word, or it is no number of 64 bits.
bool kaal_args_number(const char *args, const char *key, uint64_t *value);

// Is this word among the arguments?
bool kaal_args_has(const char *args, const char *word);
