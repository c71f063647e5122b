// SPDX-License-Identifier: BSD-2-Clause
//
// Who has ended for good, as the broker reports it: what is awaited of such a component cannot come
// any more.
//
//   [cap_broker] @stopped component=tour reason=no_disk     printed
//   [tour] @disk                                            awaited in vain
#pragma once

struct arena;
struct gone;
struct judge;
struct system;

struct gone *gone_new(struct arena *a, const struct system *s);

// A line of the system.
void gone_line(struct gone *g, const char *line);

// What is awaited in vain, and the report of the end; NULL: nothing, as far as can be known.
const char *gone_awaited(const struct gone *g, const struct judge *j);
