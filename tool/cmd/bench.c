// SPDX-License-Identifier: BSD-2-Clause
#include "tool/command.h"

int cmd_bench(struct arena *a, struct options *o, struct diag *d)
{
    (void)a;
    (void)o;
    diag_error(d, place_none(), "bench is not there yet");
    return STATUS_FAILED;
}
