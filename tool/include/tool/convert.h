// SPDX-License-Identifier: BSD-2-Clause
//
// A description in the other form. The text describes the same system: read and checked again, it
// has the same domains, regions, channels, numbers and defaults. Comments are not kept, and neither
// are names that nothing but the form asks for: those of Microkit programs' channels and
// capabilities.
#pragma once

#include "tool/file.h"

#include <stdbool.h>

struct arena;
struct diag;
struct system;

// Of a checked system that was written as XML.
struct bytes system_to_toml(struct arena *a, const struct system *s);

// Of a checked system that was written as TOML. Reports each statement that Microkit's form does
// not have; then there is no text.
bool system_to_xml(struct arena *a, const struct system *s, struct bytes *out, struct diag *d);
