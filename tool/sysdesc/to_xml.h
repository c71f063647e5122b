// SPDX-License-Identifier: BSD-2-Clause
//
// Between the parts of writing Microkit's form: to_xml_check.c, then to_xml.c.
#pragma once

#include <stdbool.h>

struct arena;
struct diag;
struct system;

// Can Microkit's form say all of it?
bool xml_can_say(struct arena *a, const struct system *s, struct diag *d);
