// SPDX-License-Identifier: BSD-2-Clause
//
// `kaal sdk --compare PREFIX`: do our headers have the numbers of another installation's?
#pragma once

struct arena;
struct diag;
struct options;

int compare_headers(struct arena *a, const struct options *o, struct diag *d);
