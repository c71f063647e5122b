// SPDX-License-Identifier: BSD-2-Clause
#include "packed.h"

#include <kaal/plan.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 4096 };

void packed_must_be_right(const void *system, size_t size, const char *config)
{
    struct plan plan;
    struct plan_error error;
    void *pages = aligned_alloc(PAGE, size);
    if (pages == NULL) {
        abort();
    }
    memcpy(pages, system, size);
    if (!plan_open(&plan, pages, size, config, &error)) {
        (void)fprintf(stderr, "%s %u: %s\n", error.what, error.index, error.cause);
        abort();
    }
    free(pages);
}
