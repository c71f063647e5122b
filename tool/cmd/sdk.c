// SPDX-License-Identifier: BSD-2-Clause
#include "tool/command.h"
#include "tool/options.h"

int cmd_sdk(struct arena *a, struct options *o, struct diag *d)
{
    (void)a;
    (void)o;
    diag_error(d, place_none(), "nothing here; wait");
    return STATUS_FAILED;
}
