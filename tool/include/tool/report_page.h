// SPDX-License-Identifier: BSD-2-Clause
//
// A system as one page of HTML: picture, marks, components, sizes and stacks, memory, plan. It
// has all that it shows in it, and may load nothing.
#pragma once

#include "tool/file.h"

#include <stdint.h>

struct arena;
struct kernel;
struct marks;
struct plan_view;

struct report_page {
    const struct plan_view *view;
    const struct marks *marks;
    const struct kernel *kernel;
    struct bytes svg; // of picture_svg()
    uint64_t memory;  // of the machine
};

struct bytes report_page_make(struct arena *a, const struct report_page *page);
