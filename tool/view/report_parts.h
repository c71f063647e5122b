// SPDX-License-Identifier: BSD-2-Clause
//
// The parts of the page.
#pragma once

#include "tool/plan_view.h"
#include "tool/report_page.h"

#include <stdio.h>

struct report {
    FILE *to;
    struct arena *arena;
    const struct report_page *page;
};

// Text as it is in the description or a program, for HTML.
void put_text(const struct report *r, const char *text);

// "12 KiB", "300 B".
void put_size(const struct report *r, uint64_t bytes);

// A row of headings; those that begin with ">" stand above numbers. NULL ends the list.
void put_head(const struct report *r, const char *const *headings);

void put_components(const struct report *r);
void put_sizes(const struct report *r);
void put_memory(const struct report *r);
void put_plans(const struct report *r);
