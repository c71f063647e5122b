// SPDX-License-Identifier: BSD-2-Clause
//
// A system as a picture: a graph for Graphviz, and what its program `dot` makes of it.
#pragma once

#include "tool/file.h"

#include <stdbool.h>

struct arena;
struct device_found;
struct diag;
struct marks;
struct system;

// The graph as text for `dot`. `devices`: of devices_find(), or NULL.
const char *picture_dot(struct arena *a, const struct system *s, const struct device_found *devices,
                        const struct marks *marks);

// As an SVG document. Fails, and says how to get it, if there is no `dot`.
bool picture_svg(struct arena *a, const char *dot, struct bytes *out, struct diag *d);
